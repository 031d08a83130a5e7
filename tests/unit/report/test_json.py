"""Documents as canonical JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.compare.comparison import Estimate, Passed
from regrade.report.json import to_json

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_whatever_it_holds_it_is_one_line_of_json_that_anybody_can_read(value: object) -> None:
    text = to_json({"value": value})
    assert "\n" not in text and text.encode("utf-8")
    json.loads(text, parse_constant=pytest.fail)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), st.integers(), max_size=6))
def test_keys_are_sorted_so_equal_documents_have_equal_bytes(document: dict[str, int]) -> None:
    assert to_json(document) == to_json(dict(reversed(document.items())))
    assert json.loads(to_json(document)) == document


def test_numbers_that_json_lacks_are_null() -> None:
    document = Estimate(value=float("nan"), low=float("-inf"), high=float("inf"), n=3)
    assert to_json(document) == '{"high":null,"low":null,"n":3,"value":null}'


def test_half_a_surrogate_pair_is_replaced_and_a_whole_character_kept() -> None:
    assert json.loads(to_json(["\ud800x", "😀"])) == ["�x", "😀"]


def test_structs_numpy_and_paths_are_data() -> None:
    document = {"a": np.float64(0.5), "b": np.int64(3), "c": np.array([1.0, np.nan]), "d": Path("x/y"), "e": Passed(passed=1, total=2)}
    assert json.loads(to_json(document)) == {
        "a": 0.5,
        "b": 3,
        "c": [1.0, None],
        "d": "x/y",
        "e": {"passed": 1, "total": 2, "unanswered": 0},
    }


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError, match="object is no data"):
        to_json({"a": object()})
