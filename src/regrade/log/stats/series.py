"""Count a log by period, and by the values of its outcomes and answers in each: one pass over a few columns for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regrade.log.facet_bins import Ask
from regrade.log.stats.axis import Axis
from regrade.log.stats.sway import Ints

FEW = 50
"""So many distinct values are classes, and each is counted."""
_CONSTANTS = 8
"""So many values that fill whole periods are looked into, where values are no classes."""


@dataclass(frozen=True)
class Source:
    """The predictions that are looked at.

    Attributes
    ----------
    ask : callable
        Runs a query.
    relation, condition : str
        SQL of the rows, over ``r``.
    wrong, right : str
        SQL conditions that make the result.
    """

    ask: Ask
    relation: str
    condition: str
    wrong: str
    right: str

    def rows(self, select: str) -> str:
        """Return the SQL of the rows with these columns, as a relation."""
        return f"(SELECT {select} FROM {self.relation} WHERE {self.condition})"


@dataclass(frozen=True)
class Series:
    """Counts by period, shape (n_periods,) each: only periods that have a prediction, in order.

    Attributes
    ----------
    at : ndarray
        Numbers of the periods on the axis.
    n, known, failures, outcomes : ndarray
        Predictions; those with a known result; failures; those with an outcome.
    """

    at: Ints
    n: Ints
    known: Ints
    failures: Ints
    outcomes: Ints
    undated: tuple[int, int, int, int]
    """The same four counts of predictions without a time."""


def series(source: Source, axis: Axis, has_outcome: str) -> Series:
    """Count by period; ``has_outcome`` is the condition that an outcome is there."""
    inner = source.rows(f"{axis.place} AS b, {source.wrong} AS w, {source.right} AS k, {has_outcome} AS o")
    counts = "count(*), count(*) FILTER (w OR k), count(*) FILTER (w), count(*) FILTER (o)"
    rows = source.ask(f"SELECT b, {counts} FROM {inner} GROUP BY b ORDER BY b NULLS LAST")
    n, known, failures, outcomes = next((row[1:] for row in rows if row[0] is None), (0, 0, 0, 0))
    table = np.array([row for row in rows if row[0] is not None], dtype=np.int64).reshape(-1, 5).T.copy()
    return Series(table[0], table[1], table[2], table[3], table[4], (n, known, failures, outcomes))


@dataclass(frozen=True)
class Values:
    """How often each value occurs in each period.

    Attributes
    ----------
    n : ndarray of int64, shape (n_periods,)
        Predictions that have a value.
    counts : dict of value → ndarray of int64, shape (n_periods,)
    classes : bool
        Are these all values? Else those that fill periods.
    """

    n: Ints
    counts: Mapping[Any, Ints]
    classes: bool


@dataclass(frozen=True)
class Looked:
    """A column whose values are counted."""

    sql: str
    present: str
    """Condition that it has a value."""


def classes(source: Source, axis: Axis, looked: Looked, at: Ints, model: str) -> tuple[Values, dict[Any, Values]]:
    """Count few values by period (``at``: the periods' numbers): of all rows, and of each ``model``, an SQL value."""
    inner = source.rows(f"{axis.place} AS b, {model} AS m, {looked.sql} AS v, {looked.present} AS there")
    by_model: dict[Any, dict[Any, Ints]] = {}
    for b, name, value, n in source.ask(f"SELECT b, m, v, count(*) FROM {inner} WHERE there AND b IS NOT NULL GROUP BY b, m, v"):
        of_model = by_model.setdefault(name, {})
        if value not in of_model:
            of_model[value] = np.zeros(len(at), np.int64)
        of_model[value][np.searchsorted(at, b)] += n
    summed: dict[Any, Ints] = {}
    for of_model in by_model.values():
        for value, counts in of_model.items():
            summed[value] = summed.get(value, 0) + counts
    return _ordered(summed, at), {name: _ordered(each, at) for name, each in by_model.items()}


def _ordered(counts: Mapping[Any, Ints], at: Ints) -> Values:
    """The most frequent first."""
    ordered = dict(sorted(counts.items(), key=lambda item: (-int(item[1].sum()), str(item[0]))))
    return Values(sum(ordered.values(), np.zeros(len(at), np.int64)), ordered, True)


def constants(source: Source, axis: Axis, looked: Looked, at: Ints, only: str = "true") -> Values:
    """Count by period the values that some period has nothing but, of the rows for which ``only`` holds."""
    inner = source.rows(f"{axis.place} AS b, {looked.sql} AS v, {looked.present} AS there, {only} AS mine")
    mine = f"{inner} WHERE there AND mine AND b IS NOT NULL"
    rows = source.ask(f"SELECT b, count(*), min(hash(v)), max(hash(v)) FROM {mine} GROUP BY b ORDER BY b")
    n = np.zeros(len(at), np.int64)
    fills: dict[int, int] = {}
    for b, count, low, high in rows:
        n[np.searchsorted(at, b)] = count
        if low == high:
            fills[low] = fills.get(low, 0) + count
    hashes = sorted(fills, key=lambda each: -fills[each])[:_CONSTANTS]
    if not hashes:
        return Values(n, {}, False)
    found = source.ask(
        "SELECT b, "
        + ", ".join(f"count(*) FILTER (hash(v) = {each}), any_value(v) FILTER (hash(v) = {each})" for each in hashes)
        + f" FROM {mine} GROUP BY b ORDER BY b"
    )
    counts: dict[Any, Ints] = {}
    for number in range(len(hashes)):
        named = next(row[2 + 2 * number] for row in found if row[1 + 2 * number])
        value = named if isinstance(named, (str, int, float, bool)) else repr(named)
        into = counts.setdefault(value, np.zeros(len(at), np.int64))
        for row in found:
            into[np.searchsorted(at, row[0])] = row[1 + 2 * number]
    return Values(n, counts, False)


def widened(values: Sequence[Ints], at: Ints, wide: int) -> tuple[Ints, list[Ints]]:
    """Return the numbers of the longer periods, each ``wide`` short ones, and counts summed over them."""
    numbers, group = np.unique(at // wide, return_inverse=True)
    return numbers, [np.bincount(group, weights=each, minlength=len(numbers)).astype(np.int64) for each in values]
