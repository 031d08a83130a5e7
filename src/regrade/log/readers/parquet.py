"""Parquet: typed already; it is copied as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regrade.errors import DataError
from regrade.expressions import quote_identifier
from regrade.log.drift import NO_TYPE, WIDE, loose, wider
from regrade.log.parquet_fields import check_nested_names, check_types, parquet_names
from regrade.log.readers.base import Ask, Fits, Row, Source, Tick, cast, digest_of, sql_path


class ParquetSource(Source):
    """Columns keep their types; narrow numbers fit a column of wider ones, if nothing is lost."""

    def open(self, ask: Ask, tick: Tick) -> None:
        """Read the schema."""
        self.digest = digest_of(self.path)
        if not self.path.stat().st_size:
            raise DataError("is empty", where=str(self.path))
        with self.path.open("rb") as file:
            magic = file.read(4)
        if magic != b"PAR1":
            raise DataError("is encrypted" if magic == b"PARE" else "is no Parquet file", where=str(self.path))
        try:
            described = ask(f"DESCRIBE SELECT * FROM {self.relation()}")
            self.n_lines = int(ask(f"SELECT count(*) FROM {self.relation()}")[0][0])
        except DataError as error:
            raise DataError(error.what, where=str(self.path)) from None
        self.types = {str(row[0]): str(row[1]) for row in described}
        self.columns = tuple(parquet_names(ask, str(self.path)))  # DuckDB gives another name to a second one
        self.check_names(str(self.path))
        check_types(ask, str(self.path))
        check_nested_names(ask, str(self.path))
        long = [name for name, kind in self.types.items() if kind == "BIGINT"]
        try:
            self._exact = loose(ask, [str(self.path)], long).exact
        except DataError as error:  # what a file says of its values: a time beyond what one can be
            raise DataError(error.what, where=str(self.path)) from None
        if not self.n_lines:
            raise DataError("has no rows", where=str(self.path))

    def seen(self) -> Fits:
        """Every column: a file of types needs no look at its values."""
        return {name: self._fit(name) for name in self.taken}

    def _fit(self, name: str) -> frozenset[str] | None:
        kind = self.types[name]
        if kind == NO_TYPE:
            return None
        return self.wider(kind) | ({"DOUBLE"} if name in self._exact else set())

    def relation(self) -> str:
        """The file."""
        return f"read_parquet({sql_path(self.path)}, hive_partitioning = false)"

    def fits(self, column: str, kind: str) -> str:
        """All values of a column have one type."""
        return "true" if kind in (self._fit(column) or ()) else "false"

    def wider(self, kind: str) -> frozenset[str]:
        """Itself, and the wider types of its sort."""
        return frozenset({kind, *(each for each in WIDE if wider(kind, each) == each)}) - ({"DOUBLE"} if kind == "BIGINT" else set())

    def select(self, types: Mapping[str, str], where: str = "") -> str:
        """Widen where another file needs it."""
        columns = (quote_identifier(each) if types[each] == self.types[each] else cast(each, types[each]) for each in self.taken)
        return f"SELECT {', '.join(columns)} FROM {self.relation()} WHERE {where or 'true'}"

    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """A Parquet file has no lines."""
        yield from ()
