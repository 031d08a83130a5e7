"""The rows of a view that are in memory: a few hundred at a time, the rest is fetched when it is about to be seen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Mapping, Sequence

BLOCK = 200
"""Rows a block: a screen is one or two."""
_KEPT = 64
_AHEAD = 10
_SOON = 3


class Rows:
    """Blocks of rows by position in a view, the least recently seen dropped first.

    Parameters
    ----------
    length : int
        Rows in the view.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._blocks: OrderedDict[int, dict[str, Sequence[object]]] = OrderedDict()

    def __len__(self) -> int:
        return self._length

    def lengthened(self, length: int) -> Rows:
        """Return the same rows as the first ones of a longer view."""
        longer = Rows(length)
        longer._blocks = self._blocks
        return longer

    @property
    def in_memory(self) -> int:
        """How many rows are held."""
        return sum(len(block["key"]) for block in self._blocks.values())

    def row(self, position: int, columns: Sequence[str]) -> tuple[object, ...] | None:
        """Return the values of one row, or None as long as any of them is not here."""
        block = self._blocks.get(position // BLOCK)
        if block is None:
            return None
        offset = position % BLOCK
        try:
            return tuple([block[name][offset] for name in columns])
        except (KeyError, IndexError):
            return None

    def block(self, number: int) -> Mapping[str, Sequence[object]] | None:
        """Return one block, column by column, or None where it is not here."""
        return self._blocks.get(number)

    def wanted(self, first: int, last: int, columns: Sequence[str], busy: Container[int], *, forwards: bool = True) -> list[list[int]]:
        """Return the runs of blocks to fetch: those on screen (rows ``first`` to ``last``) first, then those ahead.

        Blocks in ``busy`` are on their way already. What lies ahead is fetched in one run, as soon as one of the next few is missing:
        a fetch of many rows costs little more than one of few.
        """
        if not self._length:
            return []
        top = (self._length - 1) // BLOCK
        low, high = max(first, 0) // BLOCK, min(max(last, 0) // BLOCK, top)
        for number in range(low, high + 1):
            if number in self._blocks:
                self._blocks.move_to_end(number)

        def lacking(numbers: range) -> list[int]:
            return [number for number in numbers if 0 <= number <= top and number not in busy and self._lacks(number, columns)]

        ahead = range(high + 1, high + 1 + _AHEAD) if forwards else range(low - _AHEAD, low)
        soon = range(high + 1, high + 1 + _SOON) if forwards else range(low - _SOON, low)
        runs = [lacking(range(low, high + 1)), lacking(ahead) if lacking(soon) else []]
        return [run for run in runs if run]

    def _lacks(self, number: int, columns: Sequence[str]) -> bool:
        block = self._blocks.get(number)
        return block is None or any(name not in block for name in columns)

    def put(self, number: int, values: Mapping[str, Sequence[object]]) -> None:
        """Keep what was fetched of one block."""
        self._blocks.setdefault(number, {}).update(values)
        self._blocks.move_to_end(number)
        while len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
