"""Which decision made a change between two states."""

from __future__ import annotations

from collections.abc import Iterable

from regrade.evalset.events import Event
from regrade.evalset.review.changes import Cause
from regrade.evalset.state import State
from regrade.evalset.timeline import order


class Causes:
    """Finds who changed a register between ``before`` and ``after``."""

    def __init__(self, before: State, after: State) -> None:
        self._before = before
        self._after = after
        self._made: dict[str, Cause] = {}
        self._said: dict[str, frozenset[tuple[str, str]]] = {}

    def of(self, subject: str, *fields: str) -> tuple[Cause | None, bool]:
        """Return the newest decision on registers (or facts) of ``subject`` that ``after`` knows and ``before`` does not.

        The second value is whether, without such a one, ``before`` knows a decision that ``after`` lacks: then nobody changed
        it, and ``after`` is behind.
        """
        found = self._newest_unknown(self._after, self._before, subject, fields)
        if found is not None:
            return self.cause(found), False
        return None, self._newest_unknown(self._before, self._after, subject, fields) is not None

    def cause(self, event: Event) -> Cause:
        """Return what a reviewer is told of ``event``."""
        made = self._made.get(event.id)
        if made is None:
            made = self._made[event.id] = Cause(event.id, event.at, event.by, event.kind, event.reason or event.note or "")
        return made

    def _newest_unknown(self, state: State, other: State, subject: str, fields: Iterable[str]) -> Event | None:
        """Return the newest event that says something of these registers in ``state`` and that ``other`` does not know."""
        heads = {id for field in fields for id in state.heads(subject, field) if other.event(id) is None}
        if heads:
            return max((event for id in heads if (event := state.event(id)) is not None), key=order)
        about: set[str] = set()
        newest = None
        for event in state.history(subject):  # oldest first: what an undo undoes is older than it
            said = self._pairs(event)
            if any((subject, field) in said for field in fields) or not about.isdisjoint(event.undoes):
                about.add(event.id)
                if other.event(event.id) is None:
                    newest = event
        return newest

    def _pairs(self, event: Event) -> frozenset[tuple[str, str]]:
        """Return each subject and field, or kind of fact, that an event says something of."""
        said = self._said.get(event.id)
        if said is None:
            written = {(write.subject, write.field) for write in event.writes}
            said = self._said[event.id] = frozenset(written | {(fact.subject, fact.kind) for fact in event.facts})
        return said
