"""The Triage screen: the log in a grid, one prediction whole, the scoreboard; it routes messages and draws nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from regrade.tui import actions
from regrade.tui.glyphs import Glyphs
from regrade.tui.model import Decisions
from regrade.tui.screens.deciding import Deciding
from regrade.tui.screens.in_focus import InFocus
from regrade.tui.screens.looking import Looking
from regrade.tui.screens.status_lines import count_line, mode_bar, top_line
from regrade.tui.services.bundle import Services
from regrade.tui.services.decision_service import Decision, EvalSetOpened, History, Targets
from regrade.tui.services.engine_service import AnswersReady, BoardReady, EngineSaid, Heard
from regrade.tui.services.lane import Failed
from regrade.tui.services.log_messages import (
    BlocksReady,
    Counted,
    DecidedReady,
    FilterCounted,
    LogOpened,
    ResultsReady,
    ViewFailed,
    ViewReady,
    WholeRow,
)
from regrade.tui.services.saved_view import SavedView
from regrade.tui.widgets.bars import Bar, Rule
from regrade.tui.widgets.board_lines import Board
from regrade.tui.widgets.detail import DetailPane
from regrade.tui.widgets.filter_bar import FilterBar
from regrade.tui.widgets.grid import LogGrid
from regrade.tui.widgets.header import GridHeader
from regrade.tui.widgets.scoreboard import Scoreboard

if TYPE_CHECKING:
    pass

_WIDE = 100
_SMALLEST = (40, 10)


class TriageScreen(Screen[None]):
    """Browse, label, promote."""

    BINDINGS = actions.bindings()
    AUTO_FOCUS = "#grid"

    def __init__(self, services: Services, glyphs: Glyphs, saved: SavedView | None) -> None:
        super().__init__()
        self.services = services
        self._glyphs, self._saved = glyphs, saved
        self.decisions: Decisions = services.decisions.decisions
        self.grid = LogGrid(glyphs, self.decisions, id="grid")
        self.header = GridHeader(glyphs, id="header")
        self.detail_pane = DetailPane(glyphs, id="detail")
        self.filter_bar = FilterBar(id="filter")
        self.scoreboard = Scoreboard(glyphs, id="scoreboard")
        self._top, self._modes = Bar(id="top"), Bar(id="modes")
        self._rule, self._lower_rule = Rule(glyphs, id="rule", downwards=True), Rule(glyphs, id="lower-rule", downwards=False)
        self.looking = Looking(self.grid, services)
        self.in_focus = InFocus(self.detail_pane, services, self._current, self.set_timer)
        self.deciding = Deciding(self)
        self.zoom_level = 0
        self.version = ""
        self.predictions, self.failures = 0, None if saved is None else saved.failures
        self._live = False

    def compose(self) -> ComposeResult:
        """Make the screen."""
        yield self._top
        yield self.filter_bar
        yield self._rule
        with Horizontal(id="panes"):
            with Vertical(id="list"):
                yield self.header
                yield self.grid
            yield self.detail_pane
        yield self._lower_rule
        yield self.scoreboard
        yield self._modes
        yield Static("This terminal is too small: 40×10 is the least.", id="too-small", markup=False)

    def on_mount(self) -> None:
        """Paint what was on screen last, then begin to read."""
        self.detail_pane.show(None, f"reading the log{self._glyphs.ellipsis}")
        if self._saved is not None:
            self._restore(self._saved)
        self.show_lines()
        self.set_interval(5.0, self.services.decisions.seal_at_rest)
        self.call_after_refresh(self.services.begin)

    def _restore(self, saved: SavedView) -> None:
        self.decisions.saved = self.looking.restore(saved)
        self.decisions.modes = saved.mode_keys()
        self.predictions, self.version = saved.predictions, saved.version
        self.filter_bar.field.past = list(saved.filters)
        if saved.board is not None:
            self.scoreboard.show(saved.board, flash=False)

    def snapshot(self) -> SavedView | None:
        """Return what is on screen, to be painted first next time."""
        saved = self.looking.snapshot()
        if saved is not None:
            saved.predictions, saved.failures, saved.version = self.predictions, self.failures, self.version
            saved.modes = [(mode.id, mode.name, mode.digit) for mode in self.decisions.modes]
            saved.board = dict(self.scoreboard.board) if self.scoreboard.board else None
            saved.filters = self.filter_bar.field.past
        return saved

    # --- what commands use ---------------------------------------------------------------------------------------------

    def action_do(self, id: str) -> None:
        """Run an action of the registry."""
        actions.BY_ID[id].run(self)

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something, briefly; nothing in it is markup."""
        self.notify(text, severity="warning" if trouble else "information", timeout=6 if trouble else 3, markup=False)

    def decide(self, question: str, run: Callable[[Targets], None], *, advance: bool = True, needs_log: bool = False) -> None:
        """Decide on the marked rows, or on the one under the cursor."""
        self.deciding.decide(question, run, advance=advance, needs_log=needs_log)

    def look(self, *, where: str | None = None, sort: str | None = None) -> None:
        """Look for another filter or order."""
        self.looking.look(where, sort)

    def read_again(self) -> None:
        """Read decisions, order and scores anew; the cursor's row stays where it is."""
        self.services.decisions.refresh()
        self.looking.look(stay=True)
        self.services.engine.score()

    def move_column(self, by: int) -> None:
        """Move the column cursor."""
        if self.grid.columns.move(by):
            self.grid.columns_moved()
        self._show_header()

    def zoom(self, level: int) -> None:
        """-1: the grid alone; 0: grid and prediction; 1: the prediction alone."""
        self.zoom_level = level
        self.set_class(level > 0, "-zoomed")
        self.set_class(level < 0, "-grid-only")
        self._arrange()
        if level >= 0:
            self.in_focus.read()

    @property
    def zoomed(self) -> bool:
        """Whether the prediction is shown alone."""
        return self.zoom_level > 0

    @property
    def board(self) -> Board | None:
        """The scoreboard's numbers."""
        return self.scoreboard.board

    @property
    def has_target(self) -> bool:
        """Whether there is a prediction to decide on."""
        return self.deciding.count > 0

    def show_marks(self) -> None:
        """Say how many rows are marked."""
        self.filter_bar.say(count_line(self.looking, self.grid, self._glyphs))

    def leave(self) -> None:
        """Leave the app."""
        self.app.exit()

    # --- drawing -------------------------------------------------------------------------------------------------------

    def show_lines(self) -> None:
        """Draw the first line, the second and the last anew."""
        self._top.show(*top_line(self))
        self._modes.show(*mode_bar(self.decisions, self._glyphs))
        self.filter_bar.show(self.looking.where)
        self.show_marks()
        self._show_header()

    def _show_header(self) -> None:
        self.header.show(self.grid.columns, self.looking.sort)

    def on_resize(self, event: events.Resize) -> None:
        """Give up the detail pane where there is no room, and everything where there is none at all."""
        self.set_class(event.size.width < _WIDE, "-narrow")
        self.set_class(event.size.width < _SMALLEST[0] or event.size.height < _SMALLEST[1], "-too-small")
        self._arrange()

    def _arrange(self) -> None:
        self.in_focus.shown = self.zoomed or (not self.has_class("-narrow") and self.zoom_level == 0)
        self.call_after_refresh(self._join_rules)

    def _join_rules(self) -> None:
        both = self.detail_pane.display and not self.zoomed and self.in_focus.shown
        x = self.detail_pane.region.x if both else -1
        self._rule.join(x)
        self._lower_rule.join(x)
        self._show_header()
        self.show_marks()

    def _current(self) -> tuple[str, int] | None:
        key, address = self.grid.current_key, self.looking.address_at(self.grid.cursor)
        return (key, address) if key is not None and address is not None else None

    # --- hearing: widgets ----------------------------------------------------------------------------------------------

    @on(LogGrid.CursorMoved)
    def _cursor_moved(self) -> None:
        self.in_focus.moved()

    @on(LogGrid.RowsNeeded)
    def _rows_needed(self, event: LogGrid.RowsNeeded) -> None:
        self.looking.fetch(event.first, event.last, event.forwards)

    @on(LogGrid.Opened)
    def _row_opened(self) -> None:
        self.zoom(1)

    @on(FilterBar.Typed)
    def _filter_typed(self, event: FilterBar.Typed) -> None:
        self.services.log.count(event.text.strip())

    @on(FilterBar.Applied)
    def _filter_applied(self, event: FilterBar.Applied) -> None:
        self.looking.look(where=event.text)

    @on(FilterBar.Cancelled)
    def _filter_cancelled(self) -> None:
        self._close_filter()

    def _close_filter(self) -> None:
        self.filter_bar.leave()
        self._rule.complain("")
        self.grid.focus()
        self.show_lines()

    # --- hearing: the log ----------------------------------------------------------------------------------------------

    def on_log_opened(self, message: LogOpened) -> None:
        """The log can be asked."""
        self.predictions = message.n_rows
        self.filter_bar.suggester.learn(message.names)
        self.looking.log_opened(message)
        self.services.log.locate_decided()

    def on_view_ready(self, message: ViewReady) -> None:
        """A view is here; the first one starts the engine."""
        if message.generation != self.services.log.generation:
            return
        self.looking.view_ready(message)
        if self.filter_bar.editing:
            self.filter_bar.field.remember(message.where)
            self.filter_bar.applied = message.where
            self._close_filter()
        self.show_lines()
        if not len(message.addresses):
            self.in_focus.clear("no prediction matches the filter: / changes it" if message.where else "the log is empty")
        if not self._live:
            self._live = True
            self.services.engine.start()

    def on_view_failed(self, message: ViewFailed) -> None:
        """A filter cannot be."""
        self.looking.view_failed(message)
        if self.filter_bar.editing:
            self._rule.complain(message.text)
        else:
            self.say(message.text, trouble=True)

    def on_blocks_ready(self, message: BlocksReady) -> None:
        """Rows arrived."""
        self.looking.blocks_ready(message)
        self._show_header()
        if self.detail_pane.detail is None:
            self.in_focus.moved()

    def on_filter_counted(self, message: FilterCounted) -> None:
        """What the filter that is being typed would leave."""
        if self.filter_bar.editing:
            self._rule.complain(message.error)
            self.filter_bar.say("" if message.count is None else f"{message.count:,} of {self.looking.n_log_rows:,}")

    def on_counted(self, message: Counted) -> None:
        """How the predictions of the log turned out."""
        self.predictions, self.failures = message.predictions, message.failures
        self._top.show(*top_line(self))

    def on_results_ready(self, message: ResultsReady) -> None:
        """What every row turned out to be."""
        self.looking.results_ready(message)

    def on_decided_ready(self, message: DecidedReady) -> None:
        """Which rows were decided on."""
        self.looking.decided_ready(message)

    def on_whole_row(self, message: WholeRow) -> None:
        """One prediction, whole."""
        self.in_focus.row(message)

    # --- hearing: decisions and engine ---------------------------------------------------------------------------------

    def on_eval_set_opened(self, message: EvalSetOpened) -> None:
        """Decisions are known."""
        self.decisions.saved = {}
        self.version = message.version
        self.grid.refresh()
        self.show_lines()

    def on_decision(self, message: Decision) -> None:
        """A decision is on the disk: now it may be shown."""
        self.version = message.version
        self.grid.rows_changed(message.keys)
        self.show_lines()
        self.in_focus.decided(message.keys)
        self.services.log.locate_decided()
        if message.said:
            self.say(message.said)
        if message.scores:
            self.services.engine.score()

    def on_history(self, message: History) -> None:
        """What happened to a prediction."""
        self.in_focus.history(message)

    def on_heard(self, message: Heard) -> None:
        """The engine said something."""
        told = self.services.engine.handle(message.message)
        if told is not None:
            self.post_message(told)

    def on_board_ready(self, message: BoardReady) -> None:
        """Every candidate is scored."""
        self.scoreboard.show(message.board)
        self._top.show(*top_line(self))
        self.in_focus.scored()

    def on_engine_said(self, message: EngineSaid) -> None:
        """How far scoring is, or what is wrong."""
        self.scoreboard.say(message.text)
        if message.trouble:
            self.say(message.text, trouble=True)

    def on_answers_ready(self, message: AnswersReady) -> None:
        """What the candidates say of one prediction."""
        self.in_focus.answers(message)

    def on_failed(self, message: Failed) -> None:
        """A service could not do what was asked."""
        if message.lane == "open":
            self.in_focus.clear(message.text)
        self.say(message.text, trouble=True)
