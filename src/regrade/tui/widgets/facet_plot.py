"""The plot above the values of a number or a time: a histogram, the course of the rate below it, and what to read of it in words."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.facet_lines import percent, value_text
from regrade.tui.widgets.histogram import columns_of, histogram, summed
from regrade.tui.widgets.lines import Line
from regrade.tui.widgets.timeline import extremes, sparkline

if TYPE_CHECKING:
    from regrade.log import Facet, Facets

GUTTER = 9
"""Cells left of the plot."""
PLOT_ROOM = 3
"""A plot takes one of so many lines of a screen, the table below it the others."""
_LEAST_ROOM, _MOST_HEIGHT = 14, 8
"""Lines of the screen that must be there for a plot; lines of a histogram."""
_AROUND = 3
"""Lines below the histogram."""


def plot_lines(found: Facets, selected: Facet | None, width: int, room: int, glyphs: Glyphs, marked: Collection[int] = ()) -> list[Line]:
    """Return the lines of the plot of a column in ``width`` cells, on a screen that has ``room`` lines for plot and table.

    ``marked``: positions of the rows below whose columns a warning stands.
    There are none where the column has no order, where everything lies in one bin, and where there is no room.
    """
    rows = [row for row in found.rows if row.value is not None]
    height = min(room // PLOT_ROOM - _AROUND, _MOST_HEIGHT) - (1 if marked else 0)
    if room < _LEAST_ROOM or height < 1 or len(rows) < 2 or not (found.number or found.kind == "times") or not found.n:
        return []
    together, cells = columns_of(len(rows), width - GUTTER - 1)
    n = summed([row.n for row in rows], together)
    known = summed([row.known for row in rows], together)
    failures = summed([row.failures for row in rows], together)
    rates = [wrong / of if of else None for wrong, of in zip(failures, known, strict=True)]
    drawn = histogram(n, failures, height, cells, glyphs)
    lines = [[(fit(f"{max(n):,}" if not at else "", GUTTER - 1, right=True) + " ", "dim"), *line] for at, line in enumerate(drawn)]
    if marked:
        there = [any(at * together <= each < (at + 1) * together for each in marked) for at in range(len(n))]
        signs = "".join(fit((glyphs.warning if each else " ") * max(cells - 1, 1), cells) for each in there)
        lines.append([(" " * GUTTER + signs, "wrong")])
    at = next((index for index, row in enumerate(rows) if row is selected), None)
    lines.append(_axis(rows, len(n) * cells, None if at is None else at // together * cells, glyphs))
    top = max((rate for rate in rates if rate is not None), default=None)
    lines.append([(fit(f"{percent(top)}%" if top is not None else "", GUTTER - 1, right=True) + " ", "dim"), *_rate(rates, cells, glyphs)])
    lines.append(_words(found, rows, width, glyphs))
    return lines


def _rate(rates: list[float | None], cells: int, glyphs: Glyphs) -> Line:
    return [(sparkline(rates, glyphs, cells=cells), "accent")]


def _axis(rows: list[Facet], width: int, at: int | None, glyphs: Glyphs) -> Line:
    """Return the line that names the first and the last bin, and points at the one that the cursor is on."""
    first, last = value_text(rows[0]), value_text(rows[-1])
    line = fit(first, max(width - cell_len(last), 0)) + last if cell_len(first) + cell_len(last) < width else fit(first, width)
    if at is not None and cell_len(line) == len(line) and line[at : at + 1] == " ":
        return [(" " * GUTTER + line[:at], "dim"), (glyphs.ascending, "accent"), (line[at + 1 :], "dim")]
    return [(" " * GUTTER + line, "dim")]


def _words(found: Facets, rows: list[Facet], width: int, glyphs: Glyphs) -> Line:
    """Return the legend, with the highest and the lowest rate by name where there is room."""
    line: Line = [(" " * GUTTER, "dim"), (f"{glyphs.full} wrong", "wrong"), (f"  {glyphs.empty} others", "dim")]
    line.append((f"  {glyphs.dot} below: rate", "accent"))
    found_extremes = extremes(rows)
    if found_extremes is not None:
        for word, row in zip(("highest", "lowest"), found_extremes, strict=True):
            text = f"  {glyphs.dot} {word} {percent(row.rate)}% {value_text(row)}"
            if sum(cell_len(each) for each, _ in line) + cell_len(text) <= width:
                line.append((text, "dim"))
    return line
