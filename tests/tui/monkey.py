"""A monkey at the keyboard: random keys and sizes on the real app, and what comes back is looked at byte by byte."""

from __future__ import annotations

import base64
import os
import random
import re
import time
from pathlib import Path

from tests.tui.terminal import Terminal
from tests.tui.test_terminal import SEQUENCES

ARROWS = (b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\x1b[Z")
SCREENS = (b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~")
MOUSE = (b"\x1b[<0;20;12M\x1b[<0;20;12m", b"\x1b[<65;20;12M", b"\x1b[<64;20;12M")
TYPED = (b"/carrier = 'EV'\r", b"/storm\r", b"/hour >\x1b", b"lnew\r", "漢é".encode(), b"\x1b[200~paste\x1b[201~")
LETTERS = tuple(each.encode() for each in "jkgGhlvVeEwWDsSfxcpPioXRuUrtdyY+_[]123456789lmbn*!?nN=/: \r\t\x1b\x04\x15\x12\x7f")
KEYS = (*LETTERS, *ARROWS, *SCREENS, *MOUSE, *TYPED)
CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
POINTER = re.compile(r"\x1b\]22;[a-z-]*\x07")
"""The shape of the pointer over a widget, which Textual names."""
UNFINISHED = re.compile(rb"\x1b(\[[0-9;?<>=$]*|\][^\x07]*)?$")
LEAST, MOST = (60, 15), (300, 100)
CHECK_EVERY = 100


class Monkey:
    """Presses keys at random, the same ones for the same seed; escapes from time to time, so that it sees all of the app.

    Attributes
    ----------
    sizes, starts, looks : int
        How often the terminal changed its size, the app was started (a monkey may leave by the palette), its bytes were looked at.
    """

    def __init__(self, folder: Path, seed: int, program: str) -> None:
        self._folder, self._random, self._program = folder, random.Random(seed), program
        self.sizes = self.starts = self.looks = 0
        self.terminal = self._start()

    def _start(self) -> Terminal:
        self.starts += 1
        terminal = Terminal(str(self._folder), program=self._program)
        terminal.until(lambda screen: "regrade" in screen)
        return terminal

    def press(self, n: int) -> None:
        """Press ``n`` keys, and look at what comes back."""
        for number in range(n):
            terminal, draw = self.terminal, self._random
            if draw.random() < 0.02:
                self.sizes += 1
                terminal.resize(draw.randint(LEAST[0], MOST[0]), draw.randint(LEAST[1], MOST[1]))
            self._send(draw.choice(KEYS) if draw.random() < 0.93 else b"\x1b\x1b")
            if number % CHECK_EVERY == CHECK_EVERY - 1:
                self.check()

    def _send(self, keys: bytes) -> None:
        try:
            os.write(self.terminal.fd, keys)
        except OSError:
            self._ended()
            return
        self.terminal.read(0.004)
        if self.terminal.gone:
            self._ended()

    def _ended(self) -> None:
        code = self.terminal.ended()
        assert code == 0, f"it ended with {code}\n{self.terminal.screen}\n{self.terminal.noted}"
        self._look_at_bytes()
        self.terminal = self._start()

    def check(self) -> None:
        """Let it come to rest, draw all of it anew, and see that it is whole."""
        terminal = self.terminal
        for _ in range(3):
            self._send(b"\x1b")
            time.sleep(0.02)
        terminal = self.terminal
        terminal.rest(0.3)
        if terminal.gone:
            self._ended()
            return
        columns, rows = self._random.randint(LEAST[0], 200), self._random.randint(LEAST[1], 60)
        terminal.resize(columns, rows)
        terminal.until(lambda screen: "regrade" in screen.split("\n")[0] or "┌" in screen)  # Triage or another place, or a dialog
        lines = terminal.screen.split("\n")
        assert len(lines) == rows and all(len(line) <= columns for line in lines)
        assert terminal.noted == "nothing in the support log", terminal.noted
        self._look_at_bytes()

    def _look_at_bytes(self) -> None:
        """See that no byte of data reached the terminal as a control."""
        self.looks += 1
        output = self.terminal.output
        cut = UNFINISHED.search(output)
        unfinished = bytes(output[cut.start() :]) if cut else b""
        written = bytes(output[: len(output) - len(unfinished)]).decode("utf-8", "replace")
        for copied in CLIPBOARD.findall(written):
            base64.b64decode(copied, validate=True)
        rest = SEQUENCES.sub("", POINTER.sub("", CLIPBOARD.sub("", written)))
        controls = {each for each in rest if not each.isprintable()} - set("\r\n\ufffd")
        around = (
            [rest[max(each.start() - 20, 0) : each.end() + 40] for each in re.finditer(f"[{re.escape(''.join(controls))}]", rest)]
            if controls
            else []
        )
        assert controls == set(), around[:5]
        output[:] = unfinished

    def leave(self) -> None:
        """Kill it: it may be in a dialog, or in the middle of a text."""
        self.terminal.kill()


def memory(pid: int) -> float:
    """Return the resident memory of a process in MB, 0 where the machine does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
