"""Sum the periods of a log up to a few spans that a person can look over; and find times that lie far off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from regrade.log.facet_bins import next_span, span_unit, span_words
from regrade.log.stats.axis import Axis
from regrade.log.stats.drafts import Draft
from regrade.log.stats.result import Day
from regrade.log.stats.series import Series
from regrade.log.stats.sway import Ints

_STRAY = 0.001
"""Share of predictions at either end whose times do not decide what the spans are."""
_FAR = timedelta(days=365)


def days_of(axis: Axis, counted: Series) -> tuple[str, tuple[Day, ...]]:
    """Return what each span is (hour … year, part), and the spans in order, empty ones between them too."""
    rows = np.stack([counted.n, counted.known, counted.failures, counted.n - counted.outcomes], axis=1).tolist()
    at = counted.at.tolist()
    if axis.name is None:
        return "part", tuple(Day(axis.since(each), *row) for each, row in zip(at, rows, strict=True))
    if not at:
        return axis.unit, ()
    first, last = _core(counted.at, counted.n)
    unit = span_unit((axis.begin(last + 1) - axis.begin(first)) / timedelta(days=1) - 1e-6)
    summed: dict[datetime, list[int]] = {}
    span = _begin(axis.begin(first), unit)
    while span <= axis.begin(last):
        summed[span] = [0, 0, 0, 0]
        span = next_span(span, unit)
    for each, row in zip(at, rows, strict=True):
        into = summed.setdefault(_begin(axis.begin(each), unit), [0, 0, 0, 0])
        for place, count in enumerate(row):
            into[place] += count
    return unit, tuple(Day(span_words(begin, unit), *row) for begin, row in sorted(summed.items()))


def far_off(axis: Axis, counted: Series, column: str) -> Iterator[Draft]:
    """Yield the few predictions whose times lie years before or after all others, and those without a time."""
    if axis.name is None:
        return
    if counted.undated[0]:
        what = "has no time, or none that a calendar has: left out of everything by day"
        yield Draft("time-missing", column, what, None, None, axis.undated, counted.undated[0])
    if not len(counted.at):
        return
    first, last = _core(counted.at, counted.n)
    reach = max(_FAR, axis.begin(last) - axis.begin(first))
    for side, far in (
        ("before", counted.at[[axis.begin(each) < axis.begin(first) - reach for each in counted.at.tolist()]]),
        ("after", counted.at[[axis.begin(each) > axis.begin(last) + reach for each in counted.at.tolist()]]),
    ):
        if len(far):
            begin, end = int(far[0]), int(far[-1])
            n = int(counted.n[np.isin(counted.at, far)].sum())
            where = axis.term(None, end) if side == "before" else axis.term(begin, None)
            yield Draft("time-far-off", column, f"lies far {side} all others", axis.since(begin), axis.until(end), where, n)


def _core(at: Ints, n: Ints) -> tuple[int, int]:
    """Return the first and last period without the strays."""
    total = int(n.sum())
    before = np.cumsum(n)
    first = int(np.searchsorted(before, total * _STRAY, side="right"))
    last = int(np.searchsorted(before, total * (1 - _STRAY), side="left"))
    return int(at[min(first, len(at) - 1)]), int(at[min(last, len(at) - 1)])


def _begin(at: datetime, unit: str) -> datetime:
    """Return when the span begins that ``at`` lies in."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "day":
        return day
    month = {"month": at.month, "quarter": at.month - (at.month - 1) % 3, "year": 1}[unit]
    return day.replace(month=month, day=1)
