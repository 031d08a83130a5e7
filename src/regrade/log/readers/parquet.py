"""Parquet: typed already; it is copied as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regrade.errors import DataError
from regrade.expressions import quote_identifier
from regrade.log.files import parquet_names
from regrade.log.readers.base import Ask, Fits, Row, Source, Tick, cast, digest_of, sql_path

_WIDENED = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"), "BIGINT"),
    "FLOAT": "DOUBLE",
}


class ParquetSource(Source):
    """Columns keep their types; small whole numbers fit a column of 64 bits, single precision one of double."""

    def open(self, ask: Ask, tick: Tick) -> None:
        """Read the schema."""
        self.digest = digest_of(self.path)
        if not self.path.stat().st_size:
            raise DataError("is empty", where=str(self.path))
        try:
            described = ask(f"DESCRIBE SELECT * FROM {self.relation()}")
            self.n_lines = int(ask(f"SELECT count(*) FROM {self.relation()}")[0][0])
        except DataError as error:
            raise DataError(error.what, where=str(self.path)) from None
        self.types = {str(row[0]): str(row[1]) for row in described}
        self.columns = tuple(self.types)
        for name, seen in zip(parquet_names(ask, str(self.path)), self.columns, strict=False):
            if name != seen:
                raise DataError(f"another column is called {name!r} too, in other case at most", where=str(self.path))
        if not self.n_lines:
            raise DataError("has no rows", where=str(self.path))

    def seen(self) -> Fits:
        """Every column: a file of types needs no look at its values."""
        return {name: self.wider(self.types[name]) for name in self.taken}

    def relation(self) -> str:
        """The file."""
        return f"read_parquet({sql_path(self.path)}, hive_partitioning = false)"

    def fits(self, column: str, kind: str) -> str:
        """All values of a column have one type."""
        return "true" if kind in self.wider(self.types[column]) else "false"

    def wider(self, kind: str) -> frozenset[str]:
        """Itself, and the wide type of its sort."""
        return frozenset({kind, _WIDENED.get(kind, kind)})

    def select(self, types: Mapping[str, str], where: str = "") -> str:
        """Widen where another file needs it."""
        columns = (quote_identifier(each) if types[each] == self.types[each] else cast(each, types[each]) for each in self.taken)
        return f"SELECT {', '.join(columns)} FROM {self.relation()} WHERE {where or 'true'}"

    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """A Parquet file has no lines."""
        yield from ()
