"""One compared example under both sides, in a comparison and as the Compare screen is told of it (msgspec only)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["broken", "fixed", "both_wrong", "both_right", "unanswered"]
KINDS: tuple[Kind, ...] = ("broken", "fixed", "both_wrong", "both_right", "unanswered")
"""In the order in which they are read."""


class BothSides(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides answer to one example."""

    key: str
    expected: Any = None
    baseline: Any = None
    candidate: Any = None
    baseline_score: float | None = None
    candidate_score: float | None = None
    mode: str | None = None
    """Its failure mode, by name."""
    pinned: bool = False
    sampled: bool = False


class PairRow(BothSides, frozen=True, kw_only=True):
    """One example under both sides."""

    kind: Kind
    error: str | None = None
    """Why a side has no answer."""
