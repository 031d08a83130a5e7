"""A small dialog: type to narrow a list down, Enter takes the choice, or what was typed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.model import Choice
from regrade.tui.screens.dialog import Dialog
from regrade.tui.widgets.key_words import KeyWords
from regrade.tui.widgets.typed_input import TYPABLE, TypedInput

_WIDTH = 64
"""Of the dialog, in cells (app.tcss)."""


class _Field(TypedInput):
    """Where it is typed."""

    def entered(self) -> None:
        """Take the choice."""
        screen = self.screen
        assert isinstance(screen, Choose)
        screen.take()

    def left(self) -> None:
        """Take none."""
        screen = self.screen
        assert isinstance(screen, Choose)
        screen.action_cancel()


class _List(OptionList):
    """What is offered, with a mouse that may be slower than what is typed."""

    def on_click(self, event: events.Click) -> None:
        """Take no click on a choice that was offered when it was drawn and is not any more; Textual looks it up all the same."""
        if event.style.meta.get("option", -1) >= self.option_count:
            event.stop()
            event.prevent_default()


class Choose(Dialog[str | None]):
    """Ask for one of several, or for something new. Answers the value of the choice, the typed text, or None.

    Parameters
    ----------
    new : str
        What taking the typed text is called; shown where the text is none of the choices. Empty: only a choice can be taken.
    text : str
        What stands there to begin with, to be edited.
    """

    TYPED = (("Enter", "take what is highlighted"),)
    """Keys that the line where it is typed hands on."""

    BINDINGS = [
        Binding("escape", "cancel", "back", id="choose.cancel"),
        Binding("down", "move(1)", "next", id="choose.next", priority=True),
        Binding("up", "move(-1)", "previous", id="choose.previous", priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], *, hint: str, new: str = "", text: str = "") -> None:
        super().__init__()
        self._title, self._choices, self._new = title, choices, new
        self._offered: list[Choice] = []
        self._typed = ""
        self._field = _Field(safe_text(text, 2_000), id="dialog-input", compact=True, restrict=TYPABLE, placeholder=hint)
        self._field.cursor_blink = False
        self._list = _List(id="dialog-list", markup=False, compact=True)

    def compose(self) -> ComposeResult:
        """Make the dialog."""
        with Vertical(id="dialog"):
            yield Static(safe_text(self._title, 300), id="dialog-title", markup=False)
            yield self._field
            yield self._list
            yield KeyWords("Enter takes it   Esc back")

    def on_mount(self) -> None:
        """Show every choice."""
        self._offer(self._field.value)
        self.set_focus(self._field)

    def on_key(self, event: events.Key) -> None:
        """Take, in their order, keys that were typed before the dialog was there."""
        if self.app.screen is not self:
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key == "enter":
            self.take()
        elif event.is_printable and event.character:
            self._field.insert_text_at_cursor(event.character)
            self._offer(self._field.value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._offer(event.value)

    def _offer(self, typed: str, *, stay: bool = False) -> None:
        if stay and typed == self._typed:
            return
        self._typed = typed
        exact = any(choice.text.casefold() == typed.strip().casefold() for choice in self._choices)
        self._offered = self.matching(typed)
        if self._new and typed.strip() and not exact:
            self._offered.append(Choice(f"{typed.strip()}   ({self._new})", typed.strip()))
        options = self._list
        options.clear_options()
        options.add_options([Option(self._prompt(choice)) for choice in self._offered])
        options.display = bool(self._offered)
        if self._offered and (self._choices or typed):
            options.highlighted = 0

    def matching(self, typed: str) -> list[Choice]:
        """Return the choices that contain all the words that were typed."""
        words = typed.casefold().split()
        return [choice for choice in self._choices if all(word in f"{choice.text} {choice.about}".casefold() for word in words)]

    def _prompt(self, choice: Choice) -> Text:
        """Return what is shown of a choice; rich text, for what is said beside it is dim."""
        text = f"{choice.key:1} {safe_text(choice.text, 100)}" if self._choices else safe_text(choice.text, 100)
        room = max(min(_WIDTH, self.app.size.width * 94 // 100) - cell_len(text) - 8, 0)
        about = safe_text(choice.about, 300)
        about = about if cell_len(about) <= room else fit(about, room)
        return Text.assemble(text, (f"   {about}" if about else "", "dim"))

    def action_move(self, by: int) -> None:
        """Choose another one."""
        options = self._list
        if self._offered:
            options.highlighted = ((options.highlighted or 0) + by) % len(self._offered)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.take()

    def take(self) -> None:
        """Close with the choice that is highlighted."""
        self._offer(self._field.value, stay=True)
        index = self._list.highlighted
        self.answer(self._offered[index].value if index is not None and index < len(self._offered) else None)

    def action_cancel(self) -> None:
        """Go back; nothing happens."""
        self.answer(None)
