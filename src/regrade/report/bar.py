"""Intervals, shares and courses of numbers drawn as one line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from regrade.report.console import Part

_LEVELS = "▁▂▃▅▇"
_ASCII_LEVELS = "_.-=#"


def interval_bar(delta: float, low: float, high: float, margin: float, width: int) -> tuple[float, list[Part]]:
    """Return the end of a scale symmetric around 0, and a line of ``width`` cells that shows the interval on it.

    ``─`` the scale, ``━`` the interval, ``●`` the difference, ``┼`` zero, ``┊`` the border of the margin. ``width`` is made odd,
    so that zero has a cell.
    """
    width = max(11, width - 1 + width % 2)
    end = _round_up(max(abs(low), abs(high), abs(margin), 1e-12))

    def cell(value: float) -> int:
        return min(width - 1, max(0, round((value / end + 1) / 2 * (width - 1))))

    cells = ["─"] * width
    first, last = cell(low), cell(high)
    cells[first : last + 1] = ["━"] * (last + 1 - first)
    if margin:
        cells[cell(-margin)] = "┊"
    cells[width // 2] = "┼"
    cells[cell(delta)] = "●"
    line = "".join(cells)
    return end, [(line[:first], "dim"), (line[first : last + 1], "bold"), (line[last + 1 :], "dim")]


def share_bar(share: float, width: int) -> str:
    """Return a bar that fills ``share``, in [0, 1], of ``width`` cells; never empty for what is more than nothing."""
    return "━" * (max(1, round(share * width)) if share > 0 else 0)


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10 … at any power of ten."""
    step: float = 10.0 ** math.floor(math.log10(value))
    return next(step * each for each in (1, 2, 5, 10) if step * each >= value * (1 - 1e-9))


def sparkline(values: Sequence[float | None], *, unicode: bool = True) -> str:
    """Return one character a value, the higher the larger, from 0 to the largest; a blank for ``None``."""
    levels = _LEVELS if unicode else _ASCII_LEVELS
    top = max((each for each in values if each is not None), default=0.0) or 1.0
    return "".join(" " if each is None else levels[min(len(levels) - 1, math.floor(each / top * len(levels)))] for each in values)
