"""Columns of every type that an example may keep."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
FORMULAS = st.sampled_from(
    ["=1+1", "'=1+1", "''@x", "+49 30", "-", "-5", "'-5", "-1+1", "\t=1", "\n=1", "'", "''", "'x", "＝1", "-Infinity"]
)
"""What a spreadsheet would calculate, or nearly."""
TEXT = st.one_of(st.text(st.characters(exclude_categories=("Cs",)), max_size=12), FORMULAS)


def _whole(kind: pa.DataType) -> Strategy:
    bits, signed = kind.bit_width, not pa.types.is_unsigned_integer(kind)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    edges = [each for each in (low, high, 2**53, 2**53 + 1, -(2**53) - 1) if low <= each <= high]
    return st.one_of(st.sampled_from(edges), st.integers(low, high))


_MOMENTS = st.one_of(st.integers(-(2**61), 2**61), st.integers(0, 2_000_000_000))
_FLOATS = st.one_of(st.sampled_from([float("nan"), float("inf"), float("-inf"), -0.0, 5e-324, 1e300, 0.1]), st.floats())
_PLAIN: list[tuple[pa.DataType, Strategy]] = [
    *((kind, _whole(kind)) for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())),
    (pa.float64(), _FLOATS),
    (pa.float32(), st.floats(width=32)),
    (pa.bool_(), st.booleans()),
    (pa.string(), st.one_of(st.sampled_from(["", "007", "NA", "null", "1e5", 'a"b', " x ", "NaN"]), TEXT)),
    (pa.large_string(), TEXT),
    (pa.date32(), st.dates()),
    (pa.date32(), st.integers(-(2**31), 2**31 - 1)),
    (pa.date64(), st.dates()),
    *((pa.timestamp(unit), _MOMENTS) for unit in ("us", "ns")),
    (pa.timestamp("s"), st.integers(-(2**52), 2**52)),
    (pa.timestamp("ms"), _MOMENTS),
    (pa.timestamp("us", "Etc/UTC"), _MOMENTS),
    (pa.timestamp("us", "Europe/Berlin"), _MOMENTS),
    (pa.time64("us"), st.integers(0, 86_399_999_999)),
    (pa.time64("ns"), st.integers(0, 86_399_999_999_999)),
    (pa.time32("s"), st.integers(0, 86_399)),
    (pa.duration("us"), st.integers(-(2**62), 2**62)),
    (pa.decimal128(10, 2), st.decimals(-(10**7), 10**7, places=2)),
    (pa.decimal128(38, 0), st.integers(-(10**37), 10**37).map(Decimal)),
    (pa.binary(), st.binary(max_size=8)),
    (pa.binary(3), st.binary(min_size=3, max_size=3)),
]
_NESTED: list[tuple[pa.DataType, Strategy]] = [
    (pa.list_(pa.int64()), st.lists(st.none() | _whole(pa.int64()), max_size=3)),
    (pa.list_(pa.float32(), 2), st.lists(st.floats(width=32), min_size=2, max_size=2)),
    (pa.struct([("a", pa.date32()), ("b c", pa.string())]), st.fixed_dictionaries({"a": st.none() | st.dates(), "b c": st.none() | TEXT})),
    (pa.map_(pa.string(), pa.float64()), st.lists(st.tuples(TEXT, _FLOATS), max_size=2)),
    (pa.dictionary(pa.int8(), pa.string()), st.sampled_from(["a", "b", ""])),
]
ALL = [*_PLAIN, *_NESTED]
KINDS = list(dict.fromkeys(kind for kind, _ in ALL))


def array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Return values as a column; counts stand for times that Python cannot hold."""
    if pa.types.is_dictionary(kind):
        return pa.array(values, kind.value_type).dictionary_encode().cast(kind)
    counts = all(each is None or type(each) is int for each in values)
    if counts and (pa.types.is_date32(kind) or pa.types.is_time32(kind)):
        return pa.array(values, pa.int32()).view(kind)
    if counts and pa.types.is_temporal(kind) and not pa.types.is_date(kind):
        return pa.array(values, pa.int64()).view(kind)
    return pa.array(values, kind)


@st.composite
def columns(draw: st.DrawFn, size: int | None = None, nulls: bool = True) -> pa.Array:
    """Draw a column of one type."""
    kind, values = draw(st.sampled_from(ALL))
    cells = st.none() | values if nulls else values
    size = draw(st.integers(1, 6)) if size is None else size
    return array(draw(st.lists(cells, min_size=size, max_size=size)), kind)
