"""Frames of the log and of the eval set, for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regrade.evalset import decided_rows

if TYPE_CHECKING:
    import pandas as pd

    from regrade.log import Facets, View
    from regrade.log.stats import LogStats
    from regrade.workspace.facade import Workspace


def view(workspace: Workspace, where: str, sort: str = "") -> View:
    """Return the row addresses that an expression finds, in order."""
    workspace.log.set_decided(decided_rows(workspace.evalset.state))
    return workspace.reader.view(where, sort)


def facets(workspace: Workspace, column: str, where: str, limit: int) -> Facets:
    """Count by the values of a column; see :meth:`Workspace.facets`."""
    workspace.log.set_decided(decided_rows(workspace.evalset.state))
    return workspace.reader.facets(column, where, limit=limit)


def log_stats(workspace: Workspace, where: str, progress: Callable[[int, int | None], None] | None = None) -> LogStats:
    """Look the log over; see :meth:`Workspace.log_stats`. ``progress`` is told (steps done, steps in all)."""
    from regrade.log.stats import log_stats

    if where.strip():
        workspace.log.set_decided(decided_rows(workspace.evalset.state))
    return log_stats(workspace.reader, where, progress)


def predictions(workspace: Workspace, where: str, sort: str, limit: int | None) -> pd.DataFrame:
    """Return logged predictions; see :meth:`Workspace.predictions`."""
    found = view(workspace, where, sort)
    frame = workspace.reader.frame(found.addresses[:limit])
    state = workspace.evalset.state
    frame["status"] = [state.status(key) for key in frame["key"]]
    frame["mode"] = [state.mode(key) for key in frame["key"]]
    return frame.set_index("key", drop=False)


def examples(workspace: Workspace) -> pd.DataFrame:
    """Return the members of the eval set; see :meth:`Workspace.examples`."""
    from regrade.scoring import example_frames

    frame, inputs = example_frames(workspace.evalset, workspace.config)
    return frame.join(inputs.rename(columns={name: f"log.{name}" for name in inputs if name in frame}))
