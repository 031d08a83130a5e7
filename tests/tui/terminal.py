"""The app on a real pseudo-terminal: keys go in, bytes come out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.pty_app import Pty

PROGRAM = """
import sys
from pathlib import Path
from regrade.config import load
from regrade.paths import Paths
from regrade.tui.app import RegradeApp
from tests.tui.fake_engine import FakeEngine
root = Path(sys.argv[1])
app = RegradeApp(Paths(root), load(root / "regrade.toml"), engine=FakeEngine)
app.run()
app.finish()
sys.stdout.write(app.summary + "\\n")
if len(sys.argv) > 2:
    Path(sys.argv[2]).write_text("\\n".join(sorted(sys.modules)))
"""


class Terminal(Pty):
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
        self._support_log = Path(arguments[0]) / ".regrade" / "support.log"
        super().__init__(["-c", program, *arguments], env, columns=columns, rows=rows, size=size)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return self.screen

    def wait(self, text: str, seconds: float = 60.0) -> None:
        """Wait for text on the screen; where it does not come, show what the app noted for support as well."""
        try:
            self.until(text, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.noted}") from None

    @property
    def noted(self) -> str:
        """What the app noted in its support log: where it failed."""
        return self._support_log.read_text(encoding="utf-8") if self._support_log.exists() else "nothing in the support log"

    def settle(self, silence: float = 0.5) -> None:
        """Wait until it is silent."""
        self.rest(silence)

    def press(self, keys: bytes, silence: float = 0.5) -> int:
        """Write keys, wait for silence, return how many bytes came back."""
        before = len(self.output)
        self.send(keys)
        self.read(5)
        self.settle(silence)
        return len(self.output) - before

    def leave(self) -> int:
        """Press q and return the exit code."""
        self.send(b"q")
        code = self.ended()
        if code:
            sys.stderr.write(f"{self.screen}\n{self.noted}\n")
        self.kill()
        return code
