"""The values of a column that has few of them, as an expression writes them; and how many rows a filter finds."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from regrade.expressions import quote_text
from regrade.log.connection import explained
from regrade.log.query import FROM_DECISIONS

if TYPE_CHECKING:
    from regrade.log.reader import Reader

FEW = 200
_LOOK = 20_000
"""So many rows are looked at first: an id shows there that it has too many values to be counted in all rows."""


def few_values(reader: Reader, column: str) -> tuple[tuple[str, int], ...]:
    """Return each value of a column with how often it occurs, the most frequent first; nothing for a column with over :data:`FEW`.

    Raises ExpressionError for a column that is not there, DataError, and duckdb.InterruptException, as :meth:`Reader.view` does.
    """
    log = reader.log
    name = log.name_of(column)
    if name == "mode":  # which decisions alone say: no row of the log need be read
        modes = Counter(row.mode for row in log.decided.rows if row.mode is not None)
        return tuple((quote_text(mode), count) for mode, count in sorted(modes.items(), key=lambda item: (-item[1], item[0]))[:FEW])
    if not _comparable(log.dialect.types[name]):
        return ()
    source, _ = reader.filtered("", {name})
    values = f"SELECT {log.dialect.names[name]} AS v FROM {source}"
    with explained("the log", unless=log.files.check_unchanged):
        if reader.ask(f"SELECT count(DISTINCT v) FROM ({values} LIMIT {_LOOK})")[0][0] > FEW:
            return ()
        rows = reader.ask(f"SELECT v, count(*) FROM ({values}) WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT {FEW + 1}")
    found = [(text, count) for value, count in rows if (text := _written(value)) is not None]
    return tuple(found) if len(rows) <= FEW else ()


def _comparable(kind: str) -> bool:
    """Is ``kind`` one whose values an expression can write down?"""
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "JSON", "UUID", "BLOB", "BIT"))
    return not nested and "TIME" not in kind


def _written(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quote_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"date {quote_text(value.isoformat())}"
    return str(value)


def count(reader: Reader, where: str, *, at_most: int | None = None) -> int:
    """Return how many rows a filter finds, ``at_most`` so many: no order is made for it. Raises as :meth:`Reader.view` does."""
    log = reader.log
    expression = log.compile(where) if where.strip() else None
    if expression is None:
        return log.n_rows if at_most is None else min(log.n_rows, at_most)
    if expression.columns & FROM_DECISIONS:  # answered from the decided rows where that can be, which the reader knows to do
        return reader.count(where, at_most)
    source, condition = reader.filtered(where, set())
    limit = f" LIMIT {at_most}" if at_most is not None else ""
    with explained(f"filter {where!r}", expression=True, unless=log.files.check_unchanged):
        return int(reader.ask(f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {condition}{limit})")[0][0])
