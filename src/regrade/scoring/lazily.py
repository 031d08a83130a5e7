"""Values by name, each made when it is first looked at: a scoreboard needs none of the frames."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, MutableMapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazily(MutableMapping[str, T], Generic[T]):
    """A mapping, in the order in which values were put in; of none that can be called."""

    def __init__(self) -> None:
        self._made: dict[str, T | Callable[[], T]] = {}

    def later(self, name: str, make: Callable[[], T]) -> None:
        """Have a value made once it is asked for."""
        self._made[name] = make

    def only(self, names: Collection[str]) -> Lazily[T]:
        """Return these values alone."""
        chosen = Lazily[T]()
        chosen._made = {name: found for name, found in self._made.items() if name in names}
        return chosen

    def __getitem__(self, name: str) -> T:
        found = self._made[name]
        if callable(found):
            found = self._made[name] = found()
        return found

    def __setitem__(self, name: str, value: T) -> None:
        self._made[name] = value

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __contains__(self, name: object) -> bool:
        return name in self._made
