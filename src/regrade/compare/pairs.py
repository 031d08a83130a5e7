"""Every compared example with both sides' answers: what the flips of a comparison are a part of."""

from __future__ import annotations

from collections.abc import Mapping

from regrade.compare.flips import both_sides, flips, in_order
from regrade.compare.members import Mask, answers, members
from regrade.compare.pair_row import KINDS, Kind, PairRow
from regrade.config import Config
from regrade.scoring.scored import Scored

MOST = 5_000


def pairs(
    scored: Scored, baseline: str, candidate: str, config: Config, *, mode_names: Mapping[str, str] | None = None, most: int = MOST
) -> list[PairRow]:
    """Return the examples that were compared, and those that a side has no answer for, at most ``most`` of each kind.

    In the order of :data:`regrade.compare.pair_row.KINDS`; within a kind pinned ones first, then sampled ones, then by key. Disputed
    examples and those that wait for a label are left out, as in the comparison.
    """
    chosen = members(scored).with_mode_names(mode_names or {})
    before, after = (answers(scored, name, chosen, config) for name in (baseline, candidate))
    found = flips(before, after)
    masks: dict[Kind, Mask] = {
        "broken": found.broken,
        "fixed": found.fixed,
        "both_wrong": found.both_wrong,
        "both_right": found.both_right,
        "unanswered": chosen.labelled & (before.failed | after.failed),
    }
    return [
        PairRow(kind=kind, error=before.error[row] or after.error[row], **both_sides(chosen, before, after, row))
        for kind in KINDS
        for row in in_order(chosen, masks[kind])[:most]
    ]
