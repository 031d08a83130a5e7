"""How each part of a comparison stands by itself: what the gate's verdict and the test cases of a report have in common."""

from __future__ import annotations

from typing import Literal

from regrade.compare.comparison import Comparison, GroupRow, MetricRow, Verdict


def oriented(row: MetricRow) -> tuple[float, float]:
    """Return the interval turned so that higher is better; an end that is not known is infinitely far."""
    low = float("-inf") if row.low is None else row.low
    high = float("inf") if row.high is None else row.high
    return (low, high) if row.higher_is_better else (-high, -low)


def looks_worse(row: GroupRow, primary: MetricRow) -> bool:
    """Whether a protected slice is worse by at least its margin (worse at all, where that is 0), as far as the estimate goes."""
    if row.margin is None or row.delta is None:
        return False
    gain = row.delta if primary.higher_is_better else -row.delta
    return gain < 0 and gain <= -row.margin


def primary_stands(comparison: Comparison) -> Verdict:
    """Return what the primary metric says alone: one model on both sides has the interval [0, 0], and passes at any margin."""
    row = comparison.headline
    if row.delta is None:
        return "not_evaluated" if comparison.verdict == "not_evaluated" else "inconclusive"
    low, high = oriented(row)
    if high < 0:
        return "regression"
    return "pass" if low > -comparison.margin or low == high == 0 else "inconclusive"


def slice_stands(row: GroupRow, comparison: Comparison) -> Verdict:
    """Return what a protected slice says alone: worse by its margin is a regression where that is proven, else open."""
    if row.delta is None:
        return "inconclusive"
    if not looks_worse(row, comparison.headline):
        return "pass"
    return "regression" if row.p_adjusted is not None and row.p_adjusted < comparison.alpha else "inconclusive"


def pinned_stand(comparison: Comparison, policy: Literal["never-regress", "report"]) -> Verdict:
    """Return what the pinned examples say: broken or taken out is a regression; one not right now may have had no answer."""
    if policy == "report":
        return "pass"
    if comparison.pinned_broken or comparison.pinned_gone:
        return "regression"
    unsure = comparison.verdict == "not_evaluated" and comparison.candidate_errors and comparison.pinned.passed < comparison.pinned.total
    return "not_evaluated" if unsure else "pass"
