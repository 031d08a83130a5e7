"""Predictions that come again: find the rows that they take the place of, and write the files without those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regrade.expressions import quote_identifier
from regrade.log.files import Columns, LogFile
from regrade.log.keys import key_sql
from regrade.log.rewrite import Rewriter, Written
from regrade.log.work import Work


class Replacing:
    """The log as it is, while an import that may replace some of it is at work.

    Parameters
    ----------
    log : Columns
        Of ``there``, the files.
    names : sequence of str
        The columns of the key.
    """

    def __init__(self, work: Work, log: Columns, there: Sequence[LogFile], names: Sequence[str]) -> None:
        self._work, self._log, self._there = work, log, there
        self._key = key_sql(names, log.types, "r")
        self._relation = log.relation(there)
        self._found = 0

    @property
    def keys(self) -> str:
        """SQL of the log's keys, ``k``."""
        return f"(SELECT {self._key} AS k FROM {self._relation} r)"

    def find(self, new: str) -> int:
        """Return how many rows have a key that the relation ``new`` has too (its column ``k``), and remember them."""
        self._work.ask(
            "CREATE OR REPLACE TEMP TABLE replaced AS SELECT f, n, k"
            f" FROM (SELECT r.file_index AS f, r.file_row_number AS n, {self._key} AS k FROM {self._relation} r)"
            f" WHERE k IN (SELECT k FROM {new})"
        )
        self._found = int(self._work.ask("SELECT count(*) FROM replaced")[0][0])
        return self._found

    def lost(self, column: str | None, written: str, types: Mapping[str, str], names: Sequence[str]) -> int:
        """Return how many of the rows found have a value in ``column``, which the file ``written`` (SQL) has not."""
        if column is None or column not in self._log.types:
            return 0
        old = quote_identifier(column)
        gone = f"n.{old} IS NULL" if column in types else "true"
        return int(
            self._work.ask(
                f"SELECT count(*) FROM {self._relation} r JOIN replaced p ON p.f = r.file_index AND p.n = r.file_row_number"
                f" JOIN (SELECT *, {key_sql(names, types)} AS k FROM {written}) n ON n.k = p.k WHERE r.{old} IS NOT NULL AND {gone}"
            )[0][0]
        )

    def write(self, rewriter: Rewriter, retyped: Mapping[str, str]) -> list[Written]:
        """Write each file anew that has such rows, without them, or a column of ``retyped``, with its type."""
        touched = {int(row[0]) for row in self._work.ask("SELECT DISTINCT f FROM replaced")} if self._found else set()
        written = []
        for at, file in enumerate(self._there):
            kinds = {name: kind for name, kind in retyped.items() if name in rewriter.types(file)}
            if at in touched or kinds:
                without = f"SELECT n FROM replaced WHERE f = {at}" if at in touched else ""
                written.append(rewriter.write(file, without=without, retyped=kinds))
        return written
