"""The app: `run(root)` opens it on a workspace."""

from __future__ import annotations

from pathlib import Path


def run(root: Path) -> int:
    """Open the app on the workspace in ``root`` and return the exit code once it is left.

    Raises
    ------
    regrade.errors.ConfigError
        ``regrade.toml`` says something that cannot be.
    """
    import sys

    from regrade.config import load
    from regrade.paths import Paths
    from regrade.tui.app import RegradeApp

    paths = Paths(root)
    app = RegradeApp(paths, load(paths.config))
    try:
        app.run()
    finally:
        app.finish()
    if app.summary:
        sys.stdout.write(app.summary + "\n")
    return app.return_code or 0
