"""What the Eval set screen asks for: the examples of a tab in an order, each question with a number; how much is in every tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regrade.tui.services.example_order import orders
from regrade.tui.widgets.orders import Ordering

if TYPE_CHECKING:
    from regrade.tui.screens.evalset import EvalSetScreen


class ExampleAsking:
    """Asks, and knows which answer is wanted.

    Attributes
    ----------
    order : Ordering
        Of the examples.
    generation : int
        The number of the question that was asked last.
    """

    def __init__(self, screen: EvalSetScreen, kept: object) -> None:
        self._screen = screen
        self.order = Ordering(orders(), kept)
        self.generation = self._counted = 0
        self._stays = False
        self._wanted: Callable[[], None] | None = None
        """What is done once the example under the cursor is read."""

    def read(self) -> None:
        """Ask for the tab; what was there before stays where it is."""
        screen, order = self._screen, (self.order.by, self.order.reverse)
        self.generation = screen.services.examples.read(screen.tab, screen.words, order, stay=self._stays)
        self._stays = True

    def anew(self) -> None:
        """Let the next question put each example where the order has it now."""
        self._stays = False

    def sort(self, change: Callable[[Ordering], object]) -> None:
        """Put the examples into another order."""
        change(self.order)
        self.anew()

    def count(self) -> None:
        """Count the tabs, once for each question."""
        if self._counted != self.generation:
            self._counted = self.generation
            self._screen.services.examples.count(self.generation)

    # --- one example that is waited for --------------------------------------------------------------------------------

    @property
    def holding(self) -> bool:
        """Whether keys must wait for the example under the cursor."""
        return self._wanted is not None

    def once_row(self, act: Callable[[], None]) -> None:
        """Do this now, or once the example under the cursor is read, which follows the list; keys wait meanwhile."""
        screen = self._screen
        if screen.row is not None or not screen.keys_shown:
            act()
        else:
            self._wanted = act
            screen.blocks.want(screen.list.cursor)

    def look_again(self) -> None:
        """Do what waits, if it is there, or can never be."""
        if self._wanted is not None and (self._screen.row is not None or not self._screen.keys_shown):
            act, self._wanted = self._wanted, None
            act()

    def give_up(self) -> None:
        """Wait no longer."""
        self._wanted = None
