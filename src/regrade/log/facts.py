"""Count what there is to know about a column before its role is guessed."""

from __future__ import annotations

from dataclasses import dataclass

from regrade.expressions import quote_identifier
from regrade.log.roles import is_number
from regrade.log.work import Work

FEW = 50
"""So many distinct values are classes rather than measurements or texts."""


@dataclass(frozen=True)
class Facts:
    """What was counted about one column."""

    name: str
    type: str
    n: int
    """Values that are not missing."""
    rows: int
    distinct: int
    low: float | None
    high: float | None
    spread: float | None
    length: float
    """Mean length as text."""
    values: frozenset[str]
    """Its values as text, where they are few."""

    @property
    def unique(self) -> bool:
        """Does it name each row?"""
        return self.n == self.rows == self.distinct and self.rows > 0

    @property
    def probability(self) -> bool:
        """Is it a number in [0, 1]?"""
        return is_number(self.type) and self.low is not None and self.high is not None and self.low >= 0 and self.high <= 1


def look(name: str, kind: str, work: Work) -> Facts:
    """Count what there is to know about a column of the table ``looked``."""
    column = quote_identifier(name)
    text = f"CAST({column} AS VARCHAR)"
    number = f"CAST({column} AS DOUBLE)" if is_number(kind) else "CAST(NULL AS DOUBLE)"
    finite = f"FILTER (isfinite({number}))"
    n, rows, distinct, low, high, spread, length = work.ask(
        f"SELECT count({column}), count(*), count(DISTINCT {text}), min({number}), max({number}), stddev_samp({number}) {finite},"
        f" avg(length({text})) FROM looked"
    )[0]
    few = work.ask(f"SELECT DISTINCT {text} FROM looked WHERE {column} IS NOT NULL") if distinct <= FEW else []
    return Facts(name, kind, n, rows, distinct, low, high, spread, float(length or 0), frozenset(str(each[0]) for each in few))
