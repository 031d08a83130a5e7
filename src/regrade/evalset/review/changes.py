"""What may change between two moments of an eval set: plain documents, which reports draw and `--json` prints."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from regrade.log.content import JSON


class Cause(msgspec.Struct, frozen=True):
    """The decision that made a change; of several, the newest."""

    event: str
    at: str
    by: str
    kind: str
    why: str = ""
    """Its reason, else its note."""


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """A change to one prediction."""

    key: str
    cause: Cause | None = None
    behind: bool = False
    """Nobody decided this: the later side lacks decisions that the earlier one has, as a branch does that was not merged."""


class Added(_Row, frozen=True, kw_only=True):
    """A prediction that came in."""

    origin: str
    mode: str | None
    """The mode's name."""
    expected: list[JSON]
    weight: float
    partition: str
    pinned: bool
    disputed: bool
    again: bool
    """It had been in before, and was retired: somebody restored it."""
    note: str = ""
    """What was said with it."""


class Left(_Row, frozen=True, kw_only=True):
    """An example that is no member any more."""

    how: str
    """``retired``; ``undone`` (the promotion was), ``dismissed``, ``behind`` (the later side never had it)."""
    origin: str
    mode: str | None
    expected: list[JSON]
    pinned: bool


class Labels(msgspec.Struct, frozen=True):
    """How an example was labelled."""

    expected: list[JSON]
    """None, one, or several (disputed) values."""
    modes: list[str]
    """Names; none, one, or several (disputed)."""


class Relabelled(_Row, frozen=True, kw_only=True):
    """An example of which something else is expected, or that has another failure mode."""

    before: Labels
    after: Labels
    flip: bool
    """One expected value took the place of another: what counted as right now counts as wrong."""
    origin: str
    pinned: bool
    prediction: JSON
    """What production had answered."""
    right_before: bool | None
    right_after: bool | None
    mode_cause: Cause | None = None
    """Who gave it the other mode, where ``cause`` is of the expected value."""


class Changed(_Row, frozen=True, kw_only=True):
    """An example with another pin, partition, weight, origin or content."""

    field: str
    """``pinned``, ``partition``, ``weight``, ``origin`` (all of them, sorted) or ``content`` (its hash)."""
    before: JSON
    after: JSON
    columns: list[str] = []
    """Of a content: the inputs that are new or other, ``-name`` for one that is gone."""


class Voice(msgspec.Struct, frozen=True):
    """One side of a dispute."""

    value: JSON
    by: str
    at: str
    why: str = ""
    of: str = ""
    """The failure mode that it speaks of, where several claim one digit, or were merged in a circle."""


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """A register that people disagree on, or did."""

    subject: str
    """Key of a prediction, or id of a failure mode."""
    name: str
    """The key, or the mode's name."""
    field: str
    member: bool
    """It is an example of the later side."""
    voices: list[Voice]
    """Of what is disputed: who says what."""
    settled: list[JSON] = []
    """Of what is settled: the value that it has now, if any."""
    cause: Cause | None = None
    behind: bool = False


class ModeChange(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was decided about a failure mode."""

    mode: str
    """Its id."""
    name: str
    what: str
    """``defined removed renamed merged parted closed reopened described owner priority link key``."""
    before: JSON = None
    after: JSON = None
    cause: Cause | None = None
    behind: bool = False


class Tally(msgspec.Struct, frozen=True):
    """How many examples a mode, a slice or an origin has."""

    name: str | None
    """``None``: those without a failure mode."""
    before: int
    after: int
    added: int
    """How many of ``after`` were not here before: new ones, and those that moved here."""
    left: int


class Outside(msgspec.Struct, frozen=True):
    """Predictions that are no example of either side, and that people decided on."""

    labelled: list[str]
    dismissed: list[str]
    reopened: list[str]
    """Nothing holds of them any more."""


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """From one moment of an eval set to another."""

    added: list[Added]
    retired: list[Left]
    gone: list[Left]
    """Left without being retired."""
    relabelled: list[Relabelled]
    pinned: list[Changed]
    unpinned: list[Changed]
    repartitioned: list[Changed]
    reweighted: list[Changed]
    new_origin: list[Changed]
    new_content: list[Changed]
    disputed: list[Dispute]
    settled: list[Dispute]
    modes: list[ModeChange]
    outside: Outside
    unchanged: list[str]
    by_mode: list[Tally]
    by_origin: list[Tally]
    new_decisions: int
    """Decisions that only the later side knows."""
    missing_decisions: int
    """Decisions that only the earlier side knows."""

    @property
    def empty(self) -> bool:
        """Whether nothing that a version or a reviewer sees has changed."""
        lists = (getattr(self, name) for name in self.__struct_fields__ if name not in ("unchanged", "by_mode", "by_origin"))
        return not any(each for each in lists if isinstance(each, list)) and self.outside == Outside([], [], [])


R = TypeVar("R", bound=_Row)


def decided(rows: list[R]) -> list[R]:
    """Return the rows that somebody decided."""
    return [row for row in rows if not row.behind]


def lacking(rows: list[R]) -> list[R]:
    """Return the rows that are there because the later side lacks decisions."""
    return [row for row in rows if row.behind]
