"""What was decided about failure modes between two states."""

from __future__ import annotations

from collections.abc import Iterator

from regrade.evalset.review.causes import Causes
from regrade.evalset.review.changes import ModeChange
from regrade.evalset.state import State
from regrade.log.content import JSON

_DETAILS = {"digit": "key", "description": "described", "owner": "owner", "priority": "priority", "link": "link"}


def mode_changes(before: State, after: State, causes: Causes) -> list[ModeChange]:
    """Return what was defined, renamed, merged, closed, described: by mode id."""
    ids = sorted({*before.book.ids(), *after.book.ids()})
    return [change for id in ids for change in _of_mode(id, before, after, causes)]


def _of_mode(id: str, before: State, after: State, causes: Causes) -> Iterator[ModeChange]:
    def change(what: str, field: str, old: JSON = None, new: JSON = None) -> ModeChange:
        cause, behind = causes.of(id, field)
        return ModeChange(mode=id, name=name, what=what, before=old, after=new, cause=cause, behind=behind)

    old_name, new_name = _one(before, id, "name"), _one(after, id, "name")
    name = str(new_name or old_name or id)
    if new_name is not None and old_name is None:
        yield change("defined", "name", new=new_name)
    elif new_name is None and old_name is not None:
        yield change("removed", "name", old=old_name)
        return
    elif old_name != new_name:
        yield change("renamed", "name", old_name, new_name)
    old_into, new_into = _one(before, id, "into"), _one(after, id, "into")
    if old_into != new_into:
        what = "merged" if new_into is not None else "parted"
        yield change(what, "into", _called(before, old_into), _called(after, new_into))
    old_state, new_state = (_one(state, id, "state") or "open" for state in (before, after))
    if old_state != new_state:
        yield change("closed" if new_state == "closed" else "reopened", "state", old_state, new_state)
    if old_name is not None:  # what a new mode is like is no change of it
        for field, what in _DETAILS.items():
            old, new = _one(before, id, field), _one(after, id, field)
            if old != new:
                yield change(what, field, old, new)


def _one(state: State, id: str, field: str) -> JSON:
    """Return what a register of a mode says; of several, the first: a dispute is told elsewhere."""
    return next(iter(state.values(id, field)), None)


def _called(state: State, id: JSON) -> JSON:
    """Return the name of the mode that ``id`` was merged into."""
    return None if not isinstance(id, str) else _one(state, id, "name") or id
