"""A file of examples, column by column, with the line of every row: CSV, JSON lines and Parquet as the log's readers take them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from regrade.errors import DataError
from regrade.log.content import JSON
from regrade.log.readers import open_source
from regrade.log.readers.base import Source, Tick
from regrade.log.readers.csv import CsvSource
from regrade.log.readers.json_pass import numbered_lines
from regrade.log.readers.parquet import ParquetSource
from regrade.log.schema import Schema
from regrade.log.values import encode
from regrade.log.work import Work
from regrade.safe_text import original_cell
from regrade.workspace.exchange.casts import cast_column
from regrade.workspace.exchange.plain import Misfit, read, show
from regrade.workspace.exchange.sheet import HEADER, Header

_SHOWN = 5
"""Bad lines that an error lists."""
_CELL = re.compile(r'(?:\A|,)(?:"((?:[^"]|"")*)"|([^,]*))', re.DOTALL)


class Incoming(ABC):
    """Rows of a file, not typed yet.

    Attributes
    ----------
    columns : tuple of str
        As they were before anything was made inert; the ``source`` has them as they stand in the file.
    lines : list of int
        Where each row stands, counted from 1.
    header : Header or None
        What `regrade export` wrote of the file; None: it comes from elsewhere.
    private : frozenset of str
        Columns whose values no message may show.
    problems : list of (int, str)
        Line, and ``field: what, expected what``: all that was found so far.
    """

    def __init__(self, source: Source) -> None:
        self.name = source.path.name
        self.source = source
        self.columns: tuple[str, ...] = source.columns
        self.lines: list[int] = []
        self.header: Header | None = None
        self.private: frozenset[str] = frozenset()
        self.problems: list[tuple[int, str]] = [(each.line, each.problem) for each in source.rejects]

    def __len__(self) -> int:
        return len(self.lines)

    @abstractmethod
    def values(self, name: str) -> list[JSON]:
        """Return a column as the file has it: text in CSV, JSON values elsewhere."""

    @abstractmethod
    def typed(self, name: str, kind: pa.DataType, rows: Sequence[int]) -> list[JSON]:
        """Return the values of ``rows`` encoded as ``kind``, None for those that are none, of which a problem is noted."""

    def place(self, line: int) -> str:
        """Return how errors name a line."""
        return f"{self.name}:{line}"

    def bad(self, row: int, what: str) -> None:
        """Note what is wrong with a row."""
        self.problems.append((self.lines[row], what))

    def cut(self, name: str, value: object) -> str:
        """Return the beginning of a value of a column, for a message."""
        if name in self.private:
            return "a value that [privacy] hides"
        text = value if isinstance(value, str) else str(value)
        return f"{text[:60]}…" if len(text) > 60 else text or "empty"

    def refuse(self, hint: str = "") -> None:
        """Raise DataError where there are problems: the first, and those next to it."""
        if not self.problems:
            return
        found = [f"{self.place(line)}: {what}" for line, what in sorted(self.problems)]
        where, _, what = found[0].partition(": ")
        more = [*found[1:_SHOWN], *([f"and {len(found) - _SHOWN:,} more"] if len(found) > _SHOWN else [])]
        raise DataError(what, where=where, hint="\n  ".join([*more, *([hint] if hint else []), "nothing was brought in"]))

    def _read_header(self, cell: object) -> None:
        """Take a cell of the first row, or metadata, as ours, if it is; what a later version writes is found out anew, as of strangers."""
        try:
            header = msgspec.json.decode(cell, type=Header) if isinstance(cell, (str, bytes)) else msgspec.convert(cell, Header)
            for name, encoded in header.schemas.items():
                if Schema.decode(encoded).hash != name:
                    raise DataError(
                        f"the schema {name[:12]} in column {HEADER!r} was changed", where=self.name, hint="export the file again"
                    )
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        self.header = header


class IncomingRows(Incoming):
    """A file of lines."""

    def __init__(self, source: Source, work: Work, tick: Tick) -> None:
        self._is_text = isinstance(source, CsvSource)
        if isinstance(source, CsvSource):
            source.keep_good(work.folder)
            source.find_rejects(work.ask, scanned=False)
        super().__init__(source)
        self.refuse()
        cells: dict[str, list[Any]] = {name: [] for name in self.columns}
        texts: list[str] = []
        columns = list(cells.items())
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        rows = ((line, row, text) for line, row, text in source.rows()) if self._is_text else _objects(source.path, decode)
        for line, row, text in rows:
            self.lines.append(line)
            if self._is_text:
                texts.append(text if '""' in text else "")
            for name, values in columns:
                values.append(row.get(name))
            if not len(self.lines) % 4_096:
                tick(len(self.lines))
        self._cells = cells
        for cell in cells.get(HEADER, ())[:1]:
            self._read_header(cell)
        if self._is_text and self.header is not None:
            self._find_empty_texts(texts)
            if self.header.guarded:
                self._take_guards_off()

    def _take_guards_off(self) -> None:
        self.columns = tuple(map(original_cell, self.columns))
        self._cells = {
            name: [each and original_cell(each) for each in cells] for name, cells in zip(self.columns, self._cells.values(), strict=True)
        }

    def _find_empty_texts(self, texts: Sequence[str]) -> None:
        """In a file of ours a pair of quotes is an empty text; elsewhere, as in a log, it is as good as nothing."""
        for row, text in enumerate(texts):
            for name, found in zip(self.columns, _CELL.finditer(text), strict=False) if text else ():
                if found[1] == "":
                    self._cells[name][row] = ""

    def values(self, name: str) -> list[JSON]:
        """See :meth:`Incoming.values`."""
        cells = self._cells[name]
        if self._is_text and self.header is not None and name in self.header.json:
            return [self._json(name, row, cell) for row, cell in enumerate(cells)]
        return list(cells)

    def _json(self, name: str, row: int, cell: str | None) -> JSON:
        try:
            return None if cell is None else msgspec.json.decode(cell)
        except msgspec.DecodeError:
            self.bad(row, f"{name}: {self.cut(name, cell)}, expected JSON")
            return None

    def typed(self, name: str, kind: pa.DataType, rows: Sequence[int]) -> list[JSON]:
        """See :meth:`Incoming.typed`."""
        cells, found = self._cells[name], []
        for row in rows:
            try:
                found.append(read(cells[row], kind, text=self._is_text))
            except Misfit as expected:
                self.bad(row, f"{name}: {self.cut(name, cells[row])}, expected {expected}")
                found.append(None)
        return found


class IncomingTable(Incoming):
    """A Parquet file, typed by itself."""

    def __init__(self, source: Source) -> None:
        import pyarrow.parquet as pq

        super().__init__(source)
        try:
            self._table = pq.read_table(source.path)
            self._table.validate(full=True)  # text that is no UTF-8, for one
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"cannot be read: {str(error).splitlines()[0]}", where=str(source.path)) from None
        self.lines = list(range(1, self._table.num_rows + 1))
        self.columns = tuple(self._table.schema.names)
        self._read_header((self._table.schema.metadata or {}).get(HEADER.encode()))

    def place(self, line: int) -> str:
        """Parquet has rows, no lines."""
        return f"{self.name}: row {line}"

    def type_of(self, name: str) -> pa.DataType:
        """Return a column's own type."""
        return self._table.schema.field(name).type

    def nulls(self, name: str) -> bool:
        """Does a column hold a null?"""
        return bool(self._table.column(name).null_count)

    def values(self, name: str) -> list[JSON]:
        """See :meth:`Incoming.values`; dates and times are ISO 8601."""
        kind = self.type_of(name)
        if self._is_json(name):
            return [None if each is None else msgspec.json.decode(each) for each in self._table.column(name).to_pylist()]
        try:
            found = encode(self._table.column(name))
        except TypeError as error:
            raise DataError(str(error), where=f"{self.name}: {name}") from None
        return [show(each, kind) for each in found] if pa.types.is_temporal(kind) else found

    def typed(self, name: str, kind: pa.DataType, rows: Sequence[int]) -> list[JSON]:
        """See :meth:`Incoming.typed`."""
        if self._is_json(name):
            values, found = self.values(name), []
            for row in rows:
                try:
                    found.append(read(values[row], kind))
                except Misfit as expected:
                    self.bad(row, f"{name}: {self.cut(name, values[row])}, expected {expected}")
                    found.append(None)
            return found
        column = self._table.column(name)
        taken = column if len(rows) == len(column) else column.take(pa.array(rows, pa.int64()))
        done, bad = cast_column(taken, kind, f"{self.name}: {name}")
        for at, value in bad:
            self.bad(rows[at], f"{name}: {self.cut(name, value)}, expected {kind}")
        return encode(done)

    def _is_json(self, name: str) -> bool:
        return self.header is not None and name in self.header.json


def open_incoming(path: Path, work: Work, tick: Tick) -> Incoming:
    """Read a file of examples.

    Raises
    ------
    DataError
        It cannot be read, or a line is no row (``file:line: field: what, expected what``).
    """
    source = open_source(path)
    source.open(work.ask, tick)
    return IncomingTable(source) if isinstance(source, ParquetSource) else IncomingRows(source, work, tick)


def _objects(path: Path, decode: Callable[[bytes], dict[str, Any]]) -> Any:
    return ((line, decode(raw), "") for line, raw in numbered_lines(path))
