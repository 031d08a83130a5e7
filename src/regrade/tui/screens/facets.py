"""The facets screen: on the left the columns of the log, on the right how often each value of one fails, under the filter that holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import on
from textual.timer import Timer
from textual.widgets import Input

from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.facet_columns import FacetColumn
from regrade.tui.glyphs import Glyphs
from regrade.tui.screens.facets_frame import FacetsFrame
from regrade.tui.screens.facets_state import FacetsState
from regrade.tui.services.bundle import Services
from regrade.tui.services.facet_messages import FacetsFailed, FacetsReady
from regrade.tui.services.survey_messages import FeedLooked
from regrade.tui.widgets.facet_lines import title
from regrade.tui.widgets.finder import Finder
from regrade.tui.widgets.line_list import LineList, Lines

_WAIT_SECONDS = 0.15
"""So long the column before stays in sight while the next is counted."""


class FacetsScreen(FacetsFrame):
    """Count by the values of a column; Enter shows the predictions behind one.

    Parameters
    ----------
    then : callable
        Is told the filter that was drilled to, or None, once the screen is closed.
    """

    BINDINGS = actions.bindings(actions.FACET_ACTIONS)

    def __init__(
        self,
        services: Services,
        glyphs: Glyphs,
        keymap: Mapping[str, str],
        columns: Sequence[FacetColumn],
        state: FacetsState,
        then: Callable[[str | None], object],
    ) -> None:
        super().__init__(glyphs, columns)
        self._services, self.keymap, self._then = services, keymap, then
        self.state = state
        self._number = 0
        self.awaiting = False
        """Whether the column under the cursor is being counted."""
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        """Show what is known, and count."""
        self.show_frame(self.state.where, self.keymap)
        self._enter_pane(values=self.state.in_values)
        self.choose(self.state.column, anew=True)

    def laid_out(self) -> None:
        """Draw what depends on the room."""
        super().laid_out()
        self._show_columns()

    # --- what the app asks ---------------------------------------------------------------------------------------------

    @property
    def holding(self) -> bool:
        """Whether keys must wait: they are meant for values that are being counted."""
        return (self.awaiting and self.state.in_values) or self.columns.finder.waiting

    def give_up(self) -> None:
        """Wait no longer."""
        self.awaiting = False
        self._services.log.stop_facets()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the name of a column while it is typed."""
        return not (action == "do" and self.columns.finder.typing)

    def action_do(self, id: str) -> None:
        """Run an action of the registry."""
        actions.FACETS_BY_ID[id].run(self)

    # --- hearing -------------------------------------------------------------------------------------------------------

    def ready(self, message: FacetsReady) -> None:
        """Show what was counted."""
        if message.number == self._number:
            self._heard()
            self.state.counted[message.column] = message
            self._show_columns()
            self._show(message)

    def feed_looked(self, message: FeedLooked) -> None:
        """Mark where the feed of outcomes looks broken."""
        self.state.feed = message
        if message.where == self.state.where and self.columns.is_time(self.state.column):
            self.values.warn(message.findings)

    def failed(self, message: FacetsFailed) -> None:
        """Say why nothing was counted."""
        if message.number == self._number:
            self.troubled(message.text)

    def troubled(self, text: str) -> None:
        """Say what is wrong in place of values."""
        self._heard()
        self.values.say(f"{self._glyphs.warning} {safe_text(text, 500)}")
        self._title()
        self.say(text, trouble=True)

    def _heard(self) -> None:
        self.awaiting = False
        if self._timer is not None:
            self._timer.stop()

    @on(LineList.Clicked)
    def _clicked(self, event: LineList.Clicked) -> None:
        event.stop()
        if event.list is self.columns.lines:
            self._enter_pane(values=False)
            self._move_column(event.position)
        elif not self.awaiting:
            self._enter_pane(values=True)
            self.values.move_to(event.position)
            if event.times == 2:
                self.open()

    @on(Lines.Clicked)
    def _heading_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        if event.does and not self.holding:
            self.sort(event.does, reverse=event.does == self.state.order and not self.state.reverse)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.columns.finder.typing:
            self.columns.narrow(event.value)
            self._move_column(0)
            self._show_columns()

    @on(Finder.Moved)
    def _moved(self, event: Finder.Moved) -> None:
        event.stop()
        self._move_column(self.columns.lines.cursor + event.by)

    @on(Finder.Left)
    def _found(self, event: Finder.Left) -> None:
        event.stop()
        taken, column = self.columns.found(self.state.column, taken=event.taken)
        self._enter_pane(values=taken)
        self.choose(column)

    # --- what the keys do ----------------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Go to another value, or another column."""
        if self.state.in_values:
            self.values.move_to(self.values.cursor + by)
        else:
            self._move_column(self.columns.lines.cursor + by)

    def move_page(self, by: int) -> None:
        """Go a page up or down."""
        self.move(by * max((self.values.page if self.state.in_values else self.columns.lines.page) - 1, 1))

    def move_end(self, last: bool) -> None:
        """Go to the first or the last."""
        self.move(1_000_000 if last else -1_000_000)

    def enter_pane(self, *, values: bool) -> None:
        """Go to the values, or to the columns."""
        self._enter_pane(values=values)

    def find(self) -> None:
        """Type the name of a column."""
        self._enter_pane(values=False)
        self.columns.find(self.state.column)

    def sort(self, order: str, *, reverse: bool) -> None:
        """Order the values."""
        self.state.order, self.state.reverse = order, reverse
        self.values.sort(order, reverse=reverse)

    def open(self) -> None:
        """From the columns to the values; from the values to the predictions behind one."""
        if self.state.in_values:
            self.drill(self.values.term)
        else:
            self._enter_pane(values=True)

    def exclude(self) -> None:
        """To all predictions but those behind a value."""
        row, found = self.values.row, self.values.found
        if self.state.in_values and row is not None and found is not None and row.n == found.n:
            self.say("nothing would be left")
        elif self.state.in_values:
            self.drill(self.values.other_terms)
        else:
            self.say("right goes to the values; there ! leaves one out")

    def drill(self, term: str) -> None:
        """Narrow the filter down, and close."""
        message = self.state.counted.get(self.state.column)
        refusal = self.values.refusal(term, message.found if message is not None else None)
        if message is None or refusal:
            self.say(refusal)
        else:
            self.state.term = self.values.term
            self.answer(f"{message.before}{term}")

    def count_again(self) -> None:
        """Forget what was counted, and count."""
        self.state.counted.clear()
        self.state.feed = None
        self.choose(self.state.column, anew=True)

    def answer(self, where: str | None) -> None:
        """Close, once; then the grid is what keys are meant for."""
        if self.app.screen is self:
            self._heard()
            self._services.log.stop_facets()
            self._services.survey.stop_feed()
            self.app.pop_screen()
            self._then(where)

    def choose(self, asked: str, *, anew: bool = False) -> None:
        """Show the facets of a column: what is known of it, or, counted now, in place of the column before."""
        other = asked != self.state.column
        self.state.column = asked
        if other:
            self.state.term = ""
        self._show_columns()
        known = self.state.counted.get(asked)
        if known is not None:
            self._heard()
            self._show(known)
        if known is None or anew:
            self.awaiting = known is None
            self._number = self._services.log.facets(asked, self.state.where)
            if known is None:
                if self._timer is not None:
                    self._timer.stop()
                self._timer = self.set_timer(_WAIT_SECONDS, self._still_counting)
        else:
            self._number = -1
            self._services.log.stop_facets()

    # --- drawing -------------------------------------------------------------------------------------------------------

    def _still_counting(self) -> None:
        self.values.say(f"counting{self._glyphs.ellipsis}")
        self._title()

    def _show(self, message: FacetsReady) -> None:
        self.values.show(message.found, self.state.term, self.state.order, reverse=self.state.reverse)
        self._title()
        of_time = self.columns.is_time(self.state.column)
        if of_time and self.state.feed is not None:
            self.feed_looked(self.state.feed)
        elif of_time:
            self._services.survey.ask_feed(self.state.where)

    def _title(self) -> None:
        name = self.columns.name_of(self.state.column)
        self.top.show(*title(self._services.paths.root.name, name, self.values.found, self._glyphs))

    def _move_column(self, position: int) -> None:
        asked = self.columns.at(position)
        if asked is not None:
            self.choose(asked)

    def _show_columns(self) -> None:
        self.columns.show(self.state.column, {asked: message.found for asked, message in self.state.counted.items()})

    def _enter_pane(self, *, values: bool) -> None:
        self.state.in_values = values
        self.values.activate(values)
        self.columns.lines.activate(not values)
