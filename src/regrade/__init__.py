"""regrade: grow an evaluation set out of production failures, and judge every change to a model on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from regrade.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(path: str | Path | None = None, *, allow_code: bool = False) -> Workspace:
    """Open the workspace at ``path``, or the nearest one above the current folder.

    Parameters
    ----------
    path : path, optional
        A folder in or below a workspace.
    allow_code : bool, default False
        Let candidates that are code run without `regrade trust`.

    Raises
    ------
    regrade.errors.UsageError
        There is no ``regrade.toml`` here or above.
    regrade.errors.ConfigError
        It says something that cannot be.
    """
    from regrade.workspace import Workspace

    return Workspace.open(path, allow_code=allow_code)
