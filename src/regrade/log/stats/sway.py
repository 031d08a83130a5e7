"""How the rate of a log goes up and down from day to day, and how probable that makes a period that is all of one value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LEAST = 0.2
"""Standard deviation of the log-odds of a day, even where the log looks steadier."""
_MOST_CORRELATED = 0.95
_NODES = np.linspace(-4.0, 14.0, 91)
"""Standard deviations of the log-odds, towards what is asked for: from there comes all of the probability."""
_RATES = np.linspace(-6.0, 24.0, 121)
"""What the overall rate may be: log-odds from the estimate."""


@dataclass(frozen=True)
class Sway:
    """How the rate varies.

    Cases are no independent draws. The log-odds of the rate are normal from block to block (a random effect), and as many blocks as
    a swing lasts share one draw. Their variance is estimated by moments.

    Attributes
    ----------
    p : float
        The rate, in (0, 1).
    spread : float
        Standard deviation of the log-odds.
    memory : int
        Blocks in a row that share one draw.
    known : float
        So many independent cases would tell the rate as well.
    """

    p: float
    spread: float
    memory: int
    known: float

    def log_chance(self, draws: Floats, slack: float, limit: float) -> float:
        """Return the logarithm of the probability that all cases (but a share ``slack``) have the value.

        Within a draw cases are binomial; without slack that is exact, with it Chernoff's bound (1952, "A measure of asymptotic
        efficiency for tests of a hypothesis based on the sum of observations", Ann. Math. Statist. 23:493–507). The rate is not known
        for certain either, so the mean over what it may be is taken (a beta distribution, by Jeffreys' prior); that is left out where
        the rate itself gives more than ``limit`` already.

        Parameters
        ----------
        draws : ndarray of float64, shape (n_draws,)
            Cases in each.
        """
        centre = math.log(self.p / (1 - self.p))
        at_best = float(self._log_all(np.array([centre]), draws, slack)[0])
        if at_best >= limit:
            return at_best
        a, b = self.known * self.p + 0.5, self.known * (1 - self.p) + 0.5
        odds = centre + _RATES
        # In log-odds the density of a beta distribution is p^a (1 - p)^b / B(a, b).
        weights = -a * np.logaddexp(0, -odds) - b * np.logaddexp(0, odds)
        joint = weights + self._log_all(odds, draws, slack)
        return min(0.0, float(_log_sum(joint) - _log_sum(weights)))

    def _log_all(self, odds: Floats, draws: Floats, slack: float) -> Floats:
        """The same for overall rates of log-odds ``odds``, shape (n_rates,)."""
        # The mean rate of normal log-odds m is that of log-odds m / √(1 + π s² / 8), nearly (MacKay 1992, "The evidence framework applied
        # to classification networks", Neural Computation 4:720–736).
        middle = odds * math.sqrt(1 + math.pi * self.spread**2 / 8)
        nodes = middle[:, None] + self.spread * _NODES
        log_hit, log_miss = -np.logaddexp(0, -nodes), -np.logaddexp(0, nodes)
        if slack:
            distance = (1 - slack) * (math.log(1 - slack) - log_hit) + slack * (math.log(slack) - log_miss)
            each = np.where(log_hit < math.log(1 - slack), -distance, 0.0)
        else:
            each = log_hit
        step = _NODES[1] - _NODES[0]
        weights = -(_NODES**2) / 2 + math.log(step / math.sqrt(2 * math.pi))
        total = np.zeros(len(odds))
        for cases, times in zip(*np.unique(draws, return_counts=True), strict=True):
            total += times * np.minimum(0.0, _log_sum(weights + cases * each))
        return total


def sway_of(x: Ints, n: Ints, blocks: Ints) -> Sway:
    """Estimate from ``x`` hits among ``n`` cases of at least three periods, shape (n_periods,) each, in order of time.

    The intraclass correlation is estimated by moments (Kleinman 1973, "Proportions with extraneous variance: single and independent
    samples", JASA 68:46–54) and raised by two standard errors; the delta method makes log-odds of it.
    """
    cases, k = float(n.sum()), len(n)
    p = (float(x.sum()) + 0.5) / (cases + 1)
    variance = p * (1 - p)
    off = x / n - p
    spread = float((n * off**2).sum()) / variance
    squares = float((n.astype(np.float64) ** 2).sum()) / cases
    room = cases - squares - (k - 1)
    seen = max(0.0, (spread - (k - 1)) / room) if room > 0 else 0.0
    rho = min(0.99, max(seen * (1 + 2 * math.sqrt(2 / (k - 1))), _LEAST**2 * variance))
    memory = _memory(off, n, blocks, seen * variance)
    return Sway(p, math.sqrt(rho / variance), memory, cases / (1 + rho * max(0.0, squares - 1) * memory))


def _memory(off: Floats, n: Ints, blocks: Ints, variance: float) -> int:
    """Return how many blocks a swing of the rate lasts: (1 + r) / (1 - r) for an autocorrelation r from one block to the next.

    The integrated autocorrelation time of a first-order autoregression (Sokal 1997, "Monte Carlo methods in statistical
    mechanics: foundations and new algorithms"). The chance of the draw within a period is not correlated, so r is the covariance
    of neighbours over ``variance``.
    """
    _, group = np.unique(blocks, return_inverse=True)
    weights = np.bincount(group, weights=n)
    off = np.bincount(group, weights=n * off) / weights
    if len(off) < 3 or variance <= 0:
        return 1
    pairs = np.sqrt(weights[1:] * weights[:-1])
    covariance = float((pairs * off[1:] * off[:-1]).sum() / pairs.sum())
    r = min(_MOST_CORRELATED, max(0.0, covariance / variance) + 1 / math.sqrt(len(off)))
    return math.ceil((1 + r) / (1 - r) - 1e-9)


def _log_sum(terms: Floats) -> Floats:
    """Return the logarithm of the sum of what ``terms`` are the logarithms of, over the last axis."""
    top = terms.max(axis=-1, keepdims=True)
    total: Floats = top[..., 0] + np.log(np.exp(terms - top).sum(axis=-1))
    return total
