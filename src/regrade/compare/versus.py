"""What the Compare screen is told of two candidates, or of two runs on record (msgspec only)."""

from __future__ import annotations

import msgspec

from regrade.compare.comparison import Comparison
from regrade.compare.pair_row import PairRow


class RunChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A run that was kept, to be chosen as a side."""

    name: str
    """The first digits of its file's name."""
    candidate: str
    at: str
    note: str = ""
    value: float | None = None
    """Its primary metric on the sampled examples of its eval set."""


class OnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs by what is on record of them: no answer of theirs can be had, so there are no examples and no verdict."""

    baseline: str
    candidate: str
    parts: list[tuple[str, list[str]]]
    """``scores``, then each part that changed, with its lines."""
    same: list[str] = []
    unknown: list[str] = []


class Versus(msgspec.Struct, frozen=True, kw_only=True):
    """The Compare screen's answer: one of ``comparison`` and ``on_record``."""

    comparison: Comparison | None = None
    """As `regrade compare --json` has it."""
    pairs: list[PairRow] = []
    markdown: str = ""
    notes: list[str] = []
    """What the runs are that were named."""
    gate: bool = True
    """Can `regrade gate` judge the same two?"""
    on_record: OnRecord | None = None
