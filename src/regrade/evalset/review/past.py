"""The eval set as it was: at a commit, at a date, at a version; and as it is now. Read without touching the work tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from regrade.errors import DataError, UsageError
from regrade.evalset.events import Event
from regrade.evalset.files import refuse_link
from regrade.evalset.review.library import Library, Shelf
from regrade.evalset.review.revisions import Revisions
from regrade.evalset.review.versions import find_version
from regrade.evalset.state import State

NOW = "now"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_VERSION = re.compile(r"[0-9a-f]{7,64}")


class Moment:
    """An eval set as of some moment; read when it is asked for.

    Parameters
    ----------
    label : str
        What a person calls it.
    kind : str
        ``now``, ``commit``, ``date`` or ``version``.
    library : Library
    shelf : Shelf
        The files that it stands in.
    only : callable, optional
        Says which of their decisions are part of it; default: all.
    commit : str, optional
        Id of the commit that it is read from.
    """

    def __init__(
        self,
        label: str,
        kind: str,
        library: Library,
        shelf: Shelf,
        only: Callable[[Event], bool] | None = None,
        commit: str | None = None,
    ) -> None:
        self.label = label
        self.kind = kind
        self.library = library
        self.shelf = shelf
        self.only = only
        self.commit = commit

    @cached_property
    def state(self) -> State:
        """What was decided. Raises IntegrityError or DataError, naming file and ref, where that cannot be read."""
        return self.library.state(self.shelf, self.only)

    @cached_property
    def schemas(self) -> dict[str, str]:
        """Schemas of the examples' inputs: hash to encoded."""
        return self.library.schemas(self.shelf)


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
        refuse_link(folder)
        self._folder = folder
        self._library = Library(folder.parent, task_kind, folder)

    @cached_property
    def _git(self) -> Revisions | DataError:
        try:
            return Revisions(self._folder)
        except DataError as error:
            return error

    @cached_property
    def _now(self) -> Shelf:
        return self._library.files(self._folder)

    def pair(self, a: str, b: str | None = None) -> tuple[Moment, Moment]:
        """Return two moments to compare.

        Parameters
        ----------
        a, b : str
            A git ref, ``now`` (the work tree with what is not sealed yet), a date (ISO 8601, UTC unless it says otherwise; a day
            ends at its end) or a version (at least 7 of its digits); the first of these that it is. ``A...B`` in place of ``a``
            alone goes from where B left A to B (``now``: from where HEAD did), ``A..B`` from A to B. ``b`` is ``now`` by default.

        Raises
        ------
        UsageError
            There is no such moment; says what was looked through.
        DataError
            Git cannot be asked. What the files hold is read later, by :attr:`Moment.state`.
        """
        before, after = (self._moment(place) for place in self._places(a, b))
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
        base = self._revisions().merge_base(first, "HEAD" if last == NOW else last)
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

    def _moment(self, place: _Place) -> Moment:
        library, until = self._library, place.until
        if place.kind == "version":
            found = find_version(place.label, library, self._now, self._git if isinstance(self._git, Revisions) else None)
            ids = found.events
            only = None if ids is None else lambda event: event.id in ids
            return Moment(f"version {place.label[:7]}", "version", library, found.shelf, only, found.commit)
        if place.commit:
            shelf = library.commit(place.label, self._revisions().segments(place.commit))
            return Moment(place.label, "commit", library, shelf, commit=place.commit)
        return Moment(place.label, place.kind, library, self._now, None if until is None else lambda event: _not_after(event, until))


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
