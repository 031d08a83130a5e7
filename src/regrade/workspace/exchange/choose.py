"""Examples and labels by an expression: the same language as over the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from regrade.config import Config
from regrade.errors import ExpressionError
from regrade.log.content import JSON
from regrade.log.query import BUILT_IN
from regrade.log.results import label_text
from regrade.log.scorers import right_rule
from regrade.log.searched import is_text
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
    state, is_right = workspace.evalset.state, right_rule(workspace.config)
    names = {mode.id: mode.name for mode in state.modes()}
    expected = [each.expected[0] if len(each.expected) == 1 else None for each in members]
    said = [each.content.prediction for each in members]
    table["key"] = pa.array([each.key for each in members], pa.string())
    table["status"] = pa.array([state.status(each.key) for each in members], pa.string())
    table["mode"] = pa.array([names.get(each.mode or "", each.mode) for each in members], pa.string())
    table["result"] = pa.array([_RESULTS[is_right(*pair)] for pair in zip(expected, said, strict=True)], pa.string())
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
    return places(pa.table(table), where, workspace.config)


def places(table: pa.Table, where: str, config: Config) -> list[int]:
    """Return the rows of a table that a filter finds: an expression, or words to search for in its columns of text.

    Raises ExpressionError where it is no condition over the columns.
    """
    from regrade.expressions import parse_filter
    from regrade.log.evaluate import evaluate, sql_types

    types = sql_types(table)
    declared = [name for name in types if name.removeprefix("log.") == config.log.text]
    texts = declared or [name for name, kind in types.items() if is_text(kind)]
    searched = [name for name in texts if not config.privacy.covers(name.removeprefix("log."))]
    expression = parse_filter(where, types, searched=searched, where="--where")
    try:
        found = evaluate(expression, table)
    except ExpressionError as error:
        raise ExpressionError(error.what, where="--where", hint=error.hint) from None
    return [at for at, value in enumerate(found) if value is True]


def comparable(values: Sequence[JSON]) -> pa.Array:
    """Return labels as one column: of their own type where all share one, else as the texts that are compared."""
    column = column_of(values)
    if column is not None and not pa.types.is_list(column.type):
        return column
    texts = [msgspec.json.encode(each).decode() if isinstance(each, (list, dict)) else label_text(each) for each in values]
    return pa.array(texts, pa.string())
