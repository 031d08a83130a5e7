"""The Eval set screen: its examples, by tabs; what waits, what is pinned, disputed or retired; what each session changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import on
from textual.message import Message
from textual.widget import Widget

from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.commands.evalset import ACTIONS
from regrade.tui.screens.deciding_place import DecidingPlace
from regrade.tui.screens.example_opened import Opened
from regrade.tui.services.decision_messages import Decision, Targets
from regrade.tui.services.engine_messages import AnswersReady, BoardReady
from regrade.tui.services.example_messages import (
    TABS,
    ExampleRead,
    ExampleRow,
    ExampleRows,
    ExamplesListed,
    Session,
    SessionRead,
    SessionsRead,
    TabsCounted,
)
from regrade.tui.services.example_service import BLOCK
from regrade.tui.widgets.detail import DetailPane
from regrade.tui.widgets.example_lines import EMPTY, example_heading, example_line, hints, session_heading, session_line, tabs
from regrade.tui.widgets.lazy_lines import LazyLines
from regrade.tui.widgets.line_list import LineList, Lines
from regrade.tui.widgets.lines import Line
from regrade.tui.widgets.marked_list import MarkedList

_BLOCKS = 64
"""So many stay in memory."""


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
        *(ExamplesListed, TabsCounted, ExampleRows, ExampleRead, SessionsRead, SessionRead, AnswersReady, BoardReady),
    )

    def on_mount(self) -> None:
        """Begin where one was last."""
        tab, at = self.restored.get("tab"), self.restored.get("key")
        self.tab = tab if tab in TABS else TABS[0]
        self._at = at if isinstance(at, str) else ""
        self.words: tuple[str, ...] = ()
        self.keys_shown: Sequence[str] = ()
        self._position = 0
        self._blocks: dict[int, Sequence[ExampleRow]] = {}
        self._wanted: set[int] = set()
        self._sessions: Sequence[Session] = ()
        self._counts: dict[str, int] = {}
        self._generation, self._version = 0, ""
        self._counted = self._bulk = 0

    def body(self) -> Iterable[Widget]:
        """Return the list, and what is opened in place of it."""
        self.heading, self.list = Lines(self.glyphs, id="example-heading"), MarkedList(self.glyphs, id="example-list")
        self.detail_pane, self.story = DetailPane(self.glyphs, id="example-detail"), LineList(self.glyphs, id="example-story")
        self.opened = Opened(self)
        return self.heading, self.list, self.detail_pane, self.story

    def kept(self) -> dict[str, Any]:
        """Return the tab, and the example under the cursor."""
        return {"tab": self.tab, "key": self._at}

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
        return hints(self.tab, opened=self.opened.shown)

    def row_at(self, position: int) -> ExampleRow | None:
        """Return the example at a position, if it is read and is still there."""
        block = self._blocks.get(position // BLOCK, ())
        offset = position % BLOCK
        found = block[offset] if offset < len(block) else None
        return found if found is not None and position < len(self.keys_shown) and found.key == self.keys_shown[position] else None

    def move_to(self, position: int) -> None:
        """Put the cursor on an example, or scroll what is open."""
        if self.opened.shown:
            self.opened.scroll(position - self.list.cursor)
        elif self.keys_shown:
            self.list.move_to(position)
            self._position, self._at = self.list.cursor, self.keys_shown[self.list.cursor]
            if self.list.range_from is not None:
                self.show_marks()

    def show_tab(self, tab: str) -> None:
        """Show another tab."""
        self.opened.close()
        self.list.clear()
        self.tab, self._position = tab, 0
        self.show_keys(())
        self._blocks, self.keys_shown, self._sessions = {}, (), ()
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
        self._generation = self.services.examples.read(self.tab, self.words)
        self.opened.read()

    def on_examples_listed(self, message: ExamplesListed) -> None:
        """Show the keys; rows are read as they are drawn."""
        if message.generation == self._generation:
            self._version, self._wanted = message.version, set()
            self._take(message.keys)

    def on_sessions_read(self, message: SessionsRead) -> None:
        """Show the sessions."""
        if message.generation == self._generation:
            self._sessions = message.sessions
            self._take([session.id for session in message.sessions])

    def _take(self, keys: Sequence[str]) -> None:
        self.keys_shown = keys
        self.list.take(keys)
        here = self._position < len(keys) and keys[self._position] == self._at
        if not here and self._at in keys:
            self._position = keys.index(self._at)
        self._position = max(0, min(self._position, len(keys) - 1))
        self._at = keys[self._position] if keys else self._at
        self.have_read()
        self._show()
        if not keys or self.tab == "versions":
            self._count()

    def on_decision(self, message: Decision) -> None:
        """What was marked is decided on; Textual calls the handler of :class:`DecidingPlace` as well."""
        if message.ticket == self._bulk:
            self.list.clear()

    def _count(self) -> None:
        """Count the tabs, once for each reading."""
        if self._counted != self._generation:
            self._counted = self._generation
            self.services.examples.count(self._generation)

    def on_tabs_counted(self, message: TabsCounted) -> None:
        """Show how much is where."""
        self._counts = dict(message.counts)
        self._show_tabs()

    def on_example_rows(self, message: ExampleRows) -> None:
        """Draw rows that were read."""
        if message.generation == self._generation:
            self._blocks.pop(message.block, None)
            self._blocks[message.block] = message.rows
            while len(self._blocks) > _BLOCKS:
                self._blocks.pop(next(iter(self._blocks)))
                self._wanted.clear()
            self.list.refresh()
            self._count()

    def on_example_read(self, message: ExampleRead) -> None:
        """Show an example whole."""
        self.opened.example(message)

    def on_session_read(self, message: SessionRead) -> None:
        """Show what a session changed."""
        self.opened.session(message)

    def on_answers_ready(self, message: AnswersReady) -> None:
        """Show what the candidates say of the example that is open."""
        self.opened.answers(message)

    def on_board_ready(self, message: BoardReady) -> None:
        """The candidates can answer now, or another way than before."""
        self.opened.read()

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
        width, versions = self.size.width - 1, self.tab == "versions"  # the last cell is the scrollbar's
        self.heading.show([session_heading(width) if versions else example_heading(width)] if self.keys_shown else [])
        if self.keys_shown:
            self.list.show(LazyLines(len(self.keys_shown), self._line), self._position)
        else:
            empty = (
                f"reading{self.glyphs.ellipsis}"
                if self.awaiting
                else f"No example here has {' '.join(self.words)} in key, mode, origin or expected value."
                if self.words
                else EMPTY[self.tab]
            )
            self.list.show([[(f" {safe_text(empty, 200)}", "dim")]], 0)
        self.list.activate(bool(self.keys_shown))
        self._show_tabs()

    def _show_tabs(self) -> None:
        dot, counts = self.glyphs.dot, self._counts
        found = [[(f" {dot} eval set {safe_text(self._version[:7])}", "text")]] if self._version else []
        if "all" in counts:
            found.append([(f" {dot} {counts['all']:,} examples ({counts['sampled']:,} sampled)", "text")])
        if counts.get("disputed"):
            found.append([(f" {dot} {self.glyphs.disputed} {counts['disputed']:,} disputed", "wrong")])
        self.show_where(found)
        self.show_marks()

    def show_marks(self) -> None:
        """Say what is looked for and how much is marked, beside the tabs."""
        marked = self.list.marked
        said = "marking a range: v ends it" if self.list.range_from is not None else f"{len(marked):,} marked" if marked else ""
        sought = f"/ {safe_text(' '.join(self.words), 40)}" if self.words else ""
        right = "   ".join(part for part in (sought, said) if part)
        room = self.size.width - (cell_len(right) + 3 if right else 0)
        self.second.show(tabs(self.tab, self._counts, room), [[(right, "accent")]] if right else [])

    def _line(self, position: int) -> Line:
        if self.tab == "versions":
            return session_line(self._sessions[position], self.size.width - 1, self.glyphs)
        number = position // BLOCK
        if number not in self._wanted:
            self._wanted.add(number)
            self.services.examples.rows(self._generation, number)
        found = self.row_at(position)
        if found is None:
            return [(f"    {safe_text(self.keys_shown[position], 60)}", "dim")]
        return example_line(found, self.size.width - 1, self.glyphs)
