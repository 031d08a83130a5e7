"""Flips: what a candidate fixes and what it breaks, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    broken = in_order(members, found.broken)[:limit]
    fixed = in_order(members, found.fixed)[: limit - len(broken)]
    rows = [FlipRow(flip="broken", **both_sides(members, baseline, candidate, row)) for row in broken]
    return rows + [FlipRow(flip="fixed", **both_sides(members, baseline, candidate, row)) for row in fixed]


def in_order(members: Members, mask: Mask) -> list[int]:
    """Return the rows of some members in the order in which they are read: pinned, then sampled, then by key."""
    there = np.flatnonzero(mask)
    order: list[int] = there[np.lexsort((there, ~members.sampled[there], ~members.pinned[there]))].tolist()
    return order


def both_sides(members: Members, baseline: Answers, candidate: Answers, row: int) -> dict[str, Any]:
    """Return the fields of :class:`BothSides` for one member."""
    return {
        "key": str(members.keys[row]),
        "expected": members.expected[row],
        "baseline": baseline.prediction[row],
        "candidate": candidate.prediction[row],
        "baseline_score": _number(baseline.score[row]),
        "candidate_score": _number(candidate.score[row]),
        "mode": members.mode[row],
        "pinned": bool(members.pinned[row]),
        "sampled": bool(members.sampled[row]),
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
