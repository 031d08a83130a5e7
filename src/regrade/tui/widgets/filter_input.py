"""The line where a filter is typed, with what it may go on with below it, and the filters of before above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from regrade.tui.completion import NOTHING, Completion, Offer
from regrade.tui.widgets.completions import Completions
from regrade.tui.widgets.typed_input import TYPABLE, TypedInput

EMPTY = "all predictions"


class FilterInput(TypedInput):
    """Tab takes what is offered, up and down choose among it; on a line that was not changed they walk through filters of before.

    Enter takes what is chosen, and applies the filter where nothing is: what is typed ahead means the same as what is typed slowly. So
    every key looks at what is offered for the text as it stands when its turn comes, whether that was drawn or not.
    """

    class Entered(Message):
        """Enter was pressed."""

    class Left(Message):
        """Esc was pressed: the filter of before stays."""

    @dataclass
    class ValuesWanted(Message):
        """The values of a column would help."""

        column: str

    def __init__(self, completion: Completion, dropdown: Completions, *, id: str) -> None:
        super().__init__(id=id, compact=True, restrict=TYPABLE, select_on_focus=False, placeholder=EMPTY)
        self.cursor_blink = False
        self.past: list[str] = []
        """Filters of before, the last one last."""
        self._completion, self._dropdown = completion, dropdown
        self._offers = NOTHING
        self._offered: tuple[str, int] | None = None
        """The text and caret that the offers are for."""
        self._then: Callable[[], None] | None = None
        """What a key does as soon as the values that it is about are known."""
        self._later: list[events.Key] = []
        """Keys that were in the queue behind it."""
        self._recalled = 0
        self._shown = self._draft = ""

    # --- keys ----------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Take Tab and the arrows in their turn; Enter and Esc are taken by what this is made of."""
        if self._then is not None and event.key != "escape":
            event.stop()
            event.prevent_default()
            self._later.append(event)
            return
        self.go_on(act=False)
        act = {"tab": self._tab, "up": self._up, "down": self._down}.get(event.key)
        if act is not None and self.app.screen is self.screen and self.screen.focused is self:
            event.stop()
            event.prevent_default()
            self.look_again()
            act()

    @property
    def awaiting_values(self) -> bool:
        """Whether keys must wait: one was pressed that means a value of a column whose values are on their way."""
        return self._then is not None

    def go_on(self, *, act: bool) -> None:
        """Do what waited for values, or let go of it."""
        (then, self._then), (later, self._later) = (self._then, None), (self._later, [])
        if then is not None and act:
            self._offer()
            then()
            for key in later:
                self.post_message(events.Key(key.key, key.character))

    def entered(self) -> None:
        """Take what is chosen; else let go of the keyboard at once, then say so."""
        self.look_again()
        if self._dropdown.index >= 0:
            self.take(self._dropdown.index)
            return
        self._let_go()
        self.post_message(self.Entered())

    def left(self) -> None:
        """Close the list; where there is none, go back to the rows."""
        self.look_again()
        if self._dropdown.offers:
            self._dropdown.hide()
            return
        self._let_go()
        self.post_message(self.Left())

    def _let_go(self) -> None:
        self._dropdown.hide()
        self.can_focus = False
        self.screen.set_focus(None)

    def _tab(self) -> None:
        if not self._dropdown.offers:
            self._offer()
            if self._offers.start == self.cursor_position and not self._offers.ask:
                return  # nothing is typed of it yet: the list is shown
        if not self._wait(self._tab) and self._dropdown.offers:
            self.take(max(self._dropdown.index, 0))

    def _down(self) -> None:
        if not self._dropdown.offers:
            if self._unchanged and self._recalled < len(self.past):
                self._recall(1)
                return
            self._offer()
        if not self._wait(self._down):
            self._dropdown.move(1)

    def _wait(self, act: Callable[[], None]) -> bool:
        """Wait with a key for the values that it is about: what else is offered meanwhile is not meant. Return whether it must."""
        if self._offers.ask and self._dropdown.index < 0:
            self._then = act
        return self._then is not None

    def _up(self) -> None:
        if self._dropdown.index >= 0:
            self._dropdown.move(-1)
        elif self._unchanged:
            self._dropdown.hide()
            self._recall(-1)

    # --- what is offered -----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to type."""
        self._then, self._offers = None, NOTHING
        self._recalled, self._draft, self._shown = len(self.past), self.value, self.value
        self._offered = (self.value, self.cursor_position)
        self._dropdown.hide()

    def look_again(self) -> None:
        """Offer what goes with the text as it stands, unless that was done."""
        if self._offered != (self.value, self.cursor_position):
            if self._unchanged:
                self._offered = (self.value, self.cursor_position)
                self._dropdown.hide()
            else:
                self._offer()

    def learnt(self, column: str) -> None:
        """Offer the values of a column, if they were waited for; do what waited for them."""
        if self._offers.ask != column:
            return
        if self._then is not None:
            self.go_on(act=self.has_focus)
        elif self.has_focus and self._dropdown.index < 0:
            self._offer()

    def placed_anew(self, *, room: bool) -> None:
        """Draw the offers where the line is now, what is chosen still chosen; without room none are drawn."""
        chosen = self._dropdown.index
        if self._dropdown.offers and room:
            self._show_offers()
            self._dropdown.move(chosen + 1)
        else:
            self._dropdown.hide()

    @property
    def _unchanged(self) -> bool:
        return not self.value or self.value == self._shown

    def _offer(self) -> None:
        caret = self.cursor_position
        text = self.value[:caret]
        self._offered = (self.value, caret)
        self._offers = self._completion.offers(text)
        if self._offers.ask:
            self.post_message(self.ValuesWanted(self._offers.ask))
        self._show_offers()

    def _show_offers(self) -> None:
        typed = self.value[self._offers.start : self.cursor_position]
        self._dropdown.show(self._offers.rows, self.cursor_screen_offset.x - cell_len(typed))

    def take(self, index: int) -> None:
        """Write what is offered in the place of what is typed of it."""
        offer: Offer = self._offers.rows[index]
        end = self.cursor_position
        ending = "" if self.value[end : end + 1] == offer.ending[:1] else offer.ending
        self.replace(offer.text + ending, self._offers.start, end)
        self.cursor_position = self._offers.start + len(offer.text + offer.ending)
        self._dropdown.hide()
        self._offered = None
        if not offer.ending:
            self._offered = (self.value, self.cursor_position)

    # --- filters of before ---------------------------------------------------------------------------------------------

    def _recall(self, by: int) -> None:
        at = (self._recalled if self.value or by > 0 else len(self.past)) + by
        while 0 <= at < len(self.past) and self.past[at] == self.value:
            at += by
        if at < 0:
            return
        self._recalled = min(at, len(self.past))
        self.value = self._shown = self.past[at] if at < len(self.past) else self._draft
        self.cursor_position = len(self.value)
        self._offered = (self.value, self.cursor_position)
