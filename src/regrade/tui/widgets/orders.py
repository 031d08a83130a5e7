"""What a list may be ordered by, and in which of these orders it stands: chosen by a key or by pressing a heading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from regrade.tui.glyphs import Glyphs

Row = TypeVar("Row")


@dataclass(frozen=True)
class Order:
    """One order.

    Attributes
    ----------
    name : str
        As the heading has it; empty: as the rows came.
    key : callable
        What a row is ordered by; None: nothing is known of it, and it stands last.
    largest_first : bool
        Whether that is what is looked for first.
    """

    name: str
    key: Callable[[Any], Any]
    largest_first: bool = False


AS_IT_CAME = Order("", lambda _row: 0)


class Ordering:
    """In which order a list stands.

    Parameters
    ----------
    orders : sequence of Order
        The first is that which it begins with.
    kept : object
        What :meth:`kept` said at the last start; it is not trusted.
    """

    def __init__(self, orders: Sequence[Order], kept: object = None) -> None:
        self._orders = orders
        self.by, self.reverse = orders[0].name, False
        match kept:
            case [str(by), bool(reverse)] if by in self.names:
                self.by, self.reverse = by, reverse

    def kept(self) -> list[object]:
        """Return what is to be found again at the next start."""
        return [self.by, self.reverse]

    @property
    def names(self) -> list[str]:
        """Of the orders that there are."""
        return [each.name for each in self._orders]

    @property
    def _order(self) -> Order:
        return next(each for each in self._orders if each.name == self.by)

    @property
    def descending(self) -> bool:
        """Whether the largest stands first."""
        return self._order.largest_first != self.reverse

    def arrow(self, glyphs: Glyphs) -> str:
        """Return which way it goes; nothing where it is as it came."""
        return "" if not self.by else glyphs.descending if self.descending else glyphs.ascending

    def next(self) -> None:
        """Take the next order."""
        self.by, self.reverse = self.names[(self.names.index(self.by) + 1) % len(self._orders)], False

    def press(self, by: str) -> None:
        """Take an order by its name; the one that it stands in already is reversed."""
        self.by, self.reverse = by, by == self.by and not self.reverse

    def arranged(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows in this order; what is alike stays as it came."""
        key = self._order.key
        keys = [(key(row), row) for row in rows]
        known = sorted((each for each in keys if each[0] is not None), key=lambda each: each[0], reverse=self.descending)
        return [row for _, row in known] + [row for key, row in keys if key is None]
