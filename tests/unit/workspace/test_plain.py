"""What a file shows of a value reads back as that value, from JSON and from text; what would lose something is refused."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.log.values import encode
from regrade.workspace.exchange.plain import Misfit, read, show

from .types import KINDS, columns


@given(columns())
def test_round_trip_of_every_type(column: pa.Array) -> None:
    encoded = encode(column)
    shown = [show(each, column.type) for each in encoded]
    assert repr([read(each, column.type) for each in shown]) == repr(encoded)
    through_file = json.loads(json.dumps(shown, allow_nan=False))
    assert repr([read(each, column.type) for each in through_file]) == repr(encoded)
    cells = [each if each is None or isinstance(each, str) else json.dumps(each) for each in shown]
    assert repr([read(each, column.type, text=True) for each in cells]) == repr(encoded)


def test_every_kind_is_tried() -> None:
    assert len({str(kind) for kind in KINDS}) == len(KINDS) > 25


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("007", pa.int64()), ("+1", pa.int64()), ("-0", pa.int64()), ("1.0", pa.int64()), (str(2**63), pa.int64()), ("300", pa.uint8()),
        ("-1", pa.uint8()), ("9007199254740993", pa.float64()), ("nan", pa.float64()), ("1e400", pa.float64()), ("1,5", pa.float64()),
        ("0.1234567890123456789", pa.float64()), ("yes", pa.bool_()), ("1", pa.bool_()), ("2013-02-30", pa.date32()),
        ("20130701", pa.date32()), ("2013-07-01T05:15:00", pa.timestamp("us", "UTC")), ("2013-07-01T05:15:00Z", pa.timestamp("us")),
        ("2013-07-01T05:15:00.5", pa.timestamp("s")), ("9999-01-01", pa.timestamp("ns")), ("25:00:00", pa.time64("us")),
        ("1.234", pa.decimal128(5, 2)), ("12345", pa.decimal128(5, 2)), ("§", pa.binary()), ("[1, 2", pa.list_(pa.int64())),
        ('["a"]', pa.list_(pa.int64())), ('{"b": 1}', pa.struct([("a", pa.int64())])), ("x", pa.null()),
    ],
)  # fmt: skip
def test_text_that_is_no_such_value_is_refused(value: str, kind: pa.DataType) -> None:
    with pytest.raises(Misfit):
        read(value, kind, text=True)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("5", pa.int64()), (5.0, pa.int64()), (True, pa.int64()), (2**63, pa.int64()), ("0.5", pa.float64()), (2**53 + 1, pa.float64()),
        (True, pa.float64()), (1, pa.bool_()), ("true", pa.bool_()), (5, pa.string()), (False, pa.string()), (20130701, pa.date32()),
        ({}, pa.list_(pa.int64())), ([1, 2], pa.list_(pa.int64(), 3)), (0.1 + 2**-40, pa.float32()),
    ],
)  # fmt: skip
def test_json_of_another_sort_is_refused(value: Any, kind: pa.DataType) -> None:
    with pytest.raises(Misfit):
        read(value, kind)


def test_an_instant_is_the_same_in_every_zone() -> None:
    kind = pa.timestamp("us", "Europe/Berlin")
    assert len({read(text, kind) for text in ("2013-07-01T05:15:00Z", "2013-07-01 07:15+02", "2013-06-30T23:45:00.000-05:30")}) == 1


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_decimal_of_a_single_names_it(value: float) -> None:
    import numpy as np

    assert read(str(np.float32(value)), pa.float32(), text=True) == value


def test_nested_json_in_a_column_of_text_is_kept_as_the_log_keeps_it() -> None:
    assert read({"a": [1, "é"]}, pa.string()) == '{"a":[1,"é"]}'
