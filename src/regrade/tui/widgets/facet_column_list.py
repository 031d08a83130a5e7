"""The columns beside the facets: which there are, how much each tells, and a line to find one by a part of its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from regrade.tui.facet_columns import FacetColumn
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.facet_lines import column_lines
from regrade.tui.widgets.finder import Finder
from regrade.tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from regrade.log import Facets


class FacetColumnList(Vertical):
    """All columns, or those whose names hold what is typed.

    Parameters
    ----------
    columns : sequence of FacetColumn
        In their order.

    Attributes
    ----------
    all : list of FacetColumn
        Those, whatever is typed.
    """

    def __init__(self, glyphs: Glyphs, columns: Sequence[FacetColumn]) -> None:
        self.lines = LineList(glyphs, id="facet-list")
        self.finder = Finder(id="facet-find", placeholder="column")
        super().__init__(id="facet-columns")
        self.all = self._offered = list(columns)
        self._before = ""

    def compose(self) -> ComposeResult:
        """Make it."""
        yield self.finder
        yield self.lines

    def show(self, asked: str, counted: Mapping[str, Facets]) -> None:
        """Draw the columns, the cursor on ``asked``; ``counted`` are those whose values are known."""
        at = next((index for index, column in enumerate(self._offered) if column.asked == asked), 0)
        self.lines.show(column_lines(self._offered, dict(counted), self.lines.size.width), at)

    def at(self, position: int) -> str | None:
        """Return what the log is asked for at a position, or at the end that is nearer; None where no column is offered."""
        return self._offered[max(0, min(position, len(self._offered) - 1))].asked if self._offered else None

    def name_of(self, asked: str) -> str:
        """Return the name of a column."""
        return next((column.name for column in self.all if column.asked == asked), asked)

    def is_time(self, asked: str) -> bool:
        """Return whether a column is when predictions were made."""
        return any(column.asked == asked and column.about == "time" for column in self.all)

    def find(self, asked: str) -> None:
        """Let a name be typed; ``asked`` is where one was before."""
        self._before = asked
        self.finder.open()

    def narrow(self, typed: str) -> None:
        """Offer the columns whose names hold these words."""
        words = typed.casefold().split()
        self._offered = [column for column in self.all if all(word in column.name.casefold() for word in words)]

    def found(self, asked: str, *, taken: bool) -> tuple[bool, str]:
        """Offer all again, and close the line; return whether a column was found, and the one to go to.

        Enter may come before what was typed was heard: then it is the first that fits.
        """
        self.narrow(self.finder.value)
        taken = taken and bool(self._offered)
        if taken and all(column.asked != asked for column in self._offered):
            asked = self._offered[0].asked
        self._offered = self.all
        self.finder.close()
        return taken, asked if taken else self._before
