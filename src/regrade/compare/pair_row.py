"""One compared example, as the Compare screen is told of it (msgspec only)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["broken", "fixed", "both_wrong", "both_right", "unanswered"]
KINDS: tuple[Kind, ...] = ("broken", "fixed", "both_wrong", "both_right", "unanswered")
"""In the order in which they are read."""


class PairRow(msgspec.Struct, frozen=True, kw_only=True):
    """One example under both sides."""

    key: str
    kind: Kind
    expected: Any = None
    baseline: Any = None
    candidate: Any = None
    baseline_score: float | None = None
    candidate_score: float | None = None
    mode: str | None = None
    """Its failure mode, by name."""
    pinned: bool = False
    sampled: bool = False
    error: str | None = None
    """Why a side has no answer."""
