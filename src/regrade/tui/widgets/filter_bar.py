"""The second line: the filter, how much of the log it leaves, and the place to type another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from regrade.safe_text import safe_text
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.bars import Bar
from regrade.tui.widgets.typed_input import TYPABLE, TypedInput

_LAST_NAME = re.compile(r"(\"[^\"]*|[^\W\d][\w.]*)\Z")
_PLAIN_NAME = re.compile(r"[^\W\d]\w*(\.\w+)?\Z")
_WORDS = ("and", "or", "not", "in", "is", "null", "like", "between", "case", "when", "then", "else", "end")


class NameSuggester(Suggester):
    """Completes the column name that is being typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.names: list[str] = []

    def learn(self, names: Iterable[str]) -> None:
        """Offer these names; one that cannot be shown as it is, is not offered."""
        safe = [name for name in names if safe_text(name) == name]
        self.names = [name if _PLAIN_NAME.match(name) else '"' + name.replace('"', '""') + '"' for name in safe]

    async def get_suggestion(self, value: str) -> str | None:
        """Return the text with its last name completed, or None."""
        if value.count("'") % 2:
            return None
        found = _LAST_NAME.search(value)
        if not found or found[0] in _WORDS:
            return None
        start = found[0]
        matches = [name for name in self.names if name.startswith(start) and name != start]
        return value[: found.start()] + min(matches, key=len) if matches else None


class FilterInput(TypedInput):
    """The line where a filter is typed; up and down walk through the filters of before."""

    BINDINGS = [
        Binding("tab", "complete", "complete the name", id="filter.complete"),
        Binding("up", "recall(-1)", "earlier filter", id="filter.earlier"),
        Binding("down", "recall(1)", "later filter", id="filter.later"),
    ]

    class Entered(Message):
        """Enter was pressed."""

    class Left(Message):
        """Esc was pressed: the filter of before stays."""

    def __init__(self, suggester: Suggester, *, id: str) -> None:
        super().__init__(id=id, compact=True, restrict=TYPABLE, suggester=suggester, select_on_focus=False, placeholder="all predictions")
        self.cursor_blink = False
        self.past: list[str] = []
        self._recalled = 0

    def entered(self) -> None:
        """Let go of the keyboard at once, then say so."""
        self._let_go()
        self.post_message(self.Entered())

    def left(self) -> None:
        """Go back to the rows."""
        self._let_go()
        self.post_message(self.Left())

    def _let_go(self) -> None:
        self.can_focus = False
        self.screen.set_focus(None)

    def action_complete(self) -> None:
        """Take the name that is offered."""
        self.action_cursor_right() if self.cursor_at_end else self.action_end()

    def action_recall(self, by: int) -> None:
        """Show an earlier or a later filter."""
        if self.past:
            self._recalled = max(0, min(self._recalled + by, len(self.past)))
            self.value = self.past[self._recalled] if self._recalled < len(self.past) else ""
            self.action_end()

    def remember(self, text: str) -> None:
        """Keep a filter that was applied."""
        if text:
            self.past = [*(each for each in self.past if each != text), text][-50:]
        self._recalled = len(self.past)


class FilterBar(Horizontal):
    """The filter and what it leaves."""

    @dataclass
    class Typed(Message):
        """The text changed while it is being typed."""

        text: str

    @dataclass
    class Applied(Message):
        """Enter was pressed."""

        text: str

    class Cancelled(Message):
        """Esc was pressed."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self.suggester = NameSuggester()
        self.field = FilterInput(self.suggester, id="filter-input")
        """Where it is typed."""
        self.field.can_focus = False
        self._slash, self._count = Bar(glyphs, id="filter-slash"), Bar(glyphs, id="filter-count")
        self.applied = ""
        self.editing = False

    def compose(self) -> ComposeResult:
        """Make the line."""
        yield self._slash
        yield self.field
        yield self._count

    def on_mount(self) -> None:
        """Show the slash that opens it."""
        self._slash.show([[("/", "accent")]])

    def show(self, text: str) -> None:
        """Show the filter that holds."""
        self.applied = text
        if not self.editing:
            with self.prevent(Input.Changed):
                self.field.value = text

    def say(self, parts: Sequence[str]) -> None:
        """Say how much it leaves, on the right; the first part is said in any case."""
        groups = [[(f" · {part}" if at else part, "dim")] for at, part in enumerate(parts)]
        length = sum(cell_len(text) for group in groups for text, _ in group) + 2
        bar = self._count
        bar.styles.width = min(length, max(self.size.width // 2, len(parts[0]) + 2 if parts else 2))
        bar.show(groups)

    def edit(self) -> None:
        """Open it for typing."""
        self.editing = True
        self.field.can_focus = True
        self.field.remember("")
        self.screen.set_focus(self.field)  # now: a key that is in the queue already belongs to the field
        self.field.action_end()

    def leave(self) -> None:
        """Close it; the caller moves the focus."""
        self.editing = False
        self.field.can_focus = False
        self.show(self.applied)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.editing:
            self.post_message(self.Typed(event.value))

    @on(FilterInput.Entered)
    def _entered(self, event: FilterInput.Entered) -> None:
        event.stop()
        self.post_message(self.Applied(self.field.value.strip()))

    @property
    def typing(self) -> bool:
        """Whether keys go into it."""
        return self.editing and self.field.can_focus

    @property
    def waiting(self) -> bool:
        """Whether Enter or Esc was pressed and nobody has closed it yet."""
        return self.editing and not self.field.can_focus

    @on(FilterInput.Left)
    def _left(self, event: FilterInput.Left) -> None:
        event.stop()
        self.post_message(self.Cancelled())
