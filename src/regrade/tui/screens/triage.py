"""The Triage screen: it routes what keys, widgets and services say."""

from __future__ import annotations

from textual import on
from textual.message import Message
from textual.widgets import Input

from regrade.tui import actions
from regrade.tui.commands import switch
from regrade.tui.glyphs import Glyphs
from regrade.tui.screens.arranging import Arranging
from regrade.tui.screens.deciding import Deciding
from regrade.tui.screens.faceting import Faceting
from regrade.tui.screens.failing import failed
from regrade.tui.screens.finding import Finding
from regrade.tui.screens.jumping import Jumping
from regrade.tui.screens.keeping import KEEP_SECONDS, Keeping
from regrade.tui.screens.panes import Panes
from regrade.tui.screens.reading import Reading
from regrade.tui.screens.scoring import ScoringShown
from regrade.tui.screens.searching import Searching
from regrade.tui.screens.settling import Settling
from regrade.tui.screens.status_lines import no_estimate
from regrade.tui.screens.viewing import Viewing
from regrade.tui.services.bundle import Services
from regrade.tui.services.decision_messages import Decision, Deeds, Disputed, EvalSetOpened, History, MembersChanged, Refused, TakingBack
from regrade.tui.services.engine_messages import AnswersReady, BoardDone, BoardReady, EngineSaid, Heard, Replayed, Scoring
from regrade.tui.services.facet_messages import FacetsFailed, FacetsReady
from regrade.tui.services.find_messages import FilterCounted, PastFilters, ValuesKnown, ViewKept, ViewsRead
from regrade.tui.services.lane import Failed
from regrade.tui.services.log_messages import (
    BlocksReady,
    Counted,
    DecidedReady,
    LogOpened,
    ResultsReady,
    ViewFailed,
    ViewReady,
    WholeRow,
)
from regrade.tui.services.saved_view import SavedView
from regrade.tui.services.survey_messages import FeedLooked, UsualKnown
from regrade.tui.widgets.completions import Completions
from regrade.tui.widgets.filter_bar import FilterBar
from regrade.tui.widgets.finder import Finder
from regrade.tui.widgets.grid import LogGrid
from regrade.tui.widgets.header import GridHeader
from regrade.tui.widgets.scoreboard import Scoreboard

LOOK_OUTSIDE_SECONDS = 1.5
"""So often the folder of the eval set is looked at: what others decided shows within two of them."""


class TriageScreen(Panes):
    """Browse, label, promote."""

    BINDINGS = actions.bindings()
    AUTO_FOCUS = "#grid"

    def __init__(self, services: Services, glyphs: Glyphs, saved: SavedView | None) -> None:
        super().__init__(services, glyphs)
        self._saved = saved
        self.failures = None if saved is None else saved.failures
        self.deciding = Deciding(self)
        self.jumping = Jumping(self)
        self.settling = Settling(self)
        self.faceting = Faceting(self)
        self.finding = Finding(self)
        self.reading = Reading(self)
        self.viewing = Viewing(self)
        self.arranging = Arranging(self)
        self.searching = Searching(self, "a prediction", self.grid)
        self.scoring = ScoringShown(self)
        self.keeping = Keeping(self)
        self.read_decisions = False

    def on_mount(self) -> None:
        """Paint what was on screen last, then begin to read."""
        self.detail_pane.show(None, f"reading the log{self.glyphs.ellipsis}")
        if self._saved is not None:
            self._restore(self._saved)
        self.show_lines()
        self.set_interval(5.0, self.services.decisions.seal_at_rest)
        self.set_interval(LOOK_OUTSIDE_SECONDS, self.services.decisions.look_outside)
        self.set_interval(KEEP_SECONDS, self.keeping.look)
        if self._saved is None:
            self.services.begin(rows_first=True)  # there is nothing to paint before
        else:
            self.call_after_refresh(self.services.begin)

    def _restore(self, saved: SavedView) -> None:
        self.decisions.saved = self.looking.restore(saved)
        self.decisions.modes = saved.mode_keys()
        self.predictions, self.version = saved.predictions, saved.version
        if saved.board is not None:
            self.scoreboard.show(saved.board, flash=False)
        self.zoom(max(-1, min(saved.zoom, 1)), top=max(saved.scroll, 0))
        if saved.facets is not None:
            self.call_later(self.faceting.restore, saved.facets)

    def snapshot(self) -> SavedView | None:
        """Return what is on screen, to be painted first next time."""
        saved = self.looking.snapshot()
        if saved is not None:
            saved.predictions, saved.failures, saved.version = self.predictions, self.failures, self.version
            saved.modes = [(mode.id, mode.name, mode.digit) for mode in self.decisions.modes]
            saved.board, saved.facets = self.scoreboard.kept(), self.faceting.kept()
            saved.zoom, saved.scroll = self.zoom_level, self.first_line
        return saved

    # --- what commands use ---------------------------------------------------------------------------------------------

    def action_do(self, id: str) -> None:
        """Run an action of the registry."""
        self.deciding.act(id)
        actions.BY_ID[id].run(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the filter while it is typed."""
        return not (action == "do" and (self.filter_bar.typing or self.searching.typing))

    @property
    def promotable(self) -> str:
        """What ``p`` promotes, where that is what was labelled just before."""
        return self.deciding.just.name if self.deciding.just else ""

    @property
    def holding(self) -> bool:
        """Whether keys must wait: another view was asked for, and the one on screen is not what they are meant for."""
        parts = (self.deciding, self.jumping, self.settling, self.viewing, self.searching)
        return self.looking.awaiting or self.filter_bar.waiting or self.filter_bar.awaiting_values or any(part.holding for part in parts)

    def give_up(self) -> None:
        """Stay with the view that is shown, after all; wait no longer for a decision, which is made all the same."""
        self.deciding.let_keys_go()
        for part in (self.jumping, self.settling, self.viewing, self.searching):
            part.give_up()
        self.filter_bar.field.go_on(act=False)
        if self.looking.awaiting or self.filter_bar.waiting:
            self.looking.give_up()
            self.close_filter()

    def look(self, *, where: str | None = None, sort: str | None = None) -> None:
        """Look for another filter or order."""
        self.looking.look(where, sort)

    def read_again(self) -> None:
        """Read decisions, order and scores anew; the cursor's row stays where it is."""
        self.services.decisions.refresh()
        self.services.log.open()
        self.services.engine.score()

    def leave(self) -> None:
        """Leave the app."""
        self.app.exit()

    # --- hearing: widgets ----------------------------------------------------------------------------------------------

    @on(LogGrid.CursorMoved)
    def _cursor_moved(self) -> None:
        self.deciding.cursor_at(self.grid.cursor)
        self.in_focus.moved()

    @on(LogGrid.RowsNeeded)
    def _rows_needed(self, event: LogGrid.RowsNeeded) -> None:
        self.looking.fetch(event.first, event.last, event.forwards)

    @on(LogGrid.Opened)
    def _row_opened(self) -> None:
        self.zoom(1)

    @on(GridHeader.Pressed)
    def _column_pressed(self, event: GridHeader.Pressed) -> None:
        if not self.holding and event.column in self.grid.columns.columns:
            self.move_column(self.grid.columns.columns.index(event.column) - self.grid.columns.cursor)
            self.press("sort")

    @on(FilterBar.Typed)
    def _filter_typed(self, event: FilterBar.Typed) -> None:
        self.finding.typed(event.text)

    @on(FilterBar.Applied)
    def _filter_applied(self, event: FilterBar.Applied) -> None:
        self.finding.rest()
        self.looking.look(where=event.text)

    @on(FilterBar.Cancelled)
    def close_filter(self) -> None:
        """Go from the line where a filter is typed to the rows."""
        self.finding.rest()
        self.filter_bar.leave()
        self.rule.complain("")
        self.set_focus(self.grid)
        self.show_lines()

    @on(FilterCounted)
    @on(ValuesKnown)
    @on(PastFilters)
    @on(ViewsRead)
    @on(ViewKept)
    @on(FilterBar.ValuesWanted)
    @on(Completions.Picked)
    def _found(self, message: Message) -> None:
        self.finding.hear(message)

    @on(Input.Changed, "#detail-find")
    @on(Finder.Moved)
    @on(Finder.Left)
    def _sought(self, message: Message) -> None:
        self.searching.hear(message)

    # --- hearing: the log ----------------------------------------------------------------------------------------------

    @on(LogOpened)
    @on(ViewReady)
    @on(ViewFailed)
    @on(BlocksReady)
    @on(Counted)
    @on(ResultsReady)
    @on(DecidedReady)
    @on(WholeRow)
    def _read(self, message: Message) -> None:
        self.reading.hear(message)

    @on(FacetsReady)
    @on(FacetsFailed)
    @on(FeedLooked)
    def _faceted(self, message: Message) -> None:
        self.faceting.hear(message)

    @on(History)
    @on(AnswersReady)
    @on(UsualKnown)
    def _about_row(self, message: Message) -> None:
        self.in_focus.hear(message)

    # --- hearing: decisions and engine ---------------------------------------------------------------------------------

    def on_eval_set_opened(self, message: EvalSetOpened) -> None:
        """Decisions are known."""
        self.decisions.saved = {}
        self.version = message.version
        self.grid.refresh()
        self.show_lines()
        self.read_decisions = True
        self.finding.decided()
        self.services.log.locate_decided()
        self.deciding.read()

    def on_decision(self, message: Decision) -> None:
        """A decision is on the disk: now it may be shown."""
        self.version = message.version
        self.lower_rule.note(no_estimate(self.board or {}))
        said = "; ".join(part for part in (self.deciding.done(message), message.outside) if part)
        keys = () if message.outside else message.keys
        self.grid.rows_changed(keys)
        self.show_lines()
        self.in_focus.decided(keys)
        self.finding.decided()
        self.services.log.locate_decided()
        if said:
            self.say(said)

    def on_members_changed(self, _message: MembersChanged) -> None:
        """Scores may differ: they are asked for first."""
        self.services.engine.score()

    def on_refused(self, message: Refused) -> None:
        """Nothing was decided."""
        self.deciding.refused(message.ticket)
        self.lower_rule.note(no_estimate(self.board or {}))
        if message.said:
            self.say(message.said)

    @on(Disputed)
    @on(Deeds)
    @on(TakingBack)
    def _settled(self, message: Message) -> None:
        self.settling.hear(message)

    def on_heard(self, message: Heard) -> None:
        """The engine said something."""
        told = self.services.engine.handle(message.message)
        if told is not None:
            switch.switching(self).post(told)

    @on(Scoring)
    @on(BoardDone)
    @on(BoardReady)
    @on(EngineSaid)
    @on(Replayed)
    @on(Scoreboard.Pressed)
    def _scored(self, message: Message) -> None:
        self.scoring.hear(message)

    def on_failed(self, message: Failed) -> None:
        """A service could not do what was asked."""
        failed(self, message)
