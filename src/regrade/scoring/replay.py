"""The replay check: does the candidate that claims to be in production reproduce what production answered?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.candidates import Pool
from regrade.config import Config
from regrade.scoring.labels import is_right, normal

if TYPE_CHECKING:
    from regrade.log.content import Content

_SAME = 1e-6
"""Relative difference of two numbers that still counts as the same answer: a model stored in float32 may do that."""
_SHOWN = 20


@dataclass(frozen=True)
class Replay:
    """How far a candidate reproduces the log.

    Attributes
    ----------
    n, same : int
        Logged predictions that were compared, and how many it reproduces. An error is a difference.
    rate : float or None
        same / n; None where there was nothing to compare.
    differing : tuple of str
        Keys of the first that differ.
    errors : int
        Predictions on which it had no answer.
    largest : float or None
        Largest difference of the probability of a class; None where one side has none.
    """

    n: int
    same: int
    rate: float | None
    differing: tuple[str, ...]
    errors: int
    largest: float | None


def replay(name: str, items: Sequence[tuple[str, Content]], schemas: Mapping[str, str], config: Config, pool: Pool) -> Replay:
    """Run a candidate on logged predictions and compare; those that hold no answer of production are left out.

    Raises
    ------
    CandidateError, ConfigError
        The candidate cannot answer.
    """
    logged = [item for item in items if item[1].prediction is not None]
    given = pool.predict(name, logged, schemas)
    differing, same, largest = [], 0, None
    for (key, content), prediction, scores, error in zip(logged, given.predictions, given.scores, given.errors, strict=True):
        if error is None and _equal(config.task.kind, content.prediction, prediction):
            same += 1
        else:
            differing.append(key)
        common = set(scores or ()) & set(content.scores or ())
        if scores and content.scores and common:
            miss = max(abs(scores[each] - content.scores[each]) for each in common)
            largest = miss if largest is None else max(largest, miss)
    errors = sum(each is not None for each in given.errors)
    rate = same / len(logged) if logged else None
    return Replay(len(logged), same, rate, tuple(differing[:_SHOWN]), errors, largest)


def _equal(kind: str, logged: object, got: object) -> bool:
    if kind != "regression":
        return is_right(kind, 0.0, logged, got) is True
    before, now = normal(kind, logged), normal(kind, got)
    if before is None or now is None:
        return bool(before == now)
    return bool(abs(before - now) <= _SAME * max(abs(before), abs(now), 1e-300))
