"""What two moments say of the predictions that they may differ in: two small states beside a trunk that both share."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from regrade.evalset.events import MODE_FIELDS, Event, Parsed
from regrade.evalset.review.library import Library, Shelf
from regrade.evalset.review.trunk import Trunk
from regrade.evalset.state import State

_OF_MODES = frozenset(MODE_FIELDS)


class Branches:
    """Two moments as what they have besides a trunk.

    A prediction reads differently in two moments only if a decision that is not in the trunk writes it, or undoes one that does:
    directly or over other undos. Of these predictions all decisions are gathered, from the trunk too; whatever the rest says is
    the same on both sides, and stands in the trunk. All decisions on failure modes are gathered, since they name the rest.

    Parameters
    ----------
    library : Library
    trunk : Trunk
        All of its segments are in both shelves.
    before, after : Shelf
    """

    def __init__(self, library: Library, trunk: Trunk, before: Shelf, after: Shelf) -> None:
        self._library, self._trunk, self._before = library, trunk, before
        self._inside = set(trunk.segments)
        extra = [self._besides(shelf) for shelf in (before, after)]
        self._loaded: dict[str, Parsed] = {}
        self._trunk_events: dict[str, tuple[Event, bytes]] = {}
        self.subjects: set[str] = set()
        """What may read differently: predictions, and every failure mode."""
        self._gather({event.id: event for each in extra for event, _ in each.values()})
        shared = self._shared()
        self.states = self._state(shared, extra[0]), self._state(shared, extra[1])
        """The small states of both moments."""
        self.n_events = [trunk.n_events + sum(id not in self._trunk_events for id in each) for each in extra]
        """How many decisions each moment has in all."""

    def _besides(self, shelf: Shelf) -> dict[str, tuple[Event, bytes]]:
        parts = [*self._library.need(shelf, (name for name in shelf.places if name not in self._inside)), *shelf.journals]
        return {event.id: (event, line) for each in parts for event, line in zip(each.events, each.lines, strict=True)}

    def _gather(self, extra: dict[str, Event]) -> None:
        """Find the subjects, and load the trunk's segments that say something of them."""
        trunk = self._trunk
        self._load(trunk.segments[at] for at in trunk.about_modes)
        modes = {write.subject for event, _ in self._trunk_events.values() for write in event.writes if write.field in _OF_MODES}
        self._load(name for id in extra for name in trunk.segments_of_event(id))  # one decision may stand in two files
        subjects = {*modes, *trunk.delicate}
        waiting = list(extra.values())
        seen = set(extra)
        while waiting:
            for event in waiting:
                subjects.update(write.subject for write in event.writes)
                subjects.update(fact.subject for fact in event.facts)
            targets = {id for event in waiting for id in event.undoes} - seen
            seen |= targets
            self._load(name for id in targets for name in trunk.segments_of_event(id))
            waiting = [self._trunk_events[id][0] for id in targets if id in self._trunk_events]
        self._load(name for subject in subjects for name in trunk.segments_of(subject))
        self.subjects = subjects
        self._follow_undoers(list(extra))

    def _follow_undoers(self, ids: list[str]) -> None:
        """Load the trunk's events that undo what was gathered, and those that undo them."""
        touching = [id for id, (event, _) in self._trunk_events.items() if self._touches(event)]
        waiting, seen = ids + touching, set(ids + touching)
        while waiting:
            found = {undoer for id in waiting for undoer in self._trunk.undoers.get(id, ())} - seen
            seen |= found
            self._load(name for id in found for name in self._trunk.segments_of_event(id))
            waiting = list(found)
        self._wanted = seen

    def _load(self, names: Iterable[str]) -> None:
        missing = sorted({name for name in names if name not in self._loaded})
        for name, parsed in zip(missing, self._library.need(self._before, missing), strict=True):
            self._loaded[name] = parsed
            self._trunk_events.update((event.id, (event, line)) for event, line in zip(parsed.events, parsed.lines, strict=True))

    def _touches(self, event: Event) -> bool:
        subjects = self.subjects
        return any(write.subject in subjects for write in event.writes) or any(fact.subject in subjects for fact in event.facts)

    def _shared(self) -> list[tuple[Event, bytes]]:
        """Return the trunk's events on the subjects, without what they say of others."""
        subjects = self.subjects
        found = []
        for id in self._wanted:
            known = self._trunk_events.get(id)
            if known is not None:
                event, line = known
                writes = tuple(write for write in event.writes if write.subject in subjects)
                facts = tuple(fact for fact in event.facts if fact.subject in subjects)
                found.append((msgspec.structs.replace(event, writes=writes, facts=facts), line))
        return found

    def _state(self, shared: list[tuple[Event, bytes]], extra: dict[str, tuple[Event, bytes]]) -> State:
        state = State(self._trunk.task_kind)
        together = [*shared, *extra.values()]
        state.apply([event for event, _ in together], [line for _, line in together])
        return state
