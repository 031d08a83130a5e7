"""The eval set as it was: at a commit, at a date, at a version; and as it is now. Read without touching the work tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from regrade.errors import DataError, UsageError
from regrade.evalset.events import Event
from regrade.evalset.library import Library, Shelf
from regrade.evalset.revisions import Revisions
from regrade.evalset.state import State
from regrade.evalset.versions import find_version

NOW = "now"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_VERSION = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True)
class Moment:
    """An eval set as of some moment."""

    label: str
    """What a person calls it."""
    kind: str
    """``now``, ``commit``, ``date`` or ``version``."""
    state: State
    schemas: dict[str, str]
    commit: str | None = None
    """Id of the commit that it was read from."""


@dataclass(frozen=True)
class _Place:
    """What a person named, before anything is read."""

    label: str
    kind: str
    commit: str | None = None
    until: datetime | None = None


class Past:
    """Moments of one eval set.

    Parameters
    ----------
    folder : Path
        ``evalset``.
    task_kind : str
        See :class:`State`.
    """

    def __init__(self, folder: Path, task_kind: str) -> None:
        self._folder = folder
        self._library = Library(task_kind)

    @cached_property
    def _git(self) -> Revisions | DataError:
        try:
            return Revisions(self._folder)
        except DataError as error:
            return error

    @cached_property
    def _now(self) -> Shelf:
        return self._library.take_files(self._folder)

    def pair(self, a: str, b: str | None = None) -> tuple[Moment, Moment]:
        """Return two moments to compare.

        Parameters
        ----------
        a, b : str
            A git ref, ``now`` (the work tree with what is not sealed yet), a date (ISO 8601, UTC unless it says otherwise; a day
            ends at its end) or a version (at least 7 of its digits); the first of these that it is. ``A...B`` in place of ``a``
            alone goes from where B left A to B, ``A..B`` from A to B. ``b`` is ``now`` by default.

        Raises
        ------
        UsageError
            There is no such moment; says what was looked through.
        IntegrityError, DataError
            The files of one, or of git, cannot be read.
        """
        places = self._places(a, b)
        commits = [place for place in places if place.commit]
        shelves: dict[str, Shelf] = {}
        if commits:
            revisions = self._revisions()
            trees = [(place.label, revisions.segments(place.commit or "")) for place in commits]
            read = self._library.take_commits(revisions.root, trees)
            shelves = {place.commit or "": shelf for place, shelf in zip(commits, read, strict=True)}
        before, after = (self._moment(place, shelves) for place in places)
        return before, after

    def _places(self, a: str, b: str | None) -> list[_Place]:
        first, dots, last = a.partition("...") if "..." in a else a.partition("..")
        if not dots:
            return [self._place(a), self._place(b if b is not None else NOW)]
        if b is not None:
            raise UsageError(f"{a!r} is two moments already", where=b, hint="give one range, or two moments")
        first, last = first or "HEAD", last or "HEAD"
        if dots == "..":
            return [self._place(first), self._place(last)]
        base = self._revisions().merge_base(first, last)
        return [_Place(f"{first} at {base[:7]}", "commit", base), self._place(last)]

    def _place(self, text: str) -> _Place:
        """Return what ``text`` names; whether a version exists is found out when it is read."""
        text = text.strip()
        if text == NOW:
            return _Place(NOW, "now")
        found = self._git.find(text) if isinstance(self._git, Revisions) else None
        if found is not None:
            return _Place(text, "commit", found)
        if _DATE.fullmatch(text):
            return _Place(text, "date", until=_instant(text))
        if _VERSION.fullmatch(text.lower()):
            return _Place(text.lower(), "version")
        self._revisions().require(text, "; a date is written 2026-11-30, a version has at least 7 hexadecimal digits")
        raise AssertionError(text)  # pragma: no cover: required just now, and not found before

    def _revisions(self) -> Revisions:
        if isinstance(self._git, DataError):
            raise self._git
        return self._git

    def _moment(self, place: _Place, shelves: dict[str, Shelf]) -> Moment:
        library = self._library
        if place.kind == "version":
            found = find_version(place.label, library, self._now, self._git if isinstance(self._git, Revisions) else None)
            return Moment(f"version {place.label[:7]}", "version", found.state, found.schemas, found.commit)
        shelf = shelves[place.commit] if place.commit else self._now
        until = place.until
        only = None if until is None else lambda event: _not_after(event, until)
        return Moment(place.label, place.kind, library.state(shelf, only), library.schemas(shelf), place.commit)


def _instant(text: str) -> datetime:
    """Return the moment that a date means; a day means its end."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no date: {error}", hint="write it as 2026-11-30 or 2026-11-30T18:00") from None
    if len(text) == len("2026-11-30"):
        found = found.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _not_after(event: Event, until: datetime) -> bool:
    """Return whether a decision was made by then; one whose time nobody can read counts as old."""
    try:
        at = datetime.fromisoformat(event.at)
    except ValueError:
        return True
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) <= until
