"""``[checks]``: expressions over inputs and outputs of stages that hold where all is well."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regrade.candidates.stages import Sparse, Staged
from regrade.config_stages import INPUTS, MODEL
from regrade.errors import ExpressionError, near_names
from regrade.scoring.answer_columns import answer_arrays

_WHERE = "regrade.toml: checks"


@dataclass(frozen=True)
class Failed:
    """A check that does not hold for an example, and the last stage that it looks at."""

    name: str
    stage: str


class _Open(dict[str, str]):
    """Columns of which those of a pipeline's steps (``scale.precip``) are not known yet: nobody was asked."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and "." in name and not name.lower().startswith("log."))

    def __missing__(self, name: str) -> str:
        return "BOOLEAN"


def check_checks(checks: Mapping[str, str], inputs: pa.Table, declared: Sequence[str]) -> None:
    """Refuse what is no condition, or names what is neither an input nor a stage. Raises ExpressionError."""
    if not checks:
        return
    from regrade.expressions import parse_condition
    from regrade.log.evaluate import sql_types

    known = {**sql_types(inputs), **dict.fromkeys(("prediction", *declared), "BOOLEAN")}
    for name, text in checks.items():
        parse_condition(text, _Open(known), where=f"{_WHERE}.{name}")


def failing(checks: Mapping[str, str], inputs: pa.Table, keys: Sequence[str], staged: Staged, answers: Sequence[Any]) -> list[list[Failed]]:
    """Return the checks that fail for each example, in the order of the file; NULL is no failure.

    Parameters
    ----------
    inputs : pa.Table
        One row an example, in the order of ``keys``.
    staged : Staged
        What the candidate went through; a check that names a step which it has not says nothing of it.
    answers : sequence
        What it answered: ``prediction`` in a check.

    Raises
    ------
    ExpressionError
        As :func:`check_checks`, and for a column that a step has not.
    """
    found: list[list[Failed]] = [[] for _ in keys]
    if not checks or not keys:
        return found
    from regrade.expressions import parse_condition
    from regrade.log.evaluate import evaluate, sql_types

    table, stage_of = _table(inputs, keys, staged, answers)
    types = sql_types(table)
    order = {name: at for at, name in enumerate((INPUTS, *staged.names, MODEL))}
    for name, text in checks.items():
        expression = parse_condition(text, _Open(types), where=f"{_WHERE}.{name}")
        missing = [each for each in expression.columns if each not in types]
        if any(each.partition(".")[0] not in staged.names for each in missing):
            continue
        if missing:
            hint = near_names(missing[0], list(table.column_names))
            raise ExpressionError(f"there is no column {missing[0]!r}", where=f"{_WHERE}.{name}", hint=hint)
        stage = max((stage_of.get(each, INPUTS) for each in expression.columns), key=lambda each: order[each], default=INPUTS)
        for at, value in enumerate(evaluate(expression, table)):
            if value is False:
                found[at].append(Failed(name, stage))
    return found


def _table(inputs: pa.Table, keys: Sequence[str], staged: Staged, answers: Sequence[Any]) -> tuple[pa.Table, dict[str, str]]:
    """Return what checks see, and column to the stage that it is of."""
    columns: dict[str, Any] = {}
    stage_of: dict[str, str] = {"prediction": MODEL}
    taken = {"prediction", *staged.names}
    for name in inputs.column_names:
        columns[f"log.{name}" if name in taken else name] = inputs.column(name)
    for stage in staged.stages:
        if stage.columns:
            rows = [_cells(stage.values.get(key), len(stage.columns)) for key in keys]
            for at, column in enumerate(stage.columns):
                columns[f"{stage.name}.{column}"] = _column([row[at] for row in rows])
                stage_of[f"{stage.name}.{column}"] = stage.name
        else:
            values = [stage.values.get(key) for key in keys]
            columns[stage.name] = _column([None if isinstance(each, Sparse) else each for each in values])
            stage_of[stage.name] = stage.name
    columns["prediction"] = _column(list(answers))
    return pa.table(columns), stage_of


def _cells(value: Any, width: int) -> list[Any]:
    if isinstance(value, Sparse):
        row: list[Any] = [0] * value.width
        for at, cell in zip(value.at, value.values, strict=True):
            if 0 <= at < value.width:
                row[at] = cell
        value = row
    return value if isinstance(value, list) and len(value) == width else [None] * width


def _column(values: Sequence[Any]) -> pa.Array:
    """Return outputs as a column: in their own type where all share one, lists and objects as JSON text."""
    told = [json.dumps(each, ensure_ascii=False) if isinstance(each, (list, dict)) else each for each in values]
    return answer_arrays(told)[0]
