"""What goes over the pipe as codes and arrays is believed as little as values one by one, and says the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.candidates.outputs import Outputs
from regrade.candidates.taking import NO_ANSWER, Taker
from regrade.candidates.values import BadValue, check_prediction
from regrade.candidates.worker.estimator import most_probable
from regrade.candidates.worker.packing import coded, pack

KINDS = ["classification", "regression", "text", "json"]
TEXTS = st.sampled_from(["late", "on_time", "1.5", "inf", "\ud800", ""])
FLOATS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0])
COLUMNS = st.one_of(
    st.lists(each | st.none(), min_size=64, max_size=90) for each in (TEXTS, st.booleans(), st.integers(-3, 3), st.integers())
) | st.one_of(st.lists(each, max_size=90) for each in (FLOATS, st.booleans() | st.integers(0, 1) | st.none() | FLOATS, TEXTS))


class Refused(Exception):
    """The candidate has failed."""


def take(kind: str, n: int, header: dict[str, Any], *arrays: Any, places: list[int] | None = None, total: int | None = None) -> Outputs:
    outputs = Outputs.empty(total or n)
    payload = b"".join(np.ascontiguousarray(each).tobytes() for each in arrays)
    said = json.loads(json.dumps({"ok": True, **header}))
    Taker(kind, outputs, None, Refused, lambda text, place: f"{place}: {text}").take(places or list(range(n)), said, memoryview(payload))
    return outputs


@given(st.sampled_from(KINDS), COLUMNS)
def test_packed_predictions_are_judged_as_one_by_one_is(kind: str, values: list[Any]) -> None:
    header, array = pack(values)
    outputs = take(kind, len(values), header, *([] if array is None else [array]))

    for at, value in enumerate(values):
        try:
            expected, error = check_prediction(kind, value), None
        except BadValue as bad:
            expected, error = None, str(bad)
        assert (repr(outputs.predictions[at]), outputs.errors[at]) == (repr(expected), error)  # repr tells 1 from True, -0.0 from 0.0


def test_few_names_go_as_codes_and_numbers_as_they_lie() -> None:
    assert pack(["late", "on_time"] * 40)[1].nbytes == 80
    assert pack([0.5] * 80)[1].nbytes == 640
    assert pack([f"t{at % 500}" for at in range(1_000)])[1].nbytes == 2_000
    assert pack([f"t{at}" for at in range(1_001)])[1] is None
    assert pack([1, True] * 40) == ({"values": [1, True] * 40}, None)
    assert coded(np.arange(40_000), list(range(40_000)))[1].dtype == "<i4"


def test_each_row_that_is_wrong_says_why_wherever_its_example_stands() -> None:
    matrix = np.array([[0.2, 0.8], [1.5, 0.5], [np.nan, np.nan], [1.0, 0.0], [0.9, 0.9]])
    codes = np.array([1, 0, -1, -1, 0], "int8")
    header = {"labels": ["a", "b"], "classes": ["a", "b"], "errors": [[3, "boom", False]]}
    outputs = take("classification", 5, header, matrix, codes, places=[0, 2, 4, 6, 7], total=8)

    assert outputs.predictions == ["b", None, None, None, None, None, None, None]
    assert outputs.scores == [{"a": 0.2, "b": 0.8}] + [None] * 7
    assert outputs.errors == [
        *(None, None, "the probability of 'a' is 1.5", None, "no prediction (missing or NaN)", None),
        *("6: boom", "the probabilities add up to 1.8"),
    ]
    assert outputs.transient == {6}


def test_a_class_that_is_no_prediction_is_an_error_of_its_rows_alone() -> None:
    outputs = take("regression", 3, {"labels": ["1.5", "many"]}, np.array([0, 1, 0], "int8"))

    assert outputs.predictions == [1.5, None, 1.5]
    assert outputs.errors == [None, "the prediction is 'many'; a number was expected", None]


@pytest.mark.parametrize(
    ("header", "arrays"),
    [
        ({"labels": ["a"]}, [np.array([0, 1], "int8")]),
        ({"labels": ["a"]}, [np.array([0, -2], "int8")]),
        ({"labels": ["a"]}, [np.array([0], "int8")]),
        ({"labels": ["a"]}, [np.array([0, 0, 0], "int8")]),
        ({"labels": []}, [np.array([0, 0], "int8")]),
        ({"labels": ["a"], "floats": 2}, [np.zeros(2)]),
        ({"labels": "a"}, [np.array([0, 0], "int8")]),
        ({"floats": 2}, [np.zeros(1)]),
        ({"floats": 2}, []),
        ({"values": ["a"]}, []),
        ({"values": ["a", "b"]}, [np.zeros(1)]),
        ({"values": ["a", "b"], "classes": ["a"]}, [np.zeros(1)]),
        ({"values": ["a", "b"], "scores": [None]}, []),
        ({"values": ["a", "b"], "errors": [[2, "x", True]]}, []),
    ],
)
def test_what_does_not_fit_is_no_answer(header: dict[str, Any], arrays: list[Any]) -> None:
    with pytest.raises(Refused, match=NO_ANSWER):
        take("classification", 2, header, *arrays)


@given(
    st.integers(1, 4).flatmap(lambda k: st.lists(st.lists(st.sampled_from([0.1, 0.3, 0.6, np.nan]), min_size=k, max_size=k), min_size=1))
)
def test_the_most_probable_class_is_known_unless_a_row_has_several(rows: list[tuple[float, ...]]) -> None:
    single = all(row.count(max(row)) == 1 for row in rows) and not np.isnan(rows).any()
    found = most_probable(np.array(rows))

    assert (found is not None) == single
    assert not single or found.tolist() == [row.index(max(row)) for row in rows]
