"""A monkey at the keyboard: random keys, errands, clicks and sizes on the real app, and what comes back is looked at byte by byte."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import time
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from tests.tui.errands import AWAITED, ERRANDS, ESC, KEYS, TRIAGE
from tests.tui.terminal import Terminal
from tests.tui.test_terminal import SEQUENCES
from tests.tui.watched import ASKED, BEHIND_KEYS, DRAWN, PROGRAM

CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
POINTER = re.compile(r"\x1b\]22;[a-z-]*\x07")
"""The shape of the pointer over a widget, which Textual names."""
LEFT = b"\x1b[?1049l"
"""Whoever leaves gives the terminal back."""
UNFINISHED = re.compile(rb"\x1b(\[[0-9;?<>=$]*|\][^\x07]*)?$")
LEAST, MOST = (60, 15), (300, 100)
CHECK_EVERY = 100
ESCAPE_SECONDS = 0.12
"""So long a lone Esc may be the beginning of another key."""
RESIZE, ERRAND, CLICK = 0.02, 0.06, 0.06
"""How likely each is before a key."""
BUTTONS = (0, 0, 0, 0, 1, 2, 64, 64, 65, 65, 65, 32, 35)
"""Of a mouse: left, middle, right, wheel up and down, moved with the button held and without."""


class Monkey:
    """Presses keys at random; the same ones, in the same order, for the same seed.

    Attributes
    ----------
    visited : Counter
        What the witness in the app saw; see :mod:`tests.tui.watched`.
    keys, sizes, starts, looks, compared : int
        Keys and clicks sent, how often the terminal changed its size, the app was started (a monkey may leave), its bytes were looked
        at, and what it had drawn was compared with what the terminal showed.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._random = folder, random.Random(seed)
        self.keys = self.sizes = self.starts = self.looks = self.compared = 0
        self.visited: Counter[str] = Counter()
        self._recent: deque[bytes] = deque(maxlen=80)
        self._due: deque[bytes] = deque()
        self._errands: list[str] = []
        self.terminal = self._start()

    def _start(self) -> Terminal:
        self.starts += 1
        self._told = self._folder.parent / f"witness-{self.starts}.json"
        terminal = Terminal(str(self._folder), str(self._told), program=PROGRAM)
        terminal.until(lambda screen: self._told.exists() and screen.lstrip().startswith("regrade"))
        return terminal

    def press(self, n: int) -> None:
        """Press ``n`` keys, and look at what comes back."""
        for number in range(1, n + 1):
            if self._random.random() < RESIZE:
                self._resize()
            self._send(self._next())
            if number % CHECK_EVERY == 0:
                self.check()

    def tour(self, names: Iterable[str] = ERRANDS) -> None:
        """Go on these errands once, in this order; each begins once the app is done with the one before."""
        self._ask_what_is_drawn()
        for name in names:
            if name in AWAITED:
                self._send(TRIAGE)
                self._send(b"r")  # Esc may have stopped the scoring before
                self.terminal.until(AWAITED[name])
            for keys in ERRANDS[name]:
                self._send(keys)
            self._ask_what_is_drawn()
            self._send(ESC)  # only now: it would let go of keys that wait
            time.sleep(ESCAPE_SECONDS)
        self.check()

    def _next(self) -> bytes:
        draw = self._random
        if not self._due and draw.random() < ERRAND:
            self._errands = self._errands or self._shuffled()
            self._due.extend((b"\x1b\x1b", *ERRANDS[self._errands.pop()]))
        if self._due and draw.random() < 0.95:
            return self._due.popleft()
        return self._click() if draw.random() < CLICK else draw.choice(KEYS) if draw.random() < 0.95 else b"\x1b\x1b"

    def _shuffled(self) -> list[str]:
        return self._random.sample(sorted(ERRANDS), len(ERRANDS))

    def _click(self) -> bytes:
        """Return something that a mouse does somewhere; a click is done with once the button is up again."""
        columns, rows = self.terminal.size
        x, y, button = self._random.randint(1, columns), self._random.randint(1, rows), self._random.choice(BUTTONS)
        once = f"\x1b[<{button};{x};{y}M" + (f"\x1b[<{button};{x};{y}m" if button < 3 else "")
        return (once * self._random.choice((1, 1, 2))).encode()

    def _resize(self) -> None:
        self.sizes += 1
        self.terminal.resize(self._random.randint(LEAST[0], MOST[0]), self._random.randint(LEAST[1], MOST[1]))

    def _send(self, keys: bytes) -> None:
        self.keys += 1
        self._recent.append(keys)
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
        assert code == 0, f"it ended with {code}\n{self._state()}"
        self._look_at_bytes()
        self._ask_witness()
        self.terminal = self._start()

    def check(self) -> None:
        """Let it come to rest, see that the terminal shows what was drawn, draw all of it anew, and see that it is whole."""
        self._compare()
        for _ in range(3):
            self._send(b"\x1b")
            time.sleep(0.02)
        terminal = self.terminal
        terminal.rest(0.2)
        if terminal.gone:
            self._ended()
            return
        terminal.resize(self._random.randint(LEAST[0], 200), self._random.randint(LEAST[1], 60))
        # Triage or another place, or a dialog.
        terminal.until(lambda screen: "regrade" in screen.split("\n")[0] or "┌" in screen)
        assert terminal.noted == "nothing in the support log", self._state()
        self._look_at_bytes()
        self._ask_witness(live=True)

    def _compare(self) -> None:
        """See that the terminal shows what the app has drawn, once neither changes any more: a torn screen stays torn."""
        before: object = None
        unchanged = 0
        for _ in range(30):
            told, shown = self._drawn(), self.terminal.cells
            if told is None or tuple(told["size"]) != self.terminal.size:
                continue
            torn = [(y, line) for y, line in enumerate(told["lines"]) if not agree(line, shown[y])]
            if not torn:
                self.compared += 1
                return
            unchanged = unchanged + 1 if before == (told, shown) else 0
            before = (told, shown)
            if unchanged == 5:
                lines = "".join(f"{y}: {line!r}\n   {''.join(shown[y])!r}\n" for y, line in torn)
                raise AssertionError(f"drawn, and shown:\n{lines}{self._state()}")

    def _drawn(self) -> dict[str, Any] | None:
        """Return what the app believes to be on the terminal; None where it did not say so, or wrote something meanwhile."""
        terminal = self.terminal
        terminal.rest(0.1)
        before = len(terminal.output)
        told = self._ask_what_is_drawn()
        terminal.rest(0.1)
        return told if len(terminal.output) == before else None

    def _ask_what_is_drawn(self) -> dict[str, Any] | None:
        """Return what the app has drawn, once it is done with all keys; None where it does not say so."""
        terminal, drawn = self.terminal, self._told.with_suffix(DRAWN)
        drawn.unlink(missing_ok=True)
        if terminal.gone:
            return None
        self._told.with_suffix(ASKED).touch()
        with suppress(OSError):  # it has ended
            terminal.send(BEHIND_KEYS)
        end = time.monotonic() + 60
        while not drawn.exists() and time.monotonic() < end and not terminal.gone:
            terminal.read(0.01)
        return json.loads(drawn.read_text(encoding="utf-8")) if drawn.exists() else None

    def _look_at_bytes(self) -> None:
        """See that no byte of data reached the terminal as a control, and no traceback."""
        self.looks += 1
        output, left = self.terminal.output, self.terminal.output.rfind(LEFT)
        if self.terminal.gone and left >= 0:
            output = output[:left]  # what was typed since is shown by the terminal itself
        cut = UNFINISHED.search(output)
        unfinished = bytes(output[cut.start() :]) if cut else b""
        written = bytes(output[: len(output) - len(unfinished)]).decode("utf-8", "replace")
        assert "Traceback" not in written, self._state()
        for copied in CLIPBOARD.findall(written):
            base64.b64decode(copied, validate=True)
        rest = SEQUENCES.sub("", POINTER.sub("", CLIPBOARD.sub("", written)))
        controls = {each for each in rest if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - set("\r\n")
        around = (
            [rest[max(each.start() - 20, 0) : each.end() + 40] for each in re.finditer(f"[{re.escape(''.join(controls))}]", rest)]
            if controls
            else []
        )
        assert controls == set(), f"{around[:5]}\n{self._state()}"
        output[:] = unfinished

    def _ask_witness(self, *, live: bool = False) -> None:
        """Add up what it saw; of an app that runs, as far as it is written, and without keeping it."""
        if not self._told.exists():
            return
        told = json.loads(self._told.read_text(encoding="utf-8"))
        assert not told["wrong"], "\n".join([*told["wrong"], self._state()])
        if not live:
            self.visited.update(told["seen"])

    def _state(self) -> str:
        terminal = self.terminal
        return f"after {self.keys} keys, the last of them {list(self._recent)}\n{terminal.size}\n{terminal.screen}\n{terminal.noted}"

    def leave(self) -> None:
        """Kill it: it may be in a dialog, or in the middle of a text."""
        if not self.terminal.gone:
            self.terminal.kill()
        self._ask_witness()


def agree(drawn: str, shown: list[str]) -> bool:
    """Whether a terminal shows a line as it was drawn; where terminals differ in how wide a character is, anything may stand there."""
    cells = as_cells(drawn)
    return len(cells) == len(shown) and all(one is None or one == other for one, other in zip(cells, shown, strict=True))


def as_cells(line: str) -> list[str | None]:
    """Return what each cell of a line is to show; None in those of characters that terminals do not agree on."""
    cells: list[str | None] = []
    begins = 0
    for character in line:
        width = cell_len(character)
        if width == 0:
            wider = cell_len(f"x{character}") if character != "\ufe0f" else 2
            cells[begins:] = [None] * max(len(cells) - begins, wider)
            continue
        begins = len(cells)
        sure = character.isprintable() and character < "\U0001f000"
        cells += [character if sure else None, *(("" if sure else None) for _ in range(width - 1))]
    return cells


def memory(pid: int) -> float:
    """Return the resident memory of a process in MB, 0 where the machine does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
