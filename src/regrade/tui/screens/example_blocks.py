"""Rows of the Eval set screen, read a block at a time as they come into sight; those that were not seen for long are let go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from regrade.tui.services.example_messages import ExampleRow
from regrade.tui.services.example_service import BLOCK

_MOST = 64
"""Blocks that stay in memory."""


class ExampleBlocks:
    """Rows by position.

    Parameters
    ----------
    ask : callable
        Asks for a block, by its number.

    Attributes
    ----------
    there : dict
        The blocks in memory.
    """

    def __init__(self, ask: Callable[[int], None]) -> None:
        self._ask = ask
        self.there: dict[int, Sequence[ExampleRow]] = {}
        self._wanted: set[int] = set()

    def clear(self) -> None:
        """Let go of all of them."""
        self.there = {}

    def ask_anew(self) -> None:
        """Ask for each once more; what is there is shown until it comes."""
        self._wanted = set()

    def take(self, number: int, rows: Sequence[ExampleRow]) -> None:
        """Hear that a block was read."""
        self.there.pop(number, None)
        self.there[number] = rows
        while len(self.there) > _MOST:
            self.there.pop(next(iter(self.there)))
            self._wanted.clear()

    def want(self, position: int) -> None:
        """Ask for the block of a position, once."""
        if (number := position // BLOCK) not in self._wanted:
            self._wanted.add(number)
            self._ask(number)

    def at(self, position: int, key: str) -> ExampleRow | None:
        """Return the row at a position, if it is read and is still that of ``key``."""
        block = self.there.get(position // BLOCK, ())
        found = block[position % BLOCK] if position % BLOCK < len(block) else None
        return found if found is not None and found.key == key else None
