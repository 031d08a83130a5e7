"""Every compared example with both sides' answers: what the flips of a comparison are a part of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from regrade.compare.flips import flips
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
    rows: list[PairRow] = []
    for kind in KINDS:
        there = np.flatnonzero(masks[kind])
        order = there[np.lexsort((there, ~chosen.sampled[there], ~chosen.pinned[there]))][:most]
        rows += [
            PairRow(
                key=str(chosen.keys[row]),
                kind=kind,
                expected=chosen.expected[row],
                baseline=before.prediction[row],
                candidate=after.prediction[row],
                baseline_score=_number(before.score[row]),
                candidate_score=_number(after.score[row]),
                mode=chosen.mode[row],
                pinned=bool(chosen.pinned[row]),
                sampled=bool(chosen.sampled[row]),
                error=before.error[row] or after.error[row],
            )
            for row in order.tolist()
        ]
    return rows


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
