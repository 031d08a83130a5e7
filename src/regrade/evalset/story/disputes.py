"""What people disagree on: each disputed register with its views, who holds them since when, and why."""

from __future__ import annotations

import msgspec

from regrade.evalset.events import MODE_FIELDS, Event
from regrade.evalset.state import State
from regrade.evalset.timeline import order
from regrade.log.content import JSON


class View(msgspec.Struct, frozen=True):
    """What one decision says of a disputed register."""

    subject: str
    """Whose register it is: another mode's, where two modes claim one digit or go round in merges."""
    value: JSON
    by: str
    at: str
    kind: str
    why: str
    """Its reason, or its note; may be empty."""
    event: str


class Dispute(msgspec.Struct, frozen=True):
    """A register with several values."""

    subject: str
    """The key of a prediction, or the id of a mode."""
    of: str
    """``prediction`` or ``mode``."""
    field: str
    views: tuple[View, ...]
    """In the order that they were decided."""


def disputes(state: State) -> list[Dispute]:
    """Return every dispute, of predictions first, by subject and field.

    A digit that several modes claim, and a circle of merges, is one dispute, told for the smallest of their ids.
    """
    found = []
    for key in sorted(key for key in state.decided_keys() if state.status(key) == "disputed"):
        found += [each for each in disputes_of(state, key) if each.of == "prediction"]
    told: set[tuple[str, ...]] = set()
    for id in sorted(state.disputed_modes()):
        for each in disputes_of(state, id):
            parties = (each.field, *sorted({view.subject for view in each.views}))
            if each.of == "mode" and parties not in told:
                told.add(parties)
                found.append(each)
    return found


def disputes_of(state: State, subject: str) -> list[Dispute]:
    """Return the disputes on one prediction or failure mode; what is both has those of both."""
    found = []
    for field in state.disputed_fields(subject):
        of = "mode" if field in MODE_FIELDS else "prediction"
        found.append(Dispute(subject, of, field, _views(state, parties(state, subject, field), field)))
    return found


def parties(state: State, id: str, field: str) -> list[str]:
    """Return whose registers are at odds: ``id`` alone, or all that claim its digit or stand in its circle of merges."""
    if len(state.values(id, field)) == 1 and field == "digit":
        return sorted(state.book.holders(state.values(id, field)[0]))
    if len(state.values(id, field)) == 1 and field == "into":
        return sorted(state.book.path(id))
    return [id]


def _views(state: State, subjects: list[str], field: str) -> tuple[View, ...]:
    held: list[tuple[Event, str]] = []
    for subject in subjects:
        held += [(event, subject) for head in state.heads(subject, field) if (event := state.event(head)) is not None]
    views = []
    for event, subject in sorted(held, key=lambda each: (order(each[0]), each[1])):
        value = next(write.value for write in event.writes if (write.subject, write.field) == (subject, field))
        views.append(View(subject, value, event.by, event.at, event.kind, event.reason or event.note or "", event.id))
    return tuple(views)
