"""A program in a real process, on a real pseudo-terminal; what it shows is read from a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import pyte


class Pty:
    """A Python program on a pseudo-terminal of its own; a context manager that leaves nothing running.

    Parameters
    ----------
    arguments : list of str
        What follows ``python``.
    folder : Path, optional
        Where it runs; default: here.
    size : (rows, columns), optional
        What the terminal says of itself, where that is not how large it is.
    """

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        *,
        folder: Path | None = None,
        columns: int = 120,
        rows: int = 36,
        size: tuple[int, int] | None = None,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._lines: dict[int, str] = {}
        """The text of each line, but of those that were written to since it was asked for."""
        self._stream = pyte.ByteStream(self._screen)
        self.output = bytearray()
        self.exit_code: int | None = None
        said = struct.pack("HHHH", *(size or (rows, columns)), 0, 0)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if folder is not None:
                os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, said)
            os.execve(sys.executable, [sys.executable, *arguments], dict(environment))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, said)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)
        self._lines.clear()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._screen.columns, self._screen.lines

    def send(self, keys: str | bytes) -> None:
        """Type keys."""
        os.write(self.fd, keys.encode() if isinstance(keys, str) else keys)

    @property
    def screen(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(map("".join, self.cells))

    @property
    def cells(self) -> list[list[str]]:
        """What is in each cell of the screen; nothing in the right half of what is two cells wide."""
        lines, columns = range(self._screen.lines), range(self._screen.columns)
        # Not pyte's own `display`, which fails on a wide character of which one half was overwritten.
        return [[self._screen.buffer[y][x].data for x in columns] for y in lines]

    def read(self, timeout: float) -> bytes:
        """Return what it writes within so many seconds; nothing where it is silent or gone."""
        if not select.select([self.fd], [], [], max(timeout, 0.0))[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        self.output += data
        self._stream.feed(data)
        return data

    def until(self, shown: str | Callable[[str], object], timeout: float = 60.0) -> str:
        """Wait until the screen shows a text, or until a condition on it holds, and return the screen."""
        condition = (lambda screen: shown in screen) if isinstance(shown, str) else shown
        end = time.monotonic() + timeout
        while not condition(self.screen):
            if time.monotonic() > end:
                raise AssertionError(f"{shown!r} did not come; the screen is:\n{self.screen}")
            if not self.read(0.2) and self.gone:
                raise AssertionError(f"it ended before {shown!r} came; the screen is:\n{self.screen}")
        return self.screen

    def rest(self, silence: float = 0.5) -> None:
        """Read until nothing comes any more."""
        while self.read(silence):
            pass

    def ended(self, timeout: float = 60.0) -> int:
        """Wait for it to end, read the rest, and return its exit code."""
        end = time.monotonic() + timeout
        while not self.gone and time.monotonic() < end:
            self.read(0.1)
        assert self.exit_code is not None, f"it did not end; the screen is:\n{self.screen}"
        if self.fd >= 0:
            self.rest(0.1)
        return self.exit_code

    def kill(self) -> None:
        """kill -9, if it still runs, and let go of the terminal."""
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.exit_code = -signal.SIGKILL
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    @property
    def gone(self) -> bool:
        """Whether it ended."""
        if self.exit_code is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code is not None


class PtyApp(Pty):
    """`regrade`, the real app with its engine, on a workspace."""

    def __init__(self, root: Path, columns: int = 120, rows: int = 36, **environment: str) -> None:
        env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TEXTUAL_ANIMATIONS": "none", **environment}
        super().__init__(["-m", "regrade"], env, folder=root, columns=columns, rows=rows)

    def text(self) -> str:
        """Return the screen, line by line."""
        return self.screen

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for the app to end and return its exit code."""
        return self.ended(timeout)


def labelled_rows(screen: str) -> int:
    """Count the rows of the list that are shown as labelled; the same sign stands in the prediction beside it as well."""
    return sum(line[2:3] == "◐" for line in screen.split("\n"))


def descendants(pid: int) -> dict[int, str]:
    """Return the processes below ``pid``: pid to command line. Linux only: it reads /proc."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    found, frontier = {}, {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier}
        found.update({child: command_line(child) for child in frontier})
    return found


def command_line(pid: int) -> str:
    """Return the command line of a process; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Does a process run, zombies left out."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
