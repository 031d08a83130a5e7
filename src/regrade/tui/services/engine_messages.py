"""What the engine service says to the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from regrade.tui.widgets.detail_lines import Answer
from regrade.tui.widgets.progress_lines import Progress


@dataclass
class BoardReady(Message):
    """The engine scored every candidate.

    Attributes
    ----------
    stopped : bool
        Whether a person stopped it on the way: what is known by then is a part, and says so.
    """

    board: Mapping[str, Any]
    stopped: bool = False


@dataclass
class BoardDone(Message):
    """Some candidates are scored, others are still asked."""

    board: Mapping[str, Any]


@dataclass
class Scoring(Message):
    """How far one candidate is."""

    progress: Progress


@dataclass
class Comparing(Message):
    """How far one candidate is that is asked for a comparison."""

    progress: Progress


@dataclass
class ComparisonReady(Message):
    """Two candidates were compared.

    Attributes
    ----------
    number : int
        Of the question.
    result : mapping
        A :class:`regrade.compare.versus.Versus`; empty where ``error`` says why there is none.
    """

    number: int
    result: Mapping[str, Any]
    error: str = ""


@dataclass
class KeptRunsRead(Message):
    """The runs that were kept; see :class:`regrade.compare.versus.RunChoice`. Empty where there are none, or they cannot be read."""

    runs: Sequence[Mapping[str, Any]]


@dataclass
class LookReady(Message):
    """How every candidate does on every slice.

    Attributes
    ----------
    result : mapping
        A :class:`regrade.compare.look.Look`; empty where ``error`` says why there is none.
    """

    result: Mapping[str, Any]
    error: str = ""


@dataclass
class EngineSaid(Message):
    """How far the engine is, or what is wrong with it.

    Attributes
    ----------
    trouble : bool
        Whether a person should know, even if they look elsewhere.
    """

    text: str
    trouble: bool = False


@dataclass
class Replayed(Message):
    """How far the champion reproduces what was logged.

    Attributes
    ----------
    warning : str
        Why nothing else can be trusted; empty where it reproduces the log.
    text : str
        The share in words; empty where nothing could be compared.
    """

    warning: str
    text: str


@dataclass
class AnswersReady(Message):
    """What the candidates say of one prediction."""

    key: str
    answers: tuple[Answer, ...]
    error: str = ""


@dataclass
class Heard(Message):
    """A message of the engine, on its way from the client's thread to the app's."""

    message: dict[str, Any]
