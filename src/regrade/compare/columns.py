"""What an expression on examples may name: the inputs, ``expected``, ``mode``, and every candidate's prediction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from regrade.compare.members import Answers, Members
from regrade.errors import ExpressionError
from regrade.scoring.scored import Scored

_NAMED = ("expected", "mode", "prediction")


def example_table(scored: Scored, members: Members, sides: Mapping[str, Answers]) -> pa.Table:
    """Return one row a member: its inputs, ``expected``, ``mode`` and ``<candidate>.prediction`` for every side.

    An input that is called like one of these is reached as ``log.<name>``.
    """
    columns: dict[str, Any] = {}
    taken = scored.inputs.take(pa.array(members.rows))
    for name in taken.column_names:
        columns[f"log.{name}" if name in _NAMED else name] = taken.column(name)
    columns["expected"] = _array(members.expected.tolist())
    columns["mode"] = _array(members.mode.tolist(), text=True)
    for name, side in sides.items():
        columns[f"{name}.prediction"] = _array(side.prediction.tolist())
    return pa.table(columns)


def with_prediction(table: pa.Table, name: str) -> pa.Table:
    """Return the table with the predictions of candidate ``name`` as ``prediction`` too."""
    return table.append_column("prediction", table.column(f"{name}.prediction"))


def evaluate_text(text: str, table: pa.Table, *, where: str, condition: bool) -> list[Any]:
    """Return the value of an expression on every row of the table.

    Raises
    ------
    ExpressionError
        It does not parse, names what is not there, is no condition where one is asked for, or cannot be computed.
    """
    from regrade.expressions import parse, parse_condition
    from regrade.log.evaluate import evaluate, sql_types

    expression = (parse_condition if condition else parse)(text, sql_types(table), where=where)
    try:
        return evaluate(expression, table)
    except ExpressionError as error:
        raise ExpressionError(error.what, where=where, hint=error.hint) from None


def _array(values: Sequence[Any], *, text: bool = False) -> pa.Array:
    """Return answers as one column: of their own type where they have one in common, else as text."""
    kinds = {type(value) for value in values if value is not None}
    if not text and kinds == {bool}:
        return pa.array(values, pa.bool_())
    if not text and kinds == {int} and all(value is None or abs(value) < 2**63 for value in values):
        return pa.array(values, pa.int64())
    if not text and kinds and kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array(
        [value if value is None or isinstance(value, str) else json.dumps(value, sort_keys=True) for value in values], pa.string()
    )
