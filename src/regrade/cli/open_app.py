"""Open the app, or say why it cannot be opened."""

from __future__ import annotations

import sys
from pathlib import Path

from regrade.errors import UsageError
from regrade.paths import find_root


def open_app(start: Path) -> int:
    """Open the app on the workspace at or above ``start`` and return its exit code; in a terminal, where there is none, help to make one.

    Raises
    ------
    UsageError
        There is no workspace, or no terminal.
    """
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        root = find_root(start)
    except UsageError:
        if not terminal:
            raise
        from regrade.cli.first_run import first_run

        return first_run(start)
    if not terminal:
        raise UsageError("the app needs a terminal", hint="`regrade status`, `regrade score` and `regrade --help` work without one")
    from regrade.tui import run

    return run(root)
