"""Pin, unpin, retire, restore, dismiss: carried out on those of the predictions that it applies to; the others are said and left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from regrade.errors import UsageError
from regrade.safe_text import safe_text
from regrade.tui.services.outcome import Outcome, named

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Event, State

_SAID = {"pin": "pinned", "unpin": "unpinned", "retire": "retired", "restore": "restored"}
_LEFT = {
    "pin": "not in the eval set, or pinned already",
    "unpin": "not pinned",
    "retire": "not in the eval set",
    "restore": "never in the eval set, or in it now",
}


def dismiss(evalset: EvalSet, keys: Sequence[str], reason: str) -> Outcome:
    """Say that predictions need no label: of several, those that are not in the eval set.

    Raises
    ------
    UsageError
        All of them are in the eval set.
    """
    inside = {key for key in keys if evalset.state.is_member(key)}
    outside = [key for key in keys if key not in inside]
    if not outside:
        what = f"{'is' if len(inside) == 1 else 'are'} in the eval set"
        raise UsageError(what, where=named(keys), hint="X retires it, with a reason" if len(inside) == 1 else "X retires them")
    event = evalset.dismiss(outside, reason)
    said = f"dismissed {named(outside)}; {len(inside):,} left as before: in the eval set, X retires from there" if inside else ""
    return Outcome("dismiss", tuple(outside), (event.id,), said)


def carry_out(evalset: EvalSet, kind: str, keys: Sequence[str], reason: str = "") -> Outcome:
    """Pin, unpin, retire or restore those of ``keys`` that it fits; the outcome has no key where there is none."""
    state = evalset.state
    fitting = [key for key in keys if not _obstacle(state, kind, key)]
    if not fitting:
        one = f"{named(keys)}: {_obstacle(state, kind, keys[0])}"
        return Outcome(kind, said=one if len(keys) == 1 else f"nothing to {kind}: all {len(keys):,} are {_LEFT[kind]}")
    write: dict[str, Callable[[], Event]] = {
        "pin": lambda: evalset.pin(fitting),
        "unpin": lambda: evalset.unpin(fitting),
        "retire": lambda: evalset.retire(fitting, reason or None),
        "restore": lambda: evalset.restore(fitting),
    }
    event = write[kind]()
    said = f"{_SAID[kind]} {named(fitting)}" + (f": {safe_text(reason, 100)}" if reason else "")
    if len(fitting) < len(keys):
        said += f"; {len(keys) - len(fitting):,} left as before: {_LEFT[kind]}"
    return Outcome(kind, tuple(fitting), (event.id,), said, scores=True)


def _obstacle(state: State, kind: str, key: str) -> str:
    """Return why it cannot be done to a prediction; empty where it can."""
    if kind == "restore":
        if not state.values(key, "content"):
            return "never was in the eval set: p promotes it"
        return "is in the eval set" if state.values(key, "member") == ["in"] else ""
    if not state.is_member(key):
        return "is not in the eval set: p promotes it"
    pinned = state.values(key, "pinned")
    if kind == "pin" and pinned == [True]:
        return "is pinned already"
    return "is not pinned" if kind == "unpin" and True not in pinned else ""
