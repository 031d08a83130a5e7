"""Hostile Parquet: each case is kept with its type, or refused, and nothing is left behind."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.log.hostile import Broken, Kept, Outcome, check


def parquet(_options: dict[str, Any] | None = None, **columns: Any) -> bytes:
    return of_table(pa.table(columns), **(_options or {}))


def of_table(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def one(value: Any, options: dict[str, Any] | None = None) -> bytes:
    return parquet(options, id=[1], said=["a"], x=value)


def named(*names: str) -> bytes:
    return of_table(pa.Table.from_arrays([pa.array([1]), pa.array(["a"]), pa.array([2])], names=list(names)))


WHOLE = parquet(id=list(range(1_000)), said=["a"] * 1_000)
TWO = pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], ["a", "A"])
NOT_TEXT = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xff")])
KEPT: list[tuple[str, bytes, Kept]] = [
    ("2^53+1 and none", parquet(id=[1, 2], said=["a", "b"], x=[2**53 + 1, None]), Kept((2**53 + 1, None), "BIGINT")),
    ("2^64-1", one(pa.array([2**64 - 1], pa.uint64())), Kept((2**64 - 1,), "UBIGINT")),
    ("NaN, infinity", parquet(id=[1, 2], said=["a", "b"], x=[float("nan"), float("-inf")]), Kept((float("nan"), float("-inf")), "DOUBLE")),
    ("-0.0", one([-0.0]), Kept((-0.0,), "DOUBLE")),
    ("single precision", one(pa.array([1.5], pa.float32())), Kept((1.5,), "FLOAT")),
    ("half precision", one(pa.array([1.5], pa.float16())), Kept((1.5,), "FLOAT")),
    ("decimals", one([Decimal("1.10")]), Kept((Decimal("1.10"),), "DECIMAL(3,2)")),
    ("NA, None, nothing, 007", parquet(id=[1, 2, 3, 4], said=["a"] * 4, x=["NA", "None", "", "007"]), Kept(("NA", "None", "", "007"),
        "VARCHAR")),
    ("a NUL in text", one(["a\0b"]), Kept(("a\0b",), "VARCHAR")),
    ("bytes", one([b"\xff\0"]), Kept((b"\xff\0",), "BLOB")),
    ("truths", one([True]), Kept((True,), "BOOLEAN")),
    ("days", one([date(2013, 7, 1)]), Kept((date(2013, 7, 1),), "DATE")),
    ("times of day", one([time(1, 2)]), Kept((time(1, 2),), "TIME")),
    ("times", one([datetime(2013, 7, 1, 5, 15)]), Kept((datetime(2013, 7, 1, 5, 15),), "TIMESTAMP")),
    ("times with a zone", one(pa.array([0], pa.timestamp("ms", "Europe/Berlin"))), Kept((datetime(1970, 1, 1, tzinfo=UTC),),
        "TIMESTAMP WITH TIME ZONE")),
    ("times of 96 bits", one(pa.array([0], pa.timestamp("us")), {"use_deprecated_int96_timestamps": True}), Kept((datetime(1970, 1, 1),),
        "TIMESTAMP")),
    ("times with a zone, in nanoseconds", one(pa.array([1_000], pa.timestamp("ns", "UTC"))), Kept((datetime(1970, 1, 1, 0, 0, 0, 1, UTC),),
        "TIMESTAMPTZ_NS")),
    ("those in a list", one(pa.array([[1_000]], pa.list_(pa.timestamp("ns", "UTC")))), Kept(("['1970-01-01 00:00:00.000001+00']",),
        "TIMESTAMPTZ_NS[]")),
    ("lists", one([[1, None]]), Kept(([1, None],), "BIGINT[]")),
    ("structs", one([{"a": 1, "b": "x"}]), Kept(({"a": 1, "b": "x"},), "STRUCT(a BIGINT, b VARCHAR)")),
    ("categories", one(pa.array(["b"]).dictionary_encode()), Kept(("b",), "VARCHAR")),
    ("long strings", one(pa.array(["b"], pa.large_string())), Kept(("b",), "VARCHAR")),
    ("no type", one(pa.nulls(1)), Kept((None,), "VARCHAR")),
    ("5 MB in a field", one(["x" * 5_000_000]), Kept(("x" * 5_000_000,), "VARCHAR")),
    ("2,000 columns", parquet(id=[1], said=["a"], x=[7], **{f"c{n}": [n] for n in range(1_997)}), Kept((7,), "BIGINT")),
    ("gzip inside", one([1], {"compression": "gzip"}), Kept((1,))),
    ("brotli inside", one([1], {"compression": "brotli"}), Kept((1,))),
    ("lz4 inside", one([1], {"compression": "lz4"}), Kept((1,))),
    ("ids of 8 bits", parquet(id=pa.array([1], pa.uint8()), said=["a"]), Kept((1,), "UTINYINT", "id")),
    ("ids that are fractions", parquet(id=[1.0, 2.5], said=["a", "b"]), Kept((1.0, 2.5), "DOUBLE", "id")),
]  # fmt: skip
REFUSED: list[tuple[str, str, bytes, Outcome]] = [
    ("empty", "a.parquet", b"", Broken("is empty")),
    ("magic only", "a.parquet", b"PAR1", Broken("too small to be a Parquet file")),
    ("wrong magic at the start", "a.parquet", b"XXXX" + WHOLE[4:], Broken("is no Parquet file")),
    ("wrong magic at the end", "a.parquet", WHOLE[:-4] + b"XXXX", Broken("no magic bytes found at end of file")),
    ("encrypted", "a.parquet", b"PARE" + WHOLE[4:-4] + b"PARE", Broken("is encrypted")),
    ("cut off", "a.parquet", WHOLE[: len(WHOLE) // 2], Broken("no magic bytes found at end of file")),
    ("broken inside", "a.parquet", WHOLE[:200] + b"\xff" * 50 + WHOLE[250:], Broken("decompression failure")),
    ("CSV by another name", "a.parquet", b"id,said\n1,a\n", Broken("is no Parquet file")),
    ("gzip around it", "a.parquet.gz", gzip.compress(WHOLE), Broken("is no Parquet file")),
    ("no rows", "a.parquet", parquet(id=pa.array([], pa.int64()), said=pa.array([], pa.string())), Broken("has no rows")),
    ("no columns", "a.parquet", parquet(), Broken("at least one non-root column")),
    ("not UTF-8", "a.parquet", one(NOT_TEXT), Broken("is not valid UTF8")),
    ("names that differ in case", "a.parquet", named("id", "said", "ID"), Broken("differ in case only")),
    ("a name twice", "a.parquet", named("id", "said", "id"), Broken("two columns are called 'id'")),
    ("an empty name", "a.parquet", named("id", "said", ""), Broken("column 3 has no name")),
    ("a name that DuckDB needs", "a.parquet", named("id", "said", "file_row_number"), Broken("cannot be called 'file_row_number'")),
    ("decimals of more digits than can be kept", "a.parquet", one(pa.array([Decimal("9" * 76)], pa.decimal256(76, 0))),
        Broken("is DECIMAL(76, 0), expected at most 38 digits", "a.parquet: x")),
    ("a time beyond all time", "a.parquet", one(pa.array([2**62], pa.timestamp("ms"))), Broken("could not convert")),
    ("fields that differ in case", "a.parquet", one(TWO), Broken("two fields are called 'A'", "a.parquet: x")),
    ("no id column", "a.parquet", parquet(said=["a"]), Broken("there is no column 'id'")),
    ("an id of nothing", "a.parquet", parquet(id=["", "x"], said=["a", "b"]), Broken("1 predictions have no key", "a.parquet: id")),
    ("an id missing", "a.parquet", parquet(id=[1, None], said=["a", "b"]), Broken("1 predictions have no key", "a.parquet: id")),
    ("an id that is no number", "a.parquet", parquet(id=[1.5, float("nan")], said=["a", "b"]), Broken("1 predictions have no key",
        "a.parquet: id")),
    ("an id twice", "a.parquet", parquet(id=[1, 1], said=["a", "b"]), Broken("the key '1' occurs 2 times", "a.parquet: id")),
]  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parquet")


@pytest.mark.parametrize(("data", "outcome"), [each[1:] for each in KEPT], ids=[each[0] for each in KEPT])
def test_values_and_types_are_kept(base: Path, data: bytes, outcome: Kept) -> None:
    check(base, "a.parquet", data, outcome)


@pytest.mark.parametrize(("name", "data", "outcome"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_a_file_is_refused(base: Path, name: str, data: bytes, outcome: Outcome) -> None:
    check(base, name, data, outcome)
