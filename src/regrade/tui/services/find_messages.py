"""What the find service says to the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from regrade.views import NamedView


@dataclass
class FilterCounted(Message):
    """How many rows a filter would leave, or why it cannot be; with ``at_least`` there are more, and they are still being counted."""

    text: str
    count: int | None
    error: str = ""
    at_least: bool = False


@dataclass
class ValuesKnown(Message):
    """The values of a column as they are written, with how often each occurs; none where it has many.

    ``epoch`` is the opening of the log that was asked.
    """

    epoch: int
    column: str
    values: Sequence[tuple[str, int]]


@dataclass
class PastFilters(Message):
    """The filters that were used in this workspace, the last one last."""

    filters: list[str]


@dataclass
class ViewsRead(Message):
    """The named views as they stand now."""

    views: Sequence[NamedView]
    wish: str
    """What they were asked for: ``choose``, ``save own``, ``save team`` or ``delete``."""


@dataclass
class ViewKept(Message):
    """A view was saved or deleted."""

    said: str
