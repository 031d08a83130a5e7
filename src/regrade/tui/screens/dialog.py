"""What all dialogs share: they close once, and what was answered is acted on at once, so that the next key finds what it was meant for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.screen import ModalScreen

from regrade.tui.screens.sized import Sized

Answer = TypeVar("Answer")


class Dialog(ModalScreen[None], Sized, Generic[Answer]):
    """A dialog; what is done with its answer is said with :meth:`asking`.

    Textual's own way, a result callback, runs some messages after the dialog has gone: a key in between would reach the screen
    below although it was meant for the dialog that the answer opens. Keys come to a dialog only once it is mounted (``RegradeApp``),
    and its bindings have priority, so that each key is done with before the next one is looked at.
    """

    def __init__(self) -> None:
        super().__init__()
        self._then: Callable[[Answer], object] | None = None

    def asking(self, then: Callable[[Answer], object]) -> Dialog[Answer]:
        """Set what is told the answer once the dialog has left the screen; return the dialog."""
        self._then = then
        return self

    def answer(self, answer: Answer) -> None:
        """Close with this answer; one that was closed already has given its answer."""
        if self.app.screen is self:
            self.dismiss()
            if self._then is not None:
                self._then(answer)
