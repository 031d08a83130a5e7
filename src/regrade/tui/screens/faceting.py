"""Into the facets and back: which column they begin with, the filters that were drilled to, one upon another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.safe_text import safe_text
from regrade.tui.facet_columns import facet_columns
from regrade.tui.screens.facets_state import FacetsState
from regrade.tui.services.facet_messages import FacetsFailed, FacetsReady
from regrade.tui.services.log_messages import Anchor
from regrade.tui.services.saved_view import KeptFacets
from regrade.tui.services.survey_messages import FeedLooked
from regrade.tui.switching import HOME
from regrade.tui.widgets.facet_lines import ORDERS

if TYPE_CHECKING:
    from regrade.tui.screens.facets import FacetsScreen
    from regrade.tui.screens.triage import TriageScreen


@dataclass(frozen=True)
class Drilled:
    """A step from facets into one of their values.

    Attributes
    ----------
    state : FacetsState
        The facets as they were left.
    anchor : Anchor
        The row of the grid that the cursor was on before.
    where : str
        The filter that was drilled to.
    """

    state: FacetsState
    anchor: Anchor
    where: str


class Faceting:
    """Opens the facets, and takes the way back.

    Attributes
    ----------
    steps : list of Drilled
        The last one made last. A step holds while its filter does: one that somebody typed since is not taken away by Esc.
    """

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._screen: FacetsScreen | None = None
        self._last = ("", "")
        """The column of the grid's cursor when facets were left, and the column that was counted then."""
        self._anchor = Anchor()
        self.steps: list[Drilled] = []

    def open(self) -> None:
        """Count by the column under the cursor; where the cursor did not move since, by the one that was counted last.

        Where that was drilled into, keys move in the columns: it has one value now, and another column is wanted.
        """
        here = self._here()
        columns = facet_columns(self._triage.looking.columns)
        asked = self._last[1] if self._last[1] and self._last[0] == here else here
        if not any(column.asked == asked for column in columns):
            asked = columns[0].asked
        if self._triage.zoomed:
            self._triage.zoom(0)
        self._anchor = self._triage.looking.anchor()
        drilled = bool(self.steps) and self.steps[-1].where == self._triage.looking.where and self.steps[-1].state.column == asked
        self._show(FacetsState(self._triage.looking.where, asked, in_values=not drilled))

    def back(self) -> bool:
        """Go back to the facets that the filter was drilled from; return whether there are any."""
        if self.steps and self.steps[-1].where != self._triage.looking.where:
            self.steps.clear()
        if not self.steps:
            return False
        step = self.steps.pop()
        self._anchor = step.anchor
        self._triage.looking.look(where=step.state.where, at=step.anchor)
        kept = step.state.counted.get(step.state.column)
        step.state.counted = {step.state.column: kept} if kept is not None else {}
        self._show(step.state)
        return True

    def kept(self) -> KeptFacets | None:
        """Return what is to be found again at the next start: the facets that are open."""
        if self._screen is None:
            return None
        state, values = self._screen.state, self._screen.values
        return KeptFacets(state.column, state.order, state.reverse, values.term or state.term, state.in_values)

    def restore(self, kept: KeptFacets) -> None:
        """Open them again, unless there is no such column any more."""
        looking = self._triage.looking
        if self._screen is None and any(column.asked == kept.column for column in facet_columns(looking.columns)):
            order = kept.order if kept.order in ORDERS else ""
            state = FacetsState(looking.where, kept.column, order, kept.reverse, kept.term, kept.in_values)
            self._anchor = looking.anchor()
            self._show(state)

    def _show(self, state: FacetsState) -> None:
        from regrade.tui.screens.facets import FacetsScreen

        triage = self._triage
        columns = facet_columns(triage.looking.columns)
        self._screen = FacetsScreen(triage.services, triage.glyphs, triage.keymap, columns, state, self._closed)
        triage.app.push_screen(self._screen, mode=HOME)

    def _closed(self, where: str | None) -> None:
        assert self._screen is not None
        state, self._screen = self._screen.state, None
        self._last = (self._here(), state.column)
        if where is not None:
            if self.steps and self.steps[-1].where != state.where:
                self.steps.clear()
            self.steps.append(Drilled(state, self._anchor, where))
            self._triage.look(where=where)
            self._triage.services.find.remember(where)
            self._triage.say(f"{safe_text(where, 200)}: Esc goes back to the facets")

    def close(self) -> None:
        """Close the facets, if they are open: the grid is wanted."""
        if self._screen is not None:
            self._screen.answer(None)

    def _here(self) -> str:
        column = self._triage.grid.columns.current
        return column.asked if column is not None else ""

    def hear(self, message: Message) -> None:
        """A column was counted, or could not be; a feed was looked at."""
        match self._screen, message:
            case None, _:
                return
            case screen, FacetsReady():
                screen.ready(message)
            case screen, FacetsFailed():
                screen.failed(message)
            case screen, FeedLooked():
                screen.feed_looked(message)

    def troubled(self, text: str) -> None:
        """Something went wrong inside."""
        if self._screen is not None:
            self._screen.troubled(text)
