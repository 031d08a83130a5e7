"""What an expression on examples may name: the inputs, ``expected``, ``mode``, and every candidate's prediction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regrade.errors import ExpressionError
from regrade.log.results import label_text

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
    kind = _common_type(value for values in said.values() for value in values)
    for name, values in said.items():
        columns[name] = _array(values, kind)
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
    return _array(values, _common_type(values))


def _common_type(values: Iterable[Any]) -> pa.DataType:
    """Return the type that answers and expected values are compared in: their own where all share one, else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return answers as one column; as text they are spelt as class labels are compared, lists and objects as JSON."""
    if kind == pa.string():
        texts = [json.dumps(value, sort_keys=True) if isinstance(value, (list, dict)) else label_text(value) for value in values]
        return pa.array(texts, kind)
    if kind == pa.int64() and any(value is not None and not -(2**63) <= value < 2**63 for value in values):
        kind = pa.float64()
    return pa.array([value if value is None or kind != pa.float64() else float(value) for value in values], kind)
