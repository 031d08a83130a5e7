"""Lists that say what they grew out of, so that after a promotion one example is looked at, not ten thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress, count, islice
from operator import is_, is_not
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Grown(list[T], Generic[T]):
    """A list, not to be changed, that may have grown out of another by one stretch put in.

    Attributes
    ----------
    before : Grown or None
        The list that this one is without the ``n`` items from ``at`` on; None where that is not known, or is known no more.
    at, n : int
        Which stretch that is.
    """

    before: Grown[T] | None = None
    at: int = 0
    n: int = 0

    @property
    def fresh(self) -> list[T]:
        """The items that were put in."""
        return self[self.at : self.at + self.n]

    def out_of(self, before: Sequence[Any]) -> bool:
        """Did it grow out of this very list?"""
        return self.before is not None and self.before is before


def grow(before: Grown[T], at: int, items: Iterable[T]) -> Grown[T]:
    """Return ``before`` with these items put in at ``at``; what ``before`` itself grew out of is let go."""
    made = Grown(before)
    made[at:at] = items
    made.before, made.at, made.n = before, at, len(made) - len(before)
    before.before = None
    return made


def grown(before: Grown[T] | None, after: Sequence[T]) -> Grown[T]:
    """Return ``before`` itself where ``after`` has the same objects, else a list of them that knows whether it grew out of it."""
    if before is None or len(after) < len(before):
        return Grown(after)
    at = next(compress(count(), map(is_not, before, after)), len(before))
    n = len(after) - len(before)
    if not n and at == len(before):
        return before
    if n and all(map(is_, islice(before, at, None), islice(after, at + n, None))):
        return grow(before, at, after[at : at + n])
    return Grown(after)


def stretch(before: Sequence[Sequence[Any]], after: Sequence[Sequence[Any]]) -> tuple[int, int] | None:
    """Return which stretch was put into each of these lists, first and number of items, (0, 0) where they are the same; None: not known."""
    if len(before) != len(after):
        return None
    if all(each is old for each, old in zip(after, before, strict=True)):
        return 0, 0
    found = {(each.at, each.n) for each, old in zip(after, before, strict=True) if isinstance(each, Grown) and each.out_of(old)}
    all_grew = all(isinstance(each, Grown) and each.out_of(old) for each, old in zip(after, before, strict=True))
    return found.pop() if all_grew and len(found) == 1 else None
