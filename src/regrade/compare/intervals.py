"""Intervals of one statistic and of a paired difference: the bootstrap, and what keeps it honest where little differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

from regrade.compare.comparison import Estimate
from regrade.compare.sample import Sample
from regrade.compare.score_intervals import normal_quantile, paired_difference, wilson
from regrade.compare.statistics import Floats, Statistic, by_unit, resample

_ENOUGH = 10.0
"""Differing units from which on what was seen tells how large a difference may be."""


@dataclass(frozen=True)
class Pair:
    """One statistic of both sides over the same examples."""

    baseline: Statistic
    candidate: Statistic
    weight: Floats
    """Sampling weight of each example, 0 where it does not count."""
    gain: Floats | None = None
    """Right now minus right before (1, 0, −1) an example, where the statistic is accuracy."""


@dataclass(frozen=True)
class Difference:
    """A paired difference: candidate − baseline."""

    baseline: float | None
    candidate: float | None
    delta: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None
    """Two-sided: the level at which the interval would reach 0, on a normal scale."""


def differences(pairs: Sequence[Pair], sample: Sample, alpha: float, *, identical: bool = False) -> list[Difference]:
    """Return each paired difference with its interval at 1 − ``alpha``.

    ``identical``: both sides are one and the same model, so the difference is 0 and known.
    """
    if identical:
        return [_identical(pair) for pair in pairs]
    drawn = resample([side for pair in pairs for side in (pair.baseline, pair.candidate)], sample.unit_of, sample.weights)
    return [_difference(pair, drawn[2 * i + 1] - drawn[2 * i], sample, alpha) for i, pair in enumerate(pairs)]


def estimate(statistic: Statistic, weight: Floats, sample: Sample, alpha: float, *, is_share: bool) -> Estimate:
    """Return one statistic with its interval: Wilson's for a share of independent examples, else the bootstrap."""
    return estimates([(statistic, weight)], sample, alpha, is_share=is_share)[0]


def estimates(statistics: Sequence[tuple[Statistic, Floats]], sample: Sample, alpha: float, *, is_share: bool) -> list[Estimate]:
    """Return several statistics (each with the sampling weights of its examples) as :func:`estimate` does."""
    by_score = is_share and not sample.clustered
    drawn = [] if by_score else resample([each for each, _ in statistics], sample.unit_of, sample.weights)
    result = []
    for index, (statistic, weight) in enumerate(statistics):
        value, n = statistic.value, int((weight > 0).sum())
        if not np.isfinite(value):
            result.append(Estimate(n=n))
            continue
        if by_score:
            low, high = wilson(value, sample.effective_units(weight), alpha)
        else:
            low, high = _bootstrap(value, drawn[index], statistic.influence(), statistic.reach, weight, sample, alpha)
            low, high = max(low, statistic.bounds[0]), min(high, statistic.bounds[1])
        result.append(Estimate(value=value, low=_outside(low, value, -1), high=_outside(high, value, 1), n=n))
    return result


def _identical(pair: Pair) -> Difference:
    value, n = pair.candidate.value, int((pair.weight > 0).sum())
    if not np.isfinite(value):
        return Difference(None, None, None, None, None, n, None)
    return Difference(value, value, 0.0, 0.0, 0.0, n, 1.0)


def _difference(pair: Pair, drawn: Floats, sample: Sample, alpha: float) -> Difference:
    before, after, n = pair.baseline.value, pair.candidate.value, int((pair.weight > 0).sum())
    if not (np.isfinite(before) and np.isfinite(after)):
        return Difference(_known(before), _known(after), None, None, None, n, None)
    delta = after - before
    if pair.gain is not None and not sample.clustered:
        low, high = _score_interval(pair.weight, pair.gain, sample, alpha)
        inner = _percentiles(drawn, alpha)
        low, high = min(low, inner[0]), max(high, inner[1])
    else:
        influence = pair.candidate.influence() - pair.baseline.influence()
        reach = max(pair.baseline.reach, pair.candidate.reach)
        low, high = _bootstrap(delta, drawn, influence, reach, pair.weight, sample, alpha)
    widest = pair.candidate.bounds[1] - pair.candidate.bounds[0]
    ends = _outside(max(low, -widest), delta, -1), _outside(min(high, widest), delta, 1)
    return Difference(before, after, delta, *ends, n, _p(delta, *ends, alpha))


def _score_interval(weight: Floats, gain: Floats, sample: Sample, alpha: float) -> tuple[float, float]:
    """Return Tango's interval with the weighted shares of fixed and broken, as if of Kish's effective number of examples."""
    n = sample.effective_units(weight)
    if n <= 0:
        return -1.0, 1.0
    fixed, broken = (float(weight[gain == sign].sum() / weight.sum()) * n for sign in (1, -1))
    low, high = paired_difference(fixed, broken, n, alpha)
    return float(low), float(high)


def _bootstrap(
    value: float, drawn: Floats, influence: Floats, reach: float, weight: Floats, sample: Sample, alpha: float
) -> tuple[float, float]:
    """Return the percentile interval around ``value``, widened for few units and for differences that were not seen.

    Few units: distances from ``value`` are stretched by t / z · √(n / (n − 1)) (Hesterberg 2015, The American
    Statistician 69:371–386, section 5). Not seen: z² / (n + z²) of the population may still differ as much as the
    units that do; while few do, as much as any could. Added in quadrature, as Tango's interval does for shares (docs/statistics.md).
    """
    n, z = sample.effective_units(weight), normal_quantile(alpha)
    moved = np.abs(by_unit(influence, sample.unit_of, len(sample.weights)))
    typical = float(moved @ moved / moved.sum()) if moved.any() else 0.0
    few = 1.0 - min(1.0, _effective_count(moved) / _ENOUGH)
    unseen = z * z / (n + z * z) * max(typical * n, reach * few)
    stretch = float(stdtrit(max(n - 1, 1.0), 1 - alpha / 2)) / z * np.sqrt(n / max(n - 1, 0.5))
    low, high = _percentiles(drawn, alpha)
    below, above = max(value - low, 0.0) * stretch, max(high - value, 0.0) * stretch
    return value - float(np.hypot(below, unseen)), value + float(np.hypot(above, unseen))


def _effective_count(moved: Floats) -> float:
    """Return how many units carry the variance, (Σu²)² / Σu⁴: k where k move alike and the rest do not."""
    largest = moved.max(initial=0.0)
    if largest <= 0:
        return 0.0
    squares = (moved / largest) ** 2
    return float(squares.sum() ** 2 / (squares @ squares))


def _percentiles(drawn: Floats, alpha: float) -> tuple[float, float]:
    """Return the percentiles of the resamples in which the statistic is defined."""
    defined = drawn[np.isfinite(drawn)]
    if not len(defined):
        return -np.inf, np.inf
    low, high = np.quantile(defined, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def _p(delta: float, low: float | None, high: float | None, alpha: float) -> float | None:
    if low is None or high is None:
        return None
    reach = (delta - low) if delta > 0 else (high - delta)
    return 1.0 if delta == 0 else float(2 * ndtr(-normal_quantile(alpha) * abs(delta) / reach)) if reach > 0 else 0.0


def _outside(end: float, value: float, side: int) -> float | None:
    """Return an end rounded to what the resamples are good for (six digits), never on the wrong side of ``value``; ``None``: no end."""
    if not np.isfinite(end):
        return None
    rounded = float(f"{end:.6g}")
    return min(rounded, value) if side < 0 else max(rounded, value)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
