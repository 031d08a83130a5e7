"""What people newly disagree on, and what they settled, between two states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regrade.evalset.events import MODE_FIELDS
from regrade.evalset.review.causes import Causes
from regrade.evalset.review.changes import Dispute, Voice
from regrade.evalset.state import State
from regrade.evalset.story.disputes import parties
from regrade.log.content import JSON


def disputes(before: State, after: State, causes: Causes, names: Mapping[str, str]) -> tuple[list[Dispute], list[Dispute]]:
    """Return the registers that became disputed, and those that ceased to be, of predictions and of failure modes.

    ``names`` are those of the failure modes: values that are ids are told by them.
    """
    old, new = _disputed(before), _disputed(after)
    newly = [_dispute(after, after, causes, names, *each) for each in _once(after, new - old)]
    settled = [_dispute(before, after, causes, names, *each) for each in _once(before, old - new)]
    return newly, settled


def _disputed(state: State) -> set[tuple[str, str]]:
    subjects = {key for key in state.decided_keys() if state.status(key) == "disputed"}
    subjects.update(state.disputed_modes())
    return {(subject, field) for subject in subjects for field in state.disputed_fields(subject)}


def _once(state: State, found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave one of the modes that claim one digit, or stand in one circle of merges: they are one dispute."""
    told = {(field, *parties(state, subject, field)): (subject, field) for subject, field in sorted(found, reverse=True)}
    return sorted(told.values())


def _dispute(state: State, after: State, causes: Causes, names: Mapping[str, str], subject: str, field: str) -> Dispute:
    """Return a dispute with its voices as of ``state``; settled where ``after`` is another."""
    cause, behind = causes.of(subject, field)
    return Dispute(
        subject=subject,
        field=field,
        member=after.is_member(subject),
        name=names.get(subject, subject) if field in MODE_FIELDS else subject,
        voices=_voices(state, subject, field, names),
        settled=[_readable(field, value, names) for value in after.values(subject, field)] if state is not after else [],
        cause=cause,
        behind=behind,
    )


def _voices(state: State, subject: str, field: str, names: Mapping[str, str]) -> list[Voice]:
    """Return who says what, in the order that they said it."""
    of = parties(state, subject, field)
    heads = {id for each in of for id in state.heads(each, field)}
    events = [event for id in heads if (event := state.event(id)) is not None]
    return [
        Voice(
            _readable(field, write.value, names),
            event.by,
            event.at,
            event.reason or event.note or "",
            names.get(write.subject, write.subject) if len(of) > 1 else "",
        )
        for event in sorted(events, key=lambda event: (event.at, event.id))
        for write in event.writes
        if write.subject in of and write.field == field and event.id in state.heads(write.subject, field)
    ]


def _readable(field: str, value: JSON, names: Mapping[str, str]) -> JSON:
    """Return a mode by its name, and of a content its inputs."""
    if field in ("mode", "into") and isinstance(value, str):
        return names.get(value, value)
    return value.get("inputs", value) if field == "content" and isinstance(value, dict) else value
