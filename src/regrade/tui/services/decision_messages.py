"""What the decision service is told, and what it says to the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.message import Message

from regrade.tui.model import Deed, Dispute


@dataclass
class EvalSetOpened(Message):
    """Decisions can be read and made."""

    version: str


@dataclass
class MembersChanged(Message):
    """A decision on members is on the disk: the scoreboard may differ. The :class:`Decision` follows, once all is known that it tells."""


@dataclass
class Decision(Message):
    """A decision is on the disk.

    Attributes
    ----------
    keys : tuple of str
        The predictions that it touches.
    scores : bool
        Whether the scoreboard may differ after it.
    said : str
        What to tell the person; empty where the row itself shows it.
    ticket : int
        Of the :class:`Targets` it was about; 0 where the screen did not name any.
    again : bool
        Whether ``p`` has more to say about the same predictions: they were wrong, and are in as important only.
    settled : str
        What it did to disputes: ended them, or left them.
    outside : str
        What came in from others at the same time.
    """

    kind: str
    keys: tuple[str, ...]
    scores: bool
    version: str
    said: str = ""
    ticket: int = 0
    again: bool = False
    settled: str = ""
    outside: str = ""


@dataclass
class TakingBack(Message):
    """A decision on many predictions is being taken back, or done ``again``; a :class:`Decision` follows, or a :class:`Failed`."""

    count: int
    again: bool


@dataclass
class Refused(Message):
    """Nothing was decided, and nothing written; a :class:`Failed` follows where ``said`` does not tell why."""

    ticket: int
    said: str = ""


@dataclass
class History(Message):
    """What happened to one prediction."""

    key: str
    history: tuple[str, ...]
    notes: tuple[str, ...]
    disputes: tuple[Dispute, ...] = ()


@dataclass
class Disputed(Message):
    """What people disagree on about one prediction, or about failure modes where ``key`` is empty.

    Attributes
    ----------
    elsewhere : int
        Predictions that are disputed, this one included.
    modes : tuple of str
        Names of the failure modes that are disputed.
    """

    key: str
    disputes: tuple[Dispute, ...]
    elsewhere: int
    modes: tuple[str, ...]


@dataclass
class Deeds(Message):
    """The live decisions on one prediction, newest first."""

    key: str
    deeds: tuple[Deed, ...]


@dataclass(frozen=True)
class Targets:
    """The predictions that a decision is about.

    Attributes
    ----------
    keys : tuple of str
        Their keys, where they are known.
    addresses : ndarray of int64, or None
        Their rows in the log; where ``keys`` is empty, the keys are looked up.
    epoch : int
        Of the log that the addresses belong to.
    ticket : int
        Comes back with what became of the decision.
    """

    keys: tuple[str, ...] = ()
    addresses: Any = None
    epoch: int = 0
    ticket: int = 0
