"""What a comparison says in a few words: the same in a comment on a pull request, in test cases and in annotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from regrade.compare.comparison import Comparison, Effects, GroupRow, Money, Passed
from regrade.compare.standing import slice_stands
from regrade.compare.wording import amount, counted, difference, level, rough, unit
from regrade.compare.wording import money as in_money

GLYPHS = {"pass": "✓", "inconclusive": "?", "regression": "✗", "not_evaluated": "⚠"}
VERDICTS = {"pass": "pass", "inconclusive": "inconclusive", "regression": "regression", "not_evaluated": "not evaluated"}


class Moved(NamedTuple):
    """A failure mode by its known failures: how many are wrong under either side."""

    name: str
    before: int
    after: int
    reopened: bool


def headline(comparison: Comparison) -> str:
    """Return the production estimate: ``accuracy 77.3% → 79.0%: +1.7 points [−1.1, +4.5]``."""
    row, name = comparison.headline, comparison.primary
    if row.delta is None:
        needs = "there is no sampled example with an answer of both sides" if comparison.errors else "`regrade sample 200` gives one"
        return f"no production estimate: {needs}"
    told = difference(name, row.delta, row.low, row.high)
    return f"{name} {level(name, row.baseline)} → {level(name, row.candidate)}: {told}"


def basis(comparison: Comparison) -> str:
    """Return what the estimate rests on: examples, level, margin."""
    margin = f"{amount(comparison.primary, comparison.margin).lstrip('+')} {unit(comparison.primary)}".rstrip()
    return f"{counted(comparison.headline.n, 'sampled example')}, {1 - comparison.alpha:.0%} interval, margin {margin}"


def moved_modes(rows: Sequence[GroupRow]) -> list[Moved]:
    """Return the failure modes in which something flipped: reopened ones first, then the largest change."""
    moved = [Moved(row.name, row.n - row.now_right + row.fixed - row.broken, row.n - row.now_right, row.reopened) for row in rows]
    flipped = [each for each, row in zip(moved, rows, strict=True) if row.fixed or row.broken]
    return sorted(flipped, key=lambda each: (not each.reopened, -abs(each.before - each.after), each.name))


def passed_words(given: Passed) -> str:
    """Return ``3 of 40``, of those that have an answer; how many have none is said."""
    if not given.unanswered:
        return f"{given.passed:,} of {given.total:,}"
    return f"{given.passed:,} of {given.answered:,} answered ones ({given.unanswered:,} without an answer)"


def known_words(comparison: Comparison) -> str:
    """Return what became of the known failures."""
    fixed, broken = (sum(getattr(row, flip) for row in comparison.modes) for flip in ("fixed", "broken"))
    right = f"{passed_words(comparison.known)} right now"
    return f"{right} (by mode: {fixed:,} fixed, {broken:,} broken)" if comparison.modes else right


def protected(comparison: Comparison) -> list[GroupRow]:
    """Return the slices that the gate protects, those in trouble first."""
    order = ["regression", "not_evaluated", "inconclusive", "pass"]
    rows = [row for row in comparison.slices if row.margin is not None]
    return sorted(rows, key=lambda row: order.index(slice_stands(row, comparison)))


def slice_words(row: GroupRow, comparison: Comparison) -> str:
    """Return a slice's difference, its margin where it is protected, and what it rests on."""
    name = comparison.primary
    if row.delta is None:
        return "no sampled example that both sides answered"
    margin = "" if row.margin is None else f", margin {amount(name, row.margin).lstrip('+')}"
    return f"{difference(name, row.delta, row.low, row.high)}{margin}, n {row.n:,}"


def money_words(money: Money) -> str:
    """Return what the difference is worth, a month where the traffic is known."""
    shown, per = (money.per_month, "a month") if money.per_month is not None else (money.per_1000, "per 1,000 predictions")
    if shown.value is None:
        return "no production estimate"
    interval = "" if shown.low is None or shown.high is None else f" [{in_money(shown.low)}, {in_money(shown.high)}]"
    return f"{in_money(shown.value)} {money.currency} {per}{interval}"


def effects_words(name: str, effects: Effects) -> str:
    """Return the change of score taken apart; nothing where the eval set is one and the same."""
    if effects.model is None or not effects.evalset:
        return ""
    told = f"{amount(name, effects.model)} by the model, {amount(name, effects.evalset)} by the eval set"
    return f"{told}: {amount(name, effects.whole)} {unit(name)}".rstrip()


def settles(comparison: Comparison) -> str:
    """Return what it would take to settle an open verdict; nothing where it is settled."""
    if comparison.verdict != "inconclusive":
        return ""
    if comparison.needed:
        return f"about {rough(comparison.needed):,} more sampled examples"
    if comparison.population is not None:
        return f"this log cannot settle it: it has {counted(comparison.population, 'prediction')}, and more than all of them are needed"
    if comparison.n_waiting:
        return counted(comparison.n_waiting, "label of a sampled example", "labels of sampled examples")
    if comparison.headline.delta is None:
        return "a sample: `regrade sample 200`"
    return "more sampled examples than can be told: the difference lies near the margin"
