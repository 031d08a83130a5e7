"""What some segments say of a few subjects: only those of them are read that say anything of these."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from regrade.evalset.events import OF_MODES, Event, Parsed, subjects_of
from regrade.evalset.review.index import Index
from regrade.evalset.review.library import Library, Shelf


class Excerpt:
    """Decisions out of the segments of an index, read as they are asked for.

    Parameters
    ----------
    library : Library
    shelf : Shelf
        Has all of the segments.
    index : Index
    """

    def __init__(self, library: Library, shelf: Shelf, index: Index) -> None:
        self._library, self._shelf, self._index = library, shelf, index
        self._loaded: set[str] = set()
        self.events: dict[str, tuple[Event, bytes]] = {}
        """All that was read so far, with their lines; an event that is there twice with different bytes is seen by :meth:`on`."""
        self._others: list[tuple[Event, bytes]] = []

    def load(self, names: Iterable[str]) -> None:
        """Read segments, each once."""
        missing = sorted({name for name in names if name not in self._loaded})
        self._loaded.update(missing)
        self._take(self._library.need(self._shelf, missing))

    def _take(self, parts: Iterable[Parsed]) -> None:
        for parsed in parts:
            for event, line in zip(parsed.events, parsed.lines, strict=True):
                known = self.events.setdefault(event.id, (event, line))
                if known[1] != line:
                    self._others.append((event, line))

    def load_events(self, ids: Iterable[str]) -> None:
        """Read the segments that may hold these events: one decision may stand in two."""
        self.load(name for id in ids for name in self._index.segments_of_event(id))

    def modes(self) -> set[str]:
        """Return the failure modes that anything was decided on."""
        self.load(self._index.segments[at] for at in self._index.about_modes)
        return {write.subject for event, _ in self.events.values() for write in event.writes if write.field in OF_MODES}

    def subjects_of(self, ids: Iterable[str]) -> set[str]:
        """Return what is said of by these events, and by all that they undo, and so on."""
        subjects: set[str] = set()
        waiting = set(ids)
        seen = set(waiting)
        while waiting:
            self.load_events(waiting)
            events = [self.events[id][0] for id in waiting if id in self.events]
            for event in events:
                subjects |= subjects_of(event)
            waiting = {target for event in events for target in event.undoes} - seen
            seen |= waiting
        return subjects

    def on(self, subjects: set[str], besides: Iterable[str] = ()) -> list[tuple[Event, bytes]]:
        """Return all decisions on ``subjects``, without what they say of others, and all that undo them, or those of ``besides``."""
        index = self._index
        wanted: dict[str, set[str]] = {}
        for subject in subjects:
            for name in index.segments_of(subject):
                if name not in self._loaded:
                    wanted.setdefault(name, set()).add(subject)
        self._take(self._library.about(self._shelf, wanted))
        waiting = {id for id, (event, _) in self.events.items() if not subjects.isdisjoint(subjects_of(event))}.union(besides)
        asked = set(waiting)
        while waiting:
            waiting = {undoer for id in waiting for undoer in index.undoers.get(id, ())} - asked
            asked |= waiting
            self.load_events(waiting)
        found = [self.events[id] for id in asked if id in self.events] + [other for other in self._others if other[0].id in asked]
        return [(only(event, subjects), line) for event, line in found]


def only(event: Event, subjects: Collection[str]) -> Event:
    """Return an event without what it says of others than ``subjects``."""
    writes = tuple(write for write in event.writes if write.subject in subjects)
    facts = tuple(fact for fact in event.facts if fact.subject in subjects)
    if len(writes) == len(event.writes) and len(facts) == len(event.facts):
        return event
    return msgspec.structs.replace(event, writes=writes, facts=facts)
