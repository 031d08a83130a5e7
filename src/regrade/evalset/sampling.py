"""Which predictions a sample draws: by a hash of salt and key, so that two people's samples are parts of one."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from itertools import pairwise

from regrade.errors import DataError, UsageError


def chosen(keys: Iterable[str], salt: str, *, rate: float | None = None, n: int | None = None) -> tuple[list[str], float]:
    """Return the keys that are drawn, and the probability with which each of ``keys`` was.

    A key is drawn for its 64-bit keyed BLAKE2b hash alone: below ``rate``, or among the ``n`` smallest. So a smaller sample is
    part of a larger one, and it does not matter in what order, or beside what other keys, a key is asked for.

    Parameters
    ----------
    keys : iterable of str
        Keys of the population, each once.
    salt : str
        Two people with one salt draw the same keys.
    rate : float, optional
        Probability, in (0, 1].
    n : int, optional
        How many; all of them where there are fewer. Exactly one of the two is given.

    Returns
    -------
    drawn : list of str
        By hash: the first k of a sample are the sample of k.
    probability : float
        ``rate``, or n / size of the population; 1.0 where there is none.

    Raises
    ------
    UsageError
        Not exactly one of ``rate`` and ``n``, or out of its range.
    DataError
        A key occurs twice.
    """
    if (rate is None) == (n is None):
        raise UsageError("a sample has a rate or a size, one of the two")
    if rate is not None and not 0 < rate <= 1:
        raise UsageError(f"a rate lies in (0, 1], not {rate}")
    if n is not None and n < 1:
        raise UsageError(f"a sample has at least one prediction, not {n}")
    secret = blake2b(salt.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    hashed = [(_hash(key, secret), key) for key in keys]
    total = len(hashed)
    if rate is not None:
        threshold = int(rate * 2**64)
        hashed = [pair for pair in hashed if pair[0] < threshold]
    hashed.sort()
    for (_, key), (_, following) in pairwise(hashed):
        if key == following:
            raise DataError("occurs twice in what is sampled", where=key)
    if n is None:
        return [key for _, key in hashed], float(rate or 0.0)
    return [key for _, key in hashed[:n]], min(1.0, n / total) if total else 1.0


def _hash(key: str, secret: bytes) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8, key=secret).digest(), "big")
