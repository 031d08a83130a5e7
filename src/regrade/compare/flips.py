"""Flips: what a candidate fixes and what it breaks, key by key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regrade.compare.comparison import FlipRow
from regrade.compare.members import Answers, Mask, Members


@dataclass(frozen=True)
class Flips:
    """One mask a class, over the members; a member is in at most one of the four."""

    fixed: Mask
    broken: Mask
    both_right: Mask
    both_wrong: Mask

    @property
    def compared(self) -> Mask:
        """Both sides answered, expected is known and undisputed."""
        return self.fixed | self.broken | self.both_right | self.both_wrong


def flips(baseline: Answers, candidate: Answers) -> Flips:
    """Return which members flipped; one that either side has no answer for, or without undisputed expected, is in none."""
    was, now = baseline.right, candidate.right
    return Flips(
        fixed=(was == 0) & (now == 1),
        broken=(was == 1) & (now == 0),
        both_right=(was == 1) & (now == 1),
        both_wrong=(was == 0) & (now == 0),
    )


def first_rows(members: Members, found: Flips, baseline: Answers, candidate: Answers, limit: int) -> list[FlipRow]:
    """Return the flips to read first, at most ``limit``: broken before fixed, pinned, then sampled, then by key."""
    rows: list[FlipRow] = []
    for flip, mask in (("broken", found.broken), ("fixed", found.fixed)):
        order = sorted(np.flatnonzero(mask).tolist(), key=lambda row: (not members.pinned[row], not members.sampled[row], row))
        rows += [
            FlipRow(
                key=str(members.keys[row]),
                flip="broken" if flip == "broken" else "fixed",
                expected=members.expected[row],
                baseline=baseline.prediction[row],
                candidate=candidate.prediction[row],
                baseline_score=_number(baseline.score[row]),
                candidate_score=_number(candidate.score[row]),
                mode=members.mode[row],
                pinned=bool(members.pinned[row]),
                sampled=bool(members.sampled[row]),
            )
            for row in order[: max(0, limit - len(rows))]
        ]
    return rows


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
