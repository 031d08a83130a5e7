"""What `regrade log stats` finds out, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something about the log that an engineer should know of."""

    code: str
    """What kind of thing; stable."""
    column: str
    """The column it is about; ``result``: whether predictions are right."""
    what: str
    """In words, without column and time."""
    since: str | None
    """The first day (hour, minute; without times: rows) of it; ``None``: from the beginning, or there is none."""
    until: str | None
    """The last one, inclusive; ``None``: it goes on to the end of the log, or there is none."""
    rows: int
    """As many predictions as ``where`` finds; without ``where`` those concerned."""
    where: str
    """The expression that shows them, the filter of the whole included; empty where there is none."""


@dataclass(frozen=True)
class Day:
    """Predictions of one span of time."""

    day: str
    n: int
    known: int
    """Predictions of which it is known whether they are right."""
    failures: int
    without_outcome: int

    @property
    def unknown(self) -> int:
        """Predictions of which it is not known whether they are right."""
        return self.n - self.known

    @property
    def rate(self) -> float | None:
        """Failures among those whose result is known."""
        return self.failures / self.known if self.known else None


@dataclass(frozen=True)
class Model:
    """A deployed model, and what it answered."""

    model: str | None
    n: int
    known: int
    failures: int
    since: str | None
    until: str | None


@dataclass(frozen=True)
class ColumnStats:
    """A column of the log."""

    name: str
    type: str
    role: str
    missing: int
    """Rows in which it has no value; NaN is none."""
    distinct: int
    """Distinct values: about so many in a large log."""

    @property
    def constant(self) -> bool:
        """Has it one value in all rows, or none?"""
        return self.distinct == 0 or (self.distinct == 1 and not self.missing)


@dataclass(frozen=True)
class LogStats:
    """What there is to know of a log in the first minute; see :meth:`Workspace.log_stats`."""

    where: str
    """The filter; empty: all predictions."""
    rows: int
    imported: int
    """Files that regrade wrote itself."""
    in_place: int
    """Files that are read where they lie."""
    time: str | None
    """The column that says when; ``None``: nothing does, and ``days`` are equal parts of the log in the order of the files."""
    since: str | None
    until: str | None
    unit: str
    """What each of ``days`` is: hour, day, week, month, quarter, year or part."""
    wrong: int
    right: int
    without_outcome: int | None
    """``None``: no column is the outcome."""
    by_feedback: int | None
    """Results that rest on feedback, as there is no outcome; ``None``: no column is feedback."""
    models: tuple[Model, ...]
    """The most frequent first."""
    days: tuple[Day, ...]
    """In order, empty ones too; predictions without a time are in none."""
    columns: tuple[ColumnStats, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    """What was not looked at, and why."""

    @property
    def unknown(self) -> int:
        """Predictions of which it is not known whether they are right."""
        return self.rows - self.wrong - self.right

    @property
    def rate(self) -> float | None:
        """Failures among predictions whose result is known."""
        return self.wrong / (self.wrong + self.right) if self.wrong + self.right else None
