"""Decisions that speak of one prediction alone and go over nothing: most are so, and say what they say without a fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from regrade.evalset.events import OF_MODES, Event, Fact
from regrade.log.content import JSON

Fields: TypeAlias = dict[str, JSON]
"""Register to value."""


def plainly(event: Event) -> tuple[str, Fields, Sequence[Fact]] | None:
    """Return the one prediction that an event speaks of, and what it says; ``None`` where that takes a closer look."""
    writes, facts = event.writes, event.facts
    if event.undoes or not (writes or facts):
        return None
    subject = writes[0].subject if writes else facts[0].subject
    fields = {}
    for write in writes:
        if write.subject != subject or write.over:
            return None
        fields[write.field] = write.value
    for fact in facts:
        if fact.subject != subject:
            return None
    return (subject, fields, facts) if len(fields) == len(writes) and OF_MODES.isdisjoint(fields) else None


def said_by(event: Event) -> Fields:
    """Return what a plain decision writes."""
    return {write.field: write.value for write in event.writes}
