"""A session as it is counted: since when, which predictions were looked at, how the candidates stood when it began."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Board = Mapping[str, Any]
"""The engine's answer to ``scoreboard``."""


class Session:
    """Since the app was opened.

    Parameters
    ----------
    now : callable
        The time here, with its zone.
    seconds : callable
        A clock that never goes back.

    Attributes
    ----------
    seen : set of str
        Keys of the predictions that the cursor rested on.
    first, last : mapping or None
        The scoreboard when it was first complete, and now.
    """

    def __init__(
        self, now: Callable[[], datetime] = lambda: datetime.now().astimezone(), seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._now, self._seconds = now, seconds
        self.began = now()
        self._start = seconds()
        self.seen: set[str] = set()
        self.first: Board | None = None
        self.last: Board | None = None

    @property
    def now(self) -> datetime:
        """The time."""
        return self._now()

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return self._seconds() - self._start

    def saw(self, key: str) -> None:
        """Hear that the cursor rests on a prediction."""
        self.seen.add(key)

    def scored(self, board: Board) -> None:
        """Hear how the candidates stand."""
        if self.first is None:
            self.first = board
        self.last = board
