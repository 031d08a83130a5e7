"""Open the app, or say why it cannot be opened."""

from __future__ import annotations

import sys
from pathlib import Path

from regrade.errors import UsageError
from regrade.paths import find_root


def open_app(start: Path) -> int:
    """Open the app on the workspace at or above ``start`` and return its exit code.

    Raises
    ------
    UsageError
        There is no workspace, or no terminal.
    """
    root = find_root(start)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the app needs a terminal", hint="`regrade status`, `regrade score` and `regrade --help` work without one")
    from regrade.tui import run

    return run(root)
