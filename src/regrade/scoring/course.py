"""How far the interval of a metric is that is a function: asked in parts, so that there is something to tell, and to stop."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from regrade.candidates.member import Member
from regrade.scoring.watching import PATIENCE, Standing

_PART = 0.3
"""Seconds that a part should take."""
_PACES: WeakKeyDictionary[Member, float] = WeakKeyDictionary()
"""Seconds of a call, by the function's process."""


class Course:
    """The way through all calls of one function for one candidate.

    Parameters
    ----------
    candidate, metric : str
        Whose metric it is, and its name.
    calls : int
        All of them.
    tell : callable, optional
        Is told how far it is where it takes longer than :data:`PATIENCE` seconds.
    """

    def __init__(self, candidate: str, metric: str, calls: int, tell: Callable[[Standing], None] | None) -> None:
        self._candidate, self._metric, self._calls, self._tell = candidate, metric, calls, tell
        self._done = 0
        self._spent = 0.0

    def begin(self, member: Member) -> None:
        """It is asked now; how long that will take is known where it was asked before."""
        self._say(_PACES.get(member, 0.0) * self._calls, None)

    def size(self, member: Member) -> int:
        """Return how many calls make a good part."""
        return max(1, int(_PART / max(_PACES.get(member, _PART), 1e-6)))

    def on(self, member: Member, calls: int, seconds: float) -> None:
        """So many more calls are done, and took so long."""
        self._done, self._spent = self._done + calls, self._spent + seconds
        _PACES[member] = seconds / calls
        self._say(self._spent, self._done / max(self._spent, 1e-6))

    def _say(self, seconds: float, rate: float | None) -> None:
        if self._tell is not None and self._calls > 1 and seconds > PATIENCE:
            left = (self._calls - self._done) / rate if rate else None
            self._tell(Standing(self._candidate, "measuring", self._done, self._calls, rate=rate, left=left, what=self._metric))
