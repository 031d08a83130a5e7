"""CSV: every value is text until the whole column is known to be something else."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from regrade.errors import DataError
from regrade.expressions import quote_text
from regrade.log.readers import kinds
from regrade.log.readers.base import Ask, Reject, Row, Source, digest_of, open_stream, quote_name

_MAX_LINE = 16 * 2**20
_BLOCK = 2**22


class CsvSource(Source):
    """Comma, tab, semicolon or bar between values, double quotes, a header line; UTF-8, with or without byte order mark."""

    kinds = kinds.ORDER

    def open(self, ask: Ask) -> None:
        """Read the header, and look for bytes that no text has."""
        self.digest = digest_of(self.path)
        self._check_bytes()
        header = self._header()
        self.delimiter = "\t" if ".tsv" in (each.lower() for each in self.path.suffixes) else max(",\t;|", key=header.count)
        names = next(csv.reader([header], delimiter=self.delimiter), [])
        self.columns = tuple(names)
        where = f"{self.path.name}:1"
        for at, name in enumerate(names):
            if not name.strip():
                raise DataError(f"column {at + 1} has no name", where=where, hint="the first line holds the names of the columns")
            if name in names[:at]:
                raise DataError(f"two columns are called {name!r}", where=where)
            same = next((each for each in names[:at] if each.lower() == name.lower()), None)
            if same:
                raise DataError(f"columns {same!r} and {name!r} differ in case only", where=where)

    def start(self, ask: Ask) -> None:
        """Forget what earlier scans of other files noted."""
        ask("DROP TABLE IF EXISTS reject_errors")
        ask("DROP TABLE IF EXISTS reject_scans")
        if not self._is_utf8:
            # Only a value that is asked for is looked at so closely.
            ask(f"SELECT count(COLUMNS(*)) FROM {self.relation()}")

    def check(self, ask: Ask) -> None:
        """Collect what the scans since :meth:`open` found to be no rows."""
        if not ask("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_scans'") or not ask("SELECT 1 FROM reject_scans LIMIT 1"):
            ask(f"SELECT count(*) FROM {self.relation()}")
        self.rejects = self._rejects(ask)
        if not self.rejects and not ask(f"SELECT 1 FROM {self.relation()} LIMIT 1"):
            raise DataError("has a header and no rows", where=str(self.path))

    def _check_bytes(self) -> None:
        """Count lines; refuse NUL bytes, which mean UTF-16 or no text at all."""
        empty, line = True, 1
        self._is_utf8, decoder = True, codecs.getincrementaldecoder("utf-8")("strict")
        with open_stream(self.path) as stream:
            while block := stream.read(_BLOCK):
                empty = False
                found = block.find(b"\0")
                if found >= 0:
                    line += block.count(b"\n", 0, found)
                    raise DataError("holds a NUL byte", where=f"{self.path.name}:{line}", hint="is it UTF-16, or no text? save it as UTF-8")
                line += block.count(b"\n")
                self._is_utf8 = self._is_utf8 and _decodes(decoder, block)
        if empty:
            raise DataError("is empty", where=str(self.path))
        self.n_lines = max(1, line - 1)

    def _header(self) -> str:
        with open_stream(self.path) as stream:
            first = stream.read(2**20).split(b"\n", 1)[0]
        try:
            return first.decode("utf-8-sig").rstrip("\r")
        except UnicodeDecodeError as error:
            raise DataError(f"is no UTF-8: byte {error.start + 1}", where=f"{self.path.name}:1", hint="save it as UTF-8") from None

    def relation(self) -> str:
        """Every column as text; lines that are no rows are left out (and noted in ``reject_errors``)."""
        columns = ", ".join(f"{quote_text(each)}: 'VARCHAR'" for each in self.columns)
        return (
            f"read_csv({self.sql_path}, auto_detect = false, header = true, delim = {quote_text(self.delimiter)},"
            f" quote = '\"', escape = '\"', columns = {{{columns}}}, strict_mode = true, store_rejects = true, rejects_limit = 0,"
            f" max_line_size = {_MAX_LINE}, buffer_size = {2 * _MAX_LINE})"
        )

    def _rejects(self, ask: Ask) -> list[Reject]:
        found = ask(
            "SELECT byte_position, any_value(csv_line), min(column_name), any_value(error_type) FROM reject_errors"
            " GROUP BY byte_position ORDER BY 1"
        )
        positions = [int(str(row[0])) for row in found]
        expected = f"expected {len(self.columns)} values"
        problems = {
            "MISSING COLUMNS": f"too few values, {expected}",
            "TOO MANY COLUMNS": f"too many values, {expected}",
            "UNQUOTED VALUE": 'a quote is not closed or stands inside a value, expected "…" around the whole value and "" inside',
            "INVALID ENCODING": "is no UTF-8, expected UTF-8",
            "LINE SIZE OVER MAXIMUM": f"the line is longer than {_MAX_LINE // 2**20} MB, expected shorter ones",
        }
        rejects = []
        for (_, text, column, kind), line in zip(found, self._lines_at(positions), strict=True):
            field = f"{column}: " if column and kind != "MISSING COLUMNS" else ""
            rejects.append(Reject(line, str(text).rstrip("\r\n"), field + problems.get(str(kind), str(kind).lower())))
        return rejects

    def _lines_at(self, positions: list[int]) -> list[int]:
        """Line of each byte position (ascending): DuckDB counts rows, and a quoted value may hold line breaks."""
        lines: list[int] = []
        line, done = 1, 0
        with open_stream(self.path) as stream:
            block = stream.read(_BLOCK)
            for position in positions:
                while position >= done + len(block) and block:
                    line += block.count(b"\n")
                    done += len(block)
                    block = stream.read(_BLOCK)
                lines.append(line + block.count(b"\n", 0, position - done))
        return lines

    def fits(self, column: str, kind: str) -> str:
        """See :func:`kinds.fits`."""
        return kinds.fits(quote_name(column), kind)

    def wider(self, kind: str) -> frozenset[str]:
        """Everything is text too."""
        return frozenset({kind, "VARCHAR"})

    def select(self, types: Mapping[str, str], where: str) -> str:
        """Cast what is not text."""
        columns = (
            quote_name(each) if types[each] == "VARCHAR" else f"CAST({quote_name(each)} AS {types[each]}) AS {quote_name(each)}"
            for each in self.columns
        )
        return f"SELECT {', '.join(columns)} FROM {self.relation()} WHERE {where}"

    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """Yield line, values, text of each good row."""
        bad = {each.line for each in self.rejects}
        with open_stream(self.path) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
            kept = _Kept(text)
            csv.field_size_limit(_MAX_LINE)
            reader = csv.reader(kept, delimiter=self.delimiter)
            next(reader, None)
            start = reader.line_num + 1
            kept.taken()
            for values in reader:
                raw = kept.taken()
                if values and start not in bad and len(values) == len(self.columns):
                    yield start, {name: value or None for name, value in zip(self.columns, values, strict=True)}, raw
                start = reader.line_num + 1


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


class _Kept:
    """Lines on their way to the CSV parser, kept until the row that they make is taken."""

    def __init__(self, lines: Any) -> None:
        self._lines = iter(lines)
        self._kept: list[str] = []

    def __iter__(self) -> _Kept:
        return self

    def __next__(self) -> str:
        line = str(next(self._lines))
        self._kept.append(line)
        return line

    def taken(self) -> str:
        text = "".join(self._kept).rstrip("\r\n")
        self._kept.clear()
        return text
