"""What the survey service says to the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
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
