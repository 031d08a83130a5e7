"""Outcomes that came late, beside what people decided: which verdicts do they contradict?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regrade.log.content import JSON
from regrade.log.results import is_right

if TYPE_CHECKING:
    from regrade.log.outcomes import Joined
    from regrade.workspace.facade import Workspace


@dataclass(frozen=True)
class Contradiction:
    """A verdict of a person that the ground truth speaks against."""

    key: str
    verdict: JSON
    """What somebody said was to be expected; ``dismissed``; ``failure``."""
    outcome: JSON


@dataclass(frozen=True)
class Arrived:
    """What files with outcomes brought, and what it means for the decisions.

    Attributes
    ----------
    expected : list
        Predictions whose expected value somebody set to another one.
    dismissed : list
        Predictions that were dismissed, and turn out wrong.
    failures : list
        Examples that were promoted as failures, and turn out right.
    waiting, stale : int
        Members of the eval set that had no outcome and could have one now; those that keep another one.
    """

    joined: Joined
    expected: list[Contradiction]
    dismissed: list[Contradiction]
    failures: list[Contradiction]
    waiting: int
    stale: int

    @property
    def n_contradicted(self) -> int:
        """How many predictions have a verdict that is contradicted."""
        return len({each.key for each in (*self.expected, *self.dismissed, *self.failures)})


def add_outcomes(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    update: bool = False,
    key: Sequence[str] = (),
    outcome: str | None = None,
    quarantine: Path | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Arrived:
    """Join outcomes to the log, and hold the decisions against them. Raises as :func:`regrade.log.outcomes.join` does."""
    from regrade.log.outcomes import join

    about = workspace.evalset.state.decided_keys()
    workspace.close_log()
    joined = join(
        paths,
        workspace.paths,
        workspace.config,
        update=update,
        key=key,
        outcome=outcome,
        about=about,
        quarantine=quarantine,
        progress=progress,
    )
    return _held_against(workspace, joined)


def _held_against(workspace: Workspace, joined: Joined) -> Arrived:
    state, task = workspace.evalset.state, workspace.config.task
    new = joined.touched
    expected = [
        Contradiction(key, said, outcome)
        for key, outcome in new.items()
        for said in state.values(key, "expected")
        if is_right(task.kind, 0.0, said, outcome) is False
    ]
    dismissed = [key for key in new if "dismissed" in state.values(key, "member")]
    members = {key: state.example(key) for key in new if state.is_member(key)}
    failures = [key for key, example in members.items() if "failure" in example.origins]
    results = _results(workspace, [*dismissed, *failures])
    kept = {key: example.content.outcome for key, example in members.items()}
    return Arrived(
        joined,
        expected,
        [Contradiction(key, "dismissed", new[key]) for key in dismissed if results.get(key) == "wrong"],
        [Contradiction(key, "failure", new[key]) for key in failures if results.get(key) == "right"],
        waiting=sum(outcome is None for outcome in kept.values()),
        stale=sum(outcome is not None and outcome != new[key] for key, outcome in kept.items()),
    )


def _results(workspace: Workspace, keys: Sequence[str]) -> dict[str, str]:
    """Return what the log says of each key now: wrong, right or unknown."""
    import numpy as np

    if not keys:
        return {}
    places = workspace.reader.find(list(dict.fromkeys(keys)))
    return dict(workspace.reader.cells(np.array(list(places.values()), np.int64), ["key", "result"]))
