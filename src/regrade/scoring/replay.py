"""The replay check: does the candidate that claims to be in production reproduce what production answered?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.candidates import Outputs, Pool
from regrade.candidates.outputs import NOT_ASKED
from regrade.config import Config
from regrade.scoring.labels import is_right, normal

if TYPE_CHECKING:
    from regrade.log.content import Content

_SAME = 1e-6
"""Relative difference of two numbers that still counts as the same answer: a model stored in float32 may do that."""
_SHOWN = 20
_PIECE, _MOMENT = 16, 0.1
"""Predictions in a first piece, and seconds that one should take at most."""


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
    return compared(logged, pool.predict(name, logged, schemas), config)


def answered(
    name: str, logged: Sequence[tuple[str, Content]], schemas: Mapping[str, str], pool: Pool, unwanted: Callable[[], bool]
) -> Iterator[bool | Outputs]:
    """Ask in pieces that take a moment each: after each yield whether it was answered, or ``unwanted``; at last all answers."""
    whole = Outputs.empty(0)
    size = _PIECE
    while len(whole) < len(logged):
        began = time.monotonic()
        part = pool.predict(name, logged[len(whole) : len(whole) + size], schemas, cancelled=unwanted)
        if NOT_ASKED in part.errors:
            yield False
            continue
        whole.predictions += part.predictions
        whole.scores += part.scores
        whole.errors += part.errors
        size = size * 4 if time.monotonic() - began < _MOMENT / 4 else size
        yield True
    yield whole


def compared(logged: Sequence[tuple[str, Content]], given: Outputs, config: Config) -> Replay:
    """Compare a candidate's answers with those of production."""
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
