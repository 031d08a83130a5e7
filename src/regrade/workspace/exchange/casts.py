"""From one Arrow type to another, only where nothing is lost and nothing is parsed."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import types

from regrade.errors import DataError


def cast_column(column: pa.ChunkedArray, kind: pa.DataType, where: str) -> tuple[pa.ChunkedArray, list[tuple[int, object]]]:
    """Return ``column`` as ``kind``, null where a value does not fit, and the places and values of those.

    Raises
    ------
    DataError
        The types are of different sorts: text is no number, whatever it says.
    """
    if column.type == kind:
        return column, []
    if types.is_dictionary(column.type):
        return cast_column(column.cast(column.type.value_type), kind, where)
    if types.is_dictionary(kind):
        done, bad = cast_column(column, kind.value_type, where)
        return done.dictionary_encode().cast(kind), bad
    sorts = _sort(column.type), _sort(kind)
    if sorts[0] != sorts[1] and sorts not in (("whole", "number"), ("whole", "decimal")) and not types.is_null(column.type):
        raise DataError(f"is {column.type}, expected {kind}", where=where, hint="a column has one type in all examples")
    try:
        return column.cast(kind), []
    except pa.ArrowException:
        done, bad = [], list[tuple[int, object]]()
        for at in range(len(column)):
            value = column.slice(at, 1)
            try:
                done.append(value.cast(kind).combine_chunks())
            except pa.ArrowException:
                bad.append((at, value[0].as_py()))
                done.append(pa.nulls(1, kind))
        return pa.chunked_array(done, kind), bad


def _sort(kind: pa.DataType) -> str:
    """Return what values of a type are: types of one sort differ in width alone."""
    if types.is_boolean(kind):
        return "truth"
    if types.is_integer(kind):
        return "whole"
    if types.is_floating(kind):
        return "number"
    if types.is_decimal(kind):
        return "decimal"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind) or types.is_binary_view(kind):
        return "bytes"
    if types.is_timestamp(kind):
        return "instant" if kind.tz else "timestamp"
    if types.is_date(kind) or types.is_time(kind) or types.is_duration(kind):
        return "date" if types.is_date(kind) else "time" if types.is_time(kind) else "duration"
    if types.is_struct(kind):
        return "{" + ",".join(f"{each.name}:{_sort(each.type)}" for each in kind) + "}"
    if types.is_map(kind):
        return f"map {_sort(kind.key_type)}:{_sort(kind.item_type)}"
    if types.is_nested(kind):
        return f"[{_sort(kind.value_type)}]"
    return str(kind)
