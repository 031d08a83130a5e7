"""Ask before many predictions are decided on at once, with the exact count."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from regrade.safe_text import safe_text
from regrade.tui.screens.dialog import Dialog
from regrade.tui.widgets.key_words import KeyWords


class Confirm(Dialog[bool]):
    """A question; answers whether it was said yes to."""

    BINDINGS = [
        Binding("y,enter", "answer(True)", "yes", id="confirm.yes", priority=True),
        Binding("n,escape,q", "answer(False)", "no", id="confirm.no", priority=True),
    ]

    def __init__(self, question: str, keys: str = "y yes   n no   u takes it back later") -> None:
        super().__init__()
        self._question, self._keys = question, keys

    def compose(self) -> ComposeResult:
        """Make the dialog."""
        with Vertical(id="dialog"):
            yield Static(safe_text(self._question, 300), id="dialog-title", markup=False)
            yield KeyWords(self._keys)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.answer(yes)
