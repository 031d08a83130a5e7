"""The app: `run(root)` opens it on a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regrade.paths import Paths
    from regrade.tui.app import RegradeApp

_SWITCH = 0.001
"""Seconds that the screen waits at most for a thread that reads or decides to let it go on (Python's default is 0.005)."""


def run(root: Path) -> int:
    """Open the app on the workspace in ``root`` and return the exit code once it is left.

    Raises
    ------
    regrade.errors.ConfigError
        ``regrade.toml`` says something that cannot be.
    """
    import sys

    from regrade.paths import Paths
    from regrade.tui.first_frame import FirstFrame
    from regrade.tui.garbage import Garbage
    from regrade.tui.hung_up import end_with_terminal

    end_with_terminal(0)
    sys.setswitchinterval(_SWITCH)
    _give_a_size()
    garbage = Garbage()
    garbage.begin()
    paths = Paths(root)
    frame = FirstFrame(paths)  # before the rest is imported
    try:
        app = _app(paths)
        app.garbage = garbage
        app.drawn_before(frame.text, frame.size)
        app.driver_class = frame.hand_over(app.driver_class)
        try:
            app.run()
        finally:
            app.finish()
    finally:
        frame.end()
        garbage.end()  # what was kept from the collector while the app ran ends with it: DuckDB tells of connections that do not
    if app.summary:
        from regrade.tui.draw import in_ascii
        from regrade.tui.glyphs import ASCII

        sys.stdout.write((in_ascii(app.summary) if app.glyphs is ASCII else app.summary) + "\n")
    return app.return_code or 0


def _app(paths: Paths) -> RegradeApp:
    from regrade.config import load
    from regrade.tui.app import RegradeApp

    return RegradeApp(paths, load(paths.config))


def _give_a_size() -> None:
    """Let a terminal that does not say how large it is count as 80×24; Textual and Rich assume different sizes, and never settle."""
    import os
    import shutil

    try:
        size = os.get_terminal_size(2)
    except OSError:
        size = os.terminal_size((0, 0))
    if 0 in size:
        columns, lines = shutil.get_terminal_size((80, 24))
        os.environ["COLUMNS"], os.environ["LINES"] = str(columns), str(lines)
