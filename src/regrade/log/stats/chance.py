"""Find periods in which a share is all or nothing although chance, and the days' own ups and downs, would never make it so."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from regrade.log.stats.sway import Ints, sway_of

Kind = Literal["all", "none"]
Value = TypeVar("Value", bound=Hashable)

FALSE_ALARMS = 0.002
"""Probability of any alarm in a series that is not broken; a log has a handful of series."""
_LEAST_REST = 50
"""So many cases outside a period are the least that it can be compared with, in at least ``_LEAST_PERIODS`` periods."""
_LEAST_PERIODS = 3
_MOST_FOUND = 20
_USUAL = 2
"""Other runs of periods that are all alike, from which on that is taken for what this log does."""


@dataclass(frozen=True)
class Run(Generic[Value]):
    """Periods in a row in which one value takes all cases, or none.

    Attributes
    ----------
    first, last : int
        Positions in the series, both inclusive; periods without a case in between do not count.
    n : int
        Cases in them.
    rate : float
        Share of the value in all other periods.
    log_p : float
        Natural logarithm of the probability of it, were the run like the rest.
    draws : int
        So many swings of the rate it lasts.
    """

    value: Value
    kind: Kind
    first: int
    last: int
    n: int
    rate: float
    log_p: float
    draws: int


def find_runs(
    n: Ints,
    counts: Mapping[Value, Ints],
    *,
    kinds: Sequence[Kind] = ("all", "none"),
    blocks: Ints | None = None,
    slack: float = 0.0,
    tests: int = 1,
) -> list[Run[Value]]:
    """Return the periods that are broken, the least probable first; what one takes is no part of the next.

    A run of periods is reported where the probability that it is all ``value`` (or none) is below :data:`FALSE_ALARMS`, divided by
    the number of runs that could begin (Bonferroni); how probable it is, sway.py says.

    Parameters
    ----------
    n : ndarray of int64, shape (n_periods,)
        Cases in each period, in order of time.
    counts : mapping of value → ndarray of int64, shape (n_periods,)
        How many of them have the value.
    blocks : ndarray of int64, shape (n_periods,), optional
        Periods of one block (the hours of a day) share one rate; default: each period is a block.
    slack : float, default 0
        A period in which all but this share has the value counts as all (in which at most this share has it, as none).
    tests : int, default 1
        How many such searches are made of one series.
    """
    blocks = np.arange(len(n)) if blocks is None else blocks
    events = len(kinds) if len(counts) == 2 else len(counts) * len(kinds)  # all of one of two is none of the other
    limit = math.log(FALSE_ALARMS / max(1, int((n > 0).sum()) * events * tests))
    taken = np.zeros(len(n), dtype=np.bool_)
    found: list[Run[Value]] = []
    while len(found) < _MOST_FOUND:
        best: Run[Value] | None = None
        for kind in kinds:
            for value, x in counts.items():
                run = _best(value, x if kind == "all" else n - x, n, taken, kind, blocks, slack, min(limit, best.log_p if best else 0.0))
                best = run or best
        if best is None:
            break
        found.append(best)
        taken[best.first : best.last + 1] = True
    return [run for run in found if not _is_usual(run, counts[run.value], n, taken, slack, limit)]


def _is_usual(run: Run[Value], x: Ints, n: Ints, taken: npt.NDArray[np.bool_], slack: float, limit: float) -> bool:
    """Return whether periods like those of the run come up elsewhere too, in none of the runs that were found: no accident then.

    If so, the share of such periods (among those with half as many cases, at least) is the chance of each of the run's draws.
    """
    inside = np.zeros(len(n), dtype=np.bool_)
    inside[run.first : run.last + 1] = n[run.first : run.last + 1] > 0
    alike = ~taken & (n > 0) & (2 * n >= np.median(n[inside]))
    hits = _hits(x if run.kind == "all" else n - x, n, slack) & alike
    runs = int((np.diff(np.concatenate(([0], hits[alike].astype(np.int8)))) == 1).sum())
    return runs >= _USUAL and run.draws * math.log(hits.sum() / alike.sum()) > limit


def _hits(x: Ints, n: Ints, slack: float) -> npt.NDArray[np.bool_]:
    """Return the periods in which all, but a share ``slack``, is ``x``."""
    return np.asarray(x >= np.ceil(n * (1 - slack)))


def _best(
    value: Value, x: Ints, n: Ints, taken: npt.NDArray[np.bool_], kind: Kind, blocks: Ints, slack: float, limit: float
) -> Run[Value] | None:
    """Return the least probable run of periods in which ``x`` is (nearly) all of ``n``; None where none is below ``limit``."""
    places = np.flatnonzero(n > 0)
    hit = _hits(x[places], n[places], slack) & ~taken[places]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], hit.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return None
    cases, hits = np.where(taken, 0, n), np.where(taken, 0, x)
    before_n, before_x = (np.concatenate(([0], np.cumsum(each[places]))) for each in (cases, hits))
    run_n, run_x = before_n[ends] - before_n[starts], before_x[ends] - before_x[starts]
    rest_n, rest_x = before_n[-1] - run_n, before_x[-1] - run_x
    share = (rest_x + 0.5) / (rest_n + 1)
    # The binomial is a lower bound of what follows: the many runs that even it does not exclude are not looked at.
    maybe = (rest_n >= _LEAST_REST) & ((run_n * np.log(share) < limit) | (slack > 0))
    best: Run[Value] | None = None
    for at in np.flatnonzero(maybe).tolist():
        inside = places[starts[at] : ends[at]]
        # What breaks breaks within a period: those beside the run may be half of it, and say little of either.
        other = np.concatenate((places[: max(0, starts[at] - 1)], places[ends[at] + 1 :]))
        other = other[cases[other] > 0]
        if len(other) < _LEAST_PERIODS:
            continue
        sway = sway_of(x[other], n[other], blocks[other])
        draws = np.bincount((blocks[inside] - blocks[inside].min()) // sway.memory, weights=n[inside]).astype(np.float64)
        log_p = sway.log_chance(draws[draws > 0], slack, limit)
        if log_p < limit * (1 + 1e-9):  # an all of one class before the none of the other
            limit = log_p
            rate = float(x[other].sum() / n[other].sum())
            rate = rate if kind == "all" else 1 - rate
            best = Run(value, kind, int(inside[0]), int(inside[-1]), int(run_n[at]), rate, log_p, int((draws > 0).sum()))
    return best
