"""A list whose lines are made when they are drawn: a hundred thousand cost no more than a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

from regrade.tui.widgets.lines import Line


class LazyLines(Sequence[Line]):
    """Lines that are asked for one by one.

    Parameters
    ----------
    line : callable
        Returns the line at a position.
    """

    def __init__(self, length: int, line: Callable[[int], Line]) -> None:
        self._length, self._line = length, line

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, position: int) -> Line: ...

    @overload
    def __getitem__(self, position: slice) -> list[Line]: ...

    def __getitem__(self, position: int | slice) -> Line | list[Line]:
        """Return the line at a position, or several."""
        if isinstance(position, slice):
            return [self._line(each) for each in range(*position.indices(self._length))]
        if not 0 <= position < self._length:
            raise IndexError(position)
        return self._line(position)
