"""Count failures by the values of one column, or by bins of them: where a model fails, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from regrade.log import facet_bins
from regrade.log.connection import explained
from regrade.log.facet_terms import LONG, spelled, value_term, without
from regrade.log.roles import is_number
from regrade.log.shares import wilson

if TYPE_CHECKING:
    from regrade.log.reader import Reader

SMALL = 30
"""Fewer known results say little: a rate of so few is marked as such."""
FEW = 20
"""Numbers with at most so many distinct values are counted one by one."""


@dataclass(frozen=True)
class Facet:
    """Predictions that have one value, or a value in one bin."""

    value: Any
    """The value, or the bin in words; ``None``: missing."""
    term: str
    """The expression that finds just these; empty where there is none."""
    n: int
    known: int
    """Predictions of which it is known whether they are right."""
    failures: int
    lift: float | None
    """``rate`` over that of all that were counted."""

    @property
    def rate(self) -> float | None:
        """Failures among those whose result is known."""
        return self.failures / self.known if self.known else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of :attr:`rate`, Wilson's; None where there is no rate."""
        return wilson(self.failures / self.known, self.known) if self.known else None

    @property
    def small(self) -> bool:
        """Whether the rate is one of few."""
        return self.known < SMALL


@dataclass(frozen=True)
class Facets:
    """A column of the log under a filter, counted."""

    column: str
    kind: Literal["values", "bins", "times"]
    """Values: most frequent first, numbers in order; bins and spans of time: in order, empty ones too."""
    rows: tuple[Facet, ...]
    n: int
    known: int
    failures: int
    others: int
    """Predictions with rarer values, which have no row."""
    spelled: str
    """The column, as expressions write it."""
    missing: bool
    """Whether there may be predictions without a value."""
    number: bool
    """Whether it holds numbers."""

    @property
    def rate(self) -> float | None:
        """Failures among all whose result is known."""
        return self.failures / self.known if self.known else None

    def without(self, row: Facet) -> str:
        """Return the expression that finds just the predictions that are not in ``row``; empty where there is none."""
        return without(self.spelled, row.term, missing=self.missing) if row.term else ""


def facets(reader: Reader, column: str, where: str, limit: int) -> Facets:
    """Count; see :meth:`Reader.facets`."""
    log = reader.log
    name = log.name_of(column)
    sql, kind = log.dialect.names[name], log.dialect.types[name]
    source, condition = reader.filtered(where, {name})
    relation = f"(SELECT {_plain(sql, kind)} AS v, {log.dialect.wrong} AS w, {log.dialect.right} AS k FROM {source} WHERE {condition})"
    with explained(f"filter {where!r}" if where else "", expression=bool(where), unless=log.files.check_unchanged):
        if _is_time(kind):
            return _times(reader, name, kind, relation)
        if is_number(kind):
            look = facet_bins.look(reader.ask, relation, kind)
            if look.distinct > FEW:
                return _bins(reader, name, relation, look)
        return _values(reader, name, kind, relation, limit)


def _plain(sql: str, kind: str) -> str:
    """Nested values are counted by their text, and long texts by how they begin: a page of texts of a megabyte would fill the memory."""
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "JSON", "UUID", "BLOB"))
    text = f"CAST({sql} AS VARCHAR)" if nested else sql
    if not nested and kind != "VARCHAR":
        return sql
    return f"CASE WHEN strlen({text}) > {LONG} AND length({text}) > {LONG} THEN left({text}, {LONG}) || '…' ELSE {text} END"


def _is_time(kind: str) -> bool:
    return kind == "DATE" or kind.startswith("TIMESTAMP")


_COUNTS = "count(*), count(*) FILTER (w OR k), count(*) FILTER (w)"


def _values(reader: Reader, name: str, kind: str, relation: str, limit: int) -> Facets:
    """Count values and all of them in one pass over the log."""
    order = "v NULLS LAST" if is_number(kind) else "count(*) DESC, v"
    most = max(limit, FEW + 2) if is_number(kind) else limit
    query = (
        f"SELECT grouping(v) AS g, v, {_COUNTS} FROM {relation} GROUP BY GROUPING SETS ((v), ()) ORDER BY g DESC, {order} LIMIT {most + 1}"
    )
    (_, _, *totals), *rows = reader.ask(query)
    column = spelled(reader.log, name)
    made = [(value, value_term(column, value, kind), *counts) for _, value, *counts in rows]
    return _made(name, column, "values", made, (totals[0], totals[1], totals[2]), number=is_number(kind))


def _bins(reader: Reader, name: str, relation: str, look: facet_bins.Look) -> Facets:
    column = spelled(reader.log, name)
    made, totals = facet_bins.bins(reader.ask, relation, column, look, counts=_COUNTS)
    return _made(name, column, "bins", made, totals, number=True)


def _times(reader: Reader, name: str, kind: str, relation: str) -> Facets:
    column = spelled(reader.log, name)
    made, totals = facet_bins.spans(reader.ask, relation, column, dates=kind == "DATE", counts=_COUNTS)
    return _made(name, column, "times", made, totals)


def _made(
    name: str,
    column: str,
    kind: Literal["values", "bins", "times"],
    rows: list[Any],
    totals: tuple[Any, ...],
    *,
    number: bool = False,
) -> Facets:
    n, known, failures = totals
    overall = failures / known if known else 0.0
    made = tuple(
        Facet(value, term, each_n, each_known, each_failures, each_failures / each_known / overall if each_known and overall else None)
        for value, term, each_n, each_known, each_failures in rows
    )
    others = n - sum(each.n for each in made)
    missing = others > 0 or any(each.value is None for each in made)
    return Facets(name, kind, made, n, known, failures, others, column, missing, number)
