"""A line to type in what is looked for on a screen: a column of the facets, words in an open prediction."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding
from textual.message import Message

from regrade.tui.widgets.typed_input import TYPABLE, TypedInput


class Finder(TypedInput):
    """Where it is typed; empty and out of the way until it is opened."""

    BINDINGS = [
        Binding("down", "move(1)", "next", id="find.next"),
        Binding("up", "move(-1)", "previous", id="find.previous"),
    ]

    @dataclass
    class Left(Message):
        """Enter or Esc was pressed; ``taken``: it is found."""

        taken: bool

    @dataclass
    class Moved(Message):
        """The next one is wanted, or another one so far away."""

        by: int

    def __init__(self, *, id: str, placeholder: str) -> None:
        super().__init__(id=id, compact=True, restrict=TYPABLE, select_on_focus=False, placeholder=placeholder)
        self.cursor_blink = False
        self.can_focus = False
        self._open = False

    @property
    def typing(self) -> bool:
        """Whether keys go into it."""
        return self._open and self.can_focus

    @property
    def waiting(self) -> bool:
        """Whether Enter or Esc was pressed and nobody has closed it yet."""
        return self._open and not self.can_focus

    def open(self) -> None:
        """Take the keyboard."""
        self._open = self.can_focus = True
        self.screen.set_focus(self)

    def close(self) -> None:
        """Be empty again."""
        self._open = False
        self.value = ""

    def entered(self) -> None:
        """Let go of the keyboard at once, then say so."""
        self._let_go(taken=True)

    def left(self) -> None:
        """Go back to where one was."""
        self._let_go(taken=False)

    def _let_go(self, *, taken: bool) -> None:
        self.can_focus = False
        self.screen.set_focus(None)
        self.post_message(self.Left(taken))

    def action_move(self, by: int) -> None:
        """Ask for another one."""
        self.post_message(self.Moved(by))
