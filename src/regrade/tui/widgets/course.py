"""Failures over time as a plot with a cursor on one span: how many predictions, how many of them were wrong, the rate below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from regrade.safe_text import safe_text
from regrade.tui import draw
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.facet_lines import percent, value_text
from regrade.tui.widgets.facet_plot import GUTTER, PLOT_ROOM, plot_lines
from regrade.tui.widgets.histogram import columns_of
from regrade.tui.widgets.line_list import STYLES
from regrade.tui.widgets.lines import Line
from regrade.tui.widgets.pointed import Pointed
from regrade.tui.widgets.timeline import sparkline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regrade.log import Facet, Facets

LEAST = 3
"""Lines that it needs."""


class Course(Pointed):
    """Failures over time.

    Attributes
    ----------
    found : Facets or None
        What is drawn.
    position : int
        Of the span under the cursor, among :attr:`spans`.
    active : bool
        Whether the keys move this cursor.
    error : bool
        Whether there is nothing to count, and why is said.
    """

    COMPONENT_CLASSES = STYLES

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.found: Facets | None = None
        self._of = self._words = ""
        self.position = 0
        self.active = self.error = False
        self._drawn: tuple[object, list[Line]] | None = None

    @property
    def spans(self) -> Sequence[Facet]:
        """What is drawn: not what has no time."""
        return [] if self.found is None else [row for row in self.found.rows if row.value is not None]

    @property
    def span(self) -> Facet | None:
        """The one under the cursor."""
        return self.spans[self.position] if self.position < len(self.spans) else None

    def show(self, found: Facets, of: str) -> None:
        """Show this course ``of`` something, the cursor where it was, or at the end."""
        before = None if self.span is None else self.span.value
        self.found, self._of, self._words, self.error = found, of, "", False
        spans = self.spans
        self.position = next((at for at, each in enumerate(spans) if each.value == before), max(len(spans) - 1, 0))
        self.refresh()

    def say(self, words: str, *, error: bool = False) -> None:
        """Show words instead; ``error``: they say why there is nothing to count."""
        self.found, self._words, self.error = None, words, error
        self.refresh()

    def activate(self, active: bool) -> None:
        """Let the keys move this cursor, or another one."""
        if active != self.active:
            self.active = active
            self.refresh()

    @property
    def page(self) -> int:
        """Columns that a key of a page goes on."""
        return 10

    def move(self, by: int) -> None:
        """Go so many columns of the plot on."""
        together, _ = columns_of(max(len(self.spans), 1), self.size.width - GUTTER - 1)
        self.position = max(0, min(self.position + by * together, len(self.spans) - 1))
        self.refresh()

    def lines(self) -> list[Line]:
        """Return what is drawn: the span under the cursor in words, the plot; where there is little room the rate alone."""
        key = (self.size, self.position, self.active, id(self.found), self._of, self._words)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = key, self._made()
        return self._drawn[1]

    def _made(self) -> list[Line]:
        width, height, found, glyphs = self.size.width, self.size.height, self.found, self._glyphs
        if found is None:
            return [[(fit(f" failures over time: {safe_text(self._words, 400)}", width), "dim")]]
        line: Line = [(f" failures over time, of the log{safe_text(self._of, 60)}", "dim")]
        if (span := self.span) is None:
            return [[*line, (": no prediction has a time", "dim")]]
        rate = f"{percent(span.rate)}% wrong" if span.rate is not None else "no outcome known"
        few = ", small n" if span.small else ""
        words = f"{value_text(span)}  n {span.n:,}  {rate} of {span.known:,}{few}"
        line += [("   ", "dim"), (f" {words} ", "cursor" if self.active else "strong")]
        plot = plot_lines(found, span, width, (height - 1) * PLOT_ROOM, glyphs)
        return [line, *(plot or self._rates(width))]

    def _rates(self, width: int) -> list[Line]:
        """Return the rates alone, and where the cursor is."""
        spans = self.spans
        together, cells = columns_of(len(spans), width - 2)
        groups = [spans[at : at + together] for at in range(0, len(spans), together)]
        known, wrong = ([sum(getattr(each, name) for each in group) for group in groups] for name in ("known", "failures"))
        rates = [n_wrong / n if n else None for n_wrong, n in zip(wrong, known, strict=True)]
        below = " " * (self.position // together * cells) + self._glyphs.ascending
        return [[(f" {sparkline(rates, self._glyphs, cells=cells)}", "accent")], [(f" {below}", "accent")]]

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        blank = self.get_component_rich_style("line--text")
        lines = self.lines()
        line = lines[y] if y < len(lines) else []
        segments = [Segment(text, self.get_component_rich_style(f"line--{style}")) for text, style in line]
        return draw.line(segments, self.size.width, blank, self._glyphs)

    def point(self, x: int, y: int) -> bool:
        """Go to a span of the plot."""
        if y == 0 or not self.spans:
            return False
        gutter, right = (GUTTER, 1) if len(self.lines()) > LEAST else (1, 1)
        together, cells = columns_of(len(self.spans), self.size.width - gutter - right)
        self.position = max(0, min((x - gutter) // cells * together, len(self.spans) - 1))
        return True

    def turn(self, by: int) -> None:
        """Go so many columns of the plot on."""
        self.move(by)
