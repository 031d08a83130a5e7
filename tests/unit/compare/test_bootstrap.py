"""Bootstrap weights: by unit, in any order, drawn once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from regrade.compare.bootstrap import Weights, affordable, draw, weighted_sums
from regrade.compare.statistics import Auc, resample


def test_counts_are_poisson() -> None:
    counts = np.concatenate([draw(f"k{i}", 10_000) for i in range(50)])
    shares = np.bincount(counts, minlength=5)[:5] / len(counts)
    assert shares == pytest.approx(np.exp(-1) / np.array([1, 1, 2, 6, 24]), abs=0.004)
    assert counts.mean() == pytest.approx(1, abs=0.006) and counts.var() == pytest.approx(1, abs=0.01)


def test_streams_do_not_hang_together() -> None:
    matrix = np.stack([draw(f"k{i}", 4_000) for i in range(40)]).astype(float)
    correlation = np.corrcoef(matrix)[np.triu_indices(40, 1)]
    assert np.abs(correlation).max() < 5 / np.sqrt(4_000)


def test_a_stream_is_pinned() -> None:
    assert draw("flight 1", 12).tolist() == draw("flight 1", 5_000)[:12].tolist() == [2, 2, 2, 0, 2, 1, 1, 0, 1, 1, 0, 1]


@given(st.lists(st.text(max_size=5), unique=True, min_size=1, max_size=12), st.randoms())
def test_rows_belong_to_their_units_in_any_order(units: list[str], random: object) -> None:
    cache = Weights()
    shuffled = units[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = {unit: row.tolist() for unit, row in zip(units, cache.rows(units, 64), strict=True)}
    assert {unit: row.tolist() for unit, row in zip(shuffled, cache.rows(shuffled, 64), strict=True)} == first


def test_a_new_example_costs_one_stream() -> None:
    cache = Weights()
    cache.rows([f"k{i}" for i in range(100)], 500)
    cache.rows([f"k{i}" for i in range(100)], 500)
    assert cache.drawn == 100
    cache.rows(["new", *(f"k{i}" for i in range(100))], 500)
    assert cache.drawn == 101


def test_streams_past_the_limit_are_forgotten() -> None:
    cache = Weights(largest_bytes=10_000)
    first = cache.rows([f"a{i}" for i in range(80)], 100).copy()
    cache.rows([f"b{i}" for i in range(80)], 100)
    assert np.array_equal(cache.rows([f"a{i}" for i in range(80)], 100), first)
    assert cache.drawn == 240


def test_fewer_resamples_where_the_matrix_would_be_large() -> None:
    assert affordable(10_000, 12_000) == 10_000
    assert affordable(10_000, 60_000) == 2_000
    assert affordable(10_000, 10**9) == 1_000
    assert affordable(500, 10**9) == 500


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 1_500), st.integers(1, 4))
def test_weighted_sums_are_the_matrix_product(n: int, k: int) -> None:
    rng = np.random.default_rng(n)
    columns, weights = rng.normal(size=(n, k)), rng.poisson(1, (n, 7)).astype(np.uint8)
    assert weighted_sums(columns, weights) == pytest.approx(columns.T @ weights, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_auc_of_every_resample_is_scikit_learns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 60))
    score, positive = rng.integers(0, 8, n) / 8, rng.random(n) < 0.4
    weight, counts = rng.choice([1.0, 3.0], n), rng.poisson(1, (n, 5)).astype(np.uint8)
    found = resample([Auc(score, positive, weight)], np.arange(n), counts)[0]
    for column, value in zip(counts.T, found, strict=True):
        used = column > 0
        if len(set(positive[used])) < 2:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(roc_auc_score(positive, score, sample_weight=weight * column), abs=1e-5)


def test_influence_is_the_change_under_a_small_weight() -> None:
    rng = np.random.default_rng(3)
    score, positive = rng.integers(0, 20, 80) / 20, rng.random(80) < 0.3
    auc = Auc(score, positive, np.ones(80))
    for i in (0, 5, 17):
        heavier = np.ones(80)
        heavier[i] += 1e-6
        moved = (roc_auc_score(positive, score, sample_weight=heavier) - auc.value) / 1e-6
        assert auc.influence()[i] == pytest.approx(moved, abs=1e-5)
