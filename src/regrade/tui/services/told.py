"""What the eval set says of one prediction, in the words of the screen: asked by the decision service, in its thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from regrade.tui.model import Decisions, RowState
from regrade.tui.services.decision_messages import Deeds, Disputed, History, TakingBack

SAID_FROM = 1_000
"""So many predictions at once take long enough for a word."""

if TYPE_CHECKING:
    from regrade.config_privacy import Privacy
    from regrade.evalset import EvalSet, State


def row_state(state: State, key: str, decisions: Decisions) -> RowState | None:
    """Return what was decided on a prediction; None for nothing. Dictionary look-ups only: rows are drawn with it."""
    status = state.status(key)
    mode = state.mode(key)
    name = decisions.mode_name(mode) if mode else None
    if status == "disputed":
        said = dict.fromkeys(state.book.resolve(value) for value in state.values(key, "mode") if isinstance(value, str))
        name = " / ".join(decisions.mode_name(each) for each in said) or None
    expected = tuple(state.values(key, "expected"))
    if status == "open" and not expected:
        return None
    return RowState(status, name, expected, bool(state.is_member(key) and True in state.values(key, "pinned")))


def history(state: State, key: str, names: Mapping[str, str], privacy: Privacy) -> History:
    """Return what happened to a prediction."""
    from regrade.tui.services import past

    disputes = past.disputes_of(state, key, names, privacy) if state.status(key) == "disputed" else ()
    return History(key, past.history(state, key, names, disputes), tuple(state.notes(key)), disputes)


def disputes(state: State, key: str, decisions: Decisions, privacy: Privacy) -> Disputed:
    """Return what people disagree on about a prediction, or about failure modes where ``key`` is empty."""
    from regrade.tui.services import past

    names = decisions.names
    found = past.disputes_of(state, key, names, privacy) if key else past.disputes_of_modes(state, names, privacy)
    disputed = tuple(names.get(id, id) for id in state.disputed_modes())
    return Disputed(key, found, decisions.disputed, disputed)


def deeds(evalset: EvalSet, key: str, names: Mapping[str, str]) -> Deeds:
    """Return what can be taken back of a prediction."""
    from regrade.tui.services import past

    return Deeds(key, past.deeds(evalset.state, key, evalset.actor, names))


def taking_back(evalset: EvalSet, direction: int, id: str = "") -> TakingBack | None:
    """Return what to say while a decision is taken back (``direction`` -1; the newest, or that of ``id``) or done again; None of few."""
    from regrade.evalset.undo import redoable, undoable
    from regrade.tui.describe import subjects

    state = evalset.state
    if id:
        target = state.event(id)
    elif direction < 0:
        target = next(undoable(state, evalset.actor), None)
    else:
        target = next((state.event(undo.undoes[0]) for undo in redoable(state, evalset.actor)), None)
    count = len(subjects(target)) if target is not None else 0
    return TakingBack(count, direction > 0) if count >= SAID_FROM else None
