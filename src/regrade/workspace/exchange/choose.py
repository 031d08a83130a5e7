"""Examples and labels by an expression: the same language as over the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from regrade.log.content import JSON
from regrade.log.query import BUILT_IN
from regrade.log.results import is_right, label_text
from regrade.workspace.exchange.sheet import column_of

if TYPE_CHECKING:
    from regrade.evalset import Example
    from regrade.workspace.facade import Workspace

_RESULTS = {True: "right", False: "wrong", None: "unknown"}


def matching(workspace: Workspace, members: Sequence[Example], schemas: Mapping[str, str], where: str) -> list[int]:
    """Return the places of the examples for which ``where`` is true.

    It may name every input (one that is called like a built-in column as ``log.NAME``), the built-in columns of the log (``key``,
    ``result``, ``status``, ``mode``, ``expected``), and the example's own: ``origin``, ``weight``, ``partition``, ``pinned``,
    ``prediction``, ``outcome``, ``time``, ``model``; where an input has that name, as ``example.NAME``.
    """
    from regrade.scoring.inputs import input_table

    inputs = input_table(members, schemas)
    table = {f"log.{name}" if name.lower() in BUILT_IN else name: inputs.column(name) for name in inputs.column_names}
    taken = {name.lower() for name in table}
    state, task = workspace.evalset.state, workspace.config.task
    names = {mode.id: mode.name for mode in state.modes()}
    expected = [each.expected[0] if len(each.expected) == 1 else None for each in members]
    said = [each.content.prediction for each in members]
    table["key"] = pa.array([each.key for each in members], pa.string())
    table["status"] = pa.array([state.status(each.key) for each in members], pa.string())
    table["mode"] = pa.array([names.get(each.mode or "", each.mode) for each in members], pa.string())
    table["result"] = pa.array(
        [_RESULTS[is_right(task.kind, task.tolerance, *pair)] for pair in zip(expected, said, strict=True)], pa.string()
    )
    table["expected"] = comparable(expected)
    own = {
        "origin": pa.array([each.origin for each in members], pa.string()),
        "weight": pa.array([each.weight for each in members], pa.float64()),
        "partition": pa.array([each.partition for each in members], pa.string()),
        "pinned": pa.array([each.pinned for each in members], pa.bool_()),
        "prediction": comparable(said),
        "outcome": comparable([each.content.outcome for each in members]),
        "time": pa.array([each.content.time for each in members], pa.string()),
        "model": pa.array([each.content.model for each in members], pa.string()),
    }
    table |= {f"example.{name}" if name in taken else name: column for name, column in own.items()}
    return places(pa.table(table), where)


def places(table: pa.Table, where: str) -> list[int]:
    """Return the rows of a table for which ``where`` is true. Raises ExpressionError where it is no condition over the columns."""
    from regrade.compare.columns import evaluate_text

    found = evaluate_text(where, table, where="--where", condition=True)
    return [at for at, value in enumerate(found) if value is True]


def comparable(values: Sequence[JSON]) -> pa.Array:
    """Return labels as one column: of their own type where all share one, else as the texts that are compared."""
    column = column_of(values)
    if column is not None and not pa.types.is_list(column.type):
        return column
    texts = [msgspec.json.encode(each).decode() if isinstance(each, (list, dict)) else label_text(each) for each in values]
    return pa.array(texts, pa.string())
