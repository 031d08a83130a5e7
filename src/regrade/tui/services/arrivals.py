"""Which decisions came in from others since we looked last, and what to say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from regrade.tui.describe import person

if TYPE_CHECKING:
    from regrade.evalset import Event, State

_NAMED = 3


class Arrivals:
    """What is known of an eval set that others write to.

    Attributes
    ----------
    disputed : int
        Predictions on which people disagree, as of the last look.
    """

    def __init__(self, state: State) -> None:
        self._state, self._known = state, state.n_events
        self.disputed = state.counts()["disputed"]

    def look(self, state: State, own: Collection[str] = ()) -> str:
        """Return what to say of the decisions that are there now and were not before; empty where there are none.

        Parameters
        ----------
        own : collection of str
            Ids of decisions that were made here.
        """
        before = self._state
        if state is before:
            came, gone = state.arrived(self._known), 0
        else:
            came = [event for event in state.arrived(0) if before.event(event.id) is None]
            gone = sum(1 for event in before.arrived(0) if state.event(event.id) is None)
        came = [event for event in came if event.id not in own]
        self._state, self._known = state, state.n_events
        disputed = self.disputed
        if came or gone or disputed or any(_takes_back(state, id) for id in own):
            self.disputed = state.counts()["disputed"]
        parts = [said_of(came)] if came else []
        if gone:
            parts.append(f"{gone:,} decision{'' if gone == 1 else 's'} {'is' if gone == 1 else 'are'} not here any more")
            members, now = len(before.members()), len(state.members())
            if now != members:
                parts.append(f"{members:,} examples before, {now:,} now")
        if parts and self.disputed > disputed:
            parts.append(f"{self.disputed - disputed:,} disputed (D)")
        return ", ".join(parts)


def _takes_back(state: State, id: str) -> bool:
    event = state.event(id)
    return event is not None and bool(event.undoes)


def said_of(events: Iterable[Event]) -> str:
    """Return how many decisions came, and whose: ``12 decisions came in from outside (Ada 9, Grace 3)``."""
    people: dict[str, int] = {}
    for event in events:
        people[person(event.by)] = people.get(person(event.by), 0) + 1
    most = sorted(people.items(), key=lambda each: (-each[1], each[0]))
    named = ", ".join(f"{name} {count:,}" for name, count in most[:_NAMED])
    more = f" and {len(most) - _NAMED:,} more people" if len(most) > _NAMED else ""
    total = sum(people.values())
    return f"{total:,} decision{'' if total == 1 else 's'} came in from outside ({named}{more})"
