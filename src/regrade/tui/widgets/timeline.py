"""A course of rates in one line, and which of them are the highest and the lowest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.histogram import levels

if TYPE_CHECKING:
    from regrade.log import Facet


def sparkline(rates: Sequence[float | None], glyphs: Glyphs, *, cells: int = 1) -> str:
    """Return ``cells`` characters a rate, the higher the larger, from 0 to the largest; blanks for None."""
    steps = levels(glyphs)
    top = max((each for each in rates if each is not None), default=0.0) or 1.0
    wide, gap = (cells - 1, " ") if cells > 2 else (cells, "")
    drawn = (" " if each is None else steps[min(7, math.floor(each / top * 8))] for each in rates)
    return "".join(each * wide + gap for each in drawn)


def extremes(rows: Sequence[Facet]) -> tuple[Facet, Facet] | None:
    """Return the rows with the highest and the lowest rate among those of enough results; None where they are less than two."""
    told = [row for row in rows if row.rate is not None and not row.small]
    if len(told) < 2:
        return None
    return max(told, key=lambda row: row.rate or 0.0), min(told, key=lambda row: row.rate or 0.0)
