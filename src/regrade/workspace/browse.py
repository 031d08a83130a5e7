"""Frames of the log and of the eval set, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.log import Decided

if TYPE_CHECKING:
    import pandas as pd

    from regrade.evalset import State
    from regrade.log import View
    from regrade.workspace.facade import Workspace


def decided(state: State) -> list[Decided]:
    """Return what expressions see of the decisions as ``status``, ``mode`` and ``expected``."""
    rows = []
    for key in state.decided_keys():
        expected = state.expected(key)
        rows.append(Decided(key, state.status(key), state.mode(key), expected[0] if len(expected) == 1 else None))
    return rows


def view(workspace: Workspace, where: str, sort: str = "") -> View:
    """Return the row addresses that an expression finds, in order."""
    workspace.log.set_decided(decided(workspace.evalset.state))
    return workspace.reader.view(where, sort)


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

    frame, inputs = example_frames(workspace.evalset)
    return frame.join(inputs.drop(columns=[name for name in inputs if name in frame]))
