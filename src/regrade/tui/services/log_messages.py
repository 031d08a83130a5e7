"""What the log service says to the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from regrade.log.siblings import Sibling
from regrade.tui.layout import GridColumn


@dataclass
class LogOpened(Message):
    """The log can be asked; ``names`` are all that an expression may use."""

    columns: tuple[GridColumn, ...]
    n_rows: int
    names: tuple[str, ...]


@dataclass
class Counted(Message):
    """How the predictions of the whole log turned out."""

    predictions: int
    failures: int


@dataclass
class ViewReady(Message):
    """A view: row addresses in order, and the rows that will be on screen first.

    Attributes
    ----------
    addresses : ndarray of int64, shape (n_rows,)
    cursor, top : int
        Positions of the cursor and of the first line.
    """

    generation: int
    epoch: int
    where: str
    sort: str
    addresses: Any
    cursor: int
    top: int
    blocks: Mapping[int, Mapping[str, Sequence[object]]]


@dataclass
class ViewBegun(Message):
    """The first rows of a view, as they will stand in it: the others are still being put in order, and :class:`ViewReady` follows."""

    generation: int
    epoch: int
    where: str
    sort: str
    addresses: Any
    blocks: Mapping[int, Mapping[str, Sequence[object]]]


@dataclass
class ViewFailed(Message):
    """A filter or an order that cannot be; the view before stays."""

    generation: int
    where: str
    text: str


@dataclass
class BlocksReady(Message):
    """Rows of a view that were missing."""

    generation: int
    blocks: Mapping[int, Mapping[str, Sequence[object]]]


@dataclass
class WholeRow(Message):
    """Everything the log says of one prediction, and what the candidates are to be asked with, or why they cannot be."""

    key: str
    address: int
    values: Mapping[str, object]
    content: Any
    schemas: Mapping[str, str]
    refused: str = ""
    siblings: Sequence[Sibling] = ()
    """What other models answered to the same request; looked up behind, and said with the row again."""


@dataclass
class ResultsReady(Message):
    """The result of every row by address: 1 wrong, 2 unknown, 0 right; and the values that predictions and outcomes have."""

    epoch: int
    results: Any
    classes: tuple[str, ...]


@dataclass
class DecidedReady(Message):
    """Addresses of the rows that something was decided on, and of those that are disputed, in a log of so many rows.

    ``number`` says which question this answers, of all that were asked.
    """

    epoch: int
    n_rows: int
    addresses: Any
    disputed: Any
    number: int


@dataclass(frozen=True)
class Anchor:
    """The row that stays where it is while the view around it changes.

    Attributes
    ----------
    line : int
        Lines between the top of the grid and the row.
    """

    address: int | None = None
    key: str | None = None
    line: int = 0
