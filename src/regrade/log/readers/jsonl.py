"""JSON lines: one object a line; every line is decoded strictly before DuckDB reads the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from regrade.errors import DataError
from regrade.expressions import quote_text
from regrade.log.readers import kinds
from regrade.log.readers.base import Ask, Reject, Row, Source, digest_of, open_stream, quote_name

_MAX_OBJECT = 64 * 2**20
_COLON_APART = re.compile(rb'"\s+:')


class JsonLinesSource(Source):
    """Strings stay text (times in ISO 8601 become times), numbers numbers, nested values JSON text; duplicate keys are errors."""

    kinds = (*kinds.ORDER[:-1], "JSON", "VARCHAR")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.good = path
        """What DuckDB reads: the file, or a copy of its good lines."""

    def open(self, ask: Ask) -> None:
        """Decode every line."""
        self.digest = digest_of(self.path)
        columns: dict[str, None] = {}
        n_good = line = 0
        for line, raw in self._lines():
            try:
                value = _decoder.decode(raw)
                exact = raw.count(b'":') == len(value) and not _COLON_APART.search(raw)
                if not exact:
                    _check_duplicates(raw)
            except (msgspec.DecodeError, _DuplicateKeyError, UnicodeDecodeError, RecursionError) as error:
                self.rejects.append(Reject(line, raw.decode("utf-8", "replace").rstrip("\r\n"), _explain(error, raw)))
                continue
            n_good += 1
            columns.update(dict.fromkeys(value))
        if not line:
            raise DataError("is empty", where=str(self.path))
        if not n_good and not self.rejects:
            raise DataError("has no rows", where=str(self.path))
        self.n_lines, self.columns = line, tuple(columns)
        lower: dict[str, str] = {}
        for name in self.columns:
            if lower.setdefault(name.lower(), name) != name:
                raise DataError(f"fields {lower[name.lower()]!r} and {name!r} differ in case only", where=str(self.path))
            if not name.strip():
                raise DataError("a field has no name", where=str(self.path))

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of each line that is not blank."""
        with open_stream(self.path) as stream:
            for number, raw in enumerate(_split(stream), 1):
                if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
                    raise DataError("starts with a byte order mark", where=f"{self.path.name}:1", hint="save it as UTF-8 without one")
                if number == 1 and raw.lstrip()[:1] == b"[":
                    hint = "write one object a line: jq -c '.[]' file.json > file.jsonl"
                    raise DataError("is a JSON list, expected one object a line", where=f"{self.path.name}:1", hint=hint)
                if raw.strip():
                    yield number, raw

    def keep_good(self, folder: Path) -> None:
        """Copy the good lines to a file in ``folder``, for DuckDB to read instead."""
        bad = {each.line for each in self.rejects}
        self.good = folder / f"good-{self.digest[:16]}.jsonl"
        with self.good.open("wb") as file:
            file.writelines(raw if raw.endswith(b"\n") else raw + b"\n" for line, raw in self._lines() if line not in bad)

    def _read(self, columns: Mapping[str, str]) -> str:
        path = quote_text("".join(f"[{each}]" if each in "*?[" else each for each in str(self.good)))
        listed = ", ".join(f"{quote_text(name)}: {quote_text(kind)}" for name, kind in columns.items())
        return f"read_json({path}, format = 'newline_delimited', columns = {{{listed}}}, maximum_object_size = {_MAX_OBJECT})"

    def start(self, ask: Ask) -> None:
        """Every line was decoded when the file was opened."""

    def check(self, ask: Ask) -> None:
        """Every line was decoded when the file was opened."""

    def relation(self) -> str:
        """Every column as JSON text."""
        return self._read(dict.fromkeys(self.columns, "JSON"))

    def value(self, column: str) -> str:
        """NULL for JSON's null too."""
        return f"nullif(CAST({quote_name(column)} AS VARCHAR), 'null')"

    def fits(self, column: str, kind: str) -> str:
        """The JSON type must be that of the column: 5 is no text, "5" no number."""
        text = self.value(column)
        first = f"{text}[1]"
        if kind == "VARCHAR":
            return f"({first} = '\"')"
        if kind == "JSON":
            return f"({first} IN ('{{', '['))"
        if kind in ("BIGINT", "DOUBLE", "BOOLEAN"):
            return f"({first} <> '\"' AND {kinds.fits(text, kind)})"
        inner = f"substr({text}, 2, length({text}) - 2)"
        return f"({first} = '\"' AND {kinds.fits(inner, kind)})"

    def wider(self, kind: str) -> frozenset[str]:
        """Only what is written as text is text too."""
        return frozenset({kind}) if kind in ("BIGINT", "DOUBLE", "BOOLEAN", "JSON") else frozenset({kind, "VARCHAR"})

    def select(self, types: Mapping[str, str], where: str) -> str:
        """Read with the types pinned; times are read as text and cast."""
        plain = {"BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR"}
        if where == "true":
            read = self._read({name: types[name] if types[name] in plain else "VARCHAR" for name in self.columns})
            columns = (
                quote_name(each) if types[each] in plain else f"CAST({quote_name(each)} AS {types[each]}) AS {quote_name(each)}"
                for each in self.columns
            )
            return f"SELECT {', '.join(columns)} FROM {read}"
        return f"SELECT {', '.join(self._cast(each, types[each]) for each in self.columns)} FROM {self.relation()} WHERE {where}"

    def _cast(self, column: str, kind: str) -> str:
        text = self.value(column)
        plain = text if kind in ("BIGINT", "DOUBLE", "BOOLEAN", "JSON") else f"CAST({text} AS JSON) ->> '$'"
        return f"CAST({plain} AS {kind}) AS {quote_name(column)}"

    def as_read(self, value: object) -> str | None:
        """JSON text, written the one way."""
        return None if value is None else json.dumps(json.loads(str(value)), ensure_ascii=False)

    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """Yield line, values as JSON text, and text of each good row."""
        bad = {each.line for each in self.rejects}
        for line, raw in self._lines():
            if line not in bad:
                row = {name: None if value is None else json.dumps(value, ensure_ascii=False) for name, value in json.loads(raw).items()}
                yield line, {name: row.get(name) for name in self.columns}, raw.decode().rstrip("\r\n")


_decoder = msgspec.json.Decoder(dict[str, Any])


class _DuplicateKeyError(Exception):
    """A key occurs twice in one object."""


def _split(stream: Any) -> Iterator[bytes]:
    """Yield lines with their breaks, also of streams that only know ``read``."""
    rest = b""
    while block := stream.read(2**22):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def _check_duplicates(raw: bytes) -> None:
    def hook(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        row = dict(pairs)
        if len(row) < len(pairs):
            names = [name for name, _ in pairs]
            raise _DuplicateKeyError(next(name for at, name in enumerate(names) if name in names[:at]))
        return row

    json.loads(raw, object_pairs_hook=hook)


def _explain(error: Exception, raw: bytes) -> str:
    """Return ``field: what, expected what``."""
    if isinstance(error, _DuplicateKeyError):
        return f"{error}: occurs twice in one object, expected once"
    if isinstance(error, RecursionError):
        return "nests too deeply, expected a plain object"
    if isinstance(error, msgspec.ValidationError):
        return f"{str(error)[:1].lower()}{str(error)[1:].split(' - ')[0]}, expected an object"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        return f"is no UTF-8 at byte {fault.start + 1}, expected UTF-8"
    try:
        json.loads(raw.rstrip(b"\r\n"))
    except ValueError as fault:
        message = str(getattr(fault, "msg", fault))
        return f"broken JSON at character {getattr(fault, 'colno', 1)} ({message[:1].lower()}{message[1:]}), expected one object a line"
    return f"broken JSON ({error}), expected one object a line"
