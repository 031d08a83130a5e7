"""Intervals: they agree with published values, hold their level, and never claim to know what no flip could show."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from regrade.compare.bootstrap import Weights
from regrade.compare.detectable import more_needed, smallest_detectable
from regrade.compare.holm import adjust
from regrade.compare.intervals import Difference, Pair, differences
from regrade.compare.mcnemar import exact_p
from regrade.compare.metrics import mean
from regrade.compare.sample import Sample
from regrade.compare.score_intervals import paired_difference, wilson

Z2 = 3.841459


def test_tango_agrees_with_a_published_example() -> None:
    # Fagerland, Lydersen and Laake 2014, airway hyper-responsiveness: 1 against 7 of 21.
    low, high = paired_difference(1, 7, 21, 0.05)
    assert (float(low), float(high)) == pytest.approx((-0.517, -0.026), abs=5e-4)


@pytest.mark.parametrize(("fixed", "broken", "n"), [(1, 7, 21), (6, 16, 161), (12, 3, 300), (0, 4, 50)])
def test_tango_ends_where_the_score_test_of_a_numeric_likelihood_ends(fixed: int, broken: int, n: int) -> None:
    for end in map(float, paired_difference(fixed, broken, n, 0.05)):

        def against(share: float, end: float = end) -> float:
            both = [share + end, share, 1 - 2 * share - end]
            return -sum(count * np.log(max(p, 1e-300)) for count, p in zip([fixed, broken, n - fixed - broken], both, strict=True))

        share = minimize_scalar(against, bounds=(max(0, -end), (1 - end) / 2), method="bounded", options={"xatol": 1e-12}).x
        score = (fixed - broken - n * end) / np.sqrt(n * (2 * share + end * (1 - end)))
        assert abs(score) == pytest.approx(1.959964, rel=2e-3)


def test_no_flip_leaves_room_for_what_was_not_seen() -> None:
    low, high = paired_difference(0, 0, [1, 30, 300, 10_000], 0.05)
    n = np.array([1, 30, 300, 10_000])
    assert high == pytest.approx(Z2 / (n + Z2), rel=1e-5) and low == pytest.approx(-high)


def test_nothing_compared_says_nothing() -> None:
    low, high = paired_difference(0, 0, 0, 0.05)
    assert (float(low), float(high)) == (-1, 1)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200))
def test_tango_turns_with_its_sides_and_holds_the_estimate(fixed: int, broken: int, same: int) -> None:
    n = fixed + broken + same
    if not n:
        return
    low, high = paired_difference([fixed, broken], [broken, fixed], n, 0.05)
    assert low[0] == pytest.approx(-high[1], abs=1e-9)
    assert -1 <= low[0] <= (fixed - broken) / n + 1e-9 and (fixed - broken) / n - 1e-9 <= high[0] <= 1


@given(st.integers(0, 400), st.integers(1, 400))
def test_wilson_agrees_with_statsmodels(right: int, n: int) -> None:
    right = min(right, n)
    assert wilson(right / n, n, 0.05) == pytest.approx(proportion_confint(right, n, 0.05, "wilson"), abs=1e-9)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_agrees_with_statsmodels(fixed: int, broken: int) -> None:
    theirs = mcnemar([[0, fixed], [broken, 0]], exact=True).pvalue if fixed + broken else 1.0
    assert exact_p(fixed, broken) == pytest.approx(theirs, rel=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_agrees_with_statsmodels_and_is_monotone(values: list[float]) -> None:
    ours = adjust(values)
    with patch("gc.collect"):  # it collects garbage at every call, which takes seconds among a suite's objects
        theirs = multipletests(values, method="holm")[1].tolist()
    assert ours == pytest.approx(theirs)
    by_value = [p for _, p in sorted(zip(values, ours, strict=True))]
    assert all(a <= b for a, b in pairwise(by_value))
    assert all(mine >= raw for mine, raw in zip(ours, values, strict=True))


def test_holm_counts_only_the_rows_that_have_a_p() -> None:
    assert adjust([None, 0.02, None, 0.03]) == [None, pytest.approx(0.04), None, pytest.approx(0.04)]


def sample(n: int, clusters: int | None = None, cache: Weights | None = None) -> Sample:
    units = clusters or n
    weights = (cache or Weights()).rows([f"u{i}" for i in range(units)], 1_000)
    return Sample(np.arange(n) % units, weights, clusters is not None)


def difference(gain: np.ndarray, base: np.ndarray, chosen: Sample, weight: np.ndarray | None = None, *, score: bool = True) -> Difference:
    weight = np.ones(len(gain)) if weight is None else weight
    sides = [mean(each, weight, 1.0, (0, 1)) for each in (base, base + gain)]
    return differences([Pair(sides[0], sides[1], weight, gain if score else None)], chosen, 0.05)[0]


@pytest.mark.parametrize("score", [True, False])
@pytest.mark.parametrize("clusters", [None, 30])
def test_equal_answers_on_few_examples_are_no_proof_of_equal_models(score: bool, clusters: int | None) -> None:
    found = difference(np.zeros(30), np.ones(30), sample(30, clusters), score=score)
    assert found.delta == 0 and found.low is not None and found.high is not None
    assert found.low <= -0.11 and found.high >= 0.11


@pytest.mark.parametrize(
    ("n", "fixed", "broken", "weights", "clusters"),
    [
        (30, 0.01, 0.04, (1.0,), None),
        (100, 0.0, 0.03, (1.0,), None),
        (300, 0.05, 0.05, (1.0,), None),
        (300, 0.05, 0.06, (1.0, 5.0), None),
        (300, 0.05, 0.06, (1.0,), 60),
    ],
)
def test_intervals_hold_their_level(n: int, fixed: float, broken: float, weights: tuple[float, ...], clusters: int | None) -> None:
    """300 draws: each end may miss 2.5% of them; 5% is 2.8 standard errors above."""
    _assert_level(n, fixed, broken, weights, clusters, draws=300, most=0.05)


@pytest.mark.soak
@pytest.mark.parametrize("n", [10, 30, 100, 300, 1_000])
@pytest.mark.parametrize(("fixed", "broken"), [(0.0, 0.005), (0.0, 0.02), (0.01, 0.03), (0.05, 0.05), (0.1, 0.02), (0.2, 0.25)])
@pytest.mark.parametrize("weights", [(1.0,), (1.0, 5.0)])
@pytest.mark.parametrize("clusters", [None, 10, 40])
def test_intervals_hold_their_level_everywhere(
    n: int, fixed: float, broken: float, weights: tuple[float, ...], clusters: int | None
) -> None:
    if clusters is not None and clusters >= n:
        clusters = n // 2
    _assert_level(n, fixed, broken, weights, clusters, draws=1_000, most=0.042)


def _assert_level(
    n: int, fixed: float, broken: float, weights: tuple[float, ...], clusters: int | None, *, draws: int, most: float
) -> None:
    rng, chosen, true = np.random.default_rng(5), sample(n, clusters), fixed - broken
    too_good = too_bad = 0
    for _ in range(draws):
        gain = rng.choice([1.0, -1.0, 0.0], size=n, p=[fixed, broken, 1 - fixed - broken])
        base = np.where(gain == 1, 0.0, np.where(gain == -1, 1.0, rng.random(n) < 0.75))
        found = difference(gain, base, chosen, rng.choice(weights, size=n))
        assert found.low is not None and found.high is not None
        too_good += found.low > true + 1e-12
        too_bad += found.high < true - 1e-12
    assert too_good / draws <= most and too_bad / draws <= most


def test_intervals_of_a_loss_hold_their_level() -> None:
    """Skewed differences of an unbounded loss."""
    rng, chosen, misses = np.random.default_rng(6), sample(120), 0
    for _ in range(300):
        gain = rng.exponential(0.3, 120) * (rng.random(120) < 0.5) - 0.1
        base = rng.exponential(0.6, 120)
        sides = [mean(each, np.ones(120), float(base.max()), (0, np.inf)) for each in (base, base + gain)]
        found = differences([Pair(sides[0], sides[1], np.ones(120))], chosen, 0.05)[0]
        assert found.low is not None and found.high is not None
        misses += not found.low <= 0.05 <= found.high
    assert misses / 300 <= 0.08


def test_whole_clusters_are_drawn_when_answers_hang_together() -> None:
    gain = np.repeat(np.where(np.arange(20) < 4, 1.0, np.where(np.arange(20) < 8, -1.0, 0.0)), 15)
    alone = difference(gain, np.zeros(300) + (gain < 0), sample(300))
    cache = Weights()
    together = Sample(np.repeat(np.arange(20), 15), cache.rows([f"c{i}" for i in range(20)], 1_000), True)
    clustered = difference(gain, np.zeros(300) + (gain < 0), together)
    assert alone.low is not None and clustered.low is not None and clustered.high is not None and alone.high is not None
    assert clustered.high - clustered.low > 2.5 * (alone.high - alone.low)


def test_one_heavy_example_widens_the_interval() -> None:
    gain, base = np.zeros(200), np.ones(200)
    gain[:10] = -1
    weight = np.ones(200)
    even = difference(gain, base, sample(200), weight)
    weight[0] = 100
    heavy = difference(gain, base, sample(200), weight)
    assert even.low is not None and heavy.low is not None and even.high is not None and heavy.high is not None
    assert heavy.high - heavy.low > 3 * (even.high - even.low)


def test_detectable_and_needed_shrink_with_the_root_of_n() -> None:
    assert smallest_detectable(0.0, -0.02, 0.02, 0.05) == pytest.approx(2 * smallest_detectable(0.0, -0.01, 0.01, 0.05))
    needed = more_needed(0.0, -0.02, 0.02, 300, 0.01, 0.05)
    # half-width 0.02 → the border at 0.01 with power 0.8: 300 · (2 · 2.8016 / 1.96)² = 2,452 in all
    assert needed == pytest.approx(2_452 - 300, abs=2)


def test_needed_is_what_a_simulation_needs() -> None:
    """With as many more examples as it says, about 80 of 100 samples of an equal model pass."""
    rate, margin, n = 0.02, 0.02, 200
    low, high = (float(end) for end in paired_difference(rate * n, rate * n, n, 0.05))
    more = more_needed(0.0, low, high, n, margin, 0.05)
    assert more is not None
    rng = np.random.default_rng(2)
    flips = rng.multinomial(n + more, [rate, rate, 1 - 2 * rate], size=2_000)
    ends, _ = paired_difference(flips[:, 0], flips[:, 1], n + more, 0.05)
    assert 0.72 <= float((ends > -margin).mean()) <= 0.92


def test_needed_says_nothing_where_nothing_is_in_sight() -> None:
    assert more_needed(-0.0, -0.5, 0.5, 0, 0.01, 0.05) is None
    assert more_needed(0.0, -0.02, 0.02, 300, 0.0, 0.05) is None
