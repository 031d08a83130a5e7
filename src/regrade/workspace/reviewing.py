"""What changed in the eval set between two moments: for the review of a pull request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from regrade.config_privacy import Privacy
from regrade.evalset.collector import no_cycles
from regrade.evalset.review.changes import Diff, Dispute, Tally
from regrade.evalset.review.comparing import Totals, compare
from regrade.evalset.review.library import SegmentGoneError
from regrade.evalset.review.past import Moment, Past
from regrade.git import descends
from regrade.log.content import JSON
from regrade.log.differing import HIDDEN
from regrade.log.privacy import in_clear
from regrade.log.scorers import right_rule
from regrade.workspace.slice_counts import asks, slice_counts

if TYPE_CHECKING:
    from pathlib import Path

    from regrade.workspace.facade import Workspace


_TIMES = 5


@dataclass(frozen=True)
class Side(Totals):
    """One of the two moments, and what it holds in all."""

    label: str
    kind: str
    """``now``, ``commit``, ``date`` or ``version``."""
    commit: str | None


@dataclass(frozen=True)
class Review:
    """From one moment of the eval set to another."""

    before: Side
    after: Side
    diff: Diff
    by_slice: list[Tally]
    notes: list[str]
    """What could not be said, and why."""
    removed: bool = False
    """Whether the later side, which lacks decisions, is built on the earlier one: they were removed, and are not merely unmerged."""


def review(workspace: Workspace, a: str = "HEAD", b: str | None = None) -> Review:
    """Compare two moments; see :meth:`Workspace.diff`. Begins anew where git removes a segment of the work tree under it."""
    for _ in range(_TIMES):
        try:
            return _review(workspace, a, b)
        except SegmentGoneError:
            continue
    return _review(workspace, a, b)


def _review(workspace: Workspace, a: str, b: str | None) -> Review:
    task = workspace.config.task
    with no_cycles():
        before, after = Past(workspace.paths.evalset, task.kind).pair(a, b)
        compared = compare(
            before,
            after,
            right=right_rule(workspace.config),
            cache=workspace.paths.cache,
            slices=asks(workspace.config.slices),
            meanwhile=_warm_up if workspace.config.slices else int,
        )
        by_slice: list[Tally] = []
        notes: list[str] = []
        if workspace.config.slices:
            by_slice, notes = slice_counts(before, after, compared, workspace.config.slices, workspace.paths.cache)
        found = presentable_diff(compared.diff, workspace.config.privacy)
        removed = found.missing_decisions > 0 and _built_on(workspace.paths.root, before, after)
        return Review(_side(before, compared.before), _side(after, compared.after), found, by_slice, notes, removed)


def _built_on(root: Path, before: Moment, after: Moment) -> bool:
    later = after.commit or ("HEAD" if after.kind == "now" else None)
    return before.commit is not None and later is not None and descends(root, later, before.commit)


def _warm_up() -> None:
    from regrade.workspace import slice_values  # brings pyarrow and DuckDB

    slice_values.warm_up()


def presentable_diff(found: Diff, privacy: Privacy) -> Diff:
    """Return a diff as it may be shown and sent round: people who disagree on a content may have it as it was before ``[privacy]``."""
    if not privacy.declared:
        return found

    def hidden(value: JSON) -> JSON:
        clear = in_clear(value, privacy) if isinstance(value, dict) else ()
        return {name: HIDDEN if name in clear else each for name, each in value.items()} if clear else value

    def shown(rows: list[Dispute]) -> list[Dispute]:
        return [
            msgspec.structs.replace(
                row,
                voices=[msgspec.structs.replace(voice, value=hidden(voice.value)) for voice in row.voices],
                settled=[hidden(value) for value in row.settled],
            )
            if row.field == "content"
            else row
            for row in rows
        ]

    return msgspec.structs.replace(found, disputed=shown(found.disputed), settled=shown(found.settled))


def _side(moment: Moment, totals: Totals) -> Side:
    return Side(**vars(totals), label=moment.label, kind=moment.kind, commit=moment.commit)
