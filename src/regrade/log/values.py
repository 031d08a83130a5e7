"""One Arrow column as JSON-ready values, and back, for every type that a log may hold."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from regrade.log.arrays import column_of
from regrade.log.content import JSON

_EXACT = 2**53
"""Integers above lose digits in many a JSON reader: they are written as text."""
_NON_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def encode(column: pa.ChunkedArray | pa.Array) -> list[JSON]:
    """Return the values of ``column``, None for null."""
    if isinstance(column, pa.ChunkedArray):
        return [value for chunk in column.chunks for value in encode(chunk)]
    kind = column.type
    if pa.types.is_dictionary(kind):
        return encode(column.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType):
        return encode(column.storage)
    if pa.types.is_struct(kind):
        children = [encode(column.field(at)) for at in range(kind.num_fields)]
        names = [kind.field(at).name for at in range(kind.num_fields)]
        if len(set(names)) < len(names):
            raise TypeError(f"a column of type {kind} cannot be stored: two fields have one name")
        rows = [dict(zip(names, row, strict=True)) for row in zip(*children, strict=True)] if names else [{} for _ in range(len(column))]
        return [row if valid else None for row, valid in zip(rows, column.is_valid().to_pylist(), strict=True)]
    if _is_list(kind):
        return _encode_lists(column)
    carrier = _carrier(kind)
    if carrier is not None:
        return [_integer(value) for value in column.view(carrier).to_pylist()]
    return _scalars(column)


def _encode_lists(column: pa.Array) -> list[JSON]:
    kind = column.type
    if pa.types.is_map(kind):
        keys, items = encode(column.keys), encode(column.items)
        values: list[JSON] = [[key, item] for key, item in zip(keys, items, strict=True)]
    elif pa.types.is_fixed_size_list(kind):
        column = column.cast(pa.list_(kind.value_type))
        values = encode(column.values)
    else:
        values = encode(column.values)
    offsets, valid = column.offsets.to_pylist(), column.is_valid().to_pylist()
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):  # not cast: Arrow 26 loses nulls on the way
        ends = [at + size for at, size in zip(offsets, column.sizes.to_pylist(), strict=True)]
    else:
        ends = offsets[1:]
    return [values[offsets[at] : ends[at]] if valid[at] else None for at in range(len(column))]


def _scalars(column: pa.Array) -> list[JSON]:
    kind = column.type
    values = column.to_pylist()
    if pa.types.is_floating(kind):
        return [value if value is None or value - value == 0 else _name(value) for value in values]
    if pa.types.is_integer(kind):
        return [_integer(value) for value in values]
    if pa.types.is_decimal(kind):
        return [None if value is None else str(value) for value in values]
    if _is_binary(kind):
        return [None if value is None else base64.b64encode(value).decode() for value in values]
    if pa.types.is_boolean(kind) or _is_text(kind) or pa.types.is_null(kind):
        return list(values)
    raise TypeError(f"a column of type {kind} cannot be stored")


def _name(value: float) -> str:
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _integer(value: int | None) -> JSON:
    return value if value is None or -_EXACT <= value <= _EXACT else str(value)


def decode(values: Sequence[JSON], kind: pa.DataType) -> pa.Array:
    """Return ``values``, as :func:`encode` wrote them, as a column of type ``kind``."""
    if pa.types.is_dictionary(kind):
        return decode(values, kind.value_type).dictionary_encode().cast(kind)
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, decode(values, kind.storage_type))
    if pa.types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        children = [decode([None if row is None else row[each.name] for row in values], each.type) for each in fields]
        mask = pa.array([row is None for row in values], pa.bool_())
        return pa.StructArray.from_arrays(children, fields=fields, mask=mask) if fields else pa.array(values, kind)
    if _is_list(kind):
        return _decode_lists(values, kind)
    carrier = _carrier(kind)
    if carrier is not None:
        return column_of(_all_read(values, _whole), carrier).view(kind)
    return column_of(_all_read(values, _reader(kind)), kind)


def _decode_lists(values: Sequence[JSON], kind: pa.DataType) -> pa.Array:
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        return _decode_views(values, kind)
    if pa.types.is_map(kind):
        flat = [pair for row in values if row is not None for pair in row]
        keys, items = decode([pair[0] for pair in flat], kind.key_type), decode([pair[1] for pair in flat], kind.item_type)
        return pa.MapArray.from_arrays(_offsets(values), keys, items, type=kind)
    inner = decode([each for row in values if row is not None for each in row], kind.value_type)
    if pa.types.is_fixed_size_list(kind):
        return pa.ListArray.from_arrays(_offsets(values), inner).cast(kind)
    make = pa.LargeListArray if pa.types.is_large_list(kind) else pa.ListArray
    return make.from_arrays(_offsets(values, large=make is pa.LargeListArray), inner, type=kind)


def _decode_views(values: Sequence[JSON], kind: pa.DataType) -> pa.Array:
    large = pa.types.is_large_list_view(kind)
    inner = decode([each for row in values if row is not None for each in row], kind.value_type)
    sizes = pa.array([len(row or ()) for row in values], pa.int64() if large else pa.int32())
    make = pa.LargeListViewArray if large else pa.ListViewArray
    return make.from_arrays(_offsets(values, large=large)[:-1], sizes, inner, type=kind)


def _offsets(values: Sequence[JSON], *, large: bool = False) -> pa.Array:
    """List offsets; a null offset marks a null list."""
    at, offsets = 0, []
    for row in values:
        offsets.append(None if row is None else at)
        at += len(row or ())
    return pa.array([*offsets, at], pa.int64() if large else pa.int32())


def _all_read(values: Sequence[JSON], reader: Callable[[Any], Any]) -> Sequence[Any]:
    """Return every value as ``reader`` reads it; at once where all are of the type that it leaves as they are."""
    if reader is _as_it_is or set(map(type, values)) <= _UNCHANGED.get(reader, frozenset()):
        return values
    return [None if value is None else reader(value) for value in values]


def _reader(kind: pa.DataType) -> Callable[[Any], Any]:
    if pa.types.is_floating(kind):
        return _float
    if pa.types.is_integer(kind):
        return _whole
    if pa.types.is_decimal(kind):
        return Decimal
    if _is_binary(kind):
        return lambda value: base64.b64decode(value, validate=True)
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _float(value: Any) -> float:
    if isinstance(value, str):
        return _NON_FINITE[value]
    if isinstance(value, bool):
        raise TypeError(f"{value} is no number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError(f"{value} is no whole number")
    return int(value)


_UNCHANGED: dict[Callable[[Any], Any], frozenset[type]] = {
    _float: frozenset({float, type(None)}),
    _whole: frozenset({int, type(None)}),
}
"""Types of values that a reader leaves as they are; a bool is none of them."""


def _carrier(kind: pa.DataType) -> pa.DataType | None:
    """The integer type that dates, times, timestamps and durations are counted in."""
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.int32()
    if pa.types.is_date64(kind) or pa.types.is_time64(kind) or pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return pa.int64()
    return None


def _is_list(kind: pa.DataType) -> bool:
    checks = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list, pa.types.is_map)
    return any(check(kind) for check in (*checks, pa.types.is_list_view, pa.types.is_large_list_view))


def _is_binary(kind: pa.DataType) -> bool:
    checks = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
    return any(check(kind) for check in checks)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
