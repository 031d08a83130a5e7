"""Where the work stands, in counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from regrade.errors import DataError
from regrade.evalset.story.disputes import disputes
from regrade.workspace.browse import view

if TYPE_CHECKING:
    from regrade.workspace.facade import Workspace


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one workspace; the keys of ``regrade status --json``."""

    predictions: int | None
    """Logged predictions; ``None``: there is no log here (CI has none)."""
    failures: int | None
    """Predictions that production got wrong."""
    open: int | None
    """Failures that nobody has decided on."""
    labelled: int
    dismissed: int
    promoted: int
    disputed: int
    disputes: int
    """What people disagree on, register by register, of predictions and of failure modes."""
    examples: int
    """Members of the eval set."""
    sampled: int
    """Members that are part of the random sample."""
    waiting: int
    """Members without an expected value: they wait for a label."""
    unsealed: int
    """Decisions that are safe on this disk but not yet in a segment that git can carry."""
    version: str
    candidates: tuple[str, ...]


def status(workspace: Workspace) -> Status:
    """Count; see :meth:`Workspace.status`."""
    evalset = workspace.evalset
    state = evalset.state
    by_status: dict[str, int] = {}
    for key in state.decided_keys():
        by_status[state.status(key)] = by_status.get(state.status(key), 0) + 1
    members = state.members()
    predictions = failures = still_open = None
    try:
        counts = workspace.reader.counts()
        predictions, failures = counts.predictions, counts.failures
        still_open = len(view(workspace, "result = 'wrong' and status = 'open'"))
    except DataError:
        if workspace.has_log:
            raise
    return Status(
        predictions=predictions,
        failures=failures,
        open=still_open,
        labelled=by_status.get("labelled", 0),
        dismissed=by_status.get("dismissed", 0),
        promoted=by_status.get("promoted", 0),
        disputed=by_status.get("disputed", 0),
        disputes=len(disputes(state)),
        examples=len(members),
        sampled=sum("sampled" in state.origins(key) for key in members),
        waiting=sum(not state.expected(key) for key in members),
        unsealed=evalset.unsealed,
        version=evalset.version,
        candidates=workspace.config.candidate_names,
    )
