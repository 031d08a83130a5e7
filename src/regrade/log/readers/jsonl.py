"""JSON lines: one object a line; every line is decoded strictly before DuckDB reads the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from regrade.errors import DataError
from regrade.expressions import quote_identifier, quote_text
from regrade.log.readers import kinds
from regrade.log.readers.base import Ask, Fits, Row, Source, Tick, digest_beside, sql_path
from regrade.log.readers.json_pass import LONG, JsonPass, Sorts, numbered_lines
from regrade.log.roles import is_number

_MAX_OBJECT = 64 * 2**20
"""Bytes of a line; DuckDB reads pieces twice as long, which is slow where no line is."""
_AS_WRITTEN = ("BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR")
_FITS: dict[frozenset[str], frozenset[str]] = {
    frozenset({"bool"}): frozenset({"BOOLEAN"}),
    frozenset({"whole"}): frozenset({"BIGINT", "DOUBLE"}),
    frozenset({"long"}): frozenset({"BIGINT"}),
    frozenset({"whole", "long"}): frozenset({"BIGINT"}),
    frozenset({"number"}): frozenset({"DOUBLE"}),
    frozenset({"whole", "number"}): frozenset({"DOUBLE"}),
    frozenset({"object"}): frozenset({"JSON"}),
    frozenset({"list"}): frozenset({"JSON"}),
    frozenset({"object", "list"}): frozenset({"JSON"}),
}


class JsonLinesSource(Source):
    """Strings stay text (times in ISO 8601 become times), numbers numbers, nested values JSON text; duplicate keys are errors."""

    kinds = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._good = path
        """What DuckDB reads: the file, or a copy of its good lines."""
        self._longest = 2 * LONG

    def open(self, ask: Ask, tick: Tick) -> None:
        """Decode every line."""
        with digest_beside(self.path) as digest:

            def say(sorts: Sorts) -> None:
                if self.begin is not None:
                    self.begin(partial(self._likely, sorts, digest))

            packed = self.path.suffix.lower() in (".gz", ".zst")
            looked = JsonPass(self.path, None if packed else say)
            looked.run(tick)
        self.digest, _ = digest()
        self._longest = _MAX_OBJECT if looked.has_long else 2 * LONG
        if not looked.n_lines:
            raise DataError("is empty", where=str(self.path))
        self.rejects, self.n_lines, self._sorts = looked.rejects, looked.n_lines, looked.sorts
        self.columns = tuple(looked.sorts)
        self.check_names(self.path.name)

    def _likely(self, sorts: Sorts, digest: Callable[[], tuple[str, int]]) -> JsonLinesSource:
        """This file where every line is good, and holds nothing but ``sorts``."""
        likely = JsonLinesSource(self.path)
        likely.digest, likely.n_lines = digest()
        likely.partitions, likely.verbatim = dict(self.partitions), self.verbatim
        likely.columns, likely._sorts = tuple(sorts), sorts
        likely.forget_partitions()
        return likely

    def seen(self) -> Fits:
        """Everything but text, which may hold times."""
        fits: Fits = {}
        for name, sorts in self._sorts.items():
            if name in self.taken and sorts != {"text"}:
                fits[name] = _FITS.get(frozenset(sorts), frozenset()) if sorts else None
        return fits

    def keep_good(self, folder: Path) -> None:
        """Copy the good lines to a file in ``folder``, for DuckDB to read instead, where there are others."""
        if not self.rejects:
            return
        bad = {each.line for each in self.rejects}
        self._good = folder / f"good-{self.digest[:16]}.jsonl"
        with self._good.open("wb") as file:
            file.writelines(raw + b"\n" for line, raw in numbered_lines(self.path) if line not in bad)

    def _read(self, columns: Mapping[str, str]) -> str:
        listed = ", ".join(f"{quote_text(name)}: {quote_text(kind)}" for name, kind in columns.items())
        return (
            f"read_json({sql_path(self._good)}, format = 'newline_delimited', columns = {{{listed}}}, hive_partitioning = false,"
            f" maximum_object_size = {self._longest})"
        )

    def relation(self) -> str:
        """Every column as JSON text."""
        return self._read(dict.fromkeys(self.columns, "JSON"))

    def value(self, column: str) -> str:
        """NULL for JSON's null too."""
        return f"nullif(CAST({quote_identifier(column)} AS VARCHAR), 'null')"

    def number_kind(self, column: str) -> str:
        """Whole ones stay whole."""
        return "DOUBLE" if "number" in self._sorts[column] else "BIGINT"

    def missing(self, column: str) -> str:
        """An empty text names no prediction."""
        empty = f" OR {self.value(column)} = '\"\"'" if column in self.verbatim else ""
        return f"({self.value(column)} IS NULL{empty})"

    def fits(self, column: str, kind: str) -> str:
        """The JSON type must be that of the column: 5 is no text, "5" no number."""
        text = self.value(column)
        first = f"{text}[1]"
        if kind == "VARCHAR":
            return f"({first} = '\"')"
        if kind == "JSON":
            return f"({first} IN ('{{', '['))"
        if kind == "BOOLEAN" or is_number(kind):
            return f"({first} <> '\"' AND {kinds.fits(text, kind)})"
        return f"({first} = '\"' AND {kinds.fits(f'substr({text}, 2, length({text}) - 2)', kind)})"

    def wider(self, kind: str) -> frozenset[str]:
        """Only what is written as text is text too."""
        return frozenset({kind}) if kind in ("BIGINT", "DOUBLE", "BOOLEAN", "JSON") else frozenset({kind, "VARCHAR"})

    def select(self, types: Mapping[str, str], where: str = "") -> str:
        """Read with the types pinned, which :meth:`open` made sure of; times are read as text, checked and cast."""
        if where not in ("", "true"):
            return f"SELECT {', '.join(self._cast(each, types[each]) for each in self.taken)} FROM {self.relation()} WHERE {where}"
        read = {name: types[name] if types[name] in _AS_WRITTEN else "VARCHAR" for name in self.taken}
        return f"SELECT {', '.join(self._read_as(each, types[each]) for each in self.taken)} FROM {self._read(read)}"

    def _read_as(self, column: str, kind: str) -> str:
        value = quote_identifier(column)
        if kind in _AS_WRITTEN:
            return value
        cast = f"CAST({value} AS {kind})"
        return f"{cast if kind == 'JSON' else kinds.checked_cast(value, kinds.fits(value, kind), cast)} AS {value}"

    def _cast(self, column: str, kind: str) -> str:
        text = self.value(column)
        plain = text if kind in ("BOOLEAN", "JSON") or is_number(kind) else f"CAST({text} AS JSON) ->> '$'"
        return f"CAST({plain} AS {kind}) AS {quote_identifier(column)}"

    def as_read(self, value: object) -> str | None:
        """JSON text, written the one way."""
        return None if value is None else json.dumps(json.loads(str(value)), ensure_ascii=False)

    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """Yield line, values as JSON text, and text of each good row."""
        bad = {each.line for each in self.rejects}
        for line, raw in numbered_lines(self.path):
            if line not in bad:
                row = {name: None if value is None else json.dumps(value, ensure_ascii=False) for name, value in json.loads(raw).items()}
                yield line, {name: row.get(name) for name in self.columns}, raw.decode().rstrip("\r\n")
