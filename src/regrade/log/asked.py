"""What a view asks of the log, as SQL: all of its rows in order, or the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regrade.log.files import Addresses

if TYPE_CHECKING:
    from regrade.expressions import Expression


@dataclass(frozen=True, eq=False)
class Asked:
    """A filter and an order, compiled.

    Attributes
    ----------
    row : str
        SQL of a row's place, a BIGINT that is ordered as addresses are.
    keys : tuple of (SQL, direction)
    is_whole : bool
        Are all rows asked for, in an order that the files alone decide?
    dropped : ndarray of int64, optional
        Addresses that the filter leaves out, and the query does not.
    """

    row: str
    relation: str
    conditions: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    is_whole: bool
    dropped: Addresses | None

    @property
    def is_filtered(self) -> bool:
        """Does the query leave rows out?"""
        return bool(self.conditions)

    @property
    def n_dropped(self) -> int:
        """How many rows are left out behind the query."""
        return 0 if self.dropped is None else len(self.dropped)

    def unordered(self, limit: int | None = None) -> str:
        """Return the SQL of the places ``a`` in no order; with ``limit`` of so many, whichever are found first."""
        where = f" WHERE {' AND '.join(f'({each})' for each in self.conditions)}" if self.conditions else ""
        return f"SELECT {self.row} AS a FROM {self.relation}{where}" + (f" LIMIT {limit}" if limit is not None else "")

    def query(self, limit: int | None = None) -> str:
        """Return the SQL of the places ``a``; with ``limit`` of the first so many in the view's order."""
        select = ", ".join([f"{self.row} AS a", *(f"{sql} AS k{at}" for at, (sql, _) in enumerate(self.keys))])
        query = f"SELECT {select} FROM {self.relation}"
        query += f" WHERE {' AND '.join(f'({each})' for each in self.conditions)}" if self.conditions else ""
        if self.keys or limit is not None:
            order = "".join(f"k{at} {direction} NULLS LAST, " for at, (_, direction) in enumerate(self.keys))
            query = f"SELECT a FROM ({query}) ORDER BY {order}a"
        return query if limit is None else f"{query} LIMIT {limit}"

    def without_dropped(self, addresses: Addresses, n_log_rows: int) -> Addresses:
        """Return ``addresses`` without those that the filter leaves out."""
        if self.dropped is None or not len(self.dropped):
            return addresses
        keep = np.ones(n_log_rows, dtype=np.bool_)
        keep[self.dropped] = False
        kept: Addresses = addresses[keep[addresses]]
        return kept


def split_by_decision(expression: Expression) -> tuple[Expression | None, Expression | None]:
    """Return the part for SQL, and the part that asks about status and mode alone."""
    from regrade.expressions import join_terms

    plain: list[Expression] = []
    by_decision: list[Expression] = []
    for term in expression.terms():
        asks_decisions = bool(term.columns) and term.columns <= {"status", "mode"}
        (by_decision if asks_decisions else plain).append(term)
    return join_terms(plain), join_terms(by_decision)
