"""Calibration: does what is said with 80% happen in 80%? A reliability table and the expected calibration error of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from regrade.compare.calibration_rows import Calibration, CalibrationBin, Reliability
from regrade.compare.intervals import Difference, Pair
from regrade.compare.members import Answers, Floats, Mask, Members
from regrade.compare.statistics import Ratio
from regrade.log.results import label_text

if TYPE_CHECKING:
    from regrade.scoring.scored import Scored

BINS = 10


@dataclass(frozen=True)
class Table:
    """Probabilities of one side, in bins of equal mass.

    Parameters
    ----------
    score : array (examples,)
        Probability of what may happen.
    happened : array (examples,)
        1 where it did, else 0.
    weight : array (examples,)
        Sampling weight; 0 leaves an example out.
    """

    score: Floats
    happened: Floats
    weight: Floats

    def bin_of(self, bins: int = BINS) -> npt.NDArray[np.intp]:
        """Return the bin of each example, shape (examples,): each holds the same weight, as far as equal probabilities allow.

        Equal mass as in Nixon and others 2019 (Measuring Calibration in Deep Learning, CVPR Workshops, adaptive calibration
        error); equal probabilities stay together, in the bin where the middle of their weight lies, so that no order of the
        examples matters.
        """
        levels, level_of = np.unique(self.score, return_inverse=True)
        mass = np.bincount(level_of, self.weight, len(levels))
        total = mass.sum()
        middle = np.cumsum(mass) - mass / 2
        at = np.floor(bins * middle / total) if total > 0 else np.zeros(len(levels))
        found: npt.NDArray[np.intp] = np.clip(at, 0, bins - 1).astype(np.intp)[level_of]
        return found

    def error(self, bins: int = BINS) -> Ratio:
        """Return the expected calibration error, Σ_b (w_b / w) · |rate_b − score_b|, as a statistic that can be resampled.

        Guo and others 2017 (On Calibration of Modern Neural Networks, ICML, equation 3), after Naeini, Cooper and Hauskrecht 2015
        (Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI); bins of :meth:`bin_of`, which stay as they are in
        every resample. With few examples it is too large for either side: chance alone moves rates away from probabilities.
        """
        bin_of = self.bin_of(bins)
        inside = (bin_of[:, None] == np.arange(bins)).astype(np.float64)
        gap = self.weight * (self.score - self.happened)

        def combine(sums: Floats) -> Floats:
            total = np.asarray(sums[-1])
            return np.asarray(np.divide(np.abs(sums[:-1]).sum(axis=0), total, out=np.full(total.shape, np.nan), where=total > 0))

        def gradient(sums: Floats) -> Floats:
            if sums[-1] <= 0:
                return np.zeros(bins + 1)
            slope = np.sign(sums[:-1]) / sums[-1]
            return np.append(slope, -np.abs(sums[:-1]).sum() / sums[-1] ** 2)

        return Ratio(np.column_stack([inside * gap[:, None], self.weight]), combine, gradient, reach=1.0)

    def reliability(self, bins: int = BINS) -> Reliability:
        """Return the table, without empty bins, and the error."""
        used = self.weight > 0
        if not used.any():
            return Reliability()
        bin_of, total = self.bin_of(bins), float(self.weight.sum())
        rows = []
        for number in range(bins):
            chosen = used & (bin_of == number)
            if not chosen.any():
                continue
            weight, score = self.weight[chosen], self.score[chosen]
            rows.append(
                CalibrationBin(
                    low=float(score.min()),
                    high=float(score.max()),
                    score=float(weight @ score / weight.sum()),
                    rate=float(weight @ self.happened[chosen] / weight.sum()),
                    n=int(chosen.sum()),
                    weight=float(weight.sum() / total),
                )
            )
        return Reliability(ece=float(self.error(bins).value), bins=rows)


@dataclass(frozen=True)
class Calibrated:
    """The probabilities of both sides over the same examples."""

    of: str
    baseline: Table
    candidate: Table

    def pair(self) -> Pair:
        """Return the calibration error of both sides, to be compared."""
        return Pair(self.baseline.error(), self.candidate.error(), self.baseline.weight)

    def told(self, difference: Difference) -> Calibration:
        """Return what the document says; ``difference`` is that of :meth:`pair`."""
        sides = self.baseline.reliability(), self.candidate.reliability()
        delta, low, high = difference.delta, difference.low, difference.high
        return Calibration(of=self.of, n=difference.n, baseline=sides[0], candidate=sides[1], delta=delta, low=low, high=high)


def calibrated(scored: Scored, members: Members, baseline: Answers, candidate: Answers, positive: str | None) -> Calibrated | None:
    """Return the probabilities of both sides over the members that have one of both; ``None`` where there is none.

    Of the positive class; where there is none, of what each side answers, which is right or not (Guo and others 2017: confidence).
    """
    sides = (baseline, candidate)
    scores = [each.score if positive is not None else _of_answers(scored, each.name, members) for each in sides]
    usable: Mask = members.labelled & np.isfinite(baseline.right) & np.isfinite(candidate.right)
    for score in scores:
        usable &= np.isfinite(score)
    if not usable.any():
        return None
    weight = np.where(usable, members.weight, 0.0)
    wanted = label_text(positive)
    so = np.array([label_text(value) == wanted for value in members.expected], np.float64) if positive is not None else None
    made = [
        Table(np.where(usable, score, 0.0), np.where(usable, each.right if so is None else so, 0.0), weight)
        for score, each in zip(scores, sides, strict=True)
    ]
    return Calibrated(str(wanted or ""), made[0], made[1])


def _of_answers(scored: Scored, name: str, members: Members) -> Floats:
    """Return the probability of what a candidate answers, NaN where it gives none, shape (members,)."""
    given = scored.answers.get(name)
    if not given:
        return np.full(len(members), np.nan)
    found = ((given[row].scores or {}).get(label_text(given[row].prediction) or "", np.nan) for row in members.rows.tolist())
    return np.fromiter(found, np.float64, len(members))
