"""What changed between two runs, as plain documents: which reports draw and `--json` prints."""

from __future__ import annotations

import msgspec

from regrade.log.content import JSON
from regrade.scoring.run_record import Data, Work

PARTS = ("data", "code", "model", "environment", "hardware")


class Change(msgspec.Struct, frozen=True):
    """A value that is another now; None: there is none."""

    name: str
    before: JSON
    after: JSON


class DataChange(msgspec.Struct, frozen=True, kw_only=True):
    """The eval set then and now."""

    before: Data
    after: Data
    counts: dict[str, int] | None = None
    """``added left relabelled pinned unpinned new_content other unchanged``; None: the same version, or one that is not found again."""
    note: str = ""


class Commit(msgspec.Struct, frozen=True):
    """A commit, in one line."""

    hash: str
    subject: str


class CodeChange(msgspec.Struct, frozen=True, kw_only=True):
    """Commits between, what was not committed, and the sources that the candidates are made of."""

    before: str | None
    after: str | None
    ahead: int | None = None
    """Commits of ``after`` that ``before`` lacks; None: git does not know both."""
    behind: int | None = None
    """Commits of ``before`` that ``after`` lacks."""
    commits: list[Commit] = []
    """The newest of those ahead; at most 20."""
    lost: list[Commit] = []
    """The newest of those behind; at most 20."""
    dirty_before: bool | None = None
    dirty_after: bool | None = None
    changed_before: list[str] = []
    changed_after: list[str] = []
    """Tracked files that were not as committed."""
    files: list[Change] = []
    """Sources that the candidate consists of or imported: SHA-256."""
    note: str = ""


class ModelChange(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters as parameters, files by their hash."""

    fingerprint_before: str | None
    fingerprint_after: str | None
    type: Change | None = None
    parameters: list[Change] = []
    """Of the estimator: ``classifier.max_iter``."""
    gone: list[str] = []
    """Names of parameters that only the first has, as those of another class; a parameter that is None is there."""
    new: list[str] = []
    """Names of parameters that only the second has."""
    settings: list[Change] = []
    """Of ``regrade.toml``: ``parameters.late_from``, ``threshold``."""
    files: list[Change] = []
    note: str = ""


class EnvironmentChange(msgspec.Struct, frozen=True, kw_only=True):
    """Python and packages as versions."""

    python: Change | None = None
    packages: list[Change] = []


class CostChange(msgspec.Struct, frozen=True, kw_only=True):
    """What the two cost, and why it is not the same: other rates, or another amount of work."""

    before: float
    after: float
    rates: list[Change] = []
    """Of ``[cost]``, and ``currency``."""
    by_rates: float | None = None
    """Of the difference what other rates make, for the work of the second; None: that cannot be told."""
    by_work: float | None = None
    """The rest: more or fewer seconds, calls and tokens, at the rates of the first, and what candidates say that they paid."""
    note: str = ""


class RunName(msgspec.Struct, frozen=True):
    """Which of the two it was."""

    name: str
    id: int | None
    kept: str | None
    candidate: str
    at: str


class RunsCompared(msgspec.Struct, frozen=True, kw_only=True):
    """From one run to another; the keys of `regrade runs diff --json`."""

    a: RunName
    b: RunName
    changed: list[str]
    """Of ``data code model environment hardware`` those that are not what they were."""
    same: list[str]
    unknown: list[str]
    """Those that one of the two has nothing on record of: an older regrade wrote it."""
    data: DataChange
    code: CodeChange
    model: ModelChange
    environment: EnvironmentChange
    hardware: list[Change]
    metrics: list[Change]
    """``part.metric``."""
    work_before: Work
    work_after: Work
    cost: CostChange | None = None
    """None: the same cost at the same rates."""
