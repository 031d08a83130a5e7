"""Find numbers whose range jumps at once and stays: another unit, another scale."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from regrade.log.stats.columns import LEAST, LEAST_PARTS, Column
from regrade.log.stats.drafts import Draft, joined, present_term
from regrade.log.stats.fields import TABLE
from regrade.log.stats.parts import Parts

if TYPE_CHECKING:
    from regrade.log.reader import Reader

_STEP = 0.2
"""Share of values above the overall median that changes at least, where a range does."""
_STEPS_WITHIN = 5
"""Standard deviations of that share from part to part."""
_WINDOW = 5
"""Parts before and after, whose mean medians are compared."""


def ranges(reader: Reader, column: Column, parts: Parts, whose: str) -> Iterator[Draft]:
    """Yield the period in which the median is another one; ``whose`` is the column as expressions write it."""
    enough = np.flatnonzero(column.n >= LEAST)
    if len(enough) < max(LEAST_PARTS, 0.8 * len(parts)):
        return
    if sum(column.one[part] is not None for part in enough.tolist()) > 0.1 * len(enough):
        return  # a month, a version: it steps by its nature
    above = column.numbers[enough] / column.n[enough]
    ordered = np.sort(above)
    at = int(np.argmax(np.diff(ordered)))
    is_high = above > (ordered[at] + ordered[at + 1]) / 2
    turns = np.flatnonzero(np.diff(is_high.astype(np.int8))) + 1
    if not 1 <= len(turns) <= 2 or np.diff([0, *turns, len(enough)]).min() < 2:
        return
    within = max(float(above[is_high].std()), float(above[~is_high].std()))
    if above[is_high].mean() - above[~is_high].mean() < max(_STEP, _STEPS_WITHIN * within):
        return
    first, last = int(enough[turns[0]]), int(enough[turns[1] - 1]) if len(turns) == 2 else len(parts) - 1
    inside = f"c BETWEEN {first} AND {last}"
    value = f"CAST(v{column.at} AS DOUBLE)"
    by_part = dict(reader.ask(f"SELECT c, median({value}) FROM {TABLE} WHERE c IS NOT NULL GROUP BY c"))
    medians = np.array([by_part[part] for part in enough.tolist()])
    quantiles = f"quantile_cont({value}, [0.25, 0.5, 0.75])"
    now, before = reader.ask(f"SELECT {quantiles} FILTER ({inside}), {quantiles} FILTER (NOT ({inside})) FROM {TABLE} WHERE c IS NOT NULL")[
        0
    ]
    ratio = now[1] / before[1] if before[1] else 0.0
    if not (ratio >= 1.4 or 0 < ratio <= 1 / 1.4 or abs(now[1] - before[1]) >= max(before[2] - before[0], 1e-12)):
        return
    if not _is_step(medians, turns.tolist(), abs(now[1] - before[1])):
        return
    words = "" if column.field.hidden else f": median {now[1]:,.6g}, {before[1]:,.6g} elsewhere"
    scale = f" ({_times(ratio)})" if ratio >= 1.4 or 0 < ratio <= 1 / 1.4 else ""
    span = parts.term(first, last)
    where = joined(span, present_term(whose, column.field.type)) if span else ""
    what = f"has another range{words}{scale}: another unit?"
    yield Draft(
        "column-range", column.field.name, what, parts.since(first), parts.until(last), where, int(column.n[first : last + 1].sum())
    )


def _is_step(medians: npt.NDArray[np.float64], turns: list[int], step: float) -> bool:
    """Return whether medians of parts change by about ``step`` at the turns, at once, and hardly anywhere else: no drift."""
    ends = [0, *turns, len(medians)]
    for turn in turns:
        if abs(medians[turn : turn + 2].mean() - medians[turn - 2 : turn].mean()) < 0.5 * step:
            return False
    for first, last in pairwise(ends):
        half = (first + last) // 2
        if abs(np.median(medians[half:last]) - np.median(medians[first : max(half, first + 1)])) > 0.3 * step:
            return False
    wide = min(_WINDOW, *np.diff(ends).tolist())
    sums = np.concatenate(([0.0], np.cumsum(medians)))
    borders = np.arange(wide, len(medians) - wide + 1)
    moves = np.abs(sums[borders + wide] - 2 * sums[borders] + sums[borders - wide]) / wide
    apart = np.min([np.abs(borders - turn) for turn in turns], axis=0) >= wide
    return bool((moves[np.isin(borders, turns)] >= 0.7 * step).all() and (moves[apart] < 0.5 * step).all())


def _times(ratio: float) -> str:
    return f"× {ratio:,.3g}" if ratio >= 1 else f"÷ {1 / ratio:,.3g}"
