"""The statistics against worlds whose truth is known: populations, samples of them, and models that flip as often as we say.

The short forms run with every test; `make soak` runs thousands of experiments.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.compare import compare, decompose
from regrade.compare.bootstrap import Weights
from regrade.compare.comparison import MetricRow
from regrade.compare.gate import Evidence, judge
from regrade.compare.intervals import Difference, Pair, differences
from regrade.compare.metrics import mean
from regrade.compare.sample import Sample
from tests.unit.compare.worlds import config, flights, flipped, world

_DRAWN = Weights()
"""Bootstrap weights of the units of all experiments: an experiment is a new sample, not new weights."""


def units(n: int, clusters: int | None = None, resamples: int = 1_000) -> Sample:
    """Return ``n`` examples, in so many clusters of one size."""
    rows = _DRAWN.rows([f"u{i}" for i in range(clusters or n)], resamples)
    return Sample(np.arange(n) % (clusters or n), rows, clusters is not None)


def bootstrapped(gain: np.ndarray, weight: np.ndarray, drawn: Sample) -> Difference:
    """Return the paired difference of a loss, by the weighted bootstrap alone."""
    zero, reach = mean(np.zeros(len(gain)), weight, float(np.ptp(gain)), (-np.inf, np.inf)), float(np.ptp(gain))
    return differences([Pair(zero, mean(gain, weight, reach, (-np.inf, np.inf)), weight)], drawn, 0.05)[0]


# --- coverage ---


def covered(experiments: int, n: int, shape: str) -> tuple[float, float]:
    """Return how often the interval holds the truth, and the mean estimate less the truth, in standard errors of that mean.

    Each experiment samples a population of two strata, the rarer one five times as often, and weighs by the inverse of it.
    """
    rng, drawn = np.random.default_rng(6), units(n)
    inside, errors = 0, []
    for _ in range(experiments):
        rare = rng.random(n) < 0.5  # half of the sample; 1 in 6 of the population
        level = {"normal": rng.normal(0.0, 0.3, n), "mixed": rng.choice([-1.0, 0.0, 1.0], n, p=[0.2, 0.6, 0.2])}[shape]
        found = bootstrapped(level + np.where(rare, 0.2, -0.05), np.where(rare, 1.0, 5.0), drawn)
        true = (0.2 * 1.0 + -0.05 * 5.0) / 6.0
        assert found.low is not None and found.high is not None and found.delta is not None
        inside += found.low <= true <= found.high
        errors.append(found.delta - true)
    return inside / experiments, float(np.mean(errors) / (np.std(errors) / np.sqrt(experiments)))


def test_weighted_intervals_cover_and_the_weighted_estimate_is_unbiased() -> None:
    share, off = covered(300, 200, "mixed")
    assert 0.91 <= share <= 0.99 and abs(off) < 3.5  # 3.2 standard errors around 95%


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("shape", ["normal", "mixed"])
@pytest.mark.parametrize("n", [200, 500])
def test_weighted_intervals_cover_95_percent(n: int, shape: str) -> None:
    share, off = covered(4_000, n, shape)
    assert abs(share - 0.95) <= 0.015, share
    assert abs(off) < 3.5, off


def clustered(experiments: int, clusters: int = 40, size: int = 10) -> tuple[float, float]:
    """Return how often whole clusters cover, and how often single examples do, where answers of one cluster hang together."""
    rng, n = np.random.default_rng(8), clusters * size
    whole, alone, inside = units(n, clusters), units(n), [0, 0]
    for _ in range(experiments):
        gain = rng.normal(0.0, 0.3, clusters)[np.arange(n) % clusters] + rng.normal(0.0, 0.2, n)
        for at, drawn in enumerate((whole, alone)):
            found = bootstrapped(gain, np.ones(n), drawn)
            assert found.low is not None and found.high is not None
            inside[at] += found.low <= 0 <= found.high
    return inside[0] / experiments, inside[1] / experiments


def test_clusters_cover_where_single_examples_do_not() -> None:
    whole, alone = clustered(150)
    assert whole >= 0.90 and alone <= 0.70


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_clusters_cover_95_percent_where_single_examples_do_not() -> None:
    whole, alone = clustered(2_000)
    assert abs(whole - 0.95) <= 0.015 and alone <= 0.65, (whole, alone)


# --- verdicts ---


def verdicts(experiments: int, n: int, flips: float, seed: int = 3) -> dict[str, int]:
    """Return the verdicts on pairs that do not differ in production: each breaks as often as it fixes."""
    rng, counts = np.random.default_rng(seed), dict.fromkeys(("pass", "inconclusive", "regression", "not_evaluated"), 0)
    chosen = config(resamples=1_000)
    for _ in range(experiments):
        truth = np.full(n, "late", object)
        kind = rng.random(n)
        prod = np.where(kind < flips / 2, "on_time", np.where(kind < 0.2, "late", np.where(kind < 0.35, "on_time", "late"))).astype(object)
        new = np.where(kind < flips / 2, "late", np.where(kind > 1 - flips / 2, "on_time", prod)).astype(object)
        counts[compare(world(truth, {"prod": prod, "new": new}), "prod", "new", chosen, cache=_DRAWN).verdict] += 1
    return counts


def test_a_regression_is_rarely_said_where_there_is_none() -> None:
    """The interval and the rule alone, on 200 pairs; `make soak` has whole comparisons."""
    rng, n, said = np.random.default_rng(3), 200, 0
    drawn = units(n)
    for _ in range(200):
        gain = rng.choice([1.0, -1.0, 0.0], size=n, p=[0.1, 0.1, 0.8])
        sides = [mean(each, np.ones(n), 1.0, (0, 1)) for each in (gain < 0, (gain > 0) + (gain == 0) * 0.0)]
        found = differences([Pair(sides[0], sides[1], np.ones(n), gain)], drawn, 0.05)[0]
        row = MetricRow(baseline=found.baseline, candidate=found.candidate, delta=found.delta, low=found.low, high=found.high, n=n)
        rests_on = Evidence(primary=row, sampled=n, compared=n, unlabelled=0, identical=False, failed=0, errors={})
        said += judge(rests_on, config()).verdict == "regression"
    assert 1 <= said <= 10  # at most alpha; 5 are expected


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("n", "flips"), [(100, 0.1), (300, 0.2), (1_000, 0.1)])
def test_a_regression_is_said_of_null_pairs_in_at_most_alpha(n: int, flips: float) -> None:
    counts = verdicts(1_000, n, flips)
    assert counts["regression"] <= 50, counts


@pytest.mark.parametrize(("n_sampled", "n_known"), [(60, 300), (300, 60)])
def test_nobody_passes_who_is_worse_whatever_the_mix(n_sampled: int, n_known: int) -> None:
    _never_pass(5, n_sampled, n_known)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("n_sampled", "n_known"), [(30, 300), (60, 300), (150, 150), (300, 60), (1_000, 100)])
def test_nobody_passes_who_is_worse_in_many_draws(n_sampled: int, n_known: int) -> None:
    _never_pass(300, n_sampled, n_known)


def _never_pass(draws: int, n_sampled: int, n_known: int) -> None:
    rng, chosen = np.random.default_rng(n_sampled), config(resamples=500)
    n = n_sampled + n_known
    sampled = np.arange(n) < n_sampled
    for _ in range(draws):
        truth, champion = flights(rng, n)
        champion = np.where(sampled, champion, flipped(truth, ~sampled)).astype(object)
        worse = {
            "coin": rng.choice(np.array(["late", "on_time"], object), n),
            "inverted": flipped(champion, np.ones(n, bool)),
            "degraded": flipped(champion, rng.random(n) < 0.35),
        }
        made = world(truth, {"prod": champion, **worse}, sampled=sampled, known=~sampled, mode=np.where(sampled, None, "a mode"))
        for name in worse:
            assert compare(made, "prod", name, chosen, cache=_DRAWN).verdict != "pass", name


# --- the change of score, taken apart ---

LEVELS = st.one_of(st.floats(-1e15, 1e15), st.floats(0, 1), st.floats(-1e-300, 1e-300))


@given(LEVELS, LEVELS, LEVELS)
def test_effects_add_up_to_the_last_bit(first: float, between: float, last: float) -> None:
    found = decompose(first, between, last)
    assert found.model is not None and found.evalset is not None and found.whole is not None
    assert found.model + found.evalset == found.evalset + found.model == found.whole
    assert Fraction(found.model) + Fraction(found.evalset) == Fraction(found.whole)
    largest = max(map(abs, (first, between, last)))
    assert abs(Fraction(found.whole) - (Fraction(last) - Fraction(first))) <= Fraction(largest) * Fraction(2) ** -48 + Fraction(2) ** -1070
