"""What a comparison says of stages: where broken examples go wrong, and the way of single examples (msgspec only)."""

from __future__ import annotations

import msgspec


class StageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stage, with the broken examples whose answers part there: its output is the first that differs, or that fails its check."""

    name: str
    """``inputs``, a step or declared stage, ``model`` (everything after the last of them), ``rules`` (threshold, rules on top)."""
    n: int
    keys: list[str]
    """The first of them: pinned, then sampled, then by key."""
    failed: int = 0
    """How many of them failed a check there."""


class TraceStep(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of one example."""

    name: str
    same: bool | None
    """None: not known."""
    why: str = ""
    """How the outputs differ, or why that is not known."""
    baseline: str = ""
    """The output as JSON, cut."""
    candidate: str = ""
    cells: list[tuple[str, str, str]] = []
    """The first columns that differ, where the output is a row: name, the baseline's cell, the candidate's."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """The way of one example through both candidates."""

    key: str
    stage: str | None = None
    why: str = ""
    checks: list[str] = []
    """Checks that fail on what the candidate did, in the order of the file."""
    steps: list[TraceStep] = []
