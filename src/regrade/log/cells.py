"""Fetch rows by address: a semi-join on a small registered relation, never OFFSET, never a literal list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from regrade.errors import ExpressionError, near_names
from regrade.log.connection import explained
from regrade.log.decided import DecidedRows
from regrade.log.files import Addresses

if TYPE_CHECKING:
    from regrade.log.prediction_log import PredictionLog

WANTED = "(r.file_index, r.file_row_number) IN (SELECT f, r FROM wanted)"
_AT_ONCE = 2_000
"""Rows that become Python objects in one call: a few ms of the interpreter."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def want(cursor: duckdb.DuckDBPyConnection, log: PredictionLog, addresses: Addresses) -> None:
    """Register the relation ``wanted`` (f, r) of ``addresses`` on the cursor; numpy only, no Arrow, no pandas."""
    index, row = log.files.places(np.asarray(addresses, dtype=np.int64))
    cursor.register("wanted", {"f": index, "r": row})


def cells(
    cursor: duckdb.DuckDBPyConnection,
    log: PredictionLog,
    addresses: Addresses,
    columns: Sequence[str],
    source: Callable[[set[str], DecidedRows], str],
) -> list[tuple[Any, ...]]:
    """Return rows as Python values; see :meth:`Reader.cells`."""
    log.files.check_unchanged()
    addresses = np.asarray(addresses, dtype=np.int64)
    if not len(addresses):
        return []
    names = [log.name_of(name) for name in columns]
    fetched = [fetched_as(log.dialect.names[name], log.dialect.types[name]) for name in names]
    relation = source(set(names), log.decided)
    want(cursor, log, addresses)
    select = ", ".join(["r.file_index", "r.file_row_number", *(sql for sql, _ in fetched)])
    makers = [(at, make) for at, (_, make) in enumerate(fetched) if make is not None]
    found: dict[int, tuple[Any, ...]] = {}
    starts = log.files.starts.tolist()
    with explained("the log", unless=log.files.check_unchanged):
        result = cursor.execute(f"SELECT {select} FROM {relation} WHERE {WANTED}")
        while rows := result.fetchmany(_AT_ONCE):
            for row in rows:
                found[starts[row[0]] + row[1]] = _made(row[2:], makers) if makers else row[2:]
    log.files.check_unchanged()  # a file that was replaced while it was read answers with rows of another file
    return [found[address] for address in addresses.tolist()]


def _made(row: tuple[Any, ...], makers: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for at, make in makers:
        if values[at] is not None:
            values[at] = make(values[at])
    return tuple(values)


def fetched_as(sql: str, kind: str) -> tuple[str, Callable[[Any], Any] | None]:
    """Return the SQL to fetch, and what to make of each value that is not None.

    DuckDB needs pytz for times with a zone: they are fetched as microseconds instead, and as text inside of lists.
    """
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({sql})", _utc
    if "TIME ZONE" in kind or "TIMESTAMPTZ" in kind:
        return f"CAST({sql} AS VARCHAR)", None
    return (sql, str) if kind == "UUID" else (sql, None)


def _utc(microseconds: int) -> datetime | str:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return f"{microseconds} µs"


def unknown_column(name: str, known: Sequence[str]) -> ExpressionError:
    """Return the error for a column that is not there."""
    return ExpressionError(f"there is no column {name!r}", hint=near_names(name, known))
