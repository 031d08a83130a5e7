"""Where the decisions on each prediction stand: in which segments, undone by whom."""

from __future__ import annotations

from array import array
from bisect import bisect_left

import msgspec

from regrade.evalset.cache_file import from_bytes


class Index(msgspec.Struct, array_like=True, frozen=True, dict=True):
    """What says, without reading them, which of some segments must be read. Columns of numbers are the bytes of an ``array('I')``."""

    segments: list[str]
    """Names."""
    objects: dict[str, str]
    """Name to the git object that was held to it."""
    subjects: list[str]
    """Every prediction that was decided on, sorted."""
    place_of: bytes
    """Index into ``segments`` of where each of them stands, of several the first."""
    also: dict[str, list[int]]
    """Those that stand in several segments, to all of these."""
    journals: dict[str, list[int]]
    """Journal id to the segments that hold its events."""
    undoers: dict[str, list[str]]
    """Id of an event, known or not, to those that undo it."""
    about_modes: list[int]
    """Segments with decisions on failure modes."""

    def segments_of(self, subject: str) -> list[str]:
        """Return the names of the segments with decisions on a prediction."""
        several = self.also.get(subject)
        if several is not None:
            return [self.segments[place] for place in several]
        at = bisect_left(self.subjects, subject)
        if at == len(self.subjects) or self.subjects[at] != subject:
            return []
        return [self.segments[self._place_of[at]]]

    def segments_of_event(self, id: str) -> list[str]:
        """Return the names of the segments that may hold an event."""
        return [self.segments[at] for at in self.journals.get(journal_of(id), ())]

    @property
    def _place_of(self) -> array[int]:
        found: array[int] | None = self.__dict__.get("places")
        if found is None:
            found = self.__dict__["places"] = from_bytes(self.place_of)
        return found


def journal_of(id: str) -> str:
    """Return the id of the journal that an event was written to."""
    return id.rpartition(":")[0]
