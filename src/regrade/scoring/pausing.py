"""Long work in small pieces, so that it gives way to somebody who waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_PIECE = 250
"""Rows between two pauses: about a millisecond of work."""


def paced(items: Iterable[T], pause: Callable[[], None]) -> Iterator[T]:
    """Yield these items; ``pause`` is called before the first, and every few of them. What it raises ends this."""
    for at, item in enumerate(items):
        if at % _PIECE == 0:
            pause()
        yield item
