"""What a comparison says of calibration (msgspec only)."""

from __future__ import annotations

import msgspec


class CalibrationBin(msgspec.Struct, frozen=True, kw_only=True):
    """One bin of a reliability table, over sampled examples, weighted."""

    low: float
    """Smallest probability in it."""
    high: float
    score: float
    """Mean probability."""
    rate: float
    """How often it was so."""
    n: int
    weight: float
    """Share of production that it stands for."""


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """How far one side's probabilities are to be believed."""

    ece: float | None = None
    """Expected calibration error; 0 is best."""
    bins: list[CalibrationBin] = []


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Calibration of both sides on the sampled examples for which both give a probability, weighted."""

    of: str
    """The class that the probabilities are of; empty: of whatever a side answers, where no class is the positive one."""
    n: int
    baseline: Reliability
    candidate: Reliability
    delta: float | None = None
    """``candidate.ece - baseline.ece``, paired; less is better."""
    low: float | None = None
    high: float | None = None
