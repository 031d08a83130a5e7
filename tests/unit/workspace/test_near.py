"""What says nearly the same is found without comparing everything with everything."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.workspace.exchange import near
from regrade.workspace.exchange.near import find_near

WORDS = [f"word{at}" for at in range(4_000)]


def _essay(seed: int, n: int = 120) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(n))


def _found(new: list[dict[str, object]], there: list[dict[str, object]]) -> list[tuple[int, str, bool]]:
    rows = find_near([(f"n{at}", row) for at, row in enumerate(new)], [(f"t{at}", row) for at, row in enumerate(there)])
    return [(each.row, each.other, each.same) for each in rows]


def test_equal_inputs_under_another_key() -> None:
    assert _found([{"a": 1, "b": None}], [{"a": 2, "b": None}, {"a": 1, "b": None}]) == [(0, "t1", True)]


def test_one_key_is_one_example() -> None:
    assert list(find_near([("k", {"a": 1})], [("k", {"a": 1})])) == []


def test_what_a_reader_would_not_notice() -> None:
    there = [{"text": "Straße  Ångström ﬁne", "x": 1.0}]
    assert _found([{"text": " STRASSE A\u030angström\tfine ", "x": 1.0000001}], there) == [(0, "t0", False)]
    assert _found([{"text": "Straße Ångström", "x": 1.0}], there) == []
    assert _found([{"text": "Straße Ångström fine", "x": 1.001}], there) == []
    assert _found([{"a": [{"b": "X "}]}], [{"a": [{"b": "x"}]}]) == [(0, "t0", False)]


def test_zero_is_zero() -> None:
    assert _found([{"x": -0.0, "y": 5}], [{"x": 0.0, "y": 5}]) == [(0, "t0", False)]


def test_a_whole_number_that_differs_is_a_difference() -> None:
    text = _essay(1)
    assert _found([{"text": text, "hour": 5}], [{"text": text, "hour": 6}]) == []


def test_long_texts_that_share_most_of_their_words() -> None:
    words = _essay(2).split()
    one_word_more = [*words[:60], "inserted", *words[60:]]
    half = [*words[:60], *_essay(3).split()[:60]]
    there = [{"text": _essay(4)}, {"text": " ".join(words)}]
    assert _found([{"text": " ".join(one_word_more).upper()}, {"text": " ".join(half)}], there) == [(0, "t1", False)]


def test_rows_of_one_file_are_held_against_each_other() -> None:
    assert _found([{"a": "x"}, {"a": "y"}, {"a": "X"}], []) == [(2, "n0", False)]


@given(st.lists(st.text(max_size=3), max_size=8), st.lists(st.text(max_size=3), max_size=8))
def test_short_rows_are_near_exactly_when_their_normal_forms_are_equal(new: list[str], there: list[str]) -> None:
    found = {row for row, _, _ in _found([{"t": each} for each in new], [{"t": each} for each in there])}
    normal = [near._normal(each) for each in new]
    known = {near._normal(each) for each in there}
    assert found == {at for at, each in enumerate(normal) if each in known or each in normal[:at]}


def test_the_work_grows_with_the_rows_not_with_their_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    honest = near._jaccard

    def counted(one: frozenset[int], other: frozenset[int]) -> float:
        nonlocal compared
        compared += 1
        return honest(one, other)

    monkeypatch.setattr(near, "_jaccard", counted)
    n = 400
    copies = [{"text": f"{_essay(5)} {at}"} for at in range(n)]
    assert len(_found(copies, [])) == n - 1
    assert compared <= n * near._BANDS * near._MOST
    compared = 0
    assert _found([{"text": _essay(1_000 + at)} for at in range(n)], [{"text": _essay(5_000 + at)} for at in range(n)]) == []
    assert compared < n / 10
