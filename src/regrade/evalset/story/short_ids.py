"""Ids of decisions as people read and type them: a few letters of the journal, and the number in it."""

from __future__ import annotations

from regrade.errors import UsageError
from regrade.evalset.events import Event
from regrade.evalset.state import State

_LETTERS = 8


def short_id(id: str) -> str:
    """Return ``3fa8c1d2:14`` for the 14th decision of the journal ``3fa8c1d2…``."""
    journal, colon, number = id.rpartition(":")
    return f"{journal[:_LETTERS]}{colon}{number}"


def find_event(state: State, typed: str) -> Event:
    """Return the decision that a person names: by its id, its short id, or the beginning of either.

    Raises
    ------
    UsageError
        There is none, or several begin so.
    """
    exact = state.event(typed)
    if exact is not None:
        return exact
    journal, colon, number = typed.rpartition(":")
    found = []
    for event in state.events() if typed else ():
        of, _, n = event.id.rpartition(":")
        if event.id.startswith(typed) or (colon and n == number and of.startswith(journal)):
            found.append(event)
    same = [event for event in found if event.id.rpartition(":")[2] == number] if colon else []
    if len(same) == 1:  # 3fa8:1 is not the beginning of 3fa8:14
        return same[0]
    if not found:
        hint = "`regrade evalset history KEY` lists the ids of its decisions"
        raise UsageError(f"there is no decision {typed!r}", hint=hint)
    if len(found) > 1:
        some = ", ".join(event.id for event in found[:3]) + (", …" if len(found) > 3 else "")
        raise UsageError(f"{len(found):,} decisions have ids that begin with {typed!r}", hint=f"type more of it: {some}")
    return found[0]
