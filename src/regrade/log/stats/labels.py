"""Find periods in which outcomes, answers or results are all alike: a broken feed, not a bad model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regrade.log.facet_terms import value_term
from regrade.log.results import label_text
from regrade.log.stats.axis import Axis
from regrade.log.stats.chance import Kind, Run, find_runs
from regrade.log.stats.drafts import Draft, joined, present_term
from regrade.log.stats.series import Series, Values, widened
from regrade.log.stats.sway import Ints

_LEAST_WIDE = 4
"""Fewer long periods (days) are too few to compare one with the others."""
_LEAST_PER_PERIOD = 10
"""Fewer cases in a short period (hour), on average, say nothing that its day does not."""


@dataclass(frozen=True)
class Labelled:
    """A column of outcomes or answers: its name in words and in expressions, its type, and what was counted."""

    role: str
    column: str
    spelled: str
    kind: str
    values: Values
    term: str = ""
    """Which predictions, where not all (those of one model)."""
    whose: str = ""
    """The same in words."""


@dataclass(frozen=True)
class Period:
    """A run, by its periods on the axis."""

    run: Run[Any]
    first: int
    last: int
    starts: bool
    """Is there no case before?"""
    ends: bool
    """Is there none after?"""


def search(axis: Axis, at: Ints, n: Ints, counts: Mapping[Any, Ints], kinds: Sequence[Kind] = ("all", "none")) -> list[Period]:
    """Return the broken periods: of days, then of hours that lie in none of those."""
    cases = n > 0
    if not cases.any() or not counts:
        return []
    scales: list[tuple[Ints, list[Ints], Ints | None, int]] = []
    days, summed = widened([n, *counts.values()], at, axis.wide)
    if axis.wide > 1:
        summed = [np.where(_is_whole(at[cases] // axis.wide, days), each, 0) for each in summed]
        if (summed[0] > 0).sum() >= _LEAST_WIDE:
            scales.append((days, summed, None, axis.wide))
        if n.sum() >= _LEAST_PER_PERIOD * cases.sum() or not scales:
            scales.append((at, [n, *counts.values()], at // axis.wide if scales else None, 1))
    else:
        scales.append((at, [n, *counts.values()], None, 1))
    first_case, last_case = at[cases][0], at[cases][-1]
    found: list[Period] = []
    for numbers, (cases_of, *each), blocks, wide in scales:
        for run in find_runs(cases_of, dict(zip(counts, each, strict=True)), kinds=kinds, blocks=blocks, tests=len(scales)):
            first, last = int(numbers[run.first]) * wide, int(numbers[run.last]) * wide + wide - 1
            if any(first <= other.last and last >= other.first for other in found):
                continue
            found.append(Period(run, first, last, first <= first_case, last >= last_case))
    return found


def _is_whole(busy: Ints, days: Ints) -> npt.NDArray[np.bool_]:
    """Return which days are like the others, shape (n_days,): not those of a few hours, where mornings would pass for days.

    ``busy``, shape (n_hours,), is the day of each hour that has a case.
    """
    hours = np.bincount(np.searchsorted(days, busy), minlength=len(days))
    usual = np.median(hours[hours > 0])
    least = np.full(len(days), 0.5 * usual)
    least[[0, -1]] = 0.75 * usual
    return hours >= least


def missing_outcomes(axis: Axis, counted: Series, column: str, missing: str) -> Iterator[Draft]:
    """Yield the periods in which no prediction has an outcome; ``missing`` is the expression that one has none."""
    for period in search(axis, counted.at, counted.n, {None: counted.n - counted.outcomes}, ("all",)):
        n, rate = period.run.n, period.run.rate
        if period.ends:
            what = f"none of {n:,} predictions has an outcome ({rate:.1%} lack one before): not there yet, or the feed has stopped"
        else:
            what = f"none of {n:,} predictions has an outcome ({rate:.1%} lack one elsewhere): lost, or never joined?"
        code = "outcome-waiting" if period.ends else "outcome-missing"
        yield _draft(axis, period, code, column, what, [missing])


def results(axis: Axis, counted: Series) -> Iterator[Draft]:
    """Yield the periods in which all predictions are wrong, or all right."""
    for period in search(axis, counted.at, counted.known, {"wrong": counted.failures}):
        n, rate = period.run.n, period.run.rate
        if period.run.kind == "all":
            what = f"all {n:,} predictions are wrong ({rate:.1%} elsewhere): outcomes spelled otherwise, or joined to the wrong rows?"
            yield _draft(axis, period, "result-all-wrong", "result", what, ["result = 'wrong'"])
        else:
            what = f"all {n:,} predictions are right ({rate:.1%} wrong elsewhere): outcomes copied from the answers?"
            yield _draft(axis, period, "result-all-right", "result", what, ["result = 'right'"])


def labels(axis: Axis, at: Ints, labelled: Labelled) -> Iterator[Draft]:
    """Yield the periods in which one class takes all or is gone, and the classes that come late."""
    values = labelled.values
    kinds: tuple[Kind, ...] = ("all", "none") if values.classes else ("all",)
    counts = values.counts
    if values.classes and len(counts) == 1:
        return
    for period in search(axis, at, values.n, counts, kinds):
        yield _said(axis, at, period, labelled)


def _said(axis: Axis, at: Ints, period: Period, labelled: Labelled) -> Draft:
    run, role, values = period.run, labelled.role, labelled.values
    words, term = _words(run.value), value_term(labelled.spelled, run.value, labelled.kind) if values.classes else ""
    present = present_term(labelled.spelled, labelled.kind)
    things = "outcomes" if role == "outcome" else "answers"
    blame = {"outcome": "a broken feed, not a bad model?", "prediction": "a broken model, or a default?"}[role]
    only = [labelled.term] if labelled.term else []
    if run.kind == "all":
        share = f"{run.rate:.1%} elsewhere"
        if len(values.counts) == 2 and values.classes:
            share = f"{1 - run.rate:.1%} {_words(next(each for each in values.counts if each != run.value))} elsewhere"
        what = f"all {run.n:,} {things}{labelled.whose} are {words} ({share}): {blame}"
        code = f"{role}-one-class" if values.classes else f"{role}-constant"
        return _draft(axis, period, code, labelled.column, what, [*only, present])
    if period.starts:
        since = axis.since(int(at[values.counts[run.value] > 0][0]))
        what = f"{words} first occurs then: none of the {run.n:,} {things}{labelled.whose} before, {run.rate:.1%} since"
        return Draft(f"{role}-new-class", labelled.column, what, since, None, joined(*only, term), int(values.counts[run.value].sum()))
    if period.ends:
        what = f"{words} no longer occurs: none of the {run.n:,} {things}{labelled.whose} since, {run.rate:.1%} before"
        return _draft(axis, period, f"{role}-no-class", labelled.column, what, [*only, present])
    what = f"none of the {run.n:,} {things}{labelled.whose} is {words} ({run.rate:.1%} elsewhere): {blame}"
    return _draft(axis, period, f"{role}-no-class", labelled.column, what, [*only, present])


def _draft(axis: Axis, period: Period, code: str, column: str, what: str, terms: Sequence[str]) -> Draft:
    since, until = axis.since(period.first), None if period.ends else axis.until(period.last)
    span = axis.term(None if period.starts else period.first, None if period.ends else period.last)
    where = joined(span, *terms) if span else ""
    return Draft(code, column, what, since, until, where, period.run.n, period)


def _words(value: Any) -> str:
    """A class as people read it; what is long is cut, and text that could be taken for a word of the sentence is quoted."""
    text = label_text(value) or ""
    if not isinstance(value, str):
        return text
    cut = text if len(text) <= 40 else f"{text[:39]}…"
    return cut if cut and cut.replace("_", "").replace("-", "").isalnum() else repr(cut)


def beside(drafts: Sequence[Draft]) -> list[Draft]:
    """Leave out what an earlier draft explains: results that are alike where outcomes or answers are."""
    kept: list[Draft] = []
    for draft in drafts:
        mine = draft.period
        if mine is None or not any(
            other.period is not None and other.period.first <= mine.last and mine.first <= other.period.last for other in kept
        ):
            kept.append(draft)
    return kept
