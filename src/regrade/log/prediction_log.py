"""The prediction log of a workspace: its files, columns and types, and what people decided about its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

import duckdb

from regrade.config import Config
from regrade.errors import DataError
from regrade.expressions import quote_identifier
from regrade.log import query
from regrade.log.cells import unknown_column
from regrade.log.connection import fetch, locked
from regrade.log.decided import DEFAULT_STATUS, NONE, Decided, DecidedRows, Source
from regrade.log.files import Columns, Files, LogFile, column_types, count_rows, discover
from regrade.log.reader import Counts, Reader
from regrade.log.roles import Column, assign
from regrade.log.searched import searched_columns
from regrade.paths import Paths

if TYPE_CHECKING:
    from regrade.expressions import Expression
    from regrade.log.origins import Origin
    from regrade.log.schema import Schema

_MANY_CLASSES = 50
"""More distinct answers are not offered as a list to choose from."""
_TRIES = 10
"""An import may put others in the place of files that were just found: so often the log is opened anew."""


class PredictionLog:
    """What production predicted, read-only. Make it with :meth:`open`.

    Attributes
    ----------
    columns : tuple of Column
        In the order of the files.
    files : Files
        Where the rows are.
    relation : str
        SQL of the whole log, without alias.
    """

    def __init__(
        self,
        paths: Paths,
        config: Config,
        connection: duckdb.DuckDBPyConnection,
        files: Files,
        columns: Columns,
    ) -> None:
        self.paths = paths
        self.config = config
        self.files = files
        self.columns: tuple[Column, ...] = assign(columns.types, config, files.paths[0])
        self.dialect = query.build(self.columns, config)
        self.relation = columns.relation(files.files)
        self.decided: DecidedRows = NONE
        self._mark: object = None
        self.known_counts: Counts | None = None
        self._connection = connection
        self._addresses: dict[str, list[int]] = {}
        self._lock = Lock()

    @classmethod
    def open(cls, paths: Paths, config: Config) -> PredictionLog:
        """Open the log of a workspace: metadata only, whatever its size.

        Raises
        ------
        DataError
            There is no log, a file is broken, files do not fit together, or a column that ``[log]`` names is not there.
        ConfigError
            ``[failure] when`` is no condition over the log's columns, or ``[privacy]`` names one that it does not have.
        """
        for _ in range(_TRIES):
            found = discover(paths, config)
            try:
                return cls._of(found, paths, config)
            except DataError:
                if not any(map(_is_changed, found)):
                    raise
        return cls._of(discover(paths, config), paths, config)

    @classmethod
    def _of(cls, found: list[LogFile], paths: Paths, config: Config) -> PredictionLog:
        connection = locked([each.path for each in found], paths.cache / "spill")
        try:
            columns = column_types(connection, found, config.privacy)
            return cls(paths, config, connection, Files(found, count_rows(connection, found)), columns)
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files. Readers must be closed before."""
        self._connection.close()

    @property
    def n_rows(self) -> int:
        """The number of predictions."""
        return self.files.n_rows

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that candidates are handed."""
        return tuple(each.name for each in self.columns if each.is_input)

    @cached_property
    def schema(self) -> Schema:
        """The schema of the inputs as candidates and examples get them: types and pandas dtypes of the whole log, hashed columns text."""
        from regrade.log.privacy import hide_schema

        return hide_schema(self.logged_schema, self.config.privacy)

    @cached_property
    def logged_schema(self) -> Schema:
        """The schema of the inputs as the log holds them: before anything is hashed."""
        from regrade.log.contents import schema_of

        self.files.check_unchanged()
        with self._connection.cursor() as cursor:
            return schema_of(cursor, self, self.inputs)

    @cached_property
    def origins(self) -> list[Origin]:
        """Which of the user's files each file of the log was made of; looked up once."""
        from regrade.log.origins import origins_of

        with self._connection.cursor() as cursor:
            return origins_of(cursor, self.files, self.paths.log)

    def classes(self) -> tuple[str, ...] | None:
        """Return every value that occurs as prediction or outcome, as text, sorted; None where they are over 50, or no classes.

        Looks at two columns of the whole log, once.
        """
        return self._classes

    @cached_property
    def _classes(self) -> tuple[str, ...] | None:
        if self.config.task.kind != "classification":
            return None
        wanted = [each for each in (self.config.log.prediction, self.config.log.outcome) if each]
        if not wanted:
            return ()
        selects = " UNION ".join(f"SELECT DISTINCT CAST({quote_identifier(each)} AS VARCHAR) AS v FROM {self.relation}" for each in wanted)
        self.files.check_unchanged()
        with self._connection.cursor() as cursor:
            query = f"SELECT v FROM ({selects}) WHERE v IS NOT NULL ORDER BY v LIMIT {_MANY_CLASSES + 1}"
            rows = fetch(cursor, query, where="the log", unless=self.files.check_unchanged)
        return tuple(row[0] for row in rows) if len(rows) <= _MANY_CLASSES else None

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """The columns that words are looked for in, as an expression names them."""
        return searched_columns(self.columns, self.config)

    def types(self) -> dict[str, str]:
        """Return every name that an expression may use → SQL type."""
        return dict(self.dialect.types)

    def compile(self, text: str, where: str = "filter") -> Expression:
        """Return the condition that a filter says over the log: an expression, or words to search for.

        Raises ExpressionError, with near names, where it is none.
        """
        from regrade.expressions import check_built_in_values, parse_filter

        expression = parse_filter(text, self.dialect.types, searched=self.searched, where=where)
        check_built_in_values(expression, self.dialect.types, where=where)
        return expression

    def reader(self) -> Reader:
        """Return a reader for one thread; close it before the log."""
        return Reader(self, self.cursor())

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor of the locked connection, for one thread; close it before the log."""
        return self._connection.cursor()

    def set_decided(self, decided: Iterable[Decided]) -> None:
        """Say what people decided. Keys are looked up in the whole log once and remembered; those that are not in it are left out."""
        with self._lock:
            self._place(list(decided), whole=True)
            self._mark = None

    def follow_decided(self, since: Source) -> None:
        """Take in what people decided since the last time; what did not change is not looked at.

        Afterwards everything is as :meth:`set_decided` would have made it. What a look-up fails on is taken in the next time.
        """
        with self._lock:
            changed = since(self._mark)
            self._place(changed.rows, changed.whole)
            self._mark = changed.mark

    def _place(self, rows: Sequence[Decided], whole: bool) -> None:
        """Put decided predictions at the rows that have their keys, in place of what stands there, or of all."""
        if not rows and not whole:
            return
        addresses = self._addresses
        unknown = [each.key for each in rows if each.key not in addresses and each.status != DEFAULT_STATUS]
        if unknown:
            located: dict[str, list[int]] = {key: [] for key in unknown}
            with self._connection.cursor() as cursor:
                for key, address in self.locate(cursor, unknown):
                    located[key].append(address)
            # Remembered once all are known: what could not be looked up now is looked up the next time.
            addresses |= located
        came = [(address, each) for each in rows if each.status != DEFAULT_STATUS for address in addresses[each.key]]
        gone = [] if whole else [address for each in rows for address in addresses.get(each.key, ())]
        before = replace(NONE, newest=self.decided.newest) if whole else self.decided
        self.decided = before.changed(gone, came)

    def locate(self, cursor: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> list[tuple[str, int]]:
        """Return (key, address) for each row that has one of ``keys``, in the order of addresses: one pass over the keys."""
        if not keys:
            return []
        self.files.check_unchanged()
        starts = self.files.starts.tolist()
        sql = f"SELECT k, f, r FROM (SELECT {self.dialect.key} AS k, r.file_index AS f, r.file_row_number AS r FROM {self.relation} r)"
        sql += " WHERE k IN (SELECT unnest(?::VARCHAR[])) ORDER BY f, r"
        rows = fetch(cursor, sql, [list(keys)], where="the log", unless=self.files.check_unchanged)
        return [(key, starts[file] + row) for key, file, row in rows]

    def check_keys(self) -> None:
        """Make sure that every prediction has a key of its own: one pass over the whole log; for a worker, behind the first page.

        Raises
        ------
        DataError
            Names a key that occurs twice, or says how many predictions have none.
        """
        self.files.check_unchanged()
        keys = f"SELECT {self.dialect.key} AS k FROM {self.relation} r"
        query = f"SELECT k, count(*) FROM ({keys}) GROUP BY k HAVING k IS NULL OR count(*) > 1 ORDER BY k NULLS FIRST LIMIT 1"
        with self._connection.cursor() as cursor:
            odd = fetch(cursor, query, where="the log", unless=self.files.check_unchanged)
        if odd:
            key, times = odd[0]
            names = self.dialect.key_columns
            where = f"the log: {', '.join(names)}"
            if key is None:
                raise DataError(f"{times:,} predictions have no key", where=where, hint="every prediction needs an id")
            hint = 'one id with the answers of several models: log.key = ["id", "model"] in regrade.toml' if len(names) == 1 else ""
            raise DataError(f"the key {key!r} occurs {times:,} times", where=where, hint=hint)

    def name_of(self, column: str) -> str:
        """Return the name that an expression would use for ``column``; any case. Raises ExpressionError with near names."""
        types = self.dialect.types
        if column in types:
            return column
        for name in (column.lower(), f"log.{column}".lower()):
            found = [each for each in types if each.lower() == name]
            if found:
                return found[0]
        raise unknown_column(column, list(types))

    def sort_column(self, sort: str) -> tuple[str, bool]:
        """Return the column that ``sort`` names, and whether it is descending."""
        text = sort.strip()
        if text.startswith("-") and text not in self.dialect.types:
            return self.name_of(text[1:].strip()), True
        return self.name_of(text), False


def _is_changed(file: LogFile) -> bool:
    """Return whether a file is gone, or is not what it was."""
    try:
        stat = Path(file.path).stat()
    except OSError:
        return True
    return (stat.st_size, stat.st_mtime_ns) != (file.size, file.changed)
