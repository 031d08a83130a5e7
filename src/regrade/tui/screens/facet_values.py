"""The right pane of the facets screen: the plot of a column, and its values as a table with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from regrade.safe_text import safe_text
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets import facet_lines
from regrade.tui.widgets.broken_feed import broken, sentences, touched
from regrade.tui.widgets.facet_plot import plot_lines
from regrade.tui.widgets.line_list import LineList, Lines
from regrade.tui.widgets.lines import Line, wrap

if TYPE_CHECKING:
    from regrade.log import Facet, Facets
    from regrade.log.stats import Finding


class FacetValues(Vertical):
    """Values with n, failures, rate and lift; drawn anew for every width.

    Attributes
    ----------
    found : Facets or None
        What is shown; None while it is counted, or cannot be.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="facet-values")
        self._glyphs = glyphs
        self.found: Facets | None = None
        self._order, self._reverse = "", False
        self._rows: list[Facet] = []
        self._broken: list[Finding] = []
        self._said = ""
        self._plot, self._heading = Lines(glyphs, id="facet-plot"), Lines(glyphs, id="facet-heading")
        self._list = LineList(glyphs, id="facet-table")

    def compose(self) -> ComposeResult:
        """Make the pane."""
        yield self._plot
        yield self._heading
        yield self._list

    def show(self, found: Facets, term: str, order: str, *, reverse: bool) -> None:
        """Show what was counted, the cursor on the value that ``term`` finds."""
        self._broken = self._broken if self.shows(found) else []
        self.found, self._said, self._order, self._reverse = found, "", order, reverse
        self._rows = facet_lines.ordered(found, order, reverse=reverse)
        self._list.cursor = next((at for at, row in enumerate(self._rows) if row.term == term), 0) if term else 0
        self.draw_again()

    def warn(self, findings: Sequence[Finding]) -> None:
        """Mark the spans of time in which a feed looks broken, and say so."""
        self._broken = broken(findings)
        if self._broken:
            self.draw_again()

    def say(self, text: str) -> None:
        """Show a word in place of values."""
        self.found, self._said, self._rows = None, text, []
        self.draw_again()

    def sort(self, order: str, *, reverse: bool) -> None:
        """Order the values; the cursor goes to the first."""
        if self.found is not None:
            self.show(self.found, "", order, reverse=reverse)

    def activate(self, active: bool) -> None:
        """Let the keys move in the values, or not."""
        self._list.activate(active)

    def on_resize(self, event: events.Resize) -> None:
        """Draw it for this width."""
        self.draw_again()

    # --- the cursor ----------------------------------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Position of the cursor."""
        return self._list.cursor

    @property
    def page(self) -> int:
        """Lines that fit."""
        return self._list.page

    @property
    def row(self) -> Facet | None:
        """The value under the cursor; None where there is none, or where it stands on the rarer ones."""
        return self._rows[self._list.cursor] if self._list.cursor < len(self._rows) else None

    @property
    def term(self) -> str:
        """What finds the predictions behind the value under the cursor."""
        return self.row.term if self.row is not None else ""

    @property
    def other_terms(self) -> str:
        """What finds all others."""
        return self.found.without(self.row) if self.found is not None and self.row is not None else ""

    def shows(self, found: Facets) -> bool:
        """Return whether it is this that is shown."""
        return self.found is found

    def refusal(self, term: str, found: Facets | None) -> str:
        """Return why ``term`` cannot narrow a filter down; empty where it can. ``found`` is what was counted last."""
        if found is None or not self.shows(found):
            return "nothing is counted yet"
        if self.row is None:
            return "rarer values have no row: a filter finds them" if found.rows else "there is nothing behind it"
        if not term:
            return "no expression can name this value"
        if term == self.term and not self.row.n:
            return "no prediction is there"
        return "" if safe_text(term, len(term)) == term else "the name of this column cannot be written into a filter"

    def move_to(self, position: int) -> None:
        """Put the cursor on a value."""
        if self._list.move_to(position):
            self._draw_plot()

    # --- drawing -------------------------------------------------------------------------------------------------------

    def draw_again(self) -> None:
        """Draw everything."""
        width, found = self.size.width - 1, self.found
        if not self.is_mounted or width < 4:
            return
        self._draw_plot()
        if found is None or not found.n:
            self._heading.show([[(f" {self._said or 'no prediction matches the filter'}", "dim")]])
            self._list.show([], 0)
            return
        shape = facet_lines.Shape.of(found, width - 1)
        said = [line for each in sentences(self._broken) for line in wrap(f"{self._glyphs.warning} {each}", width - 1)]
        head = facet_lines.heading(shape, found, self._order, reverse=self._reverse, glyphs=self._glyphs)
        self._heading.show([*([(f" {line}", "wrong")] for line in said), head])
        marked = self._marked(found)
        lines = [facet_lines.value_line(shape, row, found, self._glyphs, broken=id(row) in marked) for row in self._rows]
        self._list.show([*lines, *([facet_lines.others_line(shape, found)] if found.others else [])], self._list.cursor)

    def _draw_plot(self) -> None:
        found = self.found
        lines: list[Line] = []
        if found is not None:
            marked = self._marked(found)
            at = [at for at, row in enumerate(row for row in found.rows if row.value is not None) if id(row) in marked]
            lines = plot_lines(found, self.row, self.size.width - 1, self.size.height, self._glyphs, at)
        self._plot.show(lines)

    def _marked(self, found: Facets) -> set[int]:
        """The rows whose time a broken period reaches into."""
        return {id(found.rows[at]) for at in touched(found.rows, self._broken)} if found.kind == "times" else set()
