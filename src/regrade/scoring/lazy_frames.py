"""Frames by name, each made when it is first looked at: a scoreboard needs none of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, MutableMapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class LazyFrames(MutableMapping[str, "pd.DataFrame"]):
    """A mapping of frames, in the order in which they were put in."""

    def __init__(self) -> None:
        self._made: dict[str, pd.DataFrame | Callable[[], pd.DataFrame]] = {}

    def later(self, name: str, make: Callable[[], pd.DataFrame]) -> None:
        """Have a frame made once it is asked for."""
        self._made[name] = make

    def only(self, names: Collection[str]) -> LazyFrames:
        """Return these frames alone."""
        chosen = LazyFrames()
        chosen._made = {name: found for name, found in self._made.items() if name in names}
        return chosen

    def __getitem__(self, name: str) -> pd.DataFrame:
        found = self._made[name]
        if callable(found):
            found = self._made[name] = found()
        return found

    def __setitem__(self, name: str, frame: pd.DataFrame) -> None:
        self._made[name] = frame

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __contains__(self, name: object) -> bool:
        return name in self._made
