"""Cells and keys: what stands in rows, and where they are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from regrade.errors import DataError, ExpressionError
from regrade.log import Reader
from tests.unit.log.logs import PLAIN, of_query, small


def test_cells_come_in_the_order_asked_for(reader: Reader) -> None:
    assert reader.cells(np.array([59, 0, 30, 0]), ["key", "delay"]) == [("k59", 59), ("k0", 0), ("k30", 30), ("k0", 0)]
    assert reader.cells(np.array([], dtype=np.int64), ["key"]) == []
    assert reader.cells(np.array([2]), ["CARRIER", "result", "margin", "outcome", "status", "mode"]) == [
        ("B6", "unknown", 0.6, None, "open", None)
    ]


def test_more_cells_than_one_batch(tmp_path: Path) -> None:
    with small(tmp_path, 9_000, 2) as log, log.reader() as reader:
        asked = np.random.default_rng(1).permutation(9_000)[:7_000]
        assert [row[0] for row in reader.cells(asked, ["delay"])] == asked.tolist()


def test_an_address_outside_the_log_is_an_error(reader: Reader) -> None:
    for address in (-1, 60):
        with pytest.raises(IndexError):
            reader.cells(np.array([address]), ["key"])


def test_an_unknown_column_lists_near_names(reader: Reader) -> None:
    with pytest.raises(ExpressionError, match="did you mean 'carrier'"):
        reader.cells(np.array([0]), ["carriers"])


def test_cells_are_plain_python_values(tmp_path: Path) -> None:
    query = """SELECT 'a' AS id, 'x' AS said, TIMESTAMPTZ '2013-07-01 12:00:00+02' AS zoned, TIMESTAMP '2013-07-01 12:00:00.5' AS plain,
        DATE '2013-07-01' AS day, 1.50::DECIMAL(5, 2) AS price, 'NaN'::DOUBLE AS nan, true AS flag, [1, NULL] AS list, {'a': 'b'} AS struct,
        '\\x00\\xFF'::BLOB AS bytes, NULL::INTEGER AS nothing, 9007199254740993 AS big, TIME '10:00:00' AS clock, '{"a":1}'::JSON AS json,
        [TIMESTAMPTZ '2013-07-01 12:00:00Z'] AS zones, 'ü€😀' AS text"""
    with of_query(tmp_path, query) as log, log.reader() as reader:
        names = ["zoned", "plain", "day", "price", "flag", "list", "struct", "bytes", "nothing", "big", "json", "text"]
        (row,) = reader.cells(np.array([0]), names)
        assert row == (
            datetime(2013, 7, 1, 10, tzinfo=UTC), datetime(2013, 7, 1, 12, 0, 0, 500_000), date(2013, 7, 1), Decimal("1.50"), True,
            [1, None], {"a": "b"}, b"\x00\xff", None, 9007199254740993, '{"a":1}', "ü€😀",
        )  # fmt: skip
        ((nan, zones),) = reader.cells(np.array([0]), ["nan", "zones"])
        assert nan != nan
        assert "2013-07-01 12:00:00" in zones


# --- keys ---


def test_find(reader: Reader) -> None:
    assert reader.find(["k59", "nope", "k0", "k0"]) == {"k59": 59, "k0": 0}
    assert reader.find([]) == {}
    assert reader.find(["'; drop table x; --"]) == {}


def test_a_key_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with of_query(tmp_path, "SELECT 'k' || (i % 3) AS id, 'x' AS said FROM range(4) t(i)") as log, log.reader() as reader:
        assert reader.find(["k1"]) == {"k1": 1}
        with pytest.raises(DataError, match="'k0' occurs more than once"):
            reader.find(["k1", "k0"])


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ("'k' || (i % 30)", "the key 'k0' occurs 2 times"),
        ("CASE WHEN i = 7 THEN NULL ELSE i END", "1 predictions have no key"),
        ("CASE WHEN i % 2 = 0 THEN NULL ELSE 'k' END", "20 predictions have no key"),
    ],
)
def test_keys_are_checked_in_one_pass(tmp_path: Path, ids: str, says: str) -> None:
    with of_query(tmp_path, f"SELECT {ids} AS id, 'x' AS said FROM range(40) t(i)") as log, pytest.raises(DataError, match=says):
        log.check_keys()


def test_good_keys_pass(tmp_path: Path) -> None:
    with small(tmp_path, files=3) as log:
        log.check_keys()
    two = PLAIN + 'key = ["id", "model"]\nmodel = "model"\n'
    with of_query(tmp_path, "SELECT i // 2 AS id, i % 2 AS model, 'x' AS said FROM range(40) t(i)", two) as log:
        log.check_keys()
    query = "SELECT i // 2 AS id, i % 3 // 2 AS model, 'x' AS said FROM range(40) t(i)"
    with of_query(tmp_path, query, two) as log, pytest.raises(DataError, match=r"the key '0\|0' occurs 2 times"):
        log.check_keys()


def test_keys_of_two_columns(tmp_path: Path) -> None:
    query = "SELECT 7 + i // 2 AS id, ['m1', 'm2'][1 + i % 2] AS model, 'x' AS said FROM range(4) t(i)"
    with of_query(tmp_path, query, PLAIN + 'key = ["id", "model"]\nmodel = "model"\n') as log, log.reader() as reader:
        assert reader.find(["7|m2", "8|m1"]) == {"7|m2": 1, "8|m1": 2}
        assert reader.cells(np.array([3]), ["key"]) == [("8|m2",)]
