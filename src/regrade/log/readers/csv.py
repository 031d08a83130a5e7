"""CSV: every value is text until the whole column is known to be something else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from regrade.errors import DataError
from regrade.expressions import quote_identifier, quote_text
from regrade.log.readers import kinds
from regrade.log.readers.base import Ask, Fits, Reject, Row, Source, Tick, cast, digest_beside, open_stream, split_lines, sql_path
from regrade.log.readers.csv_pass import RETURN, copy_good, look, odd_rows

_MAX_LINE = 16 * 2**20
_PROBLEMS = {
    "MISSING COLUMNS": "too few values, expected {n}",
    "TOO MANY COLUMNS": "too many values, expected {n}",
    "UNQUOTED VALUE": 'a quote is not closed or stands inside a value, expected "…" around the whole value and "" inside',
    "INVALID ENCODING": "is no UTF-8, expected UTF-8",
    "LINE SIZE OVER MAXIMUM": f"the line is too long, expected at most {_MAX_LINE // 2**20} MB",
}


class CsvSource(Source):
    """Comma, tab, semicolon or bar between values, double quotes, a header line; UTF-8, with or without byte order mark."""

    kinds = kinds.ORDER

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._read = path
        """What DuckDB reads: the file, or a copy of its good lines."""
        self._aside: list[Reject] = []
        self._most_rows = 0

    @property
    def most_rows(self) -> int:
        """Unknown where lines do not all end in one way."""
        return 0 if self._is_odd else self._most_rows

    def open(self, ask: Ask, tick: Tick) -> None:
        """Read the header, and look for bytes that no text has."""
        with digest_beside(self.path) as digest:
            looked = look(self.path)
        self.digest, _ = digest()
        if not looked.n_lines:
            raise DataError("is empty", where=str(self.path))
        self._most_rows = looked.most_rows
        self.n_lines, self._is_utf8, self._is_odd = looked.n_lines, looked.is_utf8, looked.is_odd
        header = self._header()
        is_tsv = ".tsv" in (each.lower() for each in self.path.suffixes)
        self._delimiter = "\t" if is_tsv else max(",\t;|", key=re.sub('"[^"]*"', "", header).count)
        self.columns = self._names(header)
        self.check_names(f"{self.path.name}:1")
        if self._is_odd:
            self.rejects = odd_rows(self.path, self._delimiter)
            self._aside = list(self.rejects)
            if self.rejects and self.rejects[0].line == 1:
                if self.n_lines == 1 and self.rejects[0].problem == RETURN:
                    what = "lines end in carriage returns alone, expected line feeds"
                    raise DataError(what, where=f"{self.path.name}:1", hint="tr '\\r' '\\n' < FILE > converted.csv")
                raise DataError(self.rejects[0].problem, where=f"{self.path.name}:1")

    def _header(self) -> str:
        """The first row, which may be several lines long."""
        first = b""
        for line in split_lines(self.path):
            first += line
            if not first.count(b'"') % 2 or len(first) > _MAX_LINE:
                break
        try:
            header = first.decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise DataError(f"is no UTF-8: byte {error.start + 1}", where=f"{self.path.name}:1", hint="save it as UTF-8") from None
        if not header.strip():
            raise DataError("is blank, expected the names of columns", where=f"{self.path.name}:1")
        return header

    def _names(self, header: str) -> tuple[str, ...]:
        csv.field_size_limit(_MAX_LINE)
        try:
            return tuple(next(csv.reader(io.StringIO(header, newline=""), delimiter=self._delimiter, strict=True), []))
        except csv.Error as error:
            raise DataError(f"is no header: {error}", where=f"{self.path.name}:1") from None

    def keep_good(self, folder: Path) -> None:
        """Copy the good lines to a file in ``folder``, for DuckDB to read instead, where it would not read all of them as they are."""
        if self._is_odd:
            self._read = folder / f"good-{self.digest[:16]}.csv"
            copy_good(self.path, self._delimiter, self._read)

    def seen(self) -> Fits:
        """None: all of it is text so far."""
        return {}

    def relation(self) -> str:
        """Every column as text; lines that are no rows are left out (and noted in ``reject_errors``)."""
        columns = ", ".join(f"{quote_text(each)}: 'VARCHAR'" for each in self.columns)
        return (
            f"read_csv({sql_path(self._read)}, auto_detect = false, header = true, delim = {quote_text(self._delimiter)},"
            f" hive_partitioning = false, quote = '\"', escape = '\"',"
            f" columns = {{{columns}}}, strict_mode = true, store_rejects = true, rejects_limit = 0,"
            f" max_line_size = {_MAX_LINE}, buffer_size = {2 * _MAX_LINE})"
        )

    def find_rejects(self, ask: Ask, *, scanned: bool) -> None:
        """Note the lines that are no rows; ``scanned``: has the whole relation, every column, just been read?

        Raises
        ------
        DataError
            The file has neither rows nor bad lines.
        """
        if not scanned:
            ask("DROP TABLE IF EXISTS reject_errors")
            ask("DROP TABLE IF EXISTS reject_scans")
            # Whether a value is UTF-8 is looked at only where the value is asked for.
            ask(f"SELECT {'count(*)' if self._is_utf8 else 'count(COLUMNS(*))'} FROM {self.relation()}")
        found = ask(
            "SELECT e.line_byte_position, any_value(e.csv_line), min(e.column_name), any_value(e.error_type)"
            " FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id)"
            f" WHERE s.file_path = {quote_text(str(self._read))} GROUP BY e.line_byte_position ORDER BY 1"
        )
        # Positions are counted from 1, and begin with the blank lines before the row, or the rest of the line end before it.
        rows = [str(row[1]).lstrip("\r\n") for row in found]
        starts = [int(row[0]) - 1 + len(str(row[1])) - len(text) for row, text in zip(found, rows, strict=True)]
        places = self._lines_at(starts, [text.rstrip("\r\n").count("\n") + 1 for text in rows])
        refused = [Reject(line, text, self._problem(row[2], str(row[3]))) for row, (line, text) in zip(found, places, strict=True)]
        self.rejects = sorted([*self._aside, *refused], key=lambda each: each.line)
        if not self.rejects and not ask(f"SELECT 1 FROM {self.relation()} LIMIT 1"):
            raise DataError("has a header and no rows", where=str(self.path))

    def _problem(self, column: str | None, kind: str) -> str:
        field = f"{column}: " if column and kind != "MISSING COLUMNS" else ""
        return field + _PROBLEMS.get(kind, kind.lower()).replace("{n}", str(len(self.columns)))

    def _lines_at(self, positions: list[int], lengths: list[int]) -> list[tuple[int, str]]:
        """Line number and text of the rows at byte positions (ascending), so many lines long.

        DuckDB counts rows, and a quoted value may hold line breaks; its own text of a row is not what stands in the file.
        """
        found: list[tuple[int, str]] = []
        line, start = 1, 0
        waiting = iter(zip(positions, lengths, strict=True))
        wanted = next(waiting, None)
        text: list[bytes] = []
        for raw in split_lines(self._read) if wanted else ():
            if wanted is not None and start + len(raw) > wanted[0]:
                text.append(raw)
                if len(text) == wanted[1]:
                    found.append((line + 1 - len(text), b"".join(text).decode("utf-8", "surrogateescape").rstrip("\r\n")))
                    text, wanted = [], next(waiting, None)
            line += 1
            start += len(raw)
        return found

    def fits(self, column: str, kind: str) -> str:
        """See :func:`kinds.fits`."""
        return kinds.fits(quote_identifier(column), kind)

    def wider(self, kind: str) -> frozenset[str]:
        """Everything is text too; a whole number is a number as long as it is not too long, which the import holds."""
        return frozenset({kind, "VARCHAR", *(["DOUBLE"] if kind == "BIGINT" else [])})

    def select(self, types: Mapping[str, str], where: str = "") -> str:
        """Cast what is not text."""
        columns = (self._as(each, types[each], known=bool(where)) for each in self.taken)
        return f"SELECT {', '.join(columns)} FROM {self.relation()} WHERE {where or 'true'}"

    def _as(self, column: str, kind: str, *, known: bool) -> str:
        value = quote_identifier(column)
        if kind == "VARCHAR" or known:
            return value if kind == "VARCHAR" else cast(column, kind)
        return f"{kinds.checked_cast(value, self.fits(column, kind), f'CAST({value} AS {kind})')} AS {value}"

    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """Yield line, values, text of each good row."""
        bad = {each.line for each in self.rejects}
        with open_stream(self._read) as stream:
            kept = _Kept(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""))
            csv.field_size_limit(_MAX_LINE)
            reader = csv.reader(kept, delimiter=self._delimiter)
            next(reader, None)
            kept.taken()
            start = reader.line_num + 1
            for values in reader:
                text = kept.taken()
                if values and start not in bad and len(values) == len(self.columns):
                    yield start, {name: value or None for name, value in zip(self.columns, values, strict=True)}, text
                start = reader.line_num + 1


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
        """Return the lines since the last call as they stand in the file, without the last break."""
        text = "".join(self._kept).rstrip("\r\n")
        self._kept.clear()
        return text
