"""Compute how every candidate does on every slice, and how it errs, on the sampled examples."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from regrade.compare.calibration import calibrated
from regrade.compare.columns import example_table
from regrade.compare.judge import slice_masks
from regrade.compare.look import EVERYTHING, CandidateLook, Cell, Confused, Look, ResidualBin, ScoreBin
from regrade.compare.members import Answers, Mask, Members, answers, members
from regrade.compare.metrics import has_metric, loss_range, statistic
from regrade.config import Config
from regrade.log.results import label_text
from regrade.scoring.metric_list import find
from regrade.scoring.scored import Scored

MOST_CLASSES, MOST_KEYS, BINS = 12, 100, 20
_RESIDUALS = 12
"""At most so many bins of errors between the 5th and the 95th percentile, or one more."""


def look(scored: Scored, config: Config) -> Look:
    """Return how each scored candidate does on each slice of ``config``, by each metric that it shows, and how it errs.

    Estimates for production: of the sampled examples that the candidate answered, weighted. Slices are conditions on the examples;
    candidates whose answers they name must have been scored.

    Raises
    ------
    ExpressionError
        A slice does not fit the examples.
    """
    every = members(scored)
    given = {name: answers(scored, name, every, config) for name in scored.outputs}
    masks = slice_masks(config.slices, example_table(scored, every, given)) if config.slices else {}
    sampled = every.sampled & every.labelled
    rows: dict[str, Mask] = {EVERYTHING: np.ones(len(every), bool)} | masks
    names = sorted(config.shown_metrics, key=lambda name: name != config.primary_metric)
    positive = config.task.positive
    return Look(
        version=scored.version,
        champion=config.champion,
        metrics={name: find(name, config).better for name in names},
        slices=list(rows),
        candidates=[_candidate(scored, every.take(sampled), side.take(sampled), config) for side in given.values()],
        cells={
            metric: {
                row: {name: _cell(metric, every, side, mask & sampled, positive) for name, side in given.items()}
                for row, mask in rows.items()
            }
            for metric in names
        },
        n_sampled=int(sampled.sum()),
    )


def _cell(metric: str, every: Members, side: Answers, inside: Mask, positive: str | None) -> Cell:
    inside = inside & has_metric(metric, every, side, positive)
    if not inside.any():
        return Cell(value=None, n=0)
    value = float(statistic(metric, every, side, inside, positive, loss_range(metric, inside, side)).value)
    return Cell(value=value if np.isfinite(value) else None, n=int(inside.sum()))


def _candidate(scored: Scored, sampled: Members, side: Answers, config: Config) -> CandidateLook:
    declared = config.candidates.get(side.name)
    beliefs = calibrated(scored, sampled, side, side, config.task.positive)
    return CandidateLook(
        name=side.name,
        confusion=_confusion(sampled, side) if config.task.kind == "classification" else [],
        residuals=_residuals(sampled, side) if config.task.kind == "regression" else [],
        n=int((~side.failed).sum()),
        error=side.run_error or "",
        scores=_score_bins(sampled, side, config.task.positive),
        reliability=beliefs.baseline.reliability() if beliefs is not None else CandidateLook(name="").reliability,
        threshold=getattr(declared, "threshold", None),
    )


def _confusion(sampled: Members, side: Answers) -> list[Confused]:
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in np.flatnonzero(~side.failed).tolist():
        found[label_text(sampled.expected[row]) or "", label_text(side.prediction[row]) or ""].append(row)
    if len({label for pair in found for label in pair}) > MOST_CLASSES:
        return []
    total = float(sampled.weight.sum()) or 1.0
    return [
        Confused(
            expected=expected,
            predicted=predicted,
            n=len(rows),
            share=float(sampled.weight[rows].sum()) / total,
            keys=[str(key) for key in sampled.keys[rows[:MOST_KEYS]]],
        )
        for (expected, predicted), rows in sorted(found.items())
    ]


def _residuals(sampled: Members, side: Answers) -> list[ResidualBin]:
    """Return the errors in bins whose bounds are multiples of 1, 2 or 5; the outer ones are open."""
    errors = side.losses["signed_error"] if "signed_error" in side.losses else np.full(len(sampled), np.nan)
    there = np.flatnonzero(np.isfinite(errors))
    if not len(there):
        return []
    low, high = np.quantile(errors[there], [0.05, 0.95])
    wide = float(high - low) or abs(float(high)) or 1.0
    power = 10.0 ** math.floor(math.log10(wide / _RESIDUALS))
    step = next(each * power for each in (1, 2, 5, 10) if each * power * _RESIDUALS >= wide * 0.999)
    first, last = (math.floor(float(each) / step) for each in (low, high))
    at = np.clip(np.floor(errors[there] / step), first, last).astype(np.intp)
    digits, total = max(0, -math.floor(math.log10(step))), float(sampled.weight.sum()) or 1.0
    found = []
    for place in range(first, last + 1):
        rows = there[at == place]
        found.append(
            ResidualBin(
                low=None if place == first else round(place * step, digits),
                high=None if place == last else round((place + 1) * step, digits),
                n=len(rows),
                wrong=int((side.right[rows] == 0).sum()),
                share=float(sampled.weight[rows].sum()) / total,
                keys=[str(key) for key in sampled.keys[rows[:MOST_KEYS]]],
            )
        )
    return found


def _score_bins(sampled: Members, side: Answers, positive: str | None) -> list[ScoreBin]:
    usable = np.isfinite(side.score) & (side.score >= 0) & (side.score <= 1)
    if positive is None or not usable.any():
        return []
    at = np.minimum((side.score[usable] * BINS).astype(np.intp), BINS - 1)
    wanted = label_text(positive)
    hit = np.array([label_text(value) == wanted for value in sampled.expected[usable]], bool)
    n, positives = np.bincount(at, minlength=BINS), np.bincount(at[hit], minlength=BINS)
    return [ScoreBin(low=each / BINS, high=(each + 1) / BINS, n=int(n[each]), positive=int(positives[each])) for each in range(BINS)]
