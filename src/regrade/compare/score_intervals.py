"""Score intervals of shares: Tango's for a paired difference, Wilson's for one model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from regrade.log import shares

Floats = npt.NDArray[np.float64]


def normal_quantile(alpha: float) -> float:
    """Return z for a two-sided level ``alpha`` (0.05: 1.96)."""
    return float(ndtri(1 - alpha / 2))


def _score(delta: Floats, fixed: Floats, broken: Floats, n: Floats) -> Floats:
    """Return Tango's score statistic for a true difference ``delta``; falls as ``delta`` rises.

    Tango 1998, Statistics in Medicine 17:891–908, equations 7 to 9: the share of broken pairs is estimated under the
    constraint that fixed minus broken is ``delta``.
    """
    a = 2 * n
    b = -fixed - broken + (2 * n - fixed + broken) * delta
    c = -broken * delta * (1 - delta)
    share = (np.sqrt(np.maximum(b * b - 4 * a * c, 0)) - b) / (2 * a)
    variance = n * (2 * share + delta * (1 - delta))
    gap = fixed - broken - n * delta
    spread = np.sqrt(np.maximum(variance, 0))
    certain = np.where(gap == 0, 0.0, np.copysign(np.inf, gap))
    return np.divide(gap, spread, out=certain, where=spread > 0)


def paired_difference(fixed: npt.ArrayLike, broken: npt.ArrayLike, n: npt.ArrayLike, alpha: float) -> tuple[Floats, Floats]:
    """Return the score interval of (fixed − broken) / n, for arrays of pairs; counts may be effective, so no integers.

    With no flip among n it is ±z² / (n + z²), never empty: what did not happen among n may still happen once in about n / 4.
    ``n`` = 0 gives (−1, 1).
    """
    fixed, broken, n = (np.asarray(each, np.float64) for each in (fixed, broken, n))
    safe = np.maximum(n, 1e-9)
    z = normal_quantile(alpha)
    shape = np.broadcast_shapes(fixed.shape, broken.shape, n.shape)
    sides = np.array([z, -z]).reshape(2, *[1] * len(shape))  # both ends are sought at once
    low, high = np.full((2, *shape), -1.0), np.full((2, *shape), 1.0)
    for _ in range(52):
        middle = (low + high) / 2
        above = _score(middle, fixed, broken, safe) > sides
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    ends = (low + high) / 2
    return np.where(n > 0, ends[0], -1.0), np.where(n > 0, ends[1], 1.0)


def wilson(share: float, n: float, alpha: float) -> tuple[float, float]:
    """Return the score interval of one share of ``n`` (effective) examples at a two-sided level ``alpha``."""
    return shares.wilson(share, n, normal_quantile(alpha))
