"""The record of one run, as a plain document: data, code, model, environment, hardware, and what the work came to."""

from __future__ import annotations

import hashlib

import msgspec

from regrade.log.content import JSON, canonical

Scalar = str | int | float | bool | None


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a record; every field has a default, so that what an older regrade wrote is read."""


class Data(_Part, frozen=True):
    """What was asked: the eval set."""

    version: str = ""
    """SHA-256 over its members; see docs/evalset-format.md."""
    examples: int = 0
    sampled: int | None = None
    """Of them members of the random sample; None: an older regrade did not say."""


class Model(_Part, frozen=True):
    """What answered."""

    fingerprint: str | None = None
    """None: it could not be loaded."""
    type: str = ""
    """The class of the estimator, where there is one."""
    parameters: dict[str, Scalar] = {}
    """Its ``get_params``, those of its steps as ``step__name``."""
    settings: dict[str, JSON] = {}
    """What else the fingerprint was made of: kind, function, parameters and threshold of ``regrade.toml``, …"""
    files: dict[str, str] = {}
    """Artifacts: path, relative to the workspace, to SHA-256."""


class Code(_Part, frozen=True):
    """The code of the project."""

    commit: str | None = None
    """None: no git."""
    dirty: bool | None = None
    """Do tracked files say something else than the commit?"""
    changed: list[str] = []
    """Which; at most 50."""
    files: dict[str, str] = {}
    """Source files that the candidate consists of or imported: path, relative to the workspace, to SHA-256."""


class Environment(_Part, frozen=True):
    """What the code ran on: the candidate's own interpreter where it has one."""

    python: str = ""
    packages: dict[str, str] = {}


class Hardware(_Part, frozen=True):
    """The machine that regrade ran on."""

    system: str = ""
    machine: str = ""
    cores: int | None = None
    cpu: str = ""
    memory_gb: int | None = None
    gpus: list[str] = []

    def words(self) -> str:
        """Return it as one line."""
        parts = [f"{self.system} {self.machine}".strip()]
        parts += [f"{self.cores} cores"] if self.cores else []
        parts += [self.cpu] if self.cpu else []
        parts += [f"{self.memory_gb} GB"] if self.memory_gb else []
        return ", ".join(each for each in (*parts, *self.gpus) if each)


class Rates(_Part, frozen=True):
    """``[cost]`` of ``regrade.toml``, in the currency."""

    per_hour: float = 0.0
    per_call: float = 0.0
    per_1k_tokens: float = 0.0

    def of(self, work: Work) -> float:
        """Return what the seconds, calls and tokens of a run cost at these rates: all but what candidates say that they paid."""
        return work.seconds / 3600 * self.per_hour + work.calls * self.per_call + work.tokens / 1000 * self.per_1k_tokens


class Work(_Part, frozen=True):
    """What was done, and what it came to."""

    predicted: int = 0
    cached: int = 0
    errors: int = 0
    error: str | None = None
    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    saved_seconds: float = 0.0
    """What the cached answers would have taken."""
    saved_cost: float = 0.0
    currency: str = ""
    rates: Rates | None = None
    """At which ``cost`` and ``saved_cost`` were reckoned; None: an older regrade did not say."""


class Facts(_Part, frozen=True):
    """What stays the same from run to run, most of the time; kept once for all runs that share it."""

    model: Model = Model()
    code: Code = Code()
    environment: Environment = Environment()
    hardware: Hardware = Hardware()
    seeds: dict[str, Scalar] = {}
    """Parameters that are seeds, by name; None: drawn anew each time."""


class RunRecord(_Part, frozen=True):
    """Everything that is on record of one scoring of one candidate."""

    at: str
    """ISO 8601, UTC."""
    candidate: str
    data: Data = Data()
    model: Model = Model()
    code: Code = Code()
    environment: Environment = Environment()
    hardware: Hardware = Hardware()
    seeds: dict[str, Scalar] = {}
    work: Work = Work()
    metrics: dict[str, dict[str, float | None]] = {}
    """Part (``sampled``, ``all``, ``known``, ``pinned``) to name to value."""


def name_of(document: object) -> str:
    """Return the SHA-256, in hex, of a document as canonical JSON."""
    return hashlib.sha256(canonical(document)).hexdigest()
