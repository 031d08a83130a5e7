"""A dialog to write an answer of several lines: text, or JSON that is looked through before it is kept."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from regrade.log.typed_json import Fault
from regrade.safe_text import safe_text
from regrade.tui.screens.dialog import Dialog
from regrade.tui.widgets.key_words import KeyWords
from regrade.tui.widgets.text_editor import TextEditor

KEYS = "ctrl+s keep   ctrl+o $EDITOR   Esc back"


class _Area(TextEditor):
    """Where it is typed."""

    def leave(self, key: str) -> None:
        """Keep the text, go back, or go on in an editor."""
        screen = self.screen
        assert isinstance(screen, Edit)
        {"ctrl+s": screen.keep, "escape": screen.leave, "ctrl+o": screen.elsewhere}[key]()


class Edit(Dialog[str]):
    """Ask for a text of any length. Answers it once it is kept; nothing where it is left.

    Parameters
    ----------
    about : str
        What the text is that it starts with.
    check : callable
        Returns what is wrong with a text; None where it can be kept.
    suffix : str
        Of the file that an editor outside is given; ``.json`` numbers the lines here.
    """

    TYPED = (("ctrl+s", "keep"), ("ctrl+o", "go on in $EDITOR"), ("Esc", "back; where something was changed, after asking"))
    """Keys that its text area hands on."""

    def __init__(self, title: str, text: str, *, about: str, check: Callable[[str], Fault | None], suffix: str = ".txt") -> None:
        super().__init__()
        self._title, self._about, self._check, self._suffix = title, about, check, suffix
        self._area = _Area(text, numbered=suffix == ".json", id="edit-text")
        self._first = self._area.text
        self._faulty: str | None = None
        """The text that could not be kept: what is wrong with it stands until it is another."""
        self._status = Static("", id="edit-status", markup=False)

    def compose(self) -> ComposeResult:
        """Make the dialog."""
        with Vertical(id="dialog", classes="-edit"):
            yield Static(self._title, id="dialog-title", markup=False)
            yield self._area
            yield self._status
            yield KeyWords(KEYS)

    def on_mount(self) -> None:
        """Put the cursor at the beginning."""
        self._say(self._about)
        self.set_focus(self._area)

    @property
    def changed(self) -> bool:
        """Whether the text is another than at first."""
        return self._area.text != self._first

    @property
    def said(self) -> str:
        """What stands below the text."""
        return str(self._status.content)

    def _say(self, text: str, *, trouble: bool = False) -> None:
        self._status.set_class(trouble, "-trouble")
        self._status.update(safe_text(text, 300))

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._area.text != self._faulty:
            self._say("changed" if self.changed else self._about)

    def keep(self) -> None:
        """Close with the text, or say what is wrong with it, the cursor there."""
        text = self._area.text
        fault = self._check(text)
        if fault is None:
            self.answer(text)
            return
        self._faulty = text
        self._say(str(fault), trouble=True)
        if fault.line:
            self._area.move_cursor((fault.line - 1, fault.column - 1))

    def leave(self) -> None:
        """Go back; where something was changed, ask first."""
        if not self.changed:
            self.dismiss()
            return
        from regrade.tui.screens.confirm import Confirm

        question = Confirm("Leave without keeping what you changed?", "y leave it   n or Esc back to it")
        self.app.push_screen(question.asking(lambda yes: self.dismiss() if yes else None))

    def elsewhere(self) -> None:
        """Go on in the person's own editor, and come back with what it saved."""
        from regrade.tui.own_editor import edited

        try:
            with self.app.suspend():
                text, trouble = edited(self._area.text, self._suffix)
        except SuspendNotSupported:
            text, trouble = None, "no editor can be opened in this terminal"
        self.app.refresh(layout=True)
        if text is not None and text != self._area.text:
            self._area.replace(text, (0, 0), self._area.document.end)
        if trouble:
            self._say(trouble, trouble=True)
