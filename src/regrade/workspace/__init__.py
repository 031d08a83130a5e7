"""The facade that the command line, the engine and notebooks use: `regrade.open()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regrade.workspace.facade import Workspace

if TYPE_CHECKING:
    from regrade.workspace.status import Status

__all__ = ["Status", "Workspace"]


def __getattr__(name: str) -> Any:
    """Import what few ask for when it is asked for."""
    if name != "Status":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from regrade.workspace.status import Status

    return Status
