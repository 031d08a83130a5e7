"""What changed in the eval set between two moments: for the review of a pull request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from regrade.evalset.changes import Diff, Tally
from regrade.evalset.collector import no_cycles
from regrade.evalset.comparing import Totals, compare
from regrade.evalset.past import Moment, Past
from regrade.log.results import is_right

if TYPE_CHECKING:
    from regrade.workspace.facade import Workspace


@dataclass(frozen=True)
class Side:
    """One of the two moments."""

    label: str
    kind: str
    """``now``, ``commit``, ``date`` or ``version``."""
    version: str
    examples: int
    sampled: int
    commit: str | None
    decisions: int


@dataclass(frozen=True)
class Review:
    """From one moment of the eval set to another."""

    before: Side
    after: Side
    diff: Diff
    by_slice: list[Tally]
    notes: list[str]
    """What could not be said, and why."""


def review(workspace: Workspace, a: str = "HEAD", b: str | None = None) -> Review:
    """Compare two moments; see :meth:`Workspace.diff`."""
    task = workspace.config.task
    with no_cycles():
        before, after = Past(workspace.paths.evalset, task.kind).pair(a, b)
        right = partial(is_right, task.kind, task.tolerance)
        compared = compare(before, after, right=right, cache=workspace.paths.cache)
        by_slice: list[Tally] = []
        notes: list[str] = []
        if workspace.config.slices:
            from regrade.workspace.slice_counts import slice_counts  # brings pyarrow and DuckDB

            by_slice, notes = slice_counts(before, after, compared, workspace.config.slices, workspace.paths.cache)
        return Review(_side(before, compared.before), _side(after, compared.after), compared.diff, by_slice, notes)


def _side(moment: Moment, totals: Totals) -> Side:
    return Side(
        label=moment.label,
        kind=moment.kind,
        version=totals.version,
        examples=totals.examples,
        sampled=totals.sampled,
        commit=moment.commit,
        decisions=totals.decisions,
    )
