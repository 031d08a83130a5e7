"""The columns of a log as they are summed up: how many values are missing, how many differ, and a sample to look closer at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.log.query import BUILT_IN
from regrade.log.roles import Column, is_number
from regrade.log.stats.result import ColumnStats
from regrade.log.stats.series import Source

if TYPE_CHECKING:
    from regrade.log.reader import Reader

MOST = 200
"""Columns that are looked at."""
_CELLS = 3_000_000
_MOST_ROWS = 150_000
_LEAST_ROWS = 5_000
SHORT = 64
"""Bytes of text that are kept as they are."""
TABLE = "stats_sample"

_ROLES = ("outcome", "prediction", "score", "model", "time", "text")


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes
    ----------
    name, type, role : str
        As the log has them.
    named : str
        The name that an expression uses.
    sql, present : str
        The value, and the condition that it is there, over ``r``.
    kept : str
        What the sample has of it: long text and nested values by their hash.
    shape : str
        ``number``, ``text``, ``plain`` (an expression can compare it), ``nested``.
    hidden : bool
        ``[privacy]`` covers it: none of its values is to be shown.
    """

    name: str
    type: str
    role: str
    named: str
    sql: str
    present: str
    kept: str
    shape: str
    hidden: bool


def fields(reader: Reader) -> list[Field]:
    """Return the columns that are looked at, those with a role first where there are too many."""
    log = reader.log
    columns = log.columns
    if len(columns) > MOST:
        columns = tuple(sorted(columns, key=lambda each: _ROLES.index(each.role) if each.role in _ROLES else len(_ROLES))[:MOST])
    return [_field(reader, each) for each in columns]


def field_of(reader: Reader, name: str | None) -> Field | None:
    """Return the column that a role names; None: it names none."""
    column = next((each for each in reader.log.columns if each.name == name), None)
    return _field(reader, column) if column is not None else None


def named(column: str) -> str:
    """Return the name that an expression uses for a column of the log."""
    return f"log.{column}" if column.lower() in BUILT_IN else column


def _field(reader: Reader, column: Column) -> Field:
    log = reader.log
    name = named(column.name)
    sql, kind = log.dialect.names[name], log.dialect.types[name]
    present = f"{sql} IS NOT NULL" + (f" AND NOT isnan({sql})" if kind in ("FLOAT", "DOUBLE") else "")
    shape = shape_of(kind)
    kept = sql
    if shape == "text":
        kept = f"CAST({sql} AS VARCHAR)"
        kept = f"CASE WHEN strlen({kept}) <= {SHORT} THEN {kept} ELSE left({kept}, 20) || '…#' || hash({kept}) END"
    elif kind == "TIMESTAMP WITH TIME ZONE":
        kept = f"CAST({sql} AS TIMESTAMP)"  # in UTC
    elif shape == "nested":
        kept = f"hash(CAST({sql} AS VARCHAR))"
    kept = f"CASE WHEN {present} THEN {kept} END"
    return Field(column.name, kind, column.role, name, sql, present, kept, shape, log.config.privacy.covers(column.name))


def shape_of(kind: str) -> str:
    """Return how values of an SQL type are looked at: number, text, plain or nested."""
    if is_number(kind) and not kind.endswith("]"):
        return "number"
    if kind == "VARCHAR" or (kind.startswith("ENUM") and not kind.endswith("]")):
        return "text"
    return "plain" if kind in ("BOOLEAN", "DATE") or _is_timestamp(kind) else "nested"


def _is_timestamp(kind: str) -> bool:
    return kind.startswith("TIMESTAMP") and not kind.endswith("]")


@contextmanager
def sampled(source: Source, looked: Sequence[Field], period: str, n: int, place: str) -> Iterator[bool]:
    """Make the table :data:`TABLE` while the block runs: ``c``, the period, and ``v0``, ``v1``, … of each column.

    Yields whether it is all rows. Rows are drawn by the hash of their place: the same each time, and nothing that comes around in
    the log is drawn more often.
    """
    rows = min(_MOST_ROWS, max(_LEAST_ROWS, _CELLS // max(1, len(looked))))
    every = 1 if n <= rows else -(-n // rows)
    select = ", ".join([f"{period} AS c", *(f"{each.kept} AS v{at}" for at, each in enumerate(looked))])
    drawn = f" AND hash({place}) % {every} = 0" if every > 1 else ""
    source.ask(f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT {select} FROM {source.relation} WHERE ({source.condition}){drawn}")
    try:
        yield every == 1
    finally:
        source.ask(f"DROP TABLE IF EXISTS {TABLE}")


def summed_up(source: Source, looked: Sequence[Field], n: int, unique: str, whole: bool) -> list[ColumnStats]:
    """Return the columns' counts.

    Parameters
    ----------
    unique : str
        The column that names each prediction, or empty: its values are known to differ.
    whole : bool
        Is the sample all rows? Then values are counted there, exactly; else about (HyperLogLog, 1–2% off).
    """
    floats = [at for at, each in enumerate(looked) if each.type in ("FLOAT", "DOUBLE")]
    selects = [f"count({each.sql})" for each in looked] + [f"count_if(isnan({looked[at].sql}))" for at in floats]
    if not whole:
        selects += ["0" if each.name == unique else f"approx_count_distinct({_counted(each)})" for each in looked]
    found = source.ask(f"SELECT {', '.join(selects)} FROM {source.relation} WHERE {source.condition}")[0]
    if whole:
        found += source.ask(f"SELECT {', '.join(f'count(DISTINCT v{at})' for at in range(len(looked)))} FROM {TABLE}")[0]
    nans = dict(zip(floats, found[len(looked) :], strict=False))
    made = []
    for at, each in enumerate(looked):
        nan = nans.get(at) or 0  # no sum of no rows
        present, distinct = found[at] - nan, found[len(looked) + len(floats) + at]
        distinct = present if each.name == unique else min(distinct - (nan > 0 and not whole), present)
        made.append(ColumnStats(each.name, each.type, each.role, n - present, distinct))
    return made


def _counted(field: Field) -> str:
    return f"hash(CAST({field.sql} AS VARCHAR))" if field.shape == "nested" else field.sql
