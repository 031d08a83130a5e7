"""Holm's adjustment of several p-values."""

from __future__ import annotations

from collections.abc import Sequence


def adjust(values: Sequence[float | None]) -> list[float | None]:
    """Return the adjusted p-values in the order given; ``None`` stays ``None`` and counts for nothing.

    Step-down: the k-th smallest of m is multiplied by m − k + 1, none is below its predecessor, none above 1.
    Holm 1979, Scandinavian Journal of Statistics 6:65–70.
    """
    present = sorted((value, index) for index, value in enumerate(values) if value is not None)
    adjusted: list[float | None] = [None] * len(values)
    largest = 0.0
    for rank, (value, index) in enumerate(present):
        largest = max(largest, min(1.0, value * (len(present) - rank)))
        adjusted[index] = largest
    return adjusted
