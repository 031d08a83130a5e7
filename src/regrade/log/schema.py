"""The schema of a log's inputs, and how each Arrow type is written as JSON and read back."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import pyarrow as pa

from regrade.errors import DataError
from regrade.log.content import JSON, canonical
from regrade.log.frames import DTYPE, default_dtype
from regrade.log.values import decode, encode


@dataclass(frozen=True, eq=False)
class Schema:
    """Names, Arrow types and pandas dtypes of columns: those of the whole log, whatever a batch of it holds.

    Attributes
    ----------
    arrow : pyarrow.Schema
        Each field's metadata holds its pandas dtype.
    """

    arrow: pa.Schema

    @classmethod
    def of(cls, arrow: pa.Schema, nulls: Mapping[str, bool]) -> Schema:
        """Return the schema of ``arrow``; ``nulls``: column → does it hold a null anywhere (default: it may)."""
        fields = []
        for each in arrow:
            dtype = default_dtype(each.type, nulls.get(each.name, True))
            fields.append(pa.field(each.name, each.type, True, {DTYPE: dtype.encode()}))
        return cls(pa.schema(fields))

    @classmethod
    def decode(cls, encoded: str) -> Schema:
        """Return the schema that :attr:`encoded` was made from. Raises DataError where it was not."""
        try:
            return cls(pa.ipc.read_schema(pa.py_buffer(base64.b64decode(encoded, validate=True))))
        except (ValueError, OSError, pa.ArrowException) as error:
            raise DataError(f"a stored schema cannot be read: {error}") from None

    @cached_property
    def encoded(self) -> str:
        """Base64 of Arrow's serialised schema."""
        return base64.b64encode(self.arrow.serialize().to_pybytes()).decode()

    @cached_property
    def hash(self) -> str:
        """SHA-256, in hex, of what the schema says: names, types, dtypes. Arrow's bytes may change with its version; this does not."""
        said = [[each.name, str(each.type), _dtype(each)] for each in self.arrow]
        return hashlib.sha256(canonical(said)).hexdigest()

    @property
    def names(self) -> list[str]:
        """The columns, in order."""
        return list(self.arrow.names)


def _dtype(field: pa.Field) -> str:
    metadata = field.metadata or {}
    return str(metadata.get(DTYPE, b"").decode())


def encode_table(table: pa.Table) -> list[dict[str, JSON]]:
    """Return the rows of ``table`` as JSON-ready values, by Arrow type; imports no pandas.

    Non-finite floats are ``"NaN"``, ``"Infinity"``, ``"-Infinity"``; integers past 2^53 and decimals are text; dates, times,
    timestamps and durations are integers in the column's unit; bytes are base64; lists and structs are recursive.

    Raises
    ------
    DataError
        A column is of a type that cannot be kept: an interval, a union.
    """
    names = table.schema.names
    columns = [_encoded(table.column(at), name) for at, name in enumerate(names)]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] if names else [{} for _ in range(table.num_rows)]


def _encoded(column: pa.ChunkedArray, name: str) -> list[JSON]:
    try:
        return encode(column)
    except TypeError as error:
        hint = "keep it as text or as a number, or name it in `ignore` of [log]: it is no input then"
        raise DataError(str(error), where=f"column {name!r}", hint=hint) from None


def decode_rows(rows: Sequence[Mapping[str, JSON]], schema: Schema) -> pa.Table:
    """Return the table that :func:`encode_table` wrote: its exact inverse.

    Raises
    ------
    DataError
        A row lacks a column of the schema, has one more, or a value is not of its column's type.
    """
    names = set(schema.names)
    for at, row in enumerate(rows):
        if row.keys() != names:
            odd = sorted(names.symmetric_difference(row))
            what = f"lacks column {odd[0]!r}" if odd[0] in names else f"has a column {odd[0]!r} that its schema has not"
            raise DataError(what, where=f"row {at + 1}")
    columns = []
    for field in schema.arrow:
        try:
            columns.append(decode(list(map(itemgetter(field.name), rows)), field.type))
        except (ValueError, TypeError, ArithmeticError, KeyError, AttributeError, pa.ArrowException) as error:
            raise DataError(f"a value is no {field.type}: {error}", where=field.name) from None
    return pa.Table.from_arrays(columns, schema=schema.arrow)
