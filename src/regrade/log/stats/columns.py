"""What a sample shows of each column in each part of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regrade.log.stats.fields import TABLE, Field
from regrade.log.stats.parts import Parts
from regrade.log.stats.sway import Ints

if TYPE_CHECKING:
    from regrade.log.reader import Reader

LEAST = 20
"""Values in a part that tell something of it."""
LEAST_PARTS = 6
"""A log with fewer is too short to tell what changed."""


@dataclass(frozen=True)
class Column:
    """What the sample shows of a column in each part; arrays of shape (n_parts,).

    Attributes
    ----------
    rows, n : ndarray of int64
        Sampled rows, and those with a value.
    one : list of (hash, value) or None
        The value of a part that has only one.
    numbers : ndarray of int64
        Text: values that read as a number. Numbers: values above the median of the whole.
    """

    field: Field
    at: int
    rows: Ints
    n: Ints
    one: list[tuple[int, Any] | None]
    numbers: Ints


def look(reader: Reader, fields: Sequence[Field], parts: Parts) -> list[Column]:
    """Return what the sample shows: two passes over it, whatever the number of columns."""
    numeric = [at for at, each in enumerate(fields) if each.shape == "number"]
    medians: dict[int, Any] = {}
    if numeric:
        asked = ", ".join(f"median(CAST(v{at} AS DOUBLE))" for at in numeric)
        medians = dict(zip(numeric, reader.ask(f"SELECT {asked} FROM {TABLE} WHERE c IS NOT NULL")[0], strict=True))
    selects = []
    for at, each in enumerate(fields):
        number = "0"
        if each.shape == "text":
            number = f"count(TRY_CAST(v{at} AS DOUBLE))"
        elif medians.get(at) is not None and np.isfinite(medians[at]):
            number = f"count(*) FILTER (v{at} > {medians[at]!r}::DOUBLE)"
        selects.append(f"count(v{at}), min(v{at}) = max(v{at}), hash(min(v{at})), min(v{at}), {number}")
    rows = reader.ask(f"SELECT c, count(*), {', '.join(selects)} FROM {TABLE} WHERE c IS NOT NULL GROUP BY c ORDER BY c")
    found = []
    for at, field in enumerate(fields):
        table = np.zeros((3, len(parts)), np.int64)
        one: list[tuple[int, Any] | None] = [None] * len(parts)
        for c, count, *rest in rows:
            n, alike, digest, value, numbers = rest[5 * at : 5 * at + 5]
            table[:, c] = count, n, numbers
            one[c] = (digest, value) if alike else None
        found.append(Column(field, at, table[0], table[1], one, table[2]))
    return found
