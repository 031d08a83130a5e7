"""What the survey service says to the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from regrade.log import Facets
    from regrade.log.stats import Finding
    from regrade.log.usual import Usual


@dataclass
class UsualKnown(Message):
    """What is usual in each column, by the names that expressions use."""

    usual: Mapping[str, Usual]


@dataclass
class FeedLooked(Message):
    """The periods in which outcomes or answers look broken, under a filter."""

    where: str
    findings: Sequence[Finding]


@dataclass
class CourseCounted(Message):
    """Predictions and failures over time, under a filter.

    Attributes
    ----------
    found : Facets or None
        None where ``error`` says why there are none.
    before : str
        What the term of a span is written behind, so that it narrows the filter down.
    """

    where: str
    found: Facets | None = None
    before: str = ""
    error: str = ""
