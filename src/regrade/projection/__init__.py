"""What is known, written into workspace.db as tables for any tool; deleting it costs time only."""

from regrade.projection.project import project

__all__ = ["project"]
