"""Which predictions came to read differently, so that whoever keeps what is known of them looks at no others."""

from __future__ import annotations

from collections.abc import Iterable


class Touched:
    """Keys in the order in which they were touched; one and the same object for as long as nothing else changes what is read.

    Added to by one thread at a time, read by any.
    """

    def __init__(self) -> None:
        self._keys: list[str] = []

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: Iterable[str]) -> None:
        """Hear of predictions that read differently from now on, or may."""
        self._keys.extend(keys)

    def since(self, length: int) -> dict[str, None]:
        """Return those that were touched since this was so long, each once."""
        return dict.fromkeys(self._keys[length:])
