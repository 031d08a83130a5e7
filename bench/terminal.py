"""A program on a pseudo-terminal of its own, seen from outside: when is what painted, what does a key cost."""

from __future__ import annotations

import atexit
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=$]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78]")
_BYTECODE = tempfile.mkdtemp(prefix="regrade-bench-bytecode-")
atexit.register(shutil.rmtree, _BYTECODE, ignore_errors=True)
_SILENCE = 0.08
"""Seconds without output that end a repaint."""


def _cpu(schedstat: Path) -> float:
    try:
        return int(schedstat.read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


@dataclass(frozen=True)
class Press:
    """What one key cost: seconds to the first and to the last byte of the repaint, its bytes, and the CPU of the main thread until then.

    The CPU, 0 where the system does not tell (Linux does), says more than the clock where others are at work on the machine.
    """

    first: float
    settled: float
    size: int
    cpu: float


class Terminal:
    """One program on one pty; a context manager that ends it.

    Parameters
    ----------
    argv : list of str
        The program and its arguments.
    columns, rows : int
        Size of the terminal in cells.
    environment : dict, optional
        Added to this process's environment.
    """

    def __init__(self, argv: list[str], columns: int = 120, rows: int = 40, environment: dict[str, str] | None = None) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
            # An installed program has its modules as bytecode; a tree that is worked in may be told to write none.
            terminal |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _BYTECODE}
            os.execvpe(argv[0], argv, {**os.environ, **terminal, **(environment or {})})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)
        self.output = bytearray()
        self.ended = False

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)
        os.waitpid(self.pid, 0)

    def wait_for(self, pattern: str, timeout: float = 60.0) -> float:
        """Return the seconds from start until the text written so far matches ``pattern``."""
        wanted, end = re.compile(pattern.encode()), time.perf_counter() + timeout
        while not wanted.search(_ESCAPES.sub(b"", bytes(self.output))):
            if self.ended or time.perf_counter() > end:
                raise SystemExit(f"{pattern!r} did not appear; the screen says: {self.text()[-400:]!r}")
            self._read(end - time.perf_counter())
        return time.perf_counter() - self.started

    def settle(self, silence: float = 0.6, timeout: float = 20.0) -> None:
        """Read until nothing has come for ``silence`` seconds."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end and self._read(silence):
            pass

    def send(self, keys: bytes) -> None:
        """Write keys and wait for nothing."""
        os.write(self._fd, keys)

    def press(self, keys: bytes, timeout: float = 3.0) -> Press:
        """Write ``keys`` and return what their repaint cost, once the terminal rests from what was before."""
        self.settle(_SILENCE, timeout)
        self.output.clear()
        cpu, before, start = 0.0, self._main_cpu(), time.perf_counter()
        os.write(self._fd, keys)
        first = last = 0.0
        while time.perf_counter() < start + timeout and self._read(_SILENCE if first else start + timeout - time.perf_counter()):
            last = time.perf_counter() - start
            cpu = cpu if first else self._main_cpu() - before
            first = first or last
        return Press(first or timeout, last or timeout, len(self.output), cpu)

    def rest(self, quiet: float = 1.0, timeout: float = 90.0) -> None:
        """Read until the program has been idle for ``quiet`` seconds: what it does behind its first rows takes seconds in a large log."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end:
            before = self.cpu()
            self.settle(quiet, quiet)
            if self.cpu() - before <= 0.05 * quiet:
                return

    def _main_cpu(self) -> float:
        return _cpu(Path(f"/proc/{self.pid}/task/{self.pid}/schedstat"))

    def cpu(self) -> float:
        """Return the seconds of CPU that the program's threads have taken so far; 0 where the system does not tell."""
        return sum(_cpu(each) for each in Path(f"/proc/{self.pid}/task").glob("*/schedstat"))

    def leave(self, keys: bytes = b"q", timeout: float = 10.0) -> None:
        """Write ``keys`` and wait until the program has ended by itself."""
        os.write(self._fd, keys)
        end = time.perf_counter() + timeout
        while not self.ended and time.perf_counter() < end:
            self._read(0.1)

    def text(self) -> str:
        """Return what was written, without its escapes."""
        return _ESCAPES.sub(b"", bytes(self.output)).decode("utf-8", "replace")

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], max(0.0, timeout))
        if not ready:
            return False
        try:
            self.output += os.read(self._fd, 1 << 16)
        except OSError:
            self.ended = True  # the program closed its end
            return False
        return True
