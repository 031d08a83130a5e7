"""The real app, in a real process, on a real pseudo-terminal; what it shows is read from a terminal emulator."""

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
from collections.abc import Callable
from pathlib import Path

import pyte


class PtyApp:
    """`regrade` on a pty; a context manager that leaves nothing running."""

    def __init__(self, root: Path, columns: int = 120, rows: int = 36, **environment: str) -> None:
        self._size = (columns, rows)
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.output = bytearray()
        self.exit_code: int | None = None
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(root)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TEXTUAL_ANIMATIONS": "none", **environment}
            os.execve(sys.executable, [sys.executable, "-m", "regrade"], env)
        self.resize(columns, rows)

    def __enter__(self) -> PtyApp:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        os.close(self._fd)

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def send(self, keys: str) -> None:
        """Type keys."""
        os.write(self._fd, keys.encode())

    def text(self) -> str:
        """Return the screen, line by line."""
        return "\n".join(self._screen.display)

    def until(self, shown: str | Callable[[str], object], timeout: float = 60.0) -> str:
        """Wait until the screen shows a text, or until a condition on it holds, and return the screen."""
        condition = (lambda screen: shown in screen) if isinstance(shown, str) else shown
        end = time.monotonic() + timeout
        while not condition(self.text()):
            if time.monotonic() > end or not self._read(end):
                raise AssertionError(f"{shown!r} did not come; the screen is:\n{self.text()}")
        return self.text()

    def bytes_of(self, keys: str, silence: float = 0.5) -> int:
        """Return how many bytes the app writes for some keys, until it rests."""
        self.rest(silence)
        before = len(self.output)
        self.send(keys)
        self.rest(silence)
        return len(self.output) - before

    def rest(self, silence: float = 0.5) -> None:
        """Read until nothing comes any more."""
        while select.select([self._fd], [], [], silence)[0] and self._read(time.monotonic() + silence):
            pass

    def wait(self, timeout: float = 20.0) -> int:
        """Wait for the app to end and return its exit code."""
        end = time.monotonic() + timeout
        while self.exit_code is None and time.monotonic() < end:
            self._read(time.monotonic() + 0.1)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.exit_code = os.waitstatus_to_exitcode(status)
        assert self.exit_code is not None, f"it did not end; the screen is:\n{self.text()}"
        return self.exit_code

    def kill(self) -> None:
        """kill -9."""
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.exit_code = -signal.SIGKILL

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], max(0.0, min(0.25, end - time.monotonic())))
        if ready:
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:
                return False
            self.output += data
            self._stream.feed(data)
        return True


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
