"""The columns of an exported file, the header that makes it exact, and the three ways to write it: all of it, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import msgspec
import pyarrow as pa

from regrade.errors import DataError, UsageError
from regrade.log.content import JSON
from regrade.log.values import decode
from regrade.safe_text import inert_cell

FORMATS = ("jsonl", "csv", "parquet")
SCHEMA, HEADER = "schema", "regrade"
"""Columns that say of each row which types its inputs have, and in the first row what :class:`Header` says."""
OWN = (
    "key", "expected", "expected_values", "origin", "origins", "mode", "mode_name", "pinned", "partition", "weight", "disputed",
    "outcome", "prediction", "scores", "time", "model", "source", "content_hash", "notes",
)  # fmt: skip
"""Columns of an example besides its inputs; an input of such a name is written as ``log.NAME``."""
RESERVED = frozenset((*OWN, SCHEMA, HEADER))
_EXACT = 2**53
_MARKS = ',;|\t"\r\n'
"""What a reader may take for the end of a cell."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the values of a file alone do not tell: in JSON lines and CSV a cell of its first row, in Parquet metadata."""

    version: Literal[1]
    schemas: dict[str, str] = {}
    """Hash to encoded schema of inputs."""
    json: tuple[str, ...] = ()
    """Columns whose cells are JSON written as text."""
    guarded: bool = False
    """Does an apostrophe stand before each cell and column name that a spreadsheet would take for a formula? In CSV only."""


@dataclass
class Sheet:
    """Rows on their way to a file.

    Attributes
    ----------
    columns : dict
        Name to values (JSON; inputs as :func:`regrade.workspace.exchange.plain.show` gives them), in the order of the file.
    types : dict
        Column to Arrow type, where one holds for all rows, and the encoded values that it is of.
    mixed : set of str
        Columns whose rows have several types: JSON, where a column must have one.
    header : Header or None
        None: nothing needs to be read back exactly.
    """

    columns: dict[str, list[JSON]]
    types: dict[str, tuple[pa.DataType, list[JSON]]] = field(default_factory=dict)
    mixed: set[str] = field(default_factory=set)
    header: Header | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))


def input_name(name: str) -> str:
    """Return the column that an input is written to."""
    return f"log.{name}" if _needs_prefix(name) else name


def input_of(column: str) -> str | None:
    """Return the input that a column called ``log.NAME`` is, None where it is called otherwise."""
    name = column.removeprefix("log.")
    return name if name != column and _needs_prefix(name) else None


def _needs_prefix(name: str) -> bool:
    return name.lower() in RESERVED or name.startswith("log.")


def format_of(out: str, given: str | None) -> str:
    """Return the format that a file's name, or ``--format``, asks for. Raises UsageError where neither does."""
    suffix = Path(out).suffix.lower().lstrip(".")
    suffix = {"ndjson": "jsonl", "pq": "parquet"}.get(suffix, suffix)
    if out == "-":
        if given == "parquet":
            raise UsageError("Parquet is not written to standard output", where="--format", hint="--out FILE.parquet")
        return given or "jsonl"
    if given is not None and suffix in FORMATS and given != suffix:
        raise UsageError(f"{given} does not go with the name {Path(out).name!r}", where="--format")
    if given is None and suffix not in FORMATS:
        raise UsageError("is of no kind that can be written", where=out, hint="FILE.jsonl, FILE.csv or FILE.parquet")
    return given or suffix


def write(sheet: Sheet, path: Path, kind: str) -> None:
    """Write a file beside its place, then move it there: a reader sees the old one or the whole new one.

    Raises
    ------
    DataError
        The disk does not take it; what was there is there still.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            if kind == "parquet":
                _write_parquet(sheet, file)
            else:
                file.writelines(text_of(sheet, kind))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"cannot be written: {getattr(error, 'strerror', None) or error}", where=str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)


def text_of(sheet: Sheet, kind: str) -> Iterator[bytes]:
    """Yield the file, line by line: ``jsonl`` or ``csv``."""
    columns = dict(sheet.columns)
    as_json = _json_columns(sheet.columns) if kind == "csv" else ()
    if sheet.header is not None and len(sheet):
        header = msgspec.to_builtins(msgspec.structs.replace(sheet.header, json=tuple(as_json), guarded=kind == "csv"))
        columns[HEADER] = [header, *[None] * (len(sheet) - 1)]
    if kind == "jsonl":
        encoder = msgspec.json.Encoder()
        names = list(columns)
        for values in zip(*columns.values(), strict=True):
            cells: dict[str, JSON] = dict(zip(names, values, strict=True))
            if cells.get(HEADER, 0) is None:
                del cells[HEADER]
            yield encoder.encode(cells) + b"\n"
        return
    yield (",".join(map(_quoted, columns)) + "\n").encode()
    spelt = [list(map(_json_cell if name in as_json else _cell, values)) for name, values in columns.items()]
    for line in zip(*spelt, strict=True):
        yield (",".join(line) + "\n").encode()


def _json_columns(columns: Mapping[str, Sequence[JSON]]) -> list[str]:
    """Return the columns of labels that hold something else than text: 1 and "1" are two answers."""
    labels = ("expected", "outcome", "prediction")
    return [name for name in labels if name in columns and any(not isinstance(each, (str, type(None))) for each in columns[name])]


def _json_cell(value: JSON) -> str:
    return "" if value is None else _quoted(msgspec.json.encode(value).decode())


def _cell(value: JSON) -> str:
    """Return a cell of CSV: nothing is empty, an empty text is a pair of quotes."""
    if value is None:
        return ""
    return _quoted(value) if isinstance(value, str) else _json_cell(value)


def _quoted(text: str) -> str:
    """Return text as it stands in the file, a formula made inert."""
    text = inert_cell(text)
    if text and not any(each in text for each in _MARKS) and text == text.strip():
        return text
    return '"' + text.replace('"', '""') + '"'


def _write_parquet(sheet: Sheet, file: IO[bytes]) -> None:
    import pyarrow.parquet as pq

    arrays, as_json = [], []
    for name, values in sheet.columns.items():
        if name in sheet.types:
            kind, encoded = sheet.types[name]
            arrays.append(decode(encoded, kind))
            continue
        array = None if name in sheet.mixed else column_of(values)
        if array is None:
            as_json.append(name)
            array = pa.array([None if each is None else msgspec.json.encode(each).decode() for each in values], pa.string())
        arrays.append(array)
    table = pa.Table.from_arrays(arrays, names=list(sheet.columns))
    if sheet.header is not None:
        header = msgspec.structs.replace(sheet.header, json=tuple(as_json))
        table = table.replace_schema_metadata({HEADER: msgspec.json.encode(header)})
    pq.write_table(table, file, compression="zstd", row_group_size=16_384)


def column_of(values: Sequence[Any]) -> pa.Array | None:
    """Return JSON values as one Arrow column, None where they are of no one plain type."""
    kinds = {type(each) for each in values if each is not None}
    if kinds == {list} and all(isinstance(each, str) for value in values if value for each in value):
        return pa.array(values, pa.list_(pa.string()))
    whole = kinds == {int} and all(each is None or abs(each) <= _EXACT for each in values)
    kind = pa.int64() if whole else {str: pa.string(), bool: pa.bool_(), float: pa.float64()}.get(next(iter(kinds), str))
    return pa.array(values, kind) if kind is not None and len(kinds) < 2 and (whole or kinds != {int}) else None
