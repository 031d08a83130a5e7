"""Reads what is known of the failure modes, in a thread: who carries them, when, and how each candidate does on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from textual.message import Message

from regrade.tui.services.known import known
from regrade.tui.services.lane import Lane, Post
from regrade.tui.services.mode_verbs import ModeVerbs

if TYPE_CHECKING:
    from regrade.evalset import State
    from regrade.tui.services.decision_service import DecisionService
    from regrade.tui.services.engine_service import EngineService
    from regrade.tui.support import Support

WEEKS = 16
"""So many are shown of a mode's trend, the newest last."""


@dataclass(frozen=True)
class ModeRow:
    """One failure mode.

    Attributes
    ----------
    labelled, examples : int
        Predictions that carry it, and how many of these are in the eval set.
    weeks : tuple of int
        Examples by the week of the prediction; the same weeks for all modes, the newest last.
    merged : tuple of str
        Ids of the modes that read as this one.
    """

    id: str
    name: str
    digit: int | None
    state: str
    disputed: bool
    owner: str = ""
    priority: int | None = None
    description: str = ""
    link: str = ""
    labelled: int = 0
    examples: int = 0
    weeks: tuple[int, ...] = ()
    merged: tuple[str, ...] = ()


@dataclass
class ModesRead(Message):
    """What is known of the failure modes.

    Attributes
    ----------
    first : date or None
        The Monday of the first of the weeks.
    """

    rows: tuple[ModeRow, ...]
    first: date | None = None


@dataclass
class RatesRead(Message):
    """How each candidate did on each mode when it was scored last.

    Attributes
    ----------
    rates : mapping
        Mode id → candidate → on how many examples it is right, of how many.
    """

    candidates: tuple[str, ...] = ()
    rates: Mapping[str, Mapping[str, Sequence[int]]] = field(default_factory=dict)


class ModeService:
    """Answers the Modes screen; the newest question only."""

    def __init__(self, decisions: DecisionService, engine: EngineService, post: Post, support: Support) -> None:
        self._decisions, self._engine = decisions, engine
        self._lane = Lane("modes", post, support)
        self.verbs = ModeVerbs(decisions)

    def read(self) -> None:
        """Read the modes; says :class:`ModesRead`, once the eval set is open."""
        self._lane.newest(self._read)

    def ask_rates(self) -> None:
        """Ask the engine; says :class:`RatesRead`, which is empty before anything was scored."""
        self._engine.request("modes", _rates)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._lane.idle

    def close(self) -> None:
        """Let go."""
        self._lane.close()

    def _read(self) -> Message | None:
        evalset = known(self._decisions)
        return None if evalset is None else read_modes(evalset.state)


def _rates(result: Mapping[str, Any], wrong: str) -> Message:
    found = {str(id): rates for id, rates in (result.get("modes") or {}).items()}
    return RatesRead(tuple(map(str, result.get("candidates") or ())), found)


def read_modes(state: State) -> ModesRead:
    """Return what is known of every failure mode, the open ones first, by digit, then name."""
    labelled = state.mode_counts()
    examples: dict[str, int] = {}
    weeks: dict[tuple[str, int], int] = {}
    newest = 0
    for key in state.members():
        mode = state.mode(key)
        if mode is None:
            continue
        examples[mode] = examples.get(mode, 0) + 1
        if week := _week(state.values(key, "content")[0]):
            weeks[mode, week] = weeks.get((mode, week), 0) + 1
            newest = max(newest, week)
    merged: dict[str, list[str]] = {}
    for id in state.book.ids():
        if (into := state.book.resolve(id)) != id:
            merged.setdefault(into, []).append(id)
    rows = [
        ModeRow(
            mode.id,
            mode.name,
            mode.digit,
            mode.state,
            mode.disputed,
            mode.owner,
            mode.priority,
            mode.description,
            mode.link,
            labelled.get(mode.id, 0),
            examples.get(mode.id, 0),
            tuple(weeks.get((mode.id, week), 0) for week in range(newest - WEEKS + 1, newest + 1)) if newest else (),
            tuple(merged.get(mode.id, ())),
        )
        for mode in state.modes()
    ]
    first = date.fromordinal(1) + timedelta(weeks=newest - WEEKS + 1) if newest else None
    return ModesRead(tuple(sorted(rows, key=lambda row: row.state == "closed")), first)


def _week(content: object) -> int:
    """Return the number of the week in which something was predicted, counted from the year 1; 0 where that is not known."""
    at = content.get("time") if isinstance(content, dict) else None
    try:
        return (datetime.fromisoformat(at).toordinal() - 1) // 7 if isinstance(at, str) else 0
    except ValueError:
        return 0
