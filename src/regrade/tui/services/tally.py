"""What was decided in this session: each decision once, in words, so that it can be counted, listed and taken back at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.describe import clock, day, subjects
from regrade.tui.model import Decisions, Deed

if TYPE_CHECKING:
    from regrade.evalset import EvalSet, Event

_NAMED = 2
"""Predictions of a decision that are named in the list."""
COUNTED = (("label", "labelled"), ("relabel", "corrected"), ("dismiss", "dismissed"), ("promote", "promoted"), ("retire", "retired"))
"""Kinds of decisions that a summary counts by prediction, and what they are called."""


@dataclass(frozen=True)
class Made:
    """A decision that was made here.

    Attributes
    ----------
    modes : mapping
        Key → id of the failure mode that it was given.
    pinned : frozenset of str
        Keys that it pinned.
    """

    deed: Deed
    kind: str
    keys: tuple[str, ...]
    modes: Mapping[str, str]
    pinned: frozenset[str]


@dataclass(frozen=True)
class Sum:
    """What the decisions that stand come to.

    Attributes
    ----------
    counts : mapping
        Word → predictions, each counted once however often it was decided on; only what is not nothing.
    modes : sequence of (str, int)
        Names of failure modes and how many predictions were given each, the most first.
    promoted, pinned : sequence of str
        Keys, in the order of the decisions.
    others : int
        Decisions of kinds that are not counted by prediction: notes, pins, failure modes.
    """

    counts: Mapping[str, int]
    modes: Sequence[tuple[str, int]]
    promoted: Sequence[str]
    pinned: Sequence[str]
    others: int

    @property
    def anything(self) -> bool:
        """Whether a decision stands."""
        return bool(self.counts or self.others)


class Tally:
    """Decisions of this session. Written by the decision service's thread, read by any.

    Parameters
    ----------
    evalset : callable
        Returns the eval set, None where it is not open.
    """

    def __init__(self, evalset: Callable[[], EvalSet | None], decisions: Decisions) -> None:
        self._evalset, self._decisions = evalset, decisions
        self._made: list[Made] = []

    def add(self, ids: Iterable[str]) -> None:
        """Take in decisions that were just written; what only undoes another is none of its own."""
        evalset = self._evalset()
        for id in ids:
            event = evalset.state.event(id) if evalset is not None else None
            if event is not None and not event.undoes:
                self._made.append(_made(event, self._decisions.names))

    @property
    def deeds(self) -> list[Deed]:
        """The decisions that nobody has undone, newest first."""
        return [made.deed for made in self._standing()[::-1]]

    def _standing(self) -> list[Made]:
        evalset = self._evalset()
        return [] if evalset is None else [made for made in tuple(self._made) if evalset.state.is_live(made.deed.id)]

    def sum(self) -> Sum:
        """Return what stands, counted."""
        standing, names = self._standing(), self._decisions.names
        keys: dict[str, dict[str, None]] = {}
        modes: dict[str, str] = {}
        pinned: dict[str, None] = {}
        for made in standing:
            keys.setdefault(made.kind, {}).update(dict.fromkeys(made.keys))
            modes.update(made.modes)
            pinned.update(dict.fromkeys(sorted(made.pinned)))
        kinds = dict(COUNTED)
        counted = Counter(names.get(id, id) for id in modes.values())
        return Sum(
            {word: len(keys[kind]) for kind, word in COUNTED if keys.get(kind)},
            sorted(counted.items(), key=lambda item: (-item[1], item[0])),
            tuple(keys.get("promote", ())),
            tuple(pinned),
            sum(1 for made in standing if made.kind not in kinds),
        )


def _made(event: Event, names: Mapping[str, str]) -> Made:
    from regrade.tui.services.past import words

    keys = tuple(subjects(event))
    about = keys or tuple(dict.fromkeys(write.subject for write in event.writes))
    said = words(event, about[0], names) if about else safe_text(event.kind, 30)
    which = [safe_text(key if keys else names.get(key, key), 60) for key in about[:_NAMED]]
    more = f" and {len(about) - _NAMED:,} more" if len(about) > _NAMED else ""
    what = f"{', '.join(which)}{more}: {said}" if which else said
    modes = {write.subject: str(write.value) for write in event.writes if write.field == "mode" and write.value and event.kind == "label"}
    pinned = frozenset(write.subject for write in event.writes if write.field == "pinned" and write.value is True)
    return Made(Deed(event.id, clock(event.at), day(event.at), "", what, len(keys)), event.kind, keys, modes, pinned)
