"""Find periods in which a share is all or nothing although chance, and the days' own ups and downs, would never make it so."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
import numpy.typing as npt

Kind = Literal["all", "none"]
Ints = npt.NDArray[np.int64]
Value = TypeVar("Value", bound=Hashable)

FALSE_ALARMS = 0.001
"""Probability of any alarm in a series that is not broken; a log has a handful of series."""
_LEAST_REST = 50
"""So many cases outside a period are the least that it can be compared with, in at least ``_LEAST_PERIODS`` periods."""
_LEAST_PERIODS = 3
_SWAY = 0.2
"""The odds of a day are taken to vary by so much, relatively, even where the log looks steadier."""
_MOST_FOUND = 20
_MOST_MEMORY = 0.95


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
    """

    value: Value
    kind: Kind
    first: int
    last: int
    n: int
    rate: float
    log_p: float


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
    the number of runs that could begin (Bonferroni). Cases are no independent draws: the rate sways from day to day, so within one
    block they follow a beta-binomial, whose overdispersion is estimated from the other periods by moments (Kleinman 1973,
    "Proportions with extraneous variance: single and independent samples", JASA 68:46–54), raised by two standard errors; never
    less than :data:`_SWAY`; as many blocks as a swing lasts share one draw. The probability is exact (Skellam 1948, "A probability
    distribution derived from the binomial distribution by regarding the probability of success as variable between the sets of
    trials", JRSS B 10:257–261); draws multiply.

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
    limit = math.log(FALSE_ALARMS / max(1, len(n) * len(counts) * len(kinds) * tests))
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
    return found


def _best(
    value: Value, x: Ints, n: Ints, taken: npt.NDArray[np.bool_], kind: Kind, blocks: Ints, slack: float, limit: float
) -> Run[Value] | None:
    """Return the least probable run of periods in which ``x`` is (nearly) all of ``n``; None where none is below ``limit``."""
    places = np.flatnonzero(n > 0)
    hit = (x[places] >= np.ceil(n[places] * (1 - slack))) & ~taken[places]
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
        other = np.setdiff1d(places, places[max(0, starts[at] - 1) : ends[at] + 1])
        other = other[cases[other] > 0]
        if len(other) < _LEAST_PERIODS:
            continue
        sway = _sway(x[other], n[other], blocks[other])
        sums = np.bincount((blocks[inside] - blocks[inside].min()) // sway.memory, weights=n[inside]).astype(np.int64)
        log_p = sway.log_chance(sums[sums > 0].tolist(), slack, limit)
        if log_p < limit * (1 + 1e-9):  # an all of one class before the none of the other
            limit = log_p
            rate = float(x[other].sum() / n[other].sum())
            rate = rate if kind == "all" else 1 - rate
            best = Run(value, kind, int(inside[0]), int(inside[-1]), int(run_n[at]), rate, log_p)
    return best


@dataclass(frozen=True)
class _Sway:
    """How the rate of the other periods varies.

    Attributes
    ----------
    p : float
        The rate.
    rho : float
        Intraclass correlation: the share of the variance of one case that its block explains.
    memory : int
        Blocks in a row that share one draw of the rate.
    known : float
        So many independent cases would tell the rate as well.
    """

    p: float
    rho: float
    memory: int
    known: float

    def log_chance(self, draws: Sequence[int], slack: float, limit: float) -> float:
        """Return the logarithm of the probability that all of ``draws`` cases (but ``slack``) have the value.

        The rate is not known for certain either: the probability is its mean over what the rate may be (a beta distribution, by
        Jeffreys' prior). That is left out where the rate itself gives more than ``limit`` already.
        """
        at_best = self._log_all(draws, slack, self.p)
        if at_best >= limit:
            return at_best
        a, b = self.known * self.p + 0.5, self.known * (1 - self.p) + 0.5
        centre = math.log(self.p / (1 - self.p))
        odds = [centre + each for each in np.linspace(-6, 24, 121).tolist()]
        rates = [1 / (1 + math.exp(-each)) for each in odds]
        # In log-odds the density of a beta distribution is p^a (1 - p)^b / B(a, b).
        weights = [-a * math.log1p(math.exp(-each)) - b * (each + math.log1p(math.exp(-each))) for each in odds]
        total = _log_sum(weights)
        joint = [each + self._log_all(draws, slack, rate) for each, rate in zip(weights, rates, strict=True)]
        return min(0.0, _log_sum(joint) - total)

    def _log_all(self, draws: Sequence[int], slack: float, rate: float) -> float:
        total = (1 - self.rho) / self.rho
        a, b = max(rate * total, 1e-12), max((1 - rate) * total, 1e-12)
        return sum(_log_tail(each, math.floor(slack * each), a, b) for each in draws)


def _sway(x: Ints, n: Ints, blocks: Ints) -> _Sway:
    """Estimate by moments; at least three periods."""
    cases, k = float(n.sum()), len(n)
    p = (float(x.sum()) + 0.5) / (cases + 1)
    q = 1 - p
    off = x / n - p
    spread = float((n * off**2).sum()) / (p * q)
    squares = float((n.astype(np.float64) ** 2).sum()) / cases
    room = cases - squares - (k - 1)
    seen = max(0.0, (spread - (k - 1)) / room) if room > 0 else 0.0
    rho = min(0.99, max(seen * (1 + 2 * math.sqrt(2 / (k - 1))), _SWAY**2 * p * q))
    memory = _memory(off, n, blocks, seen * p * q)
    return _Sway(p, rho, memory, cases / (1 + rho * max(0.0, squares - 1) * memory))


def _memory(off: npt.NDArray[np.float64], n: Ints, blocks: Ints, variance: float) -> int:
    """Return how many blocks a swing of the rate lasts: (1 + r) / (1 - r) for an autocorrelation r from one block to the next.

    The integrated autocorrelation time of a first-order autoregression (Sokal 1997, "Monte Carlo methods in statistical
    mechanics: foundations and new algorithms"). The chance of the draw within a period is not correlated, so r is the covariance
    of neighbours over ``variance``.
    """
    _, group = np.unique(blocks, return_inverse=True)
    weights = np.bincount(group, weights=n)
    off = np.bincount(group, weights=n * off) / weights
    if len(off) < _LEAST_PERIODS or variance <= 0:
        return 1
    pairs = np.sqrt(weights[1:] * weights[:-1])
    covariance = float((pairs * off[1:] * off[:-1]).sum() / pairs.sum())
    r = min(_MOST_MEMORY, max(0.0, covariance / variance) + 1 / math.sqrt(len(off)))
    return math.ceil((1 + r) / (1 - r) - 1e-9)


def _log_tail(n: int, spare: int, a: float, b: float) -> float:
    """Return log P(X >= n - spare) for X beta-binomial(n, a, b)."""
    terms = [
        math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1) + _log_beta(a + n - j, b + j) - _log_beta(a, b)
        for j in range(spare + 1)
    ]
    return min(0.0, _log_sum(terms))


def _log_sum(terms: Sequence[float]) -> float:
    """Return the logarithm of the sum of what ``terms`` are the logarithms of."""
    top = max(terms)
    return top + math.log(sum(math.exp(each - top) for each in terms))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
