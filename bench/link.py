"""The app over a slow link (200 ms there and back, 64 kbit/s): bytes a key, a label and a promotion take, and seconds until each shows.

    .venv/bin/python bench/link.py --demo demo

The link is simulated beside the pty: keys are handed on half the delay later; what the app writes waits for the line (64 kB fit into
its buffer, then the app waits too), goes over it at its rate, and arrives half the delay later. The demo is copied first.
"""

from __future__ import annotations

import argparse
import os
import select
import shutil
import statistics
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

from terminal import Terminal

_PIECE, _BUFFER = 256, 1 << 16
"""Bytes that arrive at once, and that wait for the line at most."""


class Link(Terminal):
    """A program at the far end of a slow link.

    Parameters
    ----------
    delay : float
        Seconds there and back.
    rate : float
        Bytes a second, of what the program writes.
    """

    def __init__(self, argv: list[str], *, delay: float, rate: float) -> None:
        self._delay, self._rate = delay / 2, rate
        self._keys: deque[tuple[float, bytes]] = deque()
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._waiting, self._line_free = 0, 0.0
        super().__init__(argv, rows=36)

    def send(self, keys: bytes) -> None:
        """Write keys: they arrive later."""
        self._keys.append((time.perf_counter() + self._delay, keys))

    def _read(self, timeout: float) -> bool:
        """Let the link work until something arrives; return whether something did."""
        end = time.perf_counter() + max(timeout, 0.0)
        while True:
            now = time.perf_counter()
            while self._keys and self._keys[0][0] <= now:
                os.write(self._fd, self._keys.popleft()[1])
            if self._pieces and self._pieces[0][0] <= now:
                while self._pieces and self._pieces[0][0] <= now:
                    piece = self._pieces.popleft()[1]
                    self._waiting -= len(piece)
                    self.output += piece
                return True
            if now >= end or self.ended:
                return False
            due = [queue[0][0] for queue in (self._keys, self._pieces) if queue]
            self._take(min([end, *due]) - now)

    def _take(self, timeout: float) -> None:
        """Put onto the line what the program wrote, as far as the buffer has room."""
        if self._waiting >= _BUFFER:
            time.sleep(max(timeout, 0.0))
            return
        if not select.select([self._fd], [], [], max(timeout, 0.0))[0]:
            return
        try:
            data = os.read(self._fd, 1 << 12)
        except OSError:
            self.ended = True
            return
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE]
            self._line_free = max(self._line_free, time.perf_counter()) + len(piece) / self._rate
            self._pieces.append((self._line_free + self._delay, piece))
            self._waiting += len(piece)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--demo", type=Path, default=Path("demo"), help="a workspace made by `regrade demo`")
    ask.add_argument("--delay", type=float, default=0.2, help="seconds there and back")
    ask.add_argument("--rate", type=float, default=8_000, help="bytes a second")
    ask.add_argument("--times", type=int, default=20)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        shutil.copytree(given.demo, demo)
        with Link([sys.executable, "-m", "regrade", "-C", str(demo)], delay=given.delay, rate=given.rate) as app:
            print(f"first rows             {app.wait_for('Dec 31'):.2f} s after exec, from nothing kept")
            app.wait_for(r"retrained +accuracy", 120)
            app.settle(3.0)
            print(f"all of the first screen {len(app.output):,} bytes")
            walk(app, given.times)
            label(app, given.times)
            promote(app, given.times)


def walk(app: Link, times: int) -> None:
    """Step down, and page by page."""
    for name, key in (("cursor down", b"j"), ("next failure", b"e"), ("page down", b"\x1b[6~")):
        say(name, [cost(app, key) for _ in range(times)])


def label(app: Link, times: int) -> None:
    """Label the failure under the cursor with the first mode; the cursor goes to the next row."""
    app.send(b"g")
    app.settle(1.5)
    say("label", [cost(app, b"1") for _ in range(times)])


def promote(app: Link, times: int) -> None:
    """Promote the next failure that waits, until nothing changes any more: the scoreboard counts it, its flash is over."""
    taken = []
    for _ in range(times):
        cost(app, b"w")
        taken.append(cost(app, b"p"))
    say("promotion", taken)


def cost(app: Link, key: bytes) -> tuple[float, float, int]:
    """Press a key; return seconds until the first byte and until the last, and the bytes.

    No text is waited for: what stands on the screen already is not sent again.
    """
    app.settle(1.2)
    app.output.clear()
    start = time.perf_counter()
    app.send(key)
    app._read(10)
    first = time.perf_counter() - start
    last = time.perf_counter() - start
    while app._read(1.2):
        last = time.perf_counter() - start
    return first, last, len(app.output)


def say(name: str, taken: list[tuple[float, float, int]]) -> None:
    firsts, lasts, sizes = (sorted(each) for each in zip(*taken, strict=True))
    print(
        f"{name:22} shows after {statistics.median(firsts):.2f} s (p95 {firsts[int(0.95 * len(firsts))]:.2f}), "
        f"all of it after {statistics.median(lasts):.2f} s; {statistics.median(sizes):,.0f} bytes (most {sizes[-1]:,})"
    )


if __name__ == "__main__":
    main()
