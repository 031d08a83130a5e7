"""What people decided, one row a prediction: for a model that learns from it, a spreadsheet, a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from regrade.workspace.exchange.sheet import Sheet

if TYPE_CHECKING:
    import pandas as pd

    from regrade.evalset import Event, State
    from regrade.log.content import JSON
    from regrade.workspace.facade import Workspace

COLUMNS = ("key", "status", "mode", "mode_name", "expected", "expected_values", "disputed", "by", "at", "reason", "notes")
_SAID_NOTHING = frozenset(("undo", "redo"))


def labels_sheet(workspace: Workspace, where: str = "") -> Sheet:
    """Return one row a prediction that somebody decided on, sorted by key; see :meth:`Workspace.labels`.

    Raises
    ------
    ExpressionError
        ``where`` is no condition over the columns of the labels.
    """
    state = workspace.evalset.state
    rows = [_row(state, key) for key in sorted(state.decided_keys())]
    if where and rows:
        from regrade.workspace.exchange.choose import comparable, places

        plain = {name: [row[name] for row in rows] for name in COLUMNS if name not in ("expected_values", "disputed", "notes")}
        table = {name: comparable(values) if name == "expected" else pa.array(values, pa.string()) for name, values in plain.items()}
        rows = [rows[at] for at in places(pa.table(table), where, workspace.config)]
    return Sheet({name: [row[name] for row in rows] for name in COLUMNS})


def labels(workspace: Workspace) -> pd.DataFrame:
    """Return the labels as a frame; see :meth:`Workspace.labels`."""
    import pandas as pd

    columns = labels_sheet(workspace).columns
    index = pd.Index(columns.pop("key"), dtype=object, name="key")
    return pd.DataFrame({name: pd.Series(values, index=index, dtype=object) for name, values in columns.items()}, index=index)


def _row(state: State, key: str) -> dict[str, JSON]:
    mode = state.mode(key)
    found = state.book.get(mode) if mode else None
    expected = state.expected(key)
    said = [event for event in state.history(key) if event.kind not in _SAID_NOTHING and state.is_live(event.id)]
    plain = len(expected) == 1 and expected[0] is not None
    return {
        "key": key,
        "status": state.status(key),
        "mode": mode,
        "mode_name": found.name if found else mode,
        "expected": expected[0] if plain else None,
        "expected_values": None if plain or not expected else expected,
        "disputed": state.disputed_fields(key),
        "by": said[-1].by if said else None,
        "at": said[-1].at if said else None,
        "reason": _reason(said),
        "notes": [event.note for event in said if event.note],
    }


def _reason(said: list[Event]) -> str | None:
    return next((event.reason for event in reversed(said) if event.reason), None)
