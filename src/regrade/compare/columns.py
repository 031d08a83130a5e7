"""What an expression on examples may name: the inputs, ``expected``, ``mode``, and every candidate's prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regrade.errors import ExpressionError
from regrade.scoring.answer_columns import common_type, typed

if TYPE_CHECKING:  # pandas takes as long as a whole diff of the eval set, which comes here for slices
    from regrade.compare.members import Answers, Members
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
    said = {"expected": members.expected.tolist(), **{f"{name}.prediction": side.prediction.tolist() for name, side in sides.items()}}
    kind = common_type(value for values in said.values() for value in values)
    for name, values in said.items():
        columns[name] = typed(values, kind)
    columns["mode"] = pa.array(members.mode.tolist(), pa.string())
    return pa.table(columns)


def with_prediction(table: pa.Table, name: str) -> pa.Table:
    """Return the table with the predictions of candidate ``name`` as ``prediction`` too."""
    return table.append_column("prediction", table.column(f"{name}.prediction"))


def evaluate_text(text: str, table: pa.Table, *, where: str, condition: bool, types: Mapping[str, str] | None = None) -> list[Any]:
    """Return the value of an expression on every row of the table.

    Parameters
    ----------
    types : mapping, optional
        SQL type of each column, where it is known already.

    Raises
    ------
    ExpressionError
        It does not parse, names what is not there, is no condition where one is asked for, or cannot be computed.
    """
    from regrade.expressions import parse, parse_condition
    from regrade.log.evaluate import evaluate, sql_types

    expression = (parse_condition if condition else parse)(text, types or sql_types(table), where=where)
    try:
        return evaluate(expression, table)
    except ExpressionError as error:
        raise ExpressionError(error.what, where=where, hint=error.hint) from None


def answer_column(values: Sequence[Any]) -> pa.Array:
    """Return expected values, or answers, as the column that expressions see: in their own type, as text where they differ."""
    return typed(values, common_type(values))
