"""Samples: by hash, so that a smaller one is part of a larger one, whoever draws it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.errors import DataError, UsageError
from regrade.evalset import chosen

KEYS = [f"flight-{n}" for n in range(2_000)]


def test_golden() -> None:
    drawn, probability = chosen(KEYS, "regrade", n=200)
    assert probability == 0.1
    assert hashlib.sha256("\n".join(drawn).encode()).hexdigest() == "4b5ada06b167196619e60becde71e0ac1f7a4ac8814fc4383588f89c60140b4c"


@given(st.lists(st.text(max_size=8), unique=True, min_size=1), st.integers(1, 40), st.integers(1, 40), st.randoms())
def test_a_sample_is_a_prefix_of_a_larger_one_in_any_order_of_the_keys(keys: list[str], n: int, m: int, rng) -> None:
    small, large = sorted((n, m))
    first, probability = chosen(keys, "salt", n=large)
    rng.shuffle(keys)
    assert chosen(keys, "salt", n=small)[0] == first[:small]
    assert probability == min(1.0, large / len(keys))


def test_a_key_is_drawn_for_itself_alone() -> None:
    low, high = chosen(KEYS, "salt", rate=0.05)[0], chosen(KEYS, "salt", rate=0.2)[0]
    assert high[: len(low)] == low
    assert chosen(KEYS[:1_000], "salt", rate=0.2)[0] == [key for key in high if key in set(KEYS[:1_000])]


def test_every_key_is_as_likely_as_its_rate_says() -> None:
    drawn, probability = chosen(KEYS, "salt", rate=0.25)
    assert probability == 0.25
    assert 400 < len(drawn) < 600  # 500 ± 5 standard deviations
    assert chosen(KEYS, "salt", rate=1.0)[0] == chosen(KEYS, "salt", n=5_000)[0]


def test_another_salt_draws_others() -> None:
    first, second = set(chosen(KEYS, "a", n=200)[0]), set(chosen(KEYS, "b", n=200)[0])
    assert len(first & second) < 60


def test_all_and_nothing() -> None:
    assert chosen(KEYS, "s", n=10**6)[1] == 1.0
    assert chosen([], "s", n=5) == ([], 1.0)
    assert chosen([], "s", rate=0.5) == ([], 0.5)


@pytest.mark.parametrize("arguments", [{}, {"rate": 0.5, "n": 1}, {"rate": 0.0}, {"rate": 1.1}, {"rate": float("nan")}, {"n": 0}])
def test_what_is_no_sample_is_refused(arguments: dict) -> None:
    with pytest.raises(UsageError):
        chosen(KEYS, "s", **arguments)


def test_a_key_that_occurs_twice_is_refused() -> None:
    with pytest.raises(DataError) as raised:
        chosen(["a", "b", "a"], "s", n=1)
    assert raised.value.where == "a"
