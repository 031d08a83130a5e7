"""What most decisions say together, kept in a cache, so that a comparison reads only what two moments have besides.

Built from segments that both have in common. It may be deleted at any time; it is passed over unless it is whole, of this version and
format, and about segments that both moments have.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from pathlib import Path

import msgspec

from regrade.evalset.cache_file import CacheFile, from_bytes

FORMAT = 1
"""To be raised with every change to what the fold or the version says, or to what is kept here."""
FILE = "evalset.trunk"


class Trunk(msgspec.Struct, array_like=True, frozen=True, dict=True):
    """The fold of some segments, and where each subject stands in them. Columns of numbers are the bytes of an ``array('I')``."""

    task_kind: str
    segments: list[str]
    """Names."""
    objects: dict[str, str]
    """Name to the git object that was held to it."""
    n_events: int
    keys: list[str]
    """The members, sorted."""
    lines: list[bytes]
    """What the version says of each."""
    modes: list[str]
    mode_of: bytes
    """1 + index into ``modes`` of what each member was labelled with; 0: with none. Merges are not followed."""
    origins: list[list[str]]
    origin_of: bytes
    """Index into ``origins``."""
    subjects: list[str]
    """Every prediction and failure mode that was decided on, sorted."""
    starts: bytes
    """Where the segments of each subject start in ``places``, and where the last ones end."""
    places: bytes
    """Indices into ``segments``."""
    journals: dict[str, list[int]]
    """Journal id to the segments that hold its events."""
    undoers: dict[str, list[str]]
    """Id of an event, known or not, to those that undo it."""
    about_modes: list[int]
    """Segments with decisions on failure modes."""
    delicate: list[str]
    """Predictions whose label may read otherwise as soon as modes are merged or parted."""

    def segments_of(self, subject: str) -> list[str]:
        """Return the names of the segments with decisions on ``subject``."""
        at = bisect_left(self.subjects, subject)
        if at == len(self.subjects) or self.subjects[at] != subject:
            return []
        starts, places = self._starts, self._places
        return [self.segments[place] for place in places[starts[at] : starts[at + 1]]]

    def segments_of_event(self, id: str) -> list[str]:
        """Return the names of the segments that may hold an event."""
        return [self.segments[at] for at in self.journals.get(id.rpartition(":")[0], ())]

    @property
    def _starts(self) -> array[int]:
        found: array[int] = self.__dict__.setdefault("starts_", None) or from_bytes(self.starts)
        self.__dict__["starts_"] = found
        return found

    @property
    def _places(self) -> array[int]:
        found: array[int] = self.__dict__.setdefault("places_", None) or from_bytes(self.places)
        self.__dict__["places_"] = found
        return found


KEPT = CacheFile(FILE, Trunk, FORMAT)


def save(folder: Path, trunk: Trunk) -> bool:
    """Write ``trunk`` to the cache, which is made where it is missing; return whether it could be. Never raises for a disk's sake."""
    return KEPT.save(folder, trunk)


def load(folder: Path, task_kind: str) -> Trunk | None:
    """Return what the cache holds; ``None`` where :meth:`CacheFile.load` believes nothing, or it is for another kind of task."""
    trunk = KEPT.load(folder)
    return trunk if trunk is not None and trunk.task_kind == task_kind else None
