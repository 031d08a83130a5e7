"""A candidate that is asked several times about each example: the majority of its answers counts, and how far they agree is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from regrade.scoring.labels import normal
from regrade.scoring.outputs import Output

if TYPE_CHECKING:
    import pandas as pd

    from regrade.scoring.judge import Row
    from regrade.scoring.scored import CandidateRun

_SUMMED = ("predicted", "cached", "unasked", "seconds", "cost", "calls", "tokens", "saved", "saved_cost")


@dataclass(frozen=True, eq=False)
class Repeated:
    """All answers of a candidate on one example, in the order in which they were asked."""

    outputs: tuple[Output, ...]


@dataclass(frozen=True)
class Agreement:
    """How far repeated answers agree, over the examples with two answers and more.

    Attributes
    ----------
    n : int
        Those examples.
    all : float or None
        Share of them on which every answer is the same.
    pairwise : float or None
        Share of the pairs of an example's answers that are the same, averaged over examples.
    """

    n: int
    all: float | None
    pairwise: float | None


def repeat_hash(content_hash: str, repeat: int) -> str:
    """Return what the answer of a repeat (0, 1, …) is kept under; the first as if there were no others."""
    return f"{content_hash}#{repeat + 1}" if repeat else content_hash


def combine(kind: str, rows: Sequence[Row]) -> Row:
    """Return one row of the rows of all repeats.

    Right where more than half of the repeats are right: a tie is wrong, and a repeat without an answer is not right. An error where
    half of them or more have no answer. The prediction is the most frequent one of those that are as right as the whole, the first
    of these in a tie. Losses and probabilities are averages.
    """
    answered = [row for row in rows if row.error is None]
    if 2 * len(answered) <= len(rows):
        failed = len(rows) - len(answered)
        first = next(str(row.error) for row in rows if row.error is not None)
        return rows[0]._replace(**_NOTHING, error=_told(failed, len(rows), first))
    known = [row for row in answered if row.right is not None]
    right = 2 * sum(row.right is True for row in known) > len(rows) if known else None
    side = [row for row in answered if right is None or (row.right is True) == right]
    forms = [str(normal(kind, row.prediction)) for row in side]
    frequent = Counter(forms).most_common(1)[0][0]
    means = {name: sum(getattr(row, name) for row in answered) / len(answered) for name in _AVERAGED}
    return side[forms.index(frequent)]._replace(right=right, **means)


_AVERAGED = ("p_expected", "score", "log_loss", "brier", "abs_error", "squared_error", "signed_error")
_NOTHING: dict[str, Any] = {"prediction": None, "right": None, **dict.fromkeys(_AVERAGED, float("nan"))}


def _told(failed: int, n: int, first: str) -> str:
    return first if failed == n else f"{failed} of {n} repeats have no answer: {first}"


def as_one(repeated: Repeated, prediction: Any, error: str | None) -> Output:
    """Return the answer that stands for all: this prediction, with the average of the probabilities, or this error."""
    if error is not None:
        return Output(None, None, error)
    given = [each.scores for each in repeated.outputs if each.error is None]
    scores = None
    if given and all(given):
        names = dict.fromkeys(name for each in given if each for name in each)
        scores = {name: sum((each or {}).get(name, 0.0) for each in given) / len(given) for name in names}
    return Output(prediction, scores, None)


def agreement(kind: str, answers: Sequence[Repeated]) -> Agreement:
    """Return how far the repeated answers of a candidate agree; numbers agree where they are equal."""
    unanimous, shares = 0, []
    for each in answers:
        forms = [normal(kind, output.prediction) for output in each.outputs if output.error is None]
        if len(forms) < 2:
            continue
        same = [one == other for one, other in combinations(forms, 2)]
        unanimous += all(same)
        shares.append(sum(same) / len(same))
    n = len(shares)
    return Agreement(n, unanimous / n if n else None, sum(shares) / n if n else None)


def merge(runs: Sequence[CandidateRun]) -> CandidateRun:
    """Return one run of the runs of all repeats; errors are counted anew."""
    merged = runs[-1]
    for name in _SUMMED:
        setattr(merged, name, sum(getattr(run, name) for run in runs))
    merged.error = next((run.error for run in runs if run.error), None) if all(run.error for run in runs) else None
    return merged


class Memory:
    """Keeps each group of answers one object, so that only new ones are judged."""

    def __init__(self) -> None:
        self._known: dict[str, dict[tuple[int, ...], Repeated]] = {}

    def group(self, name: str, answers: Sequence[Sequence[Output]]) -> list[Repeated]:
        """Return the answers of each example, from one list of answers a repeat."""
        before = self._known.get(name, {})
        made: dict[tuple[int, ...], Repeated] = {}
        groups = []
        for outputs in zip(*answers, strict=True):
            ids = tuple(map(id, outputs))
            groups.append(made.setdefault(ids, before.get(ids) or Repeated(outputs)))
        self._known[name] = made
        return groups


def settle(frame: pd.DataFrame, given: Sequence[Output | Repeated]) -> list[Output]:
    """Return one answer an example: as it came, or the one that stands for its repeats, as the frame of answers has it."""
    if not any(isinstance(each, Repeated) for each in given):
        return [each for each in given if isinstance(each, Output)]
    pairs = zip(given, frame["prediction"], frame["error"], strict=True)
    return [as_one(each, prediction, error) if isinstance(each, Repeated) else each for each, prediction, error in pairs]
