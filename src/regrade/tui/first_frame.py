"""The rows of last time as they were drawn, on the terminal before anything of the app is imported; the app then draws over them."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import Any, Protocol

import msgspec

from regrade.paths import Paths
from regrade.safe_text import safe_text

Line = tuple[int, int, list[tuple[str, str]]]
"""Column and row of a piece of the screen, and its parts: SGR numbers (``1;38;2;0;0;0``), text."""

_ENTER, _LEAVE = "\x1b[?1049h", "\x1b[?1049l"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_NUMBERS = re.compile(r"[0-9;]{0,80}")


class Frame(msgspec.Struct, array_like=True):
    """What was drawn, and on what terminal: on another one it is not shown.

    Attributes
    ----------
    size : (columns, rows)
    terminal : list of str
        What decides on colours and signs; see :func:`terminal`.
    """

    size: tuple[int, int]
    terminal: list[str]
    lines: list[Line]


class _Driver(Protocol):
    attrs_before: list[Any] | None

    def write(self, data: str) -> None: ...

    def start_application_mode(self) -> None: ...


class FirstFrame:
    """The frame of one start.

    Attributes
    ----------
    painted : bool
        Whether the terminal shows it, and nobody has taken over yet.
    text : str
        What was written on the empty screen; empty where nothing was.
    size : (columns, rows)
        Of the terminal.
    """

    def __init__(self, paths: Paths) -> None:
        self.painted = False
        self.text, self.size = "", (0, 0)
        self._before: list[Any] | None = None
        frame = _load(paths) if paths.last_view.exists() else None
        if frame is not None and frame.terminal == terminal() and frame.size == _size():
            self._hush()
            self.text, self.size = "".join(map(_written, frame.lines)), frame.size
            sys.stdout.write(_ENTER + _HIDE_CURSOR + self.text)
            sys.stdout.flush()
            self.painted = True

    def hand_over(self, driver: type[Any]) -> type[Any]:
        """Return a Textual driver that does not enter the other screen of the terminal a second time: some terminals clear it then."""
        if not self.painted:
            return driver

        def write(this: _Driver, data: str) -> None:
            if data == _ENTER and self.painted:
                self.painted = False
                return
            driver.write(this, data)

        def start(this: _Driver) -> None:
            driver.start_application_mode(this)
            if self._before is not None:  # no key was ever shown by the terminal; left or suspended, it is as it was before
                this.attrs_before, self._before = self._before, None

        return type(driver.__name__, (driver,), {"write": write, "start_application_mode": start})

    def _hush(self) -> None:
        """Keep keys that are pressed before the app is there for it, and off the screen."""
        with contextlib.suppress(ImportError, OSError, ValueError):
            import termios
            import tty

            with contextlib.suppress(termios.error):
                self._before = termios.tcgetattr(sys.stdin)
                tty.setcbreak(sys.stdin, termios.TCSANOW)

    def _restore(self) -> None:
        if self._before is not None:
            import termios

            with contextlib.suppress(termios.error, OSError, ValueError):
                termios.tcsetattr(sys.stdin, termios.TCSANOW, self._before)
            self._before = None

    def end(self) -> None:
        """Give the terminal back as it was, where nobody has taken over: what went wrong is said there."""
        if self.painted:
            self.painted = False
            sys.stdout.write(_SHOW_CURSOR + _LEAVE)
            sys.stdout.flush()
        self._restore()


def keep(paths: Paths, size: tuple[int, int], lines: list[Line], drawn_for: list[str] | None = None, *, colours: bool = True) -> None:
    """Keep what is drawn for the next start; a cache that cannot be written is no reason to disturb anybody.

    ``drawn_for`` is what :func:`terminal` said before Textual began, which takes NO_COLOR out of the environment.
    """
    temporary = paths.first_frame.with_suffix(f".{os.getpid()}.tmp")
    if not colours:
        lines = [(x, y, [(without_colour(numbers), text) for numbers, text in parts]) for x, y, parts in lines]
    try:
        paths.cache.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(Frame(size, drawn_for or terminal(), lines)))
        temporary.replace(paths.first_frame)
    except (OSError, msgspec.EncodeError, UnicodeError):
        forget(paths)
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def forget(paths: Paths) -> None:
    """Keep none."""
    with contextlib.suppress(OSError):
        paths.first_frame.unlink(missing_ok=True)


def terminal() -> list[str]:
    """Return what of the environment decides on how the app is drawn."""
    names = ("TERM", "COLORTERM", "NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "LC_ALL", "LC_CTYPE", "LANG")
    return [os.environ.get(name, "") for name in names]


def without_colour(numbers: str) -> str:
    """Return the numbers of an SGR instruction without those of colours: bold, underlined and reversed stay; none may be left."""
    kept = []
    codes = iter(numbers.split(";"))
    for code in codes:
        if code in ("38", "48", "58"):
            for _ in range(3 if next(codes, "") == "2" else 1):
                next(codes, "")
        elif not (code.isdigit() and (30 <= int(code) <= 49 or 90 <= int(code) <= 107)):
            kept.append(code)
    return ";".join(kept)


def _size() -> tuple[int, int] | None:
    try:
        size = os.get_terminal_size(1)
    except OSError:
        return None
    return size.columns, size.lines


def _load(paths: Paths) -> Frame | None:
    try:
        return msgspec.json.decode(paths.first_frame.read_bytes(), type=Frame)
    except (OSError, ValueError, RecursionError):
        return None


def _written(line: Line) -> str:
    """Return a line for the terminal: numbers and harmless text, whatever stands in the file."""
    column, row, parts = line
    place = f"\x1b[{max(row, 0) + 1};{max(column, 0) + 1}H"
    return place + "".join(f"\x1b[{numbers}m{safe_text(text)}\x1b[0m" for numbers, text in parts if _NUMBERS.fullmatch(numbers))
