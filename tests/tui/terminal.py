"""The app on a real pseudo-terminal: keys go in, bytes come out."""

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
from pathlib import Path

import pyte

PROGRAM = """
import sys
from pathlib import Path
from regrade.config import load
from regrade.paths import Paths
from regrade.tui.app import RegradeApp
from tests.tui.harness import FakeEngine
root = Path(sys.argv[1])
app = RegradeApp(Paths(root), load(root / "regrade.toml"), engine=FakeEngine)
app.run()
app.finish()
sys.stdout.write(app.summary + "\\n")
if len(sys.argv) > 2:
    Path(sys.argv[2]).write_text("\\n".join(sorted(sys.modules)))
"""


class Terminal:
    """The app in a child process on a pty of its own.

    Parameters
    ----------
    program : str
        Python to run; ``sys.argv[1:]`` is ``arguments``.
    size : (rows, columns), optional
        What the terminal says of itself, where that is not how large it is.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 120,
        rows: int = 36,
        size: tuple[int, int] | None = None,
        program: str = PROGRAM,
        **environment: str,
    ) -> None:
        root = Path(__file__).parents[2]
        path = os.pathsep.join([str(root / "src"), str(root)])
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        env = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "PYTHONPATH": path, **environment}
        self.pid, self.fd = pty.fork()
        said = struct.pack("HHHH", *(size or (rows, columns)), 0, 0)
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, said)
            os.execvpe(sys.executable, [sys.executable, "-c", program, *arguments], env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, said)
        self.output = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def read(self, timeout: float) -> bytes:
        """Return what it writes within so many seconds; nothing where it is silent or gone."""
        ready, _, _ = select.select([self.fd], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        self.output += data
        self._stream.feed(data)
        return data

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self._screen.display)

    def wait(self, text: str, seconds: float = 60.0) -> None:
        """Wait for text on the screen."""
        end = time.monotonic() + seconds
        while text not in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} did not appear:\n{self.text}")
            self.read(0.2)

    def settle(self, silence: float = 0.5) -> None:
        """Wait until it is silent."""
        while self.read(silence):
            pass

    def press(self, keys: bytes, silence: float = 0.5) -> int:
        """Write keys, wait for silence, return how many bytes came back."""
        before = len(self.output)
        os.write(self.fd, keys)
        self.read(5)
        self.settle(silence)
        return len(self.output) - before

    def leave(self) -> int:
        """Press q and return the exit code."""
        os.write(self.fd, b"q")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            self.read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.read(0.1):
                    pass
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("it did not leave")

    def kill(self) -> None:
        """Kill it with signal 9."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
