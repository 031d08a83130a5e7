"""What changed beside the scores: policy, eval set, code, model, environment, hardware; plain documents (msgspec only)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Part = Literal["data", "code", "model", "environment", "hardware"]

PARTS: tuple[Part, ...] = ("data", "code", "model", "environment", "hardware")
MOST = 50
"""Entries of a list in the document; how many there are in all is said beside it."""


class Change(msgspec.Struct, frozen=True):
    """A value that is another now; null: there is none."""

    name: str
    before: Any
    after: Any


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """By whose rules it was judged: those of the base, so that no change can be judged by rules that it brings along."""

    ref: str
    """The base, as it was typed."""
    commit: str
    changes: list[Change] = []
    """Rules that say something else here: `before` is what held, `after` is what would hold after the change."""


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """An example that the base has and that a decision took out."""

    key: str
    how: str
    """`retired`, `dismissed`, `undone` (its promotion), or `fix`: moved to the partition that is not compared."""
    by: str = ""
    why: str = ""
    pinned: bool = False
    sampled: bool = False


class Relabelled(msgspec.Struct, frozen=True, kw_only=True):
    """An example of which something else is expected than at the base."""

    key: str
    before: list[Any]
    """What was expected; several: disputed."""
    after: list[Any]
    favours: bool = False
    """By the new label the candidate does better against the baseline than by the old one."""
    by: str = ""
    why: str = ""
    pinned: bool = False
    sampled: bool = False


class EvalSetChange(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about the eval set since the base; `regrade evalset diff` tells all of it."""

    before: str
    """Version at the base."""
    after: str
    added: int = 0
    added_sampled: int = 0
    removed: int = 0
    relabelled: int = 0
    pinned: int = 0
    unpinned: int = 0
    reweighted: int = 0
    new_weight: float = 0.0
    """Share of the sample's weight that rests on examples which came in, joined the sample or weigh more by this change."""
    new_content: int = 0
    disputed: int = 0
    settled: int = 0
    lacking: int = 0
    """Decisions of the base that are not here: a branch that was not brought up to date."""
    favouring: int = 0
    """Relabelled examples by whose new label the candidate does better."""
    gone: list[Gone] = []
    """Those removed, pinned ones first; at most 50."""
    labels: list[Relabelled] = []
    """Those relabelled, the favouring first; at most 50."""
    unpinned_keys: list[str] = []
    """At most 50."""


class Commit(msgspec.Struct, frozen=True):
    """A commit, in one line."""

    hash: str
    subject: str


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What is another on the side of the candidate than on that of the baseline."""

    parts: list[Part] = []
    """Which of `data code model environment hardware`."""
    same: list[Part] = []
    unknown: list[Part] = []
    """Those that cannot be compared."""
    data: EvalSetChange | None = None
    """Null: the baseline is of no other commit."""
    ahead: int | None = None
    """Commits that the baseline's side lacks; null: not known."""
    behind: int | None = None
    commits: list[Commit] = []
    """The newest of those ahead; at most 20."""
    uncommitted: list[str] = []
    """Tracked files that are not as committed."""
    code: list[Change] = []
    """Sources of the candidate: path and SHA-256; at most 50."""
    model: list[Change] = []
    """Class, parameters (`classifier.max_iter`), settings and files (SHA-256); at most 50."""
    environment: list[Change] = []
    hardware: list[Change] = []
    notes: list[str] = []
    """What could not be said, and why."""
