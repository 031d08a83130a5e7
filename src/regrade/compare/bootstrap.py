"""Poisson bootstrap weights, one stream a unit: independent of order, and a new example costs its own stream only."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.uint8]

_BLOCK = 512
_LARGEST = 120_000_000
_FEWEST = 1_000


def _poisson_table() -> Counts:
    """Return the count for each 16-bit number: Poisson(1) by inversion (mean 1.0000000, variance 0.99997)."""
    cumulative = np.cumsum([math.exp(-1) / math.factorial(count) for count in range(13)])
    return np.searchsorted(cumulative, (np.arange(65_536) + 0.5) / 65_536).astype(np.uint8)


_TABLE = _poisson_table()


def draw(unit: str, resamples: int) -> Counts:
    """Return how often ``unit`` stands in each resample: Poisson(1), shape (resamples,).

    The stream is PCG64 seeded by the unit's name, so it does not depend on the other units, on their order or on the
    machine. Sixteen random bits a count by table: seven times faster than ``Generator.poisson``, and a shorter stream is
    the beginning of a longer one. Poisson weights: Hanley and MacGibbon 2006; Chamandy and others 2012.
    """
    seed = int.from_bytes(hashlib.blake2b(unit.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "little")
    raw = np.random.PCG64(seed).random_raw(-(-resamples // 4))
    counts: Counts = _TABLE[np.asarray(raw, "<u8").view("<u2")[:resamples]]
    return counts


class Weights:
    """The streams drawn so far, kept for the next comparison; safe to use from several threads.

    Parameters
    ----------
    largest_bytes : int
        Past it the streams that are not asked for are forgotten.
    """

    def __init__(self, largest_bytes: int = 256_000_000) -> None:
        self._largest_bytes = largest_bytes
        self._known: dict[int, tuple[dict[str, int], Counts]] = {}
        self._lock = threading.Lock()
        self.drawn = 0
        """Streams drawn since the start: what was not found here."""

    def rows(self, units: Sequence[str], resamples: int) -> Counts:
        """Return the streams of ``units``, shape (units, resamples)."""
        with self._lock:
            index, matrix = self._known.get(resamples, ({}, np.empty((0, resamples), np.uint8)))
            missing = [unit for unit in dict.fromkeys(units) if unit not in index]
            if (len(index) + len(missing)) * resamples > self._largest_bytes:
                self._known.clear()
                index, matrix, missing = {}, np.empty((0, resamples), np.uint8), list(dict.fromkeys(units))
            if missing:
                if len(index) + len(missing) > len(matrix):
                    grown = np.empty((len(index) + len(missing) + len(index) // 4, resamples), np.uint8)
                    grown[: len(index)] = matrix[: len(index)]
                    matrix = grown
                for unit in missing:
                    matrix[len(index)] = draw(unit, resamples)
                    index[unit] = len(index)
                self.drawn += len(missing)
                self._known[resamples] = (index, matrix)
            found = np.fromiter((index[unit] for unit in units), np.intp, len(units))
            if np.array_equal(found, np.arange(len(found))):
                return matrix[: len(found)]
            return matrix[found]


SHARED = Weights()
"""The streams of this process."""


def affordable(resamples: int, n_units: int, largest: int = _LARGEST) -> int:
    """Return how many resamples ``n_units`` allow: all, or as many as keep the matrix at ``largest`` counts, at least 1,000."""
    return min(resamples, max(_FEWEST, largest // max(n_units, 1)))


def weighted_sums(columns: Floats, weights: Counts) -> Floats:
    """Return ``columns.T @ weights``, shape (columns, resamples), for columns of shape (units, columns).

    In single precision and in blocks of units: the weights are small integers, and a block of them stays in the cache.
    """
    sums = np.zeros((columns.shape[1], weights.shape[1]), np.float32)
    ready = np.empty((_BLOCK, weights.shape[1]), np.float32)
    transposed = np.ascontiguousarray(columns.T, np.float32)
    for start in range(0, len(weights), _BLOCK):
        block = weights[start : start + _BLOCK]
        np.copyto(ready[: len(block)], block)
        sums += transposed[:, start : start + _BLOCK] @ ready[: len(block)]
    return sums.astype(np.float64)
