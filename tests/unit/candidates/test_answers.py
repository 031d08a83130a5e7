"""What a candidate may return, and what each of it means."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.candidates.values import BadValue, bad_rows, check_prediction, check_scores
from regrade.candidates.worker.answers import Refused, plain, read_answer
from regrade.log.results import label_text


@pytest.mark.parametrize(
    "returned",
    [
        ["a", "b"],
        ("a", "b"),
        np.array(["a", "b"]),
        np.array([["a"], ["b"]]),
        pd.Series(["a", "b"]),
        pd.Series(["a", "b"], dtype="category"),
        pd.DataFrame({"prediction": ["a", "b"]}),
        pd.DataFrame({"a": [0.9, 0.2], "b": [0.1, 0.8]}),
        pa.array(["a", "b"]),
        pd.Series(["b", "a"], index=[1, 0]),
    ],
)
def test_every_way_to_return_predictions_reads_the_same(returned: object) -> None:
    assert read_answer(returned, 2, None).values == ["a", "b"]


def test_class_probabilities_come_with_the_prediction_or_make_it() -> None:
    named = read_answer(pd.DataFrame({"prediction": ["a", "b"], "p_a": [0.9, 0.2], "p_b": [0.1, 0.8], "note": ["", ""]}), 2, "a")
    score = read_answer(pd.DataFrame({"prediction": ["a", "b"], "score": [0.9, 0.2]}), 2, "a")
    alone = read_answer(pd.DataFrame({0: [0.9, np.nan], 1: [0.1, 0.8]}), 2, "a")

    assert (named.classes, named.matrix.tolist()) == (["a", "b"], [[0.9, 0.1], [0.2, 0.8]])
    assert (score.classes, score.matrix.tolist()) == (["a"], [[0.9], [0.2]])
    assert (alone.classes, alone.values) == ([0, 1], [0, None])


@pytest.mark.parametrize(
    "returned",
    [
        None,
        3,
        "ab",
        {"a": 1, "b": 2},
        ["a"],
        np.zeros((2, 2)),
        np.zeros(3),
        pd.DataFrame({"label": ["a", "b"]}),
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
        pd.Series(["a", "b"], index=[5, 6]),
        pd.Series(["a", "b"], index=[0, 0]),
    ],
)
def test_what_is_no_answer_is_refused(returned: object) -> None:
    with pytest.raises(Refused):
        read_answer(returned, 2, "a")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.str_("a"), "a"),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (pd.NA, None),
        ([np.int8(1), {"a": np.float64(2)}], [1, {"a": 2.0}]),
    ],
)
def test_values_become_plain(value: object, expected: object) -> None:
    found = plain(value)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (1, "1"), (1.0, "1"), (1.5, "1.5"), ("1.0", "1.0"), (None, None), (float("nan"), None), (-0.0, "0")]
)
def test_labels_have_one_spelling(value: object, text: str | None) -> None:
    assert label_text(value) == text


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("classification", None),
        ("classification", float("nan")),
        ("classification", float("inf")),
        ("classification", ["a"]),
        ("classification", "\ud800"),
        ("classification", "x" * 1_000_001),
        ("classification", 2**70),
        ("regression", "twelve"),
        ("regression", True),
        ("regression", "inf"),
        ("json", {"a": float("nan")}),
        ("json", ["\ud800"]),
    ],
)
def test_what_is_no_prediction_is_refused(kind: str, value: object) -> None:
    with pytest.raises(BadValue):
        check_prediction(kind, value)


def test_numbers_as_text_are_numbers_where_numbers_are_asked() -> None:
    assert check_prediction("regression", "12.5") == 12.5
    assert check_prediction("classification", "007") == "007"


@given(st.lists(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=3, max_size=3), min_size=1, max_size=8))
def test_an_array_of_probabilities_is_judged_as_one_row_at_a_time_is(rows: list[list[float]]) -> None:
    one_by_one = set()
    for at, row in enumerate(rows):
        try:
            check_scores(dict(zip("abc", row, strict=True)))
        except BadValue:
            one_by_one.add(at)

    assert set(bad_rows(np.array(rows), ["a", "b", "c"])) == one_by_one


def test_probabilities_that_add_up_to_more_than_one_are_refused() -> None:
    with pytest.raises(BadValue, match=r"add up to 2"):
        check_scores({"a": 1.0, "b": 1.0})  # it would be certain of every answer
    assert check_scores({"a": 1.0000001, "b": -1e-9}) == {"a": 1.0, "b": 0.0}


def test_a_prediction_that_no_reader_can_follow_is_refused() -> None:
    nested: object = 0
    for _ in range(500):
        nested = [nested]
    with pytest.raises(BadValue, match="nested"):
        check_prediction("json", nested)
