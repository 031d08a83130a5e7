"""How the columns of a log may change from file to file: empty ones get a type, narrow numbers become wide; nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regrade.expressions import quote_text

if TYPE_CHECKING:
    from regrade.log.files import Columns, LogFile

Ask = Callable[[str], list[tuple[Any, ...]]]
NO_TYPE = '"NULL"'
"""DuckDB's name of the type of a Parquet column that was written without a value."""
EXACT = 2**53
"""Whole numbers up to here are the same as doubles."""
_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
WIDE = (*_SIGNED, "DOUBLE")
"""Types that narrower numbers become."""
_SMALL = frozenset({*_SIGNED[:-1], "UTINYINT", "USMALLINT", "UINTEGER"})


def wider(one: str, other: str) -> str | None:
    """Return the SQL type that holds the values of both; None where there is none, or DuckDB would read them as another one.

    BIGINT and DOUBLE are DOUBLE, which holds for whole numbers up to :data:`EXACT` only.
    """
    if one == other or other == NO_TYPE:
        return one
    if one == NO_TYPE:
        return other
    kinds = {one, other}
    if kinds <= set(_SIGNED):
        return max(kinds, key=_SIGNED.index)
    if "BIGINT" in kinds and kinds - {"BIGINT"} <= _SMALL:
        return "BIGINT"
    whole = kinds - {"DOUBLE"}
    return "DOUBLE" if "DOUBLE" in kinds and whole <= _SMALL | {"BIGINT", "FLOAT"} else None


@dataclass(frozen=True)
class Loose:
    """What the statistics of Parquet files tell of columns whose type may change.

    Attributes
    ----------
    empty : frozenset of str
        Columns without a value.
    exact : frozenset of str
        Columns of whole numbers that are the same as doubles.
    """

    empty: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()


def loose(ask: Ask, paths: Sequence[str], names: Collection[str]) -> Loose:
    """Return which of the columns ``names`` are loose in all of the files."""
    if not names or not paths:
        return Loose()
    listed = "[" + ", ".join(map(quote_text, paths)) + "]"
    wanted = ", ".join(map(quote_text, names))
    low, high = (f"TRY_CAST(coalesce(stats_{side}_value, stats_{side}) AS HUGEINT)" for side in ("min", "max"))
    within = f"coalesce({low} >= {-EXACT} AND {high} <= {EXACT}, false)"
    rows = ask(
        f"SELECT path_in_schema, coalesce(bool_and(stats_null_count = num_values), false),"
        f" coalesce(bool_and(stats_null_count = num_values OR {within}), false)"
        f" FROM parquet_metadata({listed}) WHERE path_in_schema IN ({wanted}) GROUP BY path_in_schema"
    )
    return Loose(frozenset(row[0] for row in rows if row[1]), frozenset(row[0] for row in rows if row[2]))


def may_drift(ask: Ask, log: Columns, own: Sequence[LogFile], there: Sequence[LogFile], ids: Collection[str]) -> Loose:
    """Return which columns of the log may get another type with the next file.

    Empty columns of text, in files that are regrade's ``own`` and can be written anew; whole numbers, unless they are ids.
    """
    whole = [name for name, kind in log.types.items() if kind != "DOUBLE" and wider(kind, "DOUBLE") == "DOUBLE" and name not in ids]
    texts = [name for name, kind in log.types.items() if kind in ("VARCHAR", NO_TYPE)]
    empty = loose(ask, [each.path for each in own], texts).empty
    return Loose(empty, loose(ask, [each.path for each in there], whole).exact)
