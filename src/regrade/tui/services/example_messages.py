"""What the example service says: which examples there are, rows of them, one of them whole, and what past sessions changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.message import Message

from regrade.tui.widgets.detail_lines import Detail

TABS = ("all", "failures", "sampled", "waiting", "pinned", "disputed", "retired", "versions")
"""What the screen shows one of; ``waiting``: drawn for the sample, and nobody knows yet what should have been answered."""


@dataclass(frozen=True)
class ExampleRow:
    """One example as the list shows it.

    Attributes
    ----------
    classes : tuple of str
        That production gave a probability.
    at, by : str
        When and by whom it came in; of a retired one, when and by whom it was retired.
    """

    key: str
    status: str
    pinned: bool
    origin: str
    mode: str
    expected: tuple[object, ...]
    prediction: object
    classes: tuple[str, ...]
    weight: float
    time: str
    at: str
    by: str


@dataclass(frozen=True)
class Session:
    """What one session changed: the decisions of one journal, which become one segment.

    Attributes
    ----------
    id : str
        Of the journal.
    n, undone : int
        Decisions, and how many of them were taken back since.
    changes : tuple of (text, int)
        What they did to how many predictions, in the order of the eval set's verbs.
    """

    id: str
    at: str
    until: str
    by: str
    n: int
    undone: int
    changes: tuple[tuple[str, int], ...]


@dataclass
class ExamplesListed(Message):
    """The keys of a tab, in order."""

    generation: int
    keys: Sequence[str]
    version: str


@dataclass
class TabsCounted(Message):
    """How many examples each tab has."""

    counts: Mapping[str, int]


@dataclass
class ExampleRows(Message):
    """A block of rows of a tab."""

    generation: int
    block: int
    rows: Sequence[ExampleRow]


@dataclass
class ExampleRead(Message):
    """One example whole; what is needed to ask the candidates about it."""

    detail: Detail
    content: object
    schemas: Mapping[str, str]


@dataclass
class SessionsRead(Message):
    """All sessions, the newest first."""

    generation: int
    sessions: Sequence[Session]


@dataclass
class SessionRead(Message):
    """The decisions of one session as lines, oldest first, and the commits that brought it."""

    id: str
    lines: Sequence[str]
    commits: Sequence[str]
