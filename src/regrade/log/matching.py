"""Meet outcomes with the predictions of the log, by key, and write the files that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regrade.config import Config
from regrade.errors import ConfigError, DataError, near_names
from regrade.expressions import quote_identifier
from regrade.log.connection import explained
from regrade.log.content import JSON
from regrade.log.files import LogFile, column_types
from regrade.log.keys import key_sql
from regrade.log.rewrite import Outcomes, Rewriter, Written
from regrade.log.work import Work

_SHOWN = 5
_TURNS = 12
_OTHER = "old IS DISTINCT FROM new"


@dataclass(frozen=True)
class Counts:
    """How outcomes and predictions met; see :class:`regrade.log.outcomes.Joined`."""

    matched: int
    new: int
    changed: int
    turns: tuple[tuple[str, str, int], ...]
    unmatched: int
    unmatched_keys: tuple[str, ...]


class Matching:
    """The log's keys and outcomes, beside the table ``late`` (``k``, ``v``) of an import.

    Attributes
    ----------
    kind : str
        SQL type of the outcomes: that of the log's column; where it was wholly empty, or not there, that of the predictions.
    key_types : tuple of str
        Of the columns of the key.

    Raises
    ------
    ConfigError
        ``[log]`` names no outcome.
    DataError
        The log lacks a column of the key.
    """

    def __init__(self, work: Work, config: Config, there: Sequence[LogFile]) -> None:
        if config.log.outcome is None:
            hint = 'say what the outcomes are to be called, such as outcome = "outcome"'
            raise ConfigError("names no outcome", where="regrade.toml: [log]", hint=hint)
        self._work, self._there, self.column = work, there, config.log.outcome
        log = column_types(work.connection, there, config.privacy)
        for name in config.log.key_columns:
            if name not in log.types:
                what = f"there is no column {name!r}, which [log] in regrade.toml names as id"
                raise DataError(what, where=there[0].path, hint=near_names(name, log.types))
        self.key_types = tuple(log.types[name] for name in config.log.key_columns)
        self._key = key_sql(config.log.key_columns, log.types, "r")
        self._relation = log.relation(there)
        self._has = self.column in log.types
        known = self._has and bool(
            work.ask(f"SELECT 1 FROM {self._relation} r WHERE r.{quote_identifier(self.column)} IS NOT NULL LIMIT 1")
        )
        before = log.types.get(self.column, "VARCHAR")
        self.kind = before if known else log.types.get(config.log.prediction or "", before)
        self._retyped = self._has and self.kind != before

    def match(self, *, update: bool) -> Counts:
        """Make the table ``hit`` (``f``, ``n``: the row, ``k``, ``old``, ``new``) and count.

        Raises
        ------
        DataError
            A key occurs twice in the log, or outcomes would change without ``update``.
        """
        old = f"CAST({f'r.{quote_identifier(self.column)}' if self._has else 'NULL'} AS {self.kind})"
        self._work.run(
            "CREATE OR REPLACE TEMP TABLE hit AS SELECT r.f, r.n, r.k, r.old, l.v AS new FROM (SELECT r.file_index AS f,"
            f" r.file_row_number AS n, {self._key} AS k, {old} AS old FROM {self._relation} r) r JOIN late l ON l.k = r.k"
        )
        ask = self._work.ask
        twice = ask("SELECT k, count(*) FROM hit GROUP BY k HAVING count(*) > 1 ORDER BY k LIMIT 1")
        if twice:
            hint = 'one id with the answers of several models: log.key = ["id", "model"] in regrade.toml'
            raise DataError(f"the key {twice[0][0]!r} occurs {twice[0][1]:,} times in the log", where=self._there[0].name, hint=hint)
        changes = f"old IS NOT NULL AND {_OTHER}"
        matched, new, changed = ask(f"SELECT count(*), count(*) FILTER (old IS NULL), count(*) FILTER ({changes}) FROM hit")[0]
        both = "CAST(old AS VARCHAR), CAST(new AS VARCHAR)"
        turns = ask(f"SELECT {both}, count(*) AS c FROM hit WHERE {changes} GROUP BY 1, 2 ORDER BY c DESC, 1, 2 LIMIT {_TURNS}")
        if changed and not update:
            first = ask(f"SELECT k, {both} FROM hit WHERE {changes} ORDER BY k LIMIT {_SHOWN}")
            listed = [f"{key}: {was} in the log, {says} here" for key, was, says in first]
            more = [f"and {changed - len(first):,} more"] if changed > len(first) else []
            hint = "\n  ".join([*listed, *more, "nothing was changed; `--update` takes the outcomes of the file"])
            those = "prediction has" if changed == 1 else "predictions have"
            raise DataError(f"{changed:,} {those} another outcome in the log already", where=self.column, hint=hint)
        gone = "FROM late WHERE k NOT IN (SELECT k FROM hit)"
        keys = tuple(str(row[0]) for row in ask(f"SELECT k {gone} ORDER BY k LIMIT {_SHOWN}"))
        unmatched = int(ask(f"SELECT count(*) {gone}")[0][0]) if keys else 0
        return Counts(int(matched), int(new), int(changed), tuple(turns), unmatched, keys)

    def write(self, rewriter: Rewriter) -> list[Written]:
        """Write each file anew that has such rows; all of them, where the outcomes become of another type."""
        touched = [int(row[0]) for row in self._work.ask(f"SELECT DISTINCT f FROM hit WHERE {_OTHER} ORDER BY f")]
        if touched and self._retyped:
            touched = list(range(len(self._there)))
        return [rewriter.write(self._there[at], outcomes=self._outcomes(at)) for at in touched]

    def _outcomes(self, file: int) -> Outcomes:
        return Outcomes(f"SELECT n, new AS v FROM hit WHERE f = {file} AND {_OTHER}", self.column, self.kind)

    def touched(self, keys: Sequence[str]) -> dict[str, JSON]:
        """Return the new outcome, encoded, of those of ``keys`` that have one."""
        from regrade.log.schema import encode_table

        if not keys:
            return {}
        kind = "CAST(new AS VARCHAR)" if self.kind in ("JSON", "UUID") else "new"
        query = f"SELECT k, {kind} AS v FROM hit WHERE {_OTHER} AND k IN (SELECT unnest(?::VARCHAR[]))"
        with explained("the log"):
            table = self._work.connection.sql(query, params=[list(keys)]).to_arrow_table()
        return {row["k"]: row["v"] for row in encode_table(table)}
