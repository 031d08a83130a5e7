"""Values of every type are written as JSON and read back exactly; schemas keep their names across versions."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.errors import DataError
from regrade.log import Schema, canonical, decode_rows, encode_table
from tests.unit.log.columns import VALUES, column, same


@pytest.mark.parametrize("kind", VALUES, ids=str)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_every_type_comes_back_exactly(kind: pa.DataType, data: st.DataObject) -> None:
    values = data.draw(st.lists(VALUES[kind] | st.none(), max_size=6))
    table = pa.table({"x": column(kind, values)})
    schema = Schema.of(table.schema, {})
    stored = json.loads(canonical(encode_table(table)))
    back = decode_rows(stored, schema)
    assert same(back.column("x"), table.column("x"))
    assert back.schema == table.schema


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_slices_and_chunks_are_written_as_what_they_show(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(VALUES)))
    values = data.draw(st.lists(VALUES[kind] | st.none(), min_size=4, max_size=9))
    whole = column(kind, values)
    chunked = pa.chunked_array([whole.slice(0, 2), whole.slice(2)], kind)
    start = data.draw(st.integers(0, 3))
    shown = pa.table({"x": chunked}).slice(start, 3)
    rows = encode_table(pa.table({"x": whole}))[start : start + 3]
    assert encode_table(shown) == rows


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (pa.float64(), float("nan"), "NaN"),
        (pa.float64(), float("-inf"), "-Infinity"),
        (pa.float64(), 0.1, 0.1),
        (pa.int64(), 2**53, 2**53),
        (pa.int64(), 2**53 + 1, "9007199254740993"),
        (pa.decimal128(10, 2), "1.50", "1.50"),
        (pa.timestamp("ms"), 1_372_636_800_000, 1_372_636_800_000),
        (pa.binary(), b"\x00\xff", "AP8="),
        (pa.bool_(), True, True),
        (pa.string(), "007", "007"),
        (pa.dictionary(pa.int8(), pa.string()), "a", "a"),
        (pa.list_(pa.int64()), [1, None, 2**60], [1, None, "1152921504606846976"]),
    ],
)
def test_what_is_stored(kind: pa.DataType, value: Any, stored: Any) -> None:
    from decimal import Decimal

    values = [Decimal(value) if pa.types.is_decimal(kind) else value, None]
    assert encode_table(pa.table({"x": column(kind, values)})) == [{"x": stored}, {"x": None}]


def test_rows_keep_the_order_of_the_columns_and_empty_ones_are_there() -> None:
    assert encode_table(pa.table({"b": [1], "a": ["x"]})) == [{"b": 1, "a": "x"}]
    assert list(encode_table(pa.table({"b": [1], "a": ["x"]}))[0]) == ["b", "a"]
    assert encode_table(pa.table({"a": pa.array([], pa.int64())})) == []


def test_a_schema_comes_back_with_its_dtypes() -> None:
    schema = Schema.of(pa.schema([("a", pa.int64()), ("b", pa.int64()), ("c", pa.string())]), {"a": False})
    again = Schema.decode(schema.encoded)
    assert again.arrow.equals(schema.arrow, check_metadata=True)
    assert again.hash == schema.hash
    assert again.names == ["a", "b", "c"]


def test_the_hash_of_a_schema_is_golden() -> None:
    # It is part of every content hash that was ever stored: it must never change.
    schema = Schema.of(pa.schema([("hour", pa.int64()), ("text", pa.string()), ("when", pa.timestamp("us", "UTC"))]), {"hour": False})
    assert schema.hash == "f9b7fc5ead7c6921f6eb9e1c93761f3514f80ef06e7530f09aa391b38decbd75"


def test_the_hash_tells_names_types_dtypes_and_order_apart() -> None:
    def of(*fields: tuple[str, pa.DataType], nulls: bool = True) -> str:
        return Schema.of(pa.schema(list(fields)), dict.fromkeys([name for name, _ in fields], nulls)).hash

    a, b = ("a", pa.int64()), ("b", pa.string())
    hashes = [of(a, b), of(b, a), of(a), of(a, nulls=False), of(("a", pa.int32())), of(("A", pa.int64())), of()]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize("encoded", ["", "not base64!", "AAAA", "/////w=="])
def test_a_broken_schema_is_a_data_error(encoded: str) -> None:
    with pytest.raises(DataError, match="stored schema"):
        Schema.decode(encoded)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.int64(), "x"), (pa.int64(), 1.5), (pa.int64(), True), (pa.int8(), 300), (pa.float64(), "nan"), (pa.float64(), True),
        (pa.bool_(), "true"), (pa.string(), 5), (pa.timestamp("us"), "2013-07-01"), (pa.binary(), "?"), (pa.decimal128(5, 2), "x"),
        (pa.list_(pa.int64()), 5), (pa.struct([("a", pa.int64())]), {"b": 1}),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_of_another_type_is_a_data_error(kind: pa.DataType, value: Any) -> None:
    with pytest.raises(DataError, match="x: a value is no"):
        decode_rows([{"x": value}], Schema.of(pa.schema([("x", kind)]), {}))


def test_rows_must_have_the_columns_of_their_schema() -> None:
    schema = Schema.of(pa.schema([("a", pa.int64())]), {})
    with pytest.raises(DataError, match="row 2: lacks column 'a'"):
        decode_rows([{"a": 1}, {}], schema)
    with pytest.raises(DataError, match="row 1: has a column 'b'"):
        decode_rows([{"a": 1, "b": 2}], schema)
    assert decode_rows([], schema).num_rows == 0
