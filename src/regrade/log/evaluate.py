"""An expression on rows that are in memory: the same SQL through the same engine, so that NULL means the same everywhere."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from regrade.errors import ExpressionError, near_names
from regrade.expressions import Expression, quote_identifier
from regrade.log.connection import explained, memory_cursor
from regrade.log.spelling import computable


def evaluate(expression: Expression, table: pa.Table) -> list[Any]:
    """Return the value of ``expression`` for each row of ``table``, None for NULL; shape (n_rows,).

    The table's columns are named as the expression names them (``prod.prediction`` included).

    Raises
    ------
    ExpressionError
        The table lacks a column, or a value cannot be converted as the expression asks.
    """
    missing = sorted(expression.columns - set(table.schema.names))
    if missing:
        raise ExpressionError(f"there is no column {missing[0]!r}", where=expression.text, hint=near_names(missing[0], table.schema.names))
    used = [name for name in table.schema.names if name in expression.columns]
    # A column that the expression does not use may have a type that DuckDB does not read; without any, rows still count.
    rows = table.select(used) if used else pa.table({"nothing": pa.nulls(table.num_rows, pa.int8())})
    names = {name: computable(f"rows.{quote_identifier(name)}", _kind(rows.schema.field(name).type))[0] for name in used}
    with memory_cursor() as cursor, explained(expression.text, expression=True):
        cursor.register("rows", rows)
        result = cursor.sql(f"SELECT {expression.sql(names)} AS value FROM rows").to_arrow_table()
    return list(result.column(0).to_pylist())


def sql_types(table: pa.Table) -> dict[str, str]:
    """Return DuckDB's type of each column of ``table``: what :func:`regrade.expressions.parse` is given."""
    with memory_cursor() as cursor:
        cursor.register("rows", table.slice(0, 0))
        return {row[0]: computable("", row[1])[1] for row in cursor.execute("DESCRIBE rows").fetchall()}


def _kind(kind: pa.DataType) -> str:
    """DuckDB's name of the one type of Arrow that it can read and not compute with."""
    return "TIMESTAMPTZ_NS" if pa.types.is_timestamp(kind) and kind.unit == "ns" and kind.tz is not None else ""
