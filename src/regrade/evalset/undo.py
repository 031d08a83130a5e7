"""Which decisions `undo` and `redo` take: one person's, newest first, as in any editor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from regrade.errors import UsageError
from regrade.evalset.drafts import Draft
from regrade.evalset.events import Event
from regrade.evalset.state import State


def undoable(state: State, actor: str) -> Iterator[Event]:
    """Yield the live decisions of ``actor``, newest first; undoing and redoing are no decisions."""
    return (event for event in reversed(state.events_of(actor)) if not event.undoes and state.is_live(event.id))


def redoable(state: State, actor: str) -> list[Event]:
    """Return the live undos that ``actor`` made since their last decision, newest first: a new decision ends what could be redone."""
    found = []
    for event in reversed(state.events_of(actor)):
        if not event.undoes:
            break
        if event.kind == "undo" and state.is_live(event.id):
            found.append(event)
    return found


def undo(state: State, actor: str, n: int) -> list[Draft]:
    """Draft the undoing of the ``n`` newest decisions, or of as many as there are."""
    _positive(n)
    return [Draft("undo", undoes=(event.id,)) for event in islice(undoable(state, actor), n)]


def undo_event(state: State, id: str) -> Draft:
    """Draft the undoing of one decision, whoever made it.

    Raises
    ------
    UsageError
        There is no such decision, it is undone already, or it is an undo itself.
    """
    event = state.event(id)
    if event is None:
        raise UsageError(f"there is no decision {id!r}", hint="`regrade evalset show KEY` lists their ids")
    if event.undoes:
        raise UsageError("is no decision but an undo", where=id, hint="`regrade redo` takes it back")
    if not state.is_live(id):
        raise UsageError("is undone already", where=id)
    return Draft("undo", undoes=(id,))


def redo(state: State, actor: str, n: int) -> list[Draft]:
    """Draft the redoing of the ``n`` newest undos, or of as many as there are; what several undid is redone against all of them."""
    _positive(n)
    drafts = []
    for event in redoable(state, actor)[:n]:
        undoers = {undoer for target in event.undoes for undoer in state.undoers(target)}
        drafts.append(Draft("redo", undoes=tuple(sorted(undoers))))
    return drafts


def _positive(n: int) -> None:
    if n < 1:
        raise UsageError(f"a number of decisions is at least 1, not {n}")
