"""The Eval set screen: its examples, by tabs; what waits, what is pinned, disputed or retired; what each session changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.commands.evalset import ACTIONS
from regrade.tui.screens.deciding_place import DecidingPlace
from regrade.tui.screens.example_asking import ExampleAsking
from regrade.tui.screens.example_blocks import ExampleBlocks
from regrade.tui.screens.example_opened import Opened
from regrade.tui.screens.example_table import ExampleTable
from regrade.tui.screens.searching import Searching
from regrade.tui.services.decision_messages import Decision, Targets
from regrade.tui.services.engine_messages import AnswersReady, BoardReady
from regrade.tui.services.example_messages import (
    TABS,
    ExampleRead,
    ExampleRow,
    ExampleRows,
    ExamplesListed,
    SessionRead,
    SessionsRead,
    TabsCounted,
)
from regrade.tui.services.lane import Failed
from regrade.tui.services.outcome import named
from regrade.tui.services.survey_messages import UsualKnown
from regrade.tui.widgets import example_lines
from regrade.tui.widgets.detail import DetailPane
from regrade.tui.widgets.finder import Finder
from regrade.tui.widgets.line_list import LineList, Lines
from regrade.tui.widgets.marked_list import MarkedList
from regrade.tui.widgets.orders import Ordering


class EvalSetScreen(DecidingPlace):
    """Examples and what can be decided on them; Enter opens one.

    Attributes
    ----------
    tab : str
        One of :data:`regrade.tui.services.example_messages.TABS`.
    keys : sequence of str
        Of its examples; of the versions, the ids of the sessions.
    words : tuple of str
        Key, mode, origin and expected value must contain them all, together.
    """

    PLACE = "evalset"
    ACTIONS = ACTIONS
    BINDINGS = actions.bindings(ACTIONS)
    HEARS: ClassVar[tuple[type[Message], ...]] = (
        *DecidingPlace.HEARS,
        *(ExamplesListed, TabsCounted, ExampleRows, ExampleRead, SessionsRead, SessionRead, AnswersReady, BoardReady, UsualKnown),
    )

    def on_mount(self) -> None:
        """Begin where one was last."""
        tab, at = self.restored.get("tab"), self.restored.get("key")
        self.tab = tab if tab in TABS else TABS[0]
        self._at = at if isinstance(at, str) else ""
        self.words: tuple[str, ...] = ()
        self.asking = ExampleAsking(self, self.restored.get("order"))
        self.keys_shown: Sequence[str] = ()
        self._position = 0
        self.blocks = ExampleBlocks(lambda number: self.services.examples.rows(self.asking.generation, number))
        self.table = ExampleTable(self)
        self._bulk = 0

    def body(self) -> Iterable[Widget]:
        """Return the list, and what is opened in place of it."""
        self.heading, self.list = Lines(self.glyphs, id="example-heading"), MarkedList(self.glyphs, id="example-list")
        self.detail_pane, self.story = DetailPane(self.glyphs, id="example-detail"), LineList(self.glyphs, id="example-story")
        self.finder = Finder(id="detail-find", placeholder="words in this example")
        self.opened: Opened = Opened(self)
        self.searching: Searching = Searching(self, "an example")
        return self.heading, self.list, self.detail_pane, self.story, self.finder

    def kept(self) -> dict[str, Any]:
        """Return the tab, its order, the example under the cursor, and its first line where it is open."""
        kept = {"tab": self.tab, "key": self._at, "order": self.asking.order.kept()}
        return kept | {"open": self.detail_pane.first_line} if self.zoomed else kept

    # --- what commands use ---------------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The key of the example under the cursor; empty, and said, where there is none."""
        if self.tab == "versions" or not self.keys_shown:
            self.say("choose an example: left goes to them" if self.tab == "versions" else "there is no example here")
            return ""
        return self._at

    def aim(self) -> tuple[str, ...]:
        """Return the keys that a decision is about: what is marked, in the order of the tab, else the example under the cursor."""
        self.list.end_range()
        self.show_marks()
        marked = self.list.marked
        if not marked:
            return (key,) if (key := self.current) else ()
        return tuple(self.keys_shown) if len(marked) == len(self.keys_shown) else tuple(key for key in self.keys_shown if key in marked)

    def decide_on(self, keys: Sequence[str], run: Callable[[Targets], None]) -> None:
        """Decide on examples in one step; once it is done nothing is marked."""
        self._bulk = self.decide(run, *keys)

    @property
    def row(self) -> ExampleRow | None:
        """The example under the cursor, once it is read."""
        return self.row_at(self.list.cursor)

    @property
    def keys_here(self) -> Sequence[tuple[str, str]]:
        """What the last line says of the list, or of what is open."""
        return example_lines.hints(self.tab, opened=self.opened.shown)

    def row_at(self, position: int) -> ExampleRow | None:
        """Return the example at a position, if it is read and is still there."""
        return self.blocks.at(position, self.keys_shown[position]) if position < len(self.keys_shown) else None

    def move_to(self, position: int) -> None:
        """Put the cursor on an example, and open that where one is open; go on in a session that is open."""
        if self.opened.shown and not self.zoomed:
            self.opened.scroll(position - self.list.cursor)
        elif self.keys_shown:
            self.list.move_to(position)
            self._position, self._at = self.list.cursor, self.keys_shown[self.list.cursor]
            self.opened.follow(self._at)
            if self.list.range_from is not None:
                self.show_marks()

    @property
    def zoomed(self) -> bool:
        """Whether an example is open."""
        return self.opened.shown and self.tab != "versions"

    @property
    def typing(self) -> bool:
        """Whether it is typed what to search for."""
        return self.searching.typing

    @property
    def holding(self) -> bool:
        """Whether keys must wait."""
        return super().holding or self.asking.holding or self.searching.holding

    def give_up(self) -> None:
        """Wait no longer."""
        super().give_up()
        self.asking.give_up()
        self.searching.give_up()

    def show_tab(self, tab: str) -> None:
        """Show another tab."""
        self.opened.close()
        self.list.clear()
        self.tab, self._position, self.keys_shown, self.table.sessions = tab, 0, (), ()
        self.blocks.clear()
        self.show_keys(())
        self._read()
        self._show()

    def press(self, does: str) -> None:
        """Show the tab that was pressed, or do what another key does."""
        (self.show_tab if does in TABS else super().press)(does)

    def find(self, text: str) -> None:
        """Show only examples that these words are said of; none: all."""
        self.words = tuple(text.casefold().split())
        self._read()

    def nothing_disputed(self, message: Any) -> str:
        """Return where there are disputes."""
        return "nobody disagrees on this one" + ("; the disputed tab shows those" if message.elsewhere else "")

    # --- hearing -------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read the tab, and what is open."""
        self.asking.read()
        self.opened.read()

    def read_anew(self) -> None:
        """Read the tab, each example where the order has it now; what is decided moves nothing."""
        self.asking.anew()
        self._read()

    def sort(self, change: Callable[[Ordering], object]) -> None:
        """Put the examples into another order, and look at the first."""
        self.asking.sort(change)
        self._position, self._at = 0, ""
        self._read()

    def on_examples_listed(self, message: ExamplesListed) -> None:
        """Show the keys; rows are read as they are drawn."""
        if message.generation == self.asking.generation:
            self.table.version = message.version
            self.blocks.ask_anew()
            self._take(message.keys)

    def on_sessions_read(self, message: SessionsRead) -> None:
        """Show the sessions."""
        if message.generation == self.asking.generation:
            self.table.sessions = message.sessions
            self._take([session.id for session in message.sessions])

    def _take(self, keys: Sequence[str]) -> None:
        self.keys_shown = keys
        self.list.take(keys)
        here = self._position < len(keys) and keys[self._position] == self._at
        if not here and self._at in keys:
            self._position = keys.index(self._at)
        self._position = max(0, min(self._position, len(keys) - 1))
        self._at = keys[self._position] if keys else self._at
        self.opened.follow(self._at if keys else "")
        if keys and self.tab != "versions":
            self.opened.restore(self._at)
        self.have_read()
        self.asking.look_again()
        self._show()
        if not keys or self.tab == "versions":
            self.asking.count()

    def on_failed(self, message: Failed) -> None:
        """Wait for no row that cannot be read; Textual calls the handler of :class:`DecidingPlace` as well."""
        if message.lane == self.PLACE:
            self.asking.give_up()

    def on_decision(self, message: Decision) -> None:
        """What was marked is decided on; Textual calls the handler of :class:`DecidingPlace` as well."""
        if message.ticket == self._bulk:
            self.list.clear()
            if message.kind == "label":
                self.say(f"labelled {named(message.keys)} {safe_text(self.services.decisions.decisions.of(message.keys[0]).mode, 60)}")

    def on_tabs_counted(self, message: TabsCounted) -> None:
        """Show how much is where."""
        self.table.counts = message.counts
        self.table.show_tabs()

    def on_example_rows(self, message: ExampleRows) -> None:
        """Draw rows that were read."""
        if message.generation == self.asking.generation:
            self.blocks.take(message.block, message.rows)
            self.list.refresh()
            self.asking.count()
            self.asking.look_again()

    @on(ExampleRead)
    @on(SessionRead)
    @on(AnswersReady)
    @on(BoardReady)
    @on(UsualKnown)
    def _about_opened(self, message: Message) -> None:
        self.opened.hear(message)

    @on(Input.Changed, "#detail-find")
    @on(Finder.Moved)
    @on(Finder.Left)
    def _sought(self, message: Message) -> None:
        self.searching.hear(message)

    @on(Lines.Clicked)
    def _heading_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        if event.does and not self.holding:
            self.sort(lambda order: order.press(event.does))

    @on(LineList.Clicked)
    def _clicked(self, event: LineList.Clicked) -> None:
        event.stop()
        if not self.holding and event.list is self.list:
            self.move_to(event.position)
            if event.times == 2:
                self.action_do("open")

    # --- drawing -------------------------------------------------------------------------------------------------------

    def fit_to(self, width: int, height: int) -> None:
        """Draw anew, once there is room for it."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        self.table.show(self._position)

    def show_marks(self) -> None:
        """Say what is looked for and how much is marked."""
        self.table.show_marks()
