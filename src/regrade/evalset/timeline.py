"""Each person's events in the order that they decided, kept ready for `undo`."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from itertools import islice

from regrade.evalset.events import Event


def order(event: Event) -> tuple[int, str]:
    """Return what events are ordered by: ``seq``; the id where two machines chose the same."""
    return event.seq, event.id


class Timelines:
    """Lists of events by person; catches up with a growing set when asked.

    Parameters
    ----------
    events : mapping
        Id to event; grows, never shrinks.
    """

    def __init__(self, events: Mapping[str, Event]) -> None:
        self._events = events
        self._seen = 0
        self._by: dict[str, list[Event]] = {}

    def of(self, person: str) -> list[Event]:
        """Return the events of ``person``, oldest first."""
        fresh = list(islice(self._events.values(), self._seen, None))
        self._seen += len(fresh)
        if len(fresh) > 100:
            for event in fresh:
                self._by.setdefault(event.by, []).append(event)
            for line in self._by.values():
                line.sort(key=order)
        else:
            for event in fresh:
                insort(self._by.setdefault(event.by, []), event, key=order)
        return self._by.get(person, [])
