"""The facade that the command line, the engine and notebooks use: `regrade.open()`."""

from regrade.workspace.facade import Workspace
from regrade.workspace.status import Status

__all__ = ["Status", "Workspace"]
