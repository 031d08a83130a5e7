"""Frames have the dtypes of the whole log, whatever a batch holds."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.log import Schema, frames
from regrade.log.frames import to_frame
from tests.unit.log.columns import VALUES, column

EXPECTED = {
    pa.int64(): ("int64", "Int64"), pa.uint8(): ("uint8", "UInt8"), pa.int8(): ("int8", "Int8"), pa.bool_(): ("bool", "boolean"),
    pa.float32(): ("float32", "float32"), pa.float64(): ("float64", "float64"), pa.string(): ("str", "str"),
    pa.timestamp("us"): ("datetime64[us]", "datetime64[us]"), pa.timestamp("us", "UTC"): ("datetime64[us, UTC]", "datetime64[us, UTC]"),
    pa.duration("us"): ("timedelta64[us]", "timedelta64[us]"), pa.date32(): ("object", "object"),
    pa.decimal128(20, 3): ("object", "object"), pa.binary(): ("object", "object"), pa.list_(pa.float64()): ("object", "object"),
    pa.dictionary(pa.int8(), pa.string()): ("str", "str"),
}  # fmt: skip


@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize("kind", EXPECTED, ids=str)
def test_dtypes(kind: pa.DataType, nulls: bool) -> None:
    schema = Schema.of(pa.schema([("x", kind)]), {"x": nulls})
    empty = pa.table({"x": column(kind, [])}).cast(schema.arrow)
    assert str(to_frame(empty)["x"].dtype) == EXPECTED[kind][nulls]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_split_into_batches_has_the_dtypes_and_values_of_the_whole(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(VALUES)))
    values = data.draw(st.lists(VALUES[kind] | st.none(), min_size=1, max_size=8))
    if pa.types.is_timestamp(kind):  # pandas' own limits, which the log's times keep to
        values = [None if each is None else each % 10**9 for each in values]
    table = pa.table({"x": column(kind, values)})
    schema = Schema.of(table.schema, {"x": table.column("x").null_count > 0})
    table = table.cast(schema.arrow)
    whole = to_frame(table)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(values)), max_size=3)))
    parts = [to_frame(table.slice(start, stop - start)) for start, stop in zip([0, *cuts], [*cuts, len(values)], strict=True)]
    assert {str(part["x"].dtype) for part in parts} == {str(whole["x"].dtype)}
    shown = [repr(each) for part in parts for each in part["x"]]
    assert shown == [repr(each) for each in whole["x"]]


def test_values() -> None:
    schema = Schema.of(
        pa.schema(
            [("n", pa.int64()), ("m", pa.int64()), ("b", pa.bool_()), ("f", pa.float64()), ("s", pa.string()), ("l", pa.list_(pa.int64()))]
        ),
        {"n": False},
    )
    table = pa.table({"n": [2**60 + 1], "m": [None], "b": [None], "f": [None], "s": [None], "l": [[1, 2]]}, schema=schema.arrow)
    row = to_frame(table).iloc[0]
    assert row["n"] == 2**60 + 1
    assert row["m"] is pd.NA
    assert row["b"] is pd.NA
    assert row["f"] != row["f"]
    assert pd.isna(row["s"])
    assert row["l"] == [1, 2]


def test_whole_numbers_past_2_53_survive_a_null_beside_them() -> None:
    table = pa.table({"m": pa.array([2**60 + 1, None])})
    assert to_frame(table)["m"][0] == 2**60 + 1


def test_a_missing_value_where_none_can_be_is_an_error() -> None:
    schema = Schema.of(pa.schema([("n", pa.int64())]), {"n": False})
    with pytest.raises(ValueError, match="'n' is int64, and a value is missing"):
        to_frame(pa.table({"n": pa.array([None], pa.int64())}, schema=schema.arrow))


def test_a_date_past_pythons_is_an_error_that_names_the_column() -> None:
    with pytest.raises(ValueError, match="'day' holds a date that Python cannot show"):
        to_frame(pa.table({"day": pa.array([2**30], pa.int32()).view(pa.date32())}))


def test_loads_by_path_with_the_standard_library_alone() -> None:
    path = Path(frames.__file__)
    assert "to_frame" in runpy.run_path(str(path))
    names = ("pandas", "pyarrow", "numpy", "regrade")
    script = f"import runpy, sys; runpy.run_path({str(path)!r}); print([each for each in {names!r} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
