"""How every candidate does on every slice, and how it errs: what the Slices screen is told (msgspec only)."""

from __future__ import annotations

import msgspec

from regrade.compare.calibration_rows import Reliability

EVERYTHING = "all sampled"
"""The row that is no slice."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A metric of one candidate on one slice: the sampled examples, weighted."""

    value: float | None
    n: int


class Confused(msgspec.Struct, frozen=True, kw_only=True):
    """Sampled examples on which one class was expected and one was answered."""

    expected: str
    predicted: str
    n: int
    share: float
    """Of production, by weight."""
    keys: list[str]
    """The first of them."""


class ScoreBin(msgspec.Struct, frozen=True, kw_only=True):
    """Sampled examples whose probability of the positive class lies in ``[low, high)``; the last bin has 1 as well."""

    low: float
    high: float
    n: int
    positive: int
    """How many of them are of the positive class."""


class ResidualBin(msgspec.Struct, frozen=True, kw_only=True):
    """Sampled examples whose error, prediction minus expected, lies in ``[low, high)``."""

    low: float | None
    """None: anything below ``high``."""
    high: float | None
    n: int
    wrong: int
    """How many of them are off by more than the tolerance."""
    share: float
    """Of production, by weight."""
    keys: list[str]
    """The first of them."""


class CandidateLook(msgspec.Struct, frozen=True, kw_only=True):
    """How one candidate errs."""

    name: str
    confusion: list[Confused] = []
    """By what was expected, then by what was answered; empty where there are no classes, or too many."""
    residuals: list[ResidualBin] = []
    """From the lowest to the highest; of a regression only."""
    scores: list[ScoreBin] = []
    reliability: Reliability = Reliability()
    n: int = 0
    """Sampled examples that it answered."""
    error: str = ""
    """Why the candidate as a whole could not answer."""
    threshold: float | None = None
    """Where it is decided by one that ``regrade.toml`` names."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of the Slices screen."""

    version: str
    champion: str
    metrics: dict[str, bool | None]
    """Name → whether higher is better; the primary one first."""
    slices: list[str]
    candidates: list[CandidateLook]
    cells: dict[str, dict[str, dict[str, Cell]]]
    """Metric → slice → candidate."""
    n_sampled: int = 0
