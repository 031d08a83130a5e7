"""Columns of every type that a log may hold, for laws about what is kept of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

_FLOATS = st.floats(allow_nan=True, allow_infinity=True)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
_MOMENTS = st.integers(-(10**15), 10**15)
"""µs that Python's datetime can show too."""
_STRUCT = pa.struct([("a", pa.int64()), ("b", pa.string()), ("when", pa.timestamp("us"))])


def _whole(bits: int, *, signed: bool = True) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)


VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int8(): _whole(8),
    pa.int16(): _whole(16),
    pa.int32(): _whole(32),
    pa.int64(): _whole(64) | st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1]),
    pa.uint8(): _whole(8, signed=False),
    pa.uint64(): _whole(64, signed=False),
    pa.float32(): st.floats(width=32),
    pa.float64(): _FLOATS | st.sampled_from([-0.0, 5e-324, 1e22]),
    pa.bool_(): st.booleans(),
    pa.string(): _TEXT,
    pa.large_string(): _TEXT,
    pa.binary(): st.binary(max_size=6),
    pa.decimal128(20, 3): st.decimals(-(10**16), 10**16, places=3),
    pa.date32(): _DAYS,
    pa.timestamp("s"): st.integers(-(10**10), 10**10),
    pa.timestamp("us"): _whole(64),
    pa.timestamp("ns"): _whole(64),
    pa.timestamp("us", "UTC"): _whole(64),
    pa.timestamp("ms", "Europe/Berlin"): _whole(50),
    pa.duration("us"): _whole(64),
    pa.time32("s"): st.integers(0, 86_399),
    pa.time64("us"): st.integers(0, 86_399_999_999),
    pa.list_(pa.float64()): st.lists(_FLOATS | st.none(), max_size=3),
    pa.large_list(pa.timestamp("us")): st.lists(_MOMENTS | st.none(), max_size=3),
    pa.list_(pa.int64(), 2): st.lists(_whole(64), min_size=2, max_size=2),
    pa.list_(pa.list_(pa.string())): st.lists(st.lists(_TEXT | st.none(), max_size=2) | st.none(), max_size=3),
    _STRUCT: st.fixed_dictionaries({"a": _whole(64) | st.none(), "b": _TEXT | st.none(), "when": _MOMENTS | st.none()}),
    pa.list_(_STRUCT): st.lists(st.fixed_dictionaries({"a": _whole(64), "b": _TEXT, "when": _MOMENTS}) | st.none(), max_size=2),
    pa.map_(pa.string(), pa.int64()): st.dictionaries(_TEXT, _whole(64), max_size=2).map(lambda each: list(each.items())),
    pa.dictionary(pa.int8(), pa.string()): st.sampled_from(["a", "b", "ü"]),
    pa.null(): st.none(),
}
"""Type → values; times and durations as numbers of their unit."""


def column(kind: pa.DataType, values: list[Any]) -> pa.Array:
    """Return values as a column; numbers of a unit where ``kind`` has one."""
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) or pa.types.is_time64(kind):
        return pa.array(values, pa.int64()).view(kind)
    if pa.types.is_time32(kind):
        return pa.array(values, pa.int32()).view(kind)
    if pa.types.is_large_list(kind):
        inner = column(kind.value_type, [each for row in values if row is not None for each in row])
        offsets, at = [], 0
        for row in values:
            offsets.append(None if row is None else at)
            at += len(row or ())
        return pa.LargeListArray.from_arrays(pa.array([*offsets, at], pa.int64()), inner)
    if pa.types.is_dictionary(kind):
        return pa.array(values, kind.value_type).dictionary_encode().cast(kind)
    return pa.array(values, kind, from_pandas=False)


def same(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    """Are they the same values, NaN equal to NaN and -0.0 unlike 0.0?"""
    return one.type == other.type and repr(_plain(one)) == repr(_plain(other))


def _plain(values: pa.ChunkedArray) -> list[Any]:
    kind = values.type
    if pa.types.is_temporal(kind):
        return [each.value for chunk in values.chunks for each in chunk]
    return values.to_pylist()
