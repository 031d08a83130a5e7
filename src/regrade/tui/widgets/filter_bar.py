"""The second line: the filter, how much of the log it leaves, and the place to type another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from regrade.safe_text import safe_text
from regrade.tui.completion import Completion
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.bars import Bar
from regrade.tui.widgets.completions import Completions
from regrade.tui.widgets.filter_input import EMPTY, FilterInput
from regrade.tui.widgets.pressed import Pressable

TYPING = "an expression, or words to search for: ↑ before, Tab columns"


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

    @dataclass
    class ValuesWanted(Message):
        """The values of a column would help."""

        column: str

    class Cancelled(Message):
        """Esc was pressed."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self.completion = Completion()
        self.dropdown = Completions(glyphs, id="completions")
        """To be put on the screen by whoever makes it: it lies over what stands below."""
        self.field = FilterInput(self.completion, self.dropdown, id="filter-input")
        """Where it is typed."""
        self.field.can_focus = False
        self._typing = TYPING if glyphs.ascending == "↑" else TYPING.replace("↑", "up")
        self._slash, self._count = Bar(glyphs, id="filter-slash"), Bar(glyphs, id="filter-count")
        self.applied = self._shown = ""
        self.editing = False

    def compose(self) -> ComposeResult:
        """Make the line."""
        yield self._slash
        yield self.field
        yield self._count

    def on_mount(self) -> None:
        """Show the slash that opens it."""
        self._slash.show([[(Pressable("/", "filter"), "accent")]])

    def on_click(self, event: events.Click) -> None:
        """Open it."""
        if not self.editing:
            self.post_message(Bar.Pressed(self._slash, "filter"))

    def show(self, text: str) -> None:
        """Show the filter that holds."""
        self.applied = text
        if not self.editing:
            self._shown = safe_text(text, len(text))
            with self.prevent(Input.Changed):
                self.field.value = self._shown

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
        self.field.placeholder = self._typing
        self.screen.set_focus(self.field)  # now: a key that is in the queue already belongs to the field
        self.field.action_end()
        self.field.begin()

    def leave(self) -> None:
        """Close it; the caller moves the focus."""
        self.editing = False
        self.field.can_focus = False
        self.field.placeholder = EMPTY
        self.dropdown.hide()
        self.show(self.applied)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.editing:
            if self.typing:
                self.field.look_again()
            self.post_message(self.Typed(event.value))

    def pick(self, index: int) -> None:
        """Take what was clicked in the drop-down."""
        if self.typing:
            self.field.take(index)

    @on(FilterInput.Entered)
    def _entered(self, event: FilterInput.Entered) -> None:
        event.stop()
        self.post_message(self.Applied(self.field.value.strip() if self.changed else self.applied))

    @on(FilterInput.ValuesWanted)
    def _values_wanted(self, event: FilterInput.ValuesWanted) -> None:
        event.stop()  # what the field says while this one hears of a letter would go no further than here
        self.post_message(self.ValuesWanted(event.column))

    @property
    def typing(self) -> bool:
        """Whether keys go into it."""
        return self.editing and self.field.can_focus

    @property
    def changed(self) -> bool:
        """Whether another filter stands there than the one that holds."""
        return self.editing and self.field.value.strip() != self._shown.strip()

    @property
    def waiting(self) -> bool:
        """Whether Enter or Esc was pressed and nobody has closed it yet."""
        return self.editing and not self.field.can_focus

    @property
    def awaiting_values(self) -> bool:
        """Whether a key was pressed that is about values which are on their way."""
        return self.typing and self.field.awaiting_values

    @on(FilterInput.Left)
    def _left(self, event: FilterInput.Left) -> None:
        event.stop()
        self.post_message(self.Cancelled())
