"""Views: which rows a filter finds, and in what order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from regrade.errors import ExpressionError
from regrade.log import Decided, PredictionLog, Reader
from regrade.log.few_values import count
from tests.unit.log.logs import CONFIG, numbers, of_query, rows, small

# --- filters, and what NULL means in them ---


def test_filters(reader: Reader) -> None:
    assert rows(reader, "carrier = 'EV' and hour >= 12") == numbers(lambda i: i % 3 == 0 and i % 24 >= 12)
    assert rows(reader, "") == list(range(60))
    assert rows(reader, "hour > 100") == []


def test_null_is_neither_true_nor_false(reader: Reader) -> None:
    assert rows(reader, "precip > 3") == numbers(lambda i: i % 4 and i / 4 > 3)
    assert rows(reader, "not precip > 3") == numbers(lambda i: i % 4 and not i / 4 > 3)
    assert rows(reader, "precip is null") == numbers(lambda i: i % 4 == 0)
    assert rows(reader, "precip = null") == []
    assert rows(reader, "precip in (0.25, null)") == [1]
    assert rows(reader, "precip is distinct from 0.25") == numbers(lambda i: i != 1)


def test_result_is_wrong_right_or_unknown_and_never_null(reader: Reader) -> None:
    assert rows(reader, "result = 'wrong'") == numbers(lambda i: i % 3 == 0)
    assert rows(reader, "result = 'right'") == numbers(lambda i: i % 3 == 1)
    assert rows(reader, "result = 'unknown'") == numbers(lambda i: i % 3 == 2)
    assert rows(reader, "not result = 'wrong'") == numbers(lambda i: i % 3 != 0)
    assert rows(reader, "result <> 'wrong'") == numbers(lambda i: i % 3 != 0)
    assert rows(reader, "result in ('wrong', 'unknown')") == numbers(lambda i: i % 3 != 1)
    assert rows(reader, "result is null") == []


def test_roles_have_names_of_their_own(reader: Reader) -> None:
    assert rows(reader, "prediction <> outcome") == numbers(lambda i: i % 3 == 0)
    assert rows(reader, "logged.prediction = 'late' and score < 0.5 and model = 'm1'") == numbers(lambda i: i % 3 == 0 and i % 10 < 5)
    assert rows(reader, "margin > 0.9") == numbers(lambda i: abs(2 * (i % 10) / 10 - 1) > 0.9)
    assert rows(reader, "key in ('k3', 'k59', 'k60')") == [3, 59]


def test_a_filter_is_a_condition(reader: Reader) -> None:
    with pytest.raises(ExpressionError, match="not a condition"):
        reader.view("hour")
    with pytest.raises(ExpressionError, match="did you mean 'carrier'"):
        reader.view("carier = 'EV'")


def test_a_value_that_cannot_be_converted_is_named(reader: Reader) -> None:
    with pytest.raises(ExpressionError, match=r"filter .carrier = 5.: could not convert"):
        reader.view("carrier = 5")


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("status = 'labeled'", "status is one of open, labelled, promoted, dismissed, retired, disputed, and never 'labeled'"),
        ("hour > 3 and 'Wrong' = result", "result is one of wrong, right, unknown, and never 'Wrong'"),
        ("not (status in ('open', 'cancelled'))", "never 'cancelled'"),
        ("status <> 'opened'", "never 'opened'"),
        ("result is distinct from 'bad'", "never 'bad'"),
    ],
)
def test_a_text_that_status_or_result_never_is(reader: Reader, where: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=says) as caught:
        reader.view(where)
    assert "log." not in caught.value.hint


def test_columns_that_are_called_like_built_in_names(tmp_path: Path) -> None:
    names = ("status", "mode", "Result", "margin", "expected", "key")
    own = ", ".join(f"'{name} ' || i AS {name}" for name in names)
    with of_query(tmp_path, f"SELECT i AS id, 'x' AS said, {own} FROM range(4) t(i)") as log, log.reader() as reader:
        asked = [f"log.{name}" for name in names]
        assert set(asked) <= set(log.types())
        assert reader.cells(np.array([2]), asked) == [tuple(f"{name} 2" for name in names)]
        assert reader.cells(np.array([2]), ["status", "result", "key"]) == [("open", "unknown", "2")]
        assert reader.view("log.status = 'status 1' and log.mode in ('mode 1')").addresses.tolist() == [1]
        assert reader.view("", "-log.margin").addresses.tolist() == [3, 2, 1, 0]
        for where, column in (("status = 'status 1'", "log.status"), ("result = 'Result 1'", "log.Result")):
            with pytest.raises(ExpressionError) as caught:
                reader.view(where)
            assert caught.value.hint == f"the log's own column is {column}"


@pytest.mark.parametrize(
    "where", ["status = 'open'", "status <> 'promoted' and hour > 3", "status = 'promoted'", "mode = 'b' or hour = 7", "expected = 'late'"]
)
@pytest.mark.parametrize("at_most", [None, 1, 3, 58])
def test_rows_are_counted_without_an_order(log: PredictionLog, reader: Reader, where: str, at_most: int | None) -> None:
    log.set_decided([Decided("k7", "labelled", "b"), Decided("k3", "promoted", "a", "late"), Decided("k5", "dismissed", None)])
    found = len(reader.view(where))
    assert count(reader, where, at_most=at_most) == (found if at_most is None else min(found, at_most))


# --- order ---


def test_newest_first_is_the_order_where_there_is_a_time(reader: Reader) -> None:
    assert reader.view().addresses.tolist() == list(range(60))  # time runs backwards; ties stand as in the file


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    "column", ["carrier", "maybe", "hour", "precip", "status", "mode", "result", "margin", "key", "expected", "HOUR", "score"]
)
def test_sorts_are_stable_and_put_missing_values_last(log: PredictionLog, reader: Reader, column: str, sign: str) -> None:
    log.set_decided([Decided("k7", "labelled", "b"), Decided("k3", "promoted", "a", "late"), Decided("k5", "dismissed", None)])
    addresses = reader.view("", sign + column).addresses
    values = [row[0] for row in reader.cells(addresses, [column])]
    pairs = list(zip(values, addresses.tolist(), strict=True))
    known = [pair for pair in pairs if pair[0] is not None]
    assert pairs == known + [pair for pair in pairs if pair[0] is None]
    assert sorted(address for _, address in pairs) == list(range(60))
    assert known == sorted(sorted(known, key=lambda pair: pair[1]), key=lambda pair: pair[0], reverse=bool(sign))
    assert [address for value, address in pairs if value is None] == sorted(address for value, address in pairs if value is None)


def test_keys_sort_as_their_columns_do(tmp_path: Path) -> None:
    with of_query(tmp_path, "SELECT 30 - i AS id, 'x' AS said FROM range(30) t(i)") as log, log.reader() as reader:
        assert [row[0] for row in reader.cells(reader.view("", "key").addresses[:3], ["key"])] == ["1", "2", "3"]


def test_without_time_the_order_is_that_of_the_files(tmp_path: Path) -> None:
    with small(tmp_path, 5_000, 2, CONFIG.replace('time = "time"', "")) as log, log.reader() as reader:
        assert reader.view("").addresses.tolist() == list(range(5_000))
        assert reader.view("hour = 3").addresses.tolist() == list(range(3, 5_000, 24))


def test_an_unknown_sort_column_lists_near_names(reader: Reader) -> None:
    with pytest.raises(ExpressionError, match="did you mean 'hour'"):
        reader.view("", "-hours")


def test_addresses_cannot_be_written_to(reader: Reader) -> None:
    with pytest.raises(ValueError, match="read-only"):
        reader.view().addresses[0] = 7


@pytest.mark.parametrize("at_once", [2_000_000, 10])
def test_all_results_are_those_of_the_views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("regrade.log.reader._COPY_AT_ONCE", at_once)
    with small(tmp_path, 5_000, 3) as log, log.reader() as reader:
        results = reader.results()
        for code, name in ((0, "right"), (1, "wrong"), (2, "unknown")):
            assert np.flatnonzero(results == code).tolist() == sorted(reader.view(f"result = '{name}'").addresses.tolist())
