"""Who made an example a member of the eval set, and why: the question that a reader of a broken example asks first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from regrade.compare.comparison import Promoted

if TYPE_CHECKING:
    from regrade.evalset import Event
    from regrade.evalset.state import State

_HOW = ("promote", "sample", "add", "restore")


def promotions(state: State, keys: Iterable[str]) -> dict[str, Promoted]:
    """Return who brought each of these predictions in: of several live decisions the newest, with what was noted with it.

    Where nothing was noted then, the newest note there is on the prediction stands for it.
    """
    return {key: found for key in keys if (found := _promotion(state, key)) is not None}


def _promotion(state: State, key: str) -> Promoted | None:
    live = [event for event in state.history(key) if state.is_live(event.id)]
    brought = [event for event in live if event.kind in _HOW]
    if not brought:
        return None
    last = brought[-1]
    return Promoted(by=last.by, at=last.at, how=last.kind, why=_why(last) or next(filter(None, map(_why, reversed(live))), ""))


def _why(event: Event) -> str:
    return event.note or event.reason or ""
