"""What a candidate answered for a list of examples, one place each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.candidates.fingerprint import Fingerprint

NOT_ASKED = "not asked: it was cancelled"
"""The error of an example that a person did not wait for: no fault of the candidate, and asked for the next time."""


@dataclass
class Outputs:
    """Answers of one candidate; every list has length n, in the order of the examples that were asked.

    Attributes
    ----------
    predictions : list of JSON values
        None where there is an error.
    scores : list of dict or None
        Class (as text) to probability in [0, 1].
    errors : list of str or None
        Why an example has no answer. An error is never right or wrong.
    seconds : float
        Time spent in the candidate's process, its start not counted.
    transient : set of int
        Errors that may be none the next time (a crash, a time-out, a request given up): not to be cached.
    calls : int
        Predict calls made.
    tokens : int
        Tokens that the candidate reported to have used, in and out; 0 where it reports none.
    fingerprint : Fingerprint or None
        What the process that answered was made of, as it was loaded; None where none was asked (and for answers by key), or
        where ``changed``.
    cost : float
        What the candidate says that these answers cost, where it says so; in the currency that it counts in.
    reused : int
        Raw answers that were known, and only had threshold and rules applied.
    changed : bool
        Its files changed on the way, so that nobody can say what answered: not to be cached.
    """

    predictions: list[Any]
    scores: list[dict[str, float] | None]
    errors: list[str | None]
    seconds: float = 0.0
    transient: set[int] = field(default_factory=set)
    calls: int = 0
    tokens: int = 0
    fingerprint: Fingerprint | None = None
    cost: float = 0.0
    reused: int = 0
    changed: bool = False

    @classmethod
    def empty(cls, n: int) -> Outputs:
        """Return ``n`` places without an answer."""
        return cls([None] * n, [None] * n, [None] * n)

    def __len__(self) -> int:
        return len(self.predictions)

    def set_error(self, at: int, text: str, *, transient: bool = False) -> None:
        """Say why the example at place ``at`` has no answer."""
        self.predictions[at], self.scores[at], self.errors[at] = None, None, text
        if transient:
            self.transient.add(at)
