"""The panes of the Triage screen and the lines that frame them: how they share the room, how they are drawn anew."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Static

from regrade.expressions.filters import highlighted
from regrade.safe_text import safe_text
from regrade.tui.glyphs import Glyphs
from regrade.tui.model import Decisions
from regrade.tui.screens.ahead import Ahead
from regrade.tui.screens.in_focus import InFocus
from regrade.tui.screens.looking import Looking
from regrade.tui.screens.pressing import Pressing
from regrade.tui.screens.status_lines import count_line, mode_bar, top_line
from regrade.tui.services.bundle import Services
from regrade.tui.services.lane import Failed
from regrade.tui.services.log_messages import ViewBegun
from regrade.tui.widgets.bars import Bar, Rule
from regrade.tui.widgets.board_lines import Board
from regrade.tui.widgets.detail import DetailPane
from regrade.tui.widgets.filter_bar import FilterBar
from regrade.tui.widgets.finder import Finder
from regrade.tui.widgets.grid import LogGrid
from regrade.tui.widgets.header import GridHeader
from regrade.tui.widgets.scoreboard import Scoreboard

_WIDE = 100
_SMALLEST = (40, 10)
_SAID_SECONDS, _TROUBLE_SECONDS = 4.0, 12.0
_SHORT = 24
"""Characters of a file's name on the rule, whole; half of that where it is longer."""


class Panes(Pressing):
    """The grid with its header, one prediction whole, the scoreboard.

    Attributes
    ----------
    zoom_level : int
        -1: the grid alone; 0: grid and prediction; 1: the prediction alone.
    """

    def __init__(self, services: Services, glyphs: Glyphs) -> None:
        super().__init__()
        self.services = services
        self.glyphs = glyphs
        self.decisions: Decisions = services.decisions.decisions
        self.grid = LogGrid(glyphs, self.decisions, id="grid")
        self.header = GridHeader(glyphs, id="header")
        self.detail_pane = DetailPane(glyphs, id="detail")
        self.finder = Finder(id="detail-find", placeholder="words in this prediction")
        self.filter_bar = FilterBar(glyphs, id="filter")
        self.scoreboard = Scoreboard(glyphs, id="scoreboard")
        self.top, self.modes = Bar(glyphs, id="top"), Bar(glyphs, id="modes", firm=True)
        self.rule, self.lower_rule = Rule(glyphs, id="rule", downwards=True), Rule(glyphs, id="lower-rule", downwards=False)
        self.looking = Looking(self.grid, services)
        ahead = Ahead(self.grid, self.looking, services)
        self.in_focus = InFocus(self.detail_pane, services, self._current, self.set_timer, ahead)
        self._silence: Timer | None = None
        self._beside = False
        """Whether a complaint stands beside the rule."""
        self.zoom_level = 0
        self._scrolled = 0
        self.version = ""
        self.predictions = 0
        self.failures: int | None = None
        self.keymap: dict[str, str] = {}
        """Action id → keys, as the personal settings remap them."""

    def compose(self) -> ComposeResult:
        """Make the screen."""
        yield self.top
        yield self.filter_bar
        yield self.rule
        with Horizontal(id="panes"):
            with Vertical(id="list"):
                yield self.header
                yield self.grid
            yield self.detail_pane
        yield self.finder
        yield self.lower_rule
        yield self.scoreboard
        yield self.modes
        yield self.filter_bar.dropdown
        yield Static("This terminal is too small: 40×10 is the least.", id="too-small", markup=False)

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something, on the rule above the scoreboard, for a few seconds."""
        if self._beside:
            self._beside = False
            self.app.clear_notifications()
        self.lower_rule.say(text, trouble=trouble)
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(_TROUBLE_SECONDS if trouble else _SAID_SECONDS, partial(self.lower_rule.say, ""))

    def complain(self, error: Failed) -> None:
        """Tell the person what went wrong: all of it where the rule has room, else what is wrong there and the whole beside it.

        Another screen that is shown says it itself.
        """
        whole = error.text.replace(f"{self.services.paths.root}{os.sep}", "")
        if cell_len(whole) <= self.size.width - 8:
            self.say(whole, trouble=True)
            return
        place = Path(error.where).name
        place = place if len(place) <= _SHORT else f"{place[: _SHORT // 2]}…"
        self.say(f"{place}: {error.what}" if place else error.what, trouble=True)
        self._beside = True
        if self.app.current_mode != self.app.DEFAULT_MODE:
            return
        self.app.notify(safe_text(whole, 600), severity="warning", timeout=_TROUBLE_SECONDS, markup=False)

    @property
    def said(self) -> str:
        """What the person is being told."""
        return self.lower_rule.said

    def move_column(self, by: int) -> None:
        """Move the column cursor."""
        if self.grid.columns.move(by):
            self.grid.columns_moved()
        self.show_header()

    def zoom(self, level: int, *, top: int = 0) -> None:
        """-1: the grid alone; 0: grid and prediction; 1: the prediction alone, from line ``top``."""
        opening, closing = level > 0 and not self.zoomed, level <= 0 and self.zoomed
        if opening:
            self._scrolled = self.detail_pane.scroll_offset.y
            self.detail_pane.begin_at(self.grid.current_key or "", top)
        self.zoom_level = level
        self.set_class(level > 0, "-zoomed")
        self.set_class(level < 0, "-grid-only")
        self._show_keys()
        self._arrange()
        if level >= 0:
            self.in_focus.read()
        if opening:  # now: a key that scrolls may follow
            self.detail_pane.scroll_to(y=0, animate=False, force=True, immediate=True)
        elif closing:  # once it is laid out: before, the narrower pane would not let it scroll as far
            self.call_after_refresh(self.detail_pane.scroll_to, y=self._scrolled, animate=False, force=True)

    @property
    def promotable(self) -> str:
        """What ``p`` promotes; empty where it is the row under the cursor, or what is marked."""
        return ""

    @property
    def zoomed(self) -> bool:
        """Whether the prediction is shown alone."""
        return self.zoom_level > 0

    @property
    def first_line(self) -> int:
        """The first line of a prediction that is shown alone."""
        return self.detail_pane.first_line if self.zoomed else 0

    @property
    def board(self) -> Board | None:
        """The scoreboard's numbers."""
        return self.scoreboard.board

    def show_marks(self) -> None:
        """Say how many rows are there and marked; of a filter that is typed another number stands there."""
        if not self.filter_bar.changed:
            self.filter_bar.say(count_line(self.looking, self.grid, self.glyphs))

    def show_lines(self) -> None:
        """Draw the first line, the second and the last anew."""
        self.top.show(*top_line(self))
        self._show_keys()
        self.filter_bar.show(self.looking.where)
        words = highlighted(self.looking.where, self.looking.names)
        self.detail_pane.mark(words)
        live = self.looking.addresses is not None
        self.grid.mark(words, self.looking.searched if words and live else frozenset())
        self.show_marks()
        self.show_header()

    def _show_keys(self) -> None:
        self.modes.show(*mode_bar(self.decisions, self.glyphs, self.keymap, self.promotable, opened=self.zoomed))

    def on_view_begun(self, message: ViewBegun) -> None:
        """The first rows of a large view are here."""
        if message.generation == self.services.log.generation:
            self.looking.view_begun(message)
            self.show_lines()

    def lets_through(self, key: str) -> bool:
        """Whether a key need not wait for the rest of a view: it moves among its first rows."""
        bound = self.active_bindings.get(key)
        typed = self.filter_bar.waiting or self.filter_bar.awaiting_values
        return bound is not None and not typed and self.looking.can_do(bound.binding.id or "")

    def show_header(self) -> None:
        """Draw the names of the columns."""
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
        self.rule.join(x)
        self.lower_rule.join(x)
        self.filter_bar.field.placed_anew(room=not self.has_class("-too-small"))
        self.show_header()
        self.show_marks()

    def _current(self) -> tuple[str, int] | None:
        key, address = self.grid.current_key, self.looking.address_at(self.grid.cursor)
        return (key, address) if key is not None and address is not None else None
