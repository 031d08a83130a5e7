"""What people newly disagree on, and what they settled, between two states."""

from __future__ import annotations

from regrade.evalset.causes import Causes
from regrade.evalset.changes import Dispute, Voice
from regrade.evalset.state import State


def disputes(before: State, after: State, causes: Causes) -> tuple[list[Dispute], list[Dispute]]:
    """Return the registers that became disputed, and those that ceased to be, of predictions and of failure modes."""
    old, new = _disputed(before), _disputed(after)
    newly = [_dispute(after, after, causes, *each) for each in sorted(new - old)]
    settled = [_dispute(before, after, causes, *each) for each in sorted(old - new)]
    return newly, settled


def _disputed(state: State) -> set[tuple[str, str]]:
    subjects = {key for key in state.decided_keys() if state.status(key) == "disputed"}
    subjects |= {mode.id for mode in state.modes() if mode.disputed}
    return {(subject, field) for subject in subjects for field in state.disputed_fields(subject)}


def _dispute(state: State, after: State, causes: Causes, subject: str, field: str) -> Dispute:
    """Return a dispute with its voices as of ``state``; settled where ``after`` is another."""
    cause, behind = causes.of(subject, field)
    return Dispute(
        subject=subject,
        field=field,
        member=after.is_member(subject),
        voices=_voices(state, subject, field),
        settled=after.values(subject, field) if state is not after else [],
        cause=cause,
        behind=behind,
    )


def _voices(state: State, subject: str, field: str) -> list[Voice]:
    """Return who says what, in the order that they said it; a content is told by its inputs elsewhere."""
    events = [event for id in state.heads(subject, field) if (event := state.event(id)) is not None]
    return [
        Voice(write.value, event.by, event.at, event.reason or event.note or "")
        for event in sorted(events, key=lambda event: (event.at, event.id))
        for write in event.writes
        if write.subject == subject and write.field == field
    ]
