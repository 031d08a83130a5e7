"""Ask the log, from one thread: which rows, in which order, and what stands in them."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb
import numpy as np
import numpy.typing as npt

from regrade.errors import DataError
from regrade.log import cells as cells_module
from regrade.log import orders
from regrade.log.asked import Asked, split_by_decision
from regrade.log.connection import explained, fetch
from regrade.log.content import Content
from regrade.log.decided import DecidedRows
from regrade.log.files import Addresses
from regrade.log.numbers import numbers_of
from regrade.log.query import FROM_DECISIONS

if TYPE_CHECKING:
    import pandas as pd

    from regrade.expressions import Expression
    from regrade.log.facets import Facets
    from regrade.log.prediction_log import PredictionLog


_COPY_AT_ONCE = 2_000_000
"""Rows of addresses whose copy into numpy holds the interpreter for less than 15 ms; more come in batches."""
_FEW = 100_000
"""Rows that are found first without sorting the rest."""


@dataclass(frozen=True, eq=False)
class View:
    """Rows of the log: those that a filter finds, in an order.

    Attributes
    ----------
    addresses : ndarray of int64, shape (n_rows,)
        In the view's order.
    """

    where: str
    sort: str
    addresses: Addresses

    def __len__(self) -> int:
        return len(self.addresses)


@dataclass(frozen=True)
class Counts:
    """How many predictions there are, and what they turned out to be."""

    predictions: int
    failures: int
    right: int
    unknown: int


class Reader:
    """A cursor of a log; to be used by one thread at a time, except for :meth:`interrupt`."""

    def __init__(self, log: PredictionLog, cursor: duckdb.DuckDBPyConnection) -> None:
        self._log = log
        self._cursor = cursor
        self._loaded: DecidedRows | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the cursor."""
        self._cursor.close()

    def interrupt(self) -> None:
        """End a query that runs now, from any thread: it raises :class:`duckdb.InterruptException`."""
        with contextlib.suppress(duckdb.ConnectionException):  # closed meanwhile, by the thread that it is used in: nothing runs
            self._cursor.interrupt()

    def view(self, where: str = "", sort: str = "") -> View:
        """Return the rows for which ``where`` is true.

        Parameters
        ----------
        where : str
            An expression; empty: every row.
        sort : str
            A column (any name that an expression may use), ``-column`` for descending; empty: newest first where the log has a
            time, else as the files have them. Equal values stand in the order of the files, missing ones last either way.

        Raises
        ------
        ExpressionError
            The filter or the column is not understood, or a value cannot be converted as the filter asks.
        DataError
            A file of the log was changed.
        duckdb.InterruptException
            :meth:`interrupt` was called.
        """
        log = self._log
        asked = self._asked(where, sort)
        addresses: Addresses
        if not asked.is_filtered and not asked.keys:
            addresses = np.arange(log.n_rows, dtype=np.int64)
        elif asked.is_whole and log.n_rows >= orders.MANY:
            addresses = self._whole_order(asked.query())
        else:
            addresses = self._addresses(asked.query(), where)
            addresses = addresses if asked.keys else np.sort(addresses)
        addresses = asked.without_dropped(addresses, log.n_rows)
        log.files.check_unchanged()  # replaced while it was read: places are those of other rows
        addresses.flags.writeable = False
        return View(where, sort, addresses)

    def first(self, where: str = "", sort: str = "", *, n: int) -> Addresses | None:
        """Return the first ``n`` addresses of :meth:`view`, or all where there are fewer, without looking for the order of the others.

        None where that would be no quicker: the order is kept, or few rows are to be looked through. Raises as :meth:`view` does.
        """
        log = self._log
        if log.n_rows < orders.MANY:
            return None
        asked = self._asked(where, sort)
        more = n + asked.n_dropped
        if (not asked.is_filtered and not asked.keys) or more > _FEW or (asked.is_whole and self._order_place(asked.query()).exists()):
            return None
        found = asked.without_dropped(self._addresses(asked.query(more), where), log.n_rows)[:n]
        log.files.check_unchanged()
        return found

    def count(self, where: str, at_most: int | None = None) -> int:
        """Return how many rows :meth:`view` finds, ``at_most`` so many: no order is made for it."""
        asked = self._asked(where, "")
        found = self._addresses(asked.unordered(None if at_most is None else at_most + asked.n_dropped), where)
        return len(asked.without_dropped(found, self._log.n_rows)[:at_most])

    def _asked(self, where: str, sort: str) -> Asked:
        """Compile a filter and an order."""
        log = self._log
        log.files.check_unchanged()
        decided = log.decided
        conditions: list[str] = []
        used: set[str] = set()
        dropped: Addresses | None = None
        if where.strip():
            plain, by_decision = split_by_decision(log.compile(where))
            if by_decision is not None:
                only, dropped = self._decide(by_decision, decided)
                if only is not None:
                    cells_module.want(self._cursor, log, only)
                    conditions.append(cells_module.WANTED)
            if plain is not None:
                used |= plain.columns
                conditions.append(log.dialect.sql(plain))
        keys, ordered_by = self._sort_keys(sort)
        used |= ordered_by
        is_whole = not conditions and not ordered_by & FROM_DECISIONS
        return Asked(log.files.row_sql, self._source(used, decided), tuple(conditions), tuple(keys), is_whole, dropped)

    def cells(self, addresses: Addresses, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return rows as Python values, in the order of ``addresses`` (shape (n,)), each as long as ``columns``.

        ``columns`` are any names that an expression may use, ``key``, ``result`` and ``margin`` among them. Times with a zone are
        in UTC. Raises as :meth:`view` does.
        """
        return cells_module.cells(self._cursor, self._log, addresses, columns, self._source)

    def contents(self, addresses: Addresses) -> list[Content]:
        """Return what an example keeps of each prediction, in the order of ``addresses`` (shape (n,)).

        The one door through which rows of the log reach candidates, the eval set and every cache: what ``[privacy]`` declares stays
        behind it. Raises ConfigError where a column must be hashed and the key is absent.
        """
        from regrade.log.contents import contents

        return contents(self._cursor, self._log, addresses)

    def logged_contents(self, addresses: Addresses) -> list[Content]:
        """Return the same with the log's own values where :meth:`contents` has hashes: to be shown here, never to be kept or sent."""
        from regrade.log.contents import logged_contents

        return logged_contents(self._cursor, self._log, addresses)

    def frame(self, addresses: Addresses) -> pd.DataFrame:
        """Return rows as a frame in the order of ``addresses``: every column, then ``key`` and ``result``."""
        from regrade.log.contents import frame

        return frame(self._cursor, self._log, addresses)

    def facets(self, column: str, where: str = "", *, limit: int = 20) -> Facets:
        """Count predictions and failures by the values of a column, by bins of a number with many, by spans of a time.

        Parameters
        ----------
        column : str
            Any name that an expression may use.
        where : str
            An expression; empty: every row.
        limit : int, default 20
            Of values, the so many most frequent.

        Raises
        ------
        ExpressionError, DataError, duckdb.InterruptException
            As :meth:`view` does.
        """
        from regrade.log.facets import facets

        return facets(self, column, where, limit)

    def find(self, keys: Sequence[str]) -> dict[str, int]:
        """Return key → address; a key that is not in the log is not in the result.

        Raises
        ------
        DataError
            A key occurs more than once.
        """
        found: dict[str, int] = {}
        for key, address in self._log.locate(self._cursor, keys):
            if key in found:
                raise DataError(
                    f"the key {key!r} occurs more than once in the log", hint='log.key = ["id", "model"] makes keys of two columns'
                )
            found[key] = address
        return found

    def counts(self) -> Counts:
        """Return how many predictions the log has, by result."""
        log = self._log
        log.files.check_unchanged()
        known = log.known_counts
        if known is None:
            query = f"SELECT count(*), count(*) FILTER ({log.dialect.wrong}), count(*) FILTER ({log.dialect.right}) FROM {log.relation} r"
            where, unchanged = "regrade.toml: failure.when", log.files.check_unchanged
            rows, wrong, right = fetch(self._cursor, query, where=where, expression=True, unless=unchanged)[0]
            known = log.known_counts = Counts(rows, wrong, right, rows - wrong - right)
        return known

    def results(self) -> npt.NDArray[np.uint8]:
        """Return what became of each prediction, shape (n_log_rows,), by address: 1 wrong, 2 unknown, 0 right.

        One pass over the columns that say so, without the parser of expressions.
        """
        log = self._log
        log.files.check_unchanged()
        results = np.zeros(log.n_rows, dtype=np.uint8)
        codes = f"CAST(CASE WHEN {log.dialect.wrong} THEN 1 WHEN {log.dialect.right} THEN 0 ELSE 2 END AS UTINYINT)"
        query = f"SELECT a, v FROM (SELECT {log.files.row_sql} AS a, {codes} AS v FROM {log.relation} r) WHERE v > 0"
        with explained("regrade.toml: failure.when", expression=True, unless=log.files.check_unchanged):
            if log.n_rows <= _COPY_AT_ONCE:
                found = self._cursor.execute(query).fetchnumpy()
                results[log.files.from_row_sql(np.asarray(found["a"]))] = found["v"]
                return results
            for batch in self._cursor.sql(query).to_arrow_reader(131_072):
                results[log.files.from_row_sql(numbers_of(batch.column(0), np.int64))] = numbers_of(batch.column(1), np.uint8)
        return results

    # --- parts of a view ---

    @property
    def log(self) -> PredictionLog:
        """The log that is read."""
        return self._log

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query that regrade wrote; wrap it in :func:`explained`."""
        return self._cursor.execute(query).fetchall()

    def filtered(self, where: str, names: set[str]) -> tuple[str, str]:
        """Return (relation, condition) of what ``where`` finds, in SQL, for a query that also uses ``names``."""
        log = self._log
        log.files.check_unchanged()
        expression = log.compile(where) if where.strip() else None
        used = names | (expression.columns if expression is not None else frozenset())
        return self._source(used, log.decided), f"({log.dialect.sql(expression)})" if expression is not None else "true"

    def _source(self, used: set[str] | frozenset[str], decided: DecidedRows) -> str:
        """The relation, joined with the decided rows where a name is used that needs them."""
        if not used & FROM_DECISIONS:
            return f"{self._log.relation} r"
        self._load(decided)
        return f"{self._log.relation} r LEFT JOIN decided d ON d.f = r.file_index AND d.r = r.file_row_number"

    def _load(self, decided: DecidedRows) -> None:
        if self._loaded is not decided:
            before, self._loaded = self._loaded, None  # an interrupt may leave half of it
            decided.load(self._cursor, self._log.files, before)
            self._loaded = decided

    def _decide(self, term: Expression, decided: DecidedRows) -> tuple[Addresses | None, Addresses | None]:
        """Answer a condition on status and mode alone from the decided rows: (only these, or all but those)."""
        self._load(decided)
        names = {"status": "status", "mode": "mode"}
        sql = f"coalesce({term.sql(names)}, false)"
        with explained("filter", expression=True):
            default = self._cursor.execute(f"SELECT {sql} FROM (SELECT 'open' AS status, CAST(NULL AS VARCHAR) AS mode)").fetchall()[0][0]
            rows = self._cursor.execute(f"SELECT f, r FROM decided WHERE {'NOT ' if default else ''}{sql}").fetchnumpy()
        found = self._log.files.addresses(np.asarray(rows["f"]), np.asarray(rows["r"]))
        return (None, found) if default else (found, None)

    def _sort_keys(self, sort: str) -> tuple[list[tuple[str, str]], set[str]]:
        """The SQL and direction of each sort key, and the names that they use."""
        log = self._log
        if sort.strip():
            name, descending = log.sort_column(sort)
        elif log.config.log.time:
            name, descending = log.name_of(log.config.log.time), True
        else:
            return [], set()
        direction = "DESC" if descending else "ASC"
        columns = [log.name_of(each) for each in log.dialect.key_columns] if name == "key" else [name]
        return [(log.dialect.names[each], direction) for each in columns], {name}

    def _order_place(self, query: str) -> Path:
        return orders.place(self._log.paths.cache, self._log.files, query)

    def _whole_order(self, query: str) -> Addresses:
        """The order of all rows: as it was kept, or sorted now, to be kept."""
        log = self._log
        path = self._order_place(query)
        known = orders.load(path, log.n_rows)
        if known is None:
            known = self._addresses(query, "")
            log.files.check_unchanged()
            orders.save(path, known)
        return known

    def _addresses(self, query: str, where: str) -> Addresses:
        files = self._log.files
        with explained(f"filter {where!r}" if where else "", expression=bool(where), unless=files.check_unchanged):
            if self._log.n_rows <= _COPY_AT_ONCE:
                return files.from_row_sql(np.asarray(self._cursor.execute(query).fetchnumpy()["a"]))
            parts = [np.empty(0, np.int64)]
            batches = self._cursor.sql(query).to_arrow_reader(131_072)
            parts.extend(files.from_row_sql(numbers_of(batch.column(0), np.int64)) for batch in batches)
            return np.concatenate(parts)
