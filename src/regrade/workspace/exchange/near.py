"""Find examples that say nearly the same: equal after normalising, or long texts that share most of their word shingles.

Nothing is compared with everything: rows meet in hash buckets. Short values are normalised (NFKC, case folded, white space
collapsed, floats to 6 significant digits) and hashed. Long texts get MinHash signatures cut into bands (Broder 1997; Leskovec,
Rajaraman, Ullman, *Mining of Massive Datasets*, section 3.4), and what meets in a band is compared by its true Jaccard similarity.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from regrade.log.content import JSON, canonical

JACCARD = 0.9
"""Long texts that share this much of their shingles are near."""
_LONG = 20
"""Words that make a text long: a difference in one of fewer words is a difference."""
_SHINGLE = 3
_BANDS, _ROWS = 10, 3
"""A pair at the threshold shares a band with probability 1 − (1 − 0.9³)¹⁰ > 0.999998."""
_MOST = 8
"""Rows of one bucket that a row is compared with: a thousand copies of one text are one finding each, not a million."""
_DIGITS = 6

_random = np.random.default_rng(20_260_101)
_FACTORS = _random.integers(1, 2**63, _BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
_SHIFTS = _random.integers(0, 2**63, _BANDS * _ROWS, dtype=np.uint64)


@dataclass(frozen=True)
class Near:
    """A row that says what another one says, or nearly."""

    row: int
    """Of the file, counted from 0."""
    other: str
    """The key of the other example."""
    same: bool
    """Are the inputs equal, not only near?"""


@dataclass(frozen=True)
class _Sketch:
    """What of a row decides whether it is near another one."""

    exact: bytes
    short: Hashable
    """All but long texts, normalised; the columns that hold long texts."""
    shingles: frozenset[int]
    bands: tuple[int, ...]


def find_near(new: Iterable[tuple[str, Mapping[str, JSON]]], there: Iterable[tuple[str, Mapping[str, JSON]]]) -> Iterator[Near]:
    """Yield for each new example at most one other that it is near to: of the eval set, or before it in the file.

    Parameters
    ----------
    new, there : iterables of (key, encoded inputs)
        One key in both is one example, which is not near itself.
    """
    buckets: dict[Hashable, list[tuple[str, _Sketch]]] = {}
    for key, inputs in there:
        _keep(buckets, key, _sketch(inputs))
    for row, (key, inputs) in enumerate(new):
        sketch = _sketch(inputs)
        found = _best(buckets, key, sketch)
        if found is not None:
            yield Near(row, found[0], found[1].exact == sketch.exact)
        _keep(buckets, key, sketch)


def _places(sketch: _Sketch) -> Iterator[Hashable]:
    if not sketch.bands:
        yield sketch.short
    for at, band in enumerate(sketch.bands):
        yield sketch.short, at, band


def _keep(buckets: dict[Hashable, list[tuple[str, _Sketch]]], key: str, sketch: _Sketch) -> None:
    for place in _places(sketch):
        bucket = buckets.setdefault(place, [])
        if len(bucket) < _MOST:
            bucket.append((key, sketch))


def _best(buckets: Mapping[Hashable, list[tuple[str, _Sketch]]], key: str, sketch: _Sketch) -> tuple[str, _Sketch] | None:
    near = None
    for place in _places(sketch):
        for other in buckets.get(place, ()):
            if other[0] == key:
                continue
            if other[1].exact == sketch.exact:
                return other
            if near is None and _jaccard(other[1].shingles, sketch.shingles) >= JACCARD:
                near = other
    return near


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    together = len(one & other)
    both = len(one) + len(other) - together
    return together / both if both else 1.0


def _sketch(inputs: Mapping[str, JSON]) -> _Sketch:
    long: list[tuple[str, list[str]]] = []
    short = {}
    for name, value in inputs.items():
        value = _normal(value)
        words = value.split(" ") if isinstance(value, str) and len(value) > 2 * _LONG else []
        if len(words) >= _LONG:
            long.append((name, words))
        else:
            short[name] = value
    shingles = frozenset(each for name, words in long for each in _shingles(name, words))
    return _Sketch(canonical(inputs), (canonical(short), tuple(name for name, _ in long)), shingles, _bands(shingles))


def _shingles(name: str, words: list[str]) -> Iterator[int]:
    for at in range(len(words) - _SHINGLE + 1):
        yield zlib.crc32("\0".join([name, *words[at : at + _SHINGLE]]).encode("utf-8", "surrogatepass"))


def _bands(shingles: frozenset[int]) -> tuple[int, ...]:
    """Return a hash of each band of the MinHash signature; shape (_BANDS,)."""
    if not shingles:
        return ()
    values = np.fromiter(shingles, np.uint64, len(shingles))
    signature = ((values[:, None] * _FACTORS + _SHIFTS) >> np.uint64(16)).min(axis=0)
    return tuple(hash(band.tobytes()) for band in signature.reshape(_BANDS, _ROWS))


_blanks = re.compile(r"\s+")


def _normal(value: Any) -> JSON:
    """Return a value without what a reader would not notice."""
    if isinstance(value, str):
        return _blanks.sub(" ", unicodedata.normalize("NFKC", value).casefold()).strip()
    if isinstance(value, float):
        rounded = float(f"{value:.{_DIGITS}g}")
        return int(rounded) if rounded.is_integer() else rounded  # 5 and 5.0, 0.0 and -0.0
    if isinstance(value, list):
        return [_normal(each) for each in value]
    if isinstance(value, dict):
        return {name: _normal(each) for name, each in value.items()}
    return value
