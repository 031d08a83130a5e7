"""How far each candidate is while they are scored: told by their threads, heard at a pace that people can follow."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from regrade.scoring.scored import Scored

PATIENCE = 0.3
"""Seconds before anything is told: what is over sooner, a promotion say, shows its results at once and no bar."""
_PAUSE = 0.1
"""Seconds between two words about one candidate."""
QUIET = 3.0
"""Seconds without an answer after which that is told."""
_SECOND = 1.0
_RECENT = 30
"""Moments that a rate rests on."""

State = Literal["waiting", "starting", "asking", "done", "stopped", "measuring"]


@dataclass(frozen=True)
class Standing:
    """How far one candidate is.

    Attributes
    ----------
    done, total, cached : int
        Examples: with an answer, all, and those of ``done`` whose answer was known before.
    rate : float or None
        Answers a second, of late; None where nobody knows yet.
    left : float or None
        Seconds that the rest takes at this rate.
    quiet : float
        Seconds since the last answer, from QUIET on; 0 before.
    what : str
        The metric that is measured, where the candidate is ``measuring``: ``done`` and ``total`` are calls of it then.
    """

    candidate: str
    state: State
    done: int = 0
    total: int = 0
    cached: int = 0
    rate: float | None = None
    left: float | None = None
    quiet: float = 0.0
    what: str = ""


class Watcher(Protocol):
    """Who wants to see the scoreboard fill."""

    def standing(self, standing: Standing) -> None:
        """A candidate got on; from several threads, one at a time."""

    def finished(self, scored: Scored) -> None:
        """These candidates are done while others are still asked; from the thread that scores."""


@dataclass
class _Course:
    """What is known about the way of one candidate."""

    standing: Standing
    cached: dict[int, int] = field(default_factory=dict)
    """Answers that were known, by round: a candidate may be asked several times about each example."""
    round: int = 0
    moments: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_RECENT))
    heard: float = 0.0
    told: float = 0.0


class Watching:
    """Keeps how far candidates are, and tells it from :meth:`open` on.

    Parameters
    ----------
    total : int
        Examples.
    tell : callable, optional
        Takes each :class:`Standing`; without it nothing is told.
    """

    def __init__(self, names: Sequence[str], total: int, tell: Callable[[Standing], None] | None) -> None:
        self._n = total
        self._courses = {name: _Course(Standing(name, "waiting", total=total)) for name in names}
        self._tell = tell
        self._open = False
        self._lock = threading.Lock()

    def open(self) -> None:
        """Tell all that is known, and from now on whatever comes."""
        with self._lock:
            self._open = True
            for course in self._courses.values():
                self._say(course)

    def starting(self, name: str, rounds: int = 1) -> None:
        """It is looked up what the candidate is; for that its process may have to be loaded. It is asked in so many rounds."""
        self._move(name, "starting", total=self._n * rounds)

    def known(self, name: str, round: int, cached: int) -> None:
        """In this round (0, 1, …) so many examples have an answer already; the others are asked about."""
        course = self._courses[name]
        course.round, course.cached[round] = round, cached
        self._move(name, "asking", done=round * self._n + cached, cached=sum(course.cached.values()), rate=None, left=None)

    def answered(self, name: str, done: int, missing: int) -> None:
        """Of the answers that were ``missing`` so many are here; examples with the same inputs count as one among them."""
        course = self._courses[name]
        before = course.cached.get(course.round, 0)
        self._move(name, "asking", done=course.round * self._n + before + (done * (self._n - before) // missing if missing else 0))

    def ended(self, name: str, unasked: int) -> None:
        """The candidate is through, or was stopped before so many answers."""
        total = self._courses[name].standing.total
        self._move(name, "stopped" if unasked else "done", done=total - unasked, left=None)

    def tick(self) -> None:
        """Tell which candidates have not answered for a while."""
        now = time.monotonic()
        with self._lock:
            for course in self._courses.values():
                at_work = course.standing.state in ("starting", "asking")
                if at_work and now - course.heard >= QUIET and now - course.told >= _SECOND:
                    course.standing = replace(course.standing, quiet=now - course.heard)
                    self._say(course)

    def _move(self, name: str, state: State, **changes: int | float | None) -> None:
        now = time.monotonic()
        with self._lock:
            course = self._courses[name]
            before = course.standing
            after = replace(before, state=state, quiet=0.0, **changes)  # type: ignore[arg-type]  # by name
            if state != before.state or "cached" in changes:
                course.moments.clear()
            course.moments.append((now, after.done))
            course.standing = _at_pace(after, course.moments)
            course.heard = now
            if state != before.state or now - course.told >= _PAUSE:
                self._say(course)

    def _say(self, course: _Course) -> None:
        if self._open and self._tell is not None:
            course.told = time.monotonic()
            self._tell(course.standing)


def _at_pace(standing: Standing, moments: Sequence[tuple[float, int]]) -> Standing:
    """Return the standing with its rate, over the moments remembered."""
    (began, first), (now, last) = moments[0], moments[-1]
    if standing.state != "asking" or last <= first or now <= began:
        return standing
    rate = (last - first) / (now - began)
    return replace(standing, rate=rate, left=(standing.total - standing.done) / rate)
