"""What may be spent on a candidate that fails: crashes, calls and seconds, of all questions of one scoring together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

CRASHES = 24
"""Restarts that may be spent on finding the examples that make a candidate crash: enough for one among a million."""
FAILING_CALLS = 200
"""Failing calls that may be spent on finding the guilty examples, until one is answered."""
IN_VAIN = 20.0
"""Seconds of failing calls after which it is asked no more, where no example was answered meanwhile; it is asked thrice at least."""
_REQUESTS = 3


@dataclass
class Budget:
    """What was spent so far.

    Attributes
    ----------
    crashes : int
        Ends of its process.
    calls, requests, seconds
        Failing calls, requests and their time since the last answer to any example: one that always raises is not asked 200 times for
        each request, nor for minutes where each call takes seconds, as of one that eats all memory that it may have.
    stopped : str
        Why it is asked no more; empty while it is.
    """

    crashes: int = 0
    calls: int = 0
    requests: int = 0
    seconds: float = 0.0
    stopped: str = ""

    @cached_property
    def of_rules(self) -> Budget:
        """What may be spent on its rules, which have a process of their own."""
        return Budget()

    def crashed(self, what: str) -> None:
        """Its process ended once more."""
        self.crashes += 1
        if self.crashes >= CRASHES:
            self.stopped = self.stopped or f"not asked: after {CRASHES} crashes; {what}"

    def answered(self) -> None:
        """Some example was answered."""
        self.calls, self.requests, self.seconds = 0, 0, 0.0

    def failed(self, calls: int, seconds: float, last: str) -> None:
        """A request brought no answer to any of its examples."""
        self.calls, self.requests, self.seconds = self.calls + calls, self.requests + 1, self.seconds + seconds
        if self.requests >= _REQUESTS and self.seconds > IN_VAIN:
            self.stopped = self.stopped or f"not asked: no example was answered in {self.seconds:.0f} s; {last}"

    @property
    def left(self) -> tuple[int, float]:
        """Failing calls that the next request may make, and for how many seconds while it brings no answer."""
        return max(1, FAILING_CALLS - self.calls), max(0.0, IN_VAIN - self.seconds)
