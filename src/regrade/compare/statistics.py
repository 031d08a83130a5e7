"""Statistics that can be resampled: ratios of sums over examples, and the area under the ROC curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from regrade.compare.bootstrap import Counts, weighted_sums

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_AUC_BLOCK = 2_000_000
REDRAWN = 400
"""Resamples of a metric that is called anew for each."""
AT_ONCE = 2_000
"""Resamples of a metric that is no function of sums, but computed for all of them at once."""


@dataclass(frozen=True)
class Ratio:
    """A smooth function of weighted sums over examples, the same at any scale of the weights: a mean, an F1, an RMSE.

    Parameters
    ----------
    columns : array (examples, sums)
        What each example adds to each sum, its sampling weight included.
    combine : callable
        Sums of shape (sums, …) to the statistic of shape (…); NaN where it is not defined.
    gradient : callable
        Sums of shape (sums,) to the derivative by each.
    reach : float
        The largest influence, times n, that an example not seen yet may have.
    bounds : tuple
        Between which the statistic lies.
    """

    columns: Floats
    combine: Callable[[Floats], Floats]
    gradient: Callable[[Floats], Floats]
    reach: float
    bounds: tuple[float, float] = (0.0, 1.0)

    @property
    def value(self) -> float:
        """The statistic; NaN where it is not defined."""
        return float(self.combine(self.columns.sum(axis=0)))

    def influence(self) -> Floats:
        """Return how the statistic moves per unit of each example's bootstrap weight (Efron 1982, infinitesimal jackknife)."""
        return self.columns @ self.gradient(self.columns.sum(axis=0))


@dataclass(frozen=True)
class Auc:
    """Area under the ROC curve, ties counted half, examples weighted.

    Parameters
    ----------
    score, positive, weight : array (examples,)
        Score of the positive class; whether the example is of it; sampling weight (0 leaves it out).
    """

    score: Floats
    positive: npt.NDArray[np.bool_]
    weight: Floats
    bounds: tuple[float, float] = (0.0, 1.0)

    @property
    def _sides(self) -> tuple[Indices, Indices, Indices, Indices]:
        """Positives; negatives by score; for each positive how many of these lie below it, and not above it."""
        inside = self.weight > 0
        positives, negatives = np.flatnonzero(self.positive & inside), np.flatnonzero(~self.positive & inside)
        negatives = negatives[np.argsort(self.score[negatives], kind="stable")]
        ordered = self.score[negatives]
        below = np.searchsorted(ordered, self.score[positives], "left")
        return positives, negatives, below, np.searchsorted(ordered, self.score[positives], "right")

    @property
    def value(self) -> float:
        """The area; NaN where one class is absent."""
        ones = np.ones((len(self.weight), 1), np.uint8)
        return float(self.resampled(ones)[0])

    @property
    def reach(self) -> float:
        """The largest influence, times n, that one example may have: 1 / share of the rarer class."""
        total, positive = self.weight.sum(), self.weight[self.positive].sum()
        rarer = min(positive, total - positive)
        return float(total / rarer) if rarer > 0 else float(len(self.weight) + 1)

    def resampled(self, counts: Counts) -> Floats:
        """Return the area in each resample, for counts of shape (examples, resamples): cumulative sums over sorted scores."""
        positives, negatives, below, not_above = self._sides
        result = np.full(counts.shape[1], np.nan)
        step = max(1, _AUC_BLOCK // max(len(self.weight), 1))
        for start in range(0, counts.shape[1], step):
            block = counts[:, start : start + step]
            won = block[positives] * self.weight[positives, None].astype(np.float32)
            lost = np.zeros((len(negatives) + 1, block.shape[1]), np.float32)
            np.cumsum(block[negatives] * self.weight[negatives, None].astype(np.float32), axis=0, out=lost[1:])
            area = np.einsum("ij,ij->j", won, lost[below] + lost[not_above], dtype=np.float64) / 2
            pairs = won.sum(axis=0, dtype=np.float64) * lost[-1]
            np.divide(area, pairs, out=result[start : start + step], where=pairs > 0)
        return result

    def influence(self) -> Floats:
        """Return how the area moves per unit of each example's bootstrap weight: its placement (DeLong and others 1988)."""
        positives, negatives, below, not_above = self._sides
        result = np.zeros(len(self.weight))
        if not len(positives) or not len(negatives):
            return result
        lost = np.concatenate([[0.0], np.cumsum(self.weight[negatives])])
        placed = (lost[below] + lost[not_above]) / 2 / lost[-1]
        won = self.weight[positives]
        area = float(won @ placed / won.sum())
        result[positives] = won * (placed - area) / won.sum()
        order = np.argsort(self.score[positives], kind="stable")
        ordered, heavier = self.score[positives][order], np.concatenate([[0.0], np.cumsum(won[order])])
        at_most = heavier[np.searchsorted(ordered, self.score[negatives], "right")]
        under = heavier[np.searchsorted(ordered, self.score[negatives], "left")]
        above = (heavier[-1] - (at_most + under) / 2) / heavier[-1]
        result[negatives] = self.weight[negatives] * (above - area) / lost[-1]
        return result


@dataclass(frozen=True)
class Measured:
    """A metric that is no function of sums over examples: computed anew for each of the first ``draws`` resamples.

    Parameters
    ----------
    evaluate : callable
        Takes weights (examples, draws), returns the metric for each draw, NaN where it is not defined.
    weight : array (examples,)
        Sampling weight, 0 leaves an example out.
    reach, bounds
        As of :class:`Ratio`.
    """

    evaluate: Callable[[Floats], Floats]
    weight: Floats
    reach: float
    bounds: tuple[float, float] = (0.0, 1.0)
    draws: int = REDRAWN

    @cached_property
    def value(self) -> float:
        """The metric; NaN where it is not defined."""
        return float(self.evaluate(self.weight[:, None])[0])

    @cached_property
    def _drawn(self) -> dict[str, tuple[Floats, Floats]]:
        return {}

    def resampled(self, counts: Counts) -> Floats:
        """Return the metric in each resample, for counts of shape (examples, resamples); NaN past those that are drawn."""
        drawn = counts[:, : self.draws]
        result = np.full(counts.shape[1], np.nan)
        if np.isfinite(self.value):
            result[: drawn.shape[1]] = self.evaluate(drawn * self.weight[:, None])
            self._drawn["last"] = (np.asarray(drawn, np.float64), result[: drawn.shape[1]])
        return result

    def influence(self) -> Floats:
        """Return how the metric moves per unit of each example's bootstrap weight, from the resamples: Cov(count, metric).

        Of Poisson(1) counts the covariance is the derivative to first order (Efron 2014, Journal of the American Statistical
        Association 109:991–1007, section 3).
        """
        if "last" not in self._drawn:
            return np.zeros(len(self.weight))
        counts, values = self._drawn["last"]
        defined = np.isfinite(values)
        if defined.sum() < 2:
            return np.zeros(len(self.weight))
        centred = values[defined] - values[defined].mean()
        return np.asarray(counts[:, defined] @ centred / defined.sum() * (self.weight > 0))


Statistic = Ratio | Auc | Measured


def resample(statistics: Sequence[Statistic], unit_of: Indices, weights: Counts) -> list[Floats]:
    """Return the statistics in each resample, a list of arrays (resamples,).

    Parameters
    ----------
    unit_of : array (examples,)
        Row of ``weights`` for each example: examples of one cluster share one.
    weights : array (units, resamples)
    """
    ratios = [each for each in statistics if isinstance(each, Ratio)]
    sums = np.empty((0, weights.shape[1]))
    if ratios:
        sums = weighted_sums(by_unit(np.hstack([each.columns for each in ratios]), unit_of, len(weights)), weights)
    result, start = [], 0
    for each in statistics:
        if isinstance(each, Ratio):
            stop = start + each.columns.shape[1]
            result.append(each.combine(sums[start:stop]))
            start = stop
        else:
            result.append(each.resampled(weights if _is_identity(unit_of, weights) else weights[unit_of]))
    return result


def by_unit(values: Floats, unit_of: Indices, n_units: int) -> Floats:
    """Return the sums of ``values`` (examples, …) over the examples of each unit, shape (units, …)."""
    if n_units == len(unit_of) and np.array_equal(unit_of, np.arange(n_units)):
        return values
    result = np.zeros((n_units, *values.shape[1:]))
    np.add.at(result, unit_of, values)
    return result


def _is_identity(unit_of: Indices, weights: Counts) -> bool:
    return len(unit_of) == len(weights) and np.array_equal(unit_of, np.arange(len(weights)))
