"""What is said to the facets screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from regrade.log import Facets


@dataclass
class FacetsReady(Message):
    """A column was counted.

    Attributes
    ----------
    number : int
        Of the question.
    column : str
        As it was asked for.
    before : str
        What a term is written behind, so that it narrows the filter down.
    """

    number: int
    column: str
    found: Facets
    before: str


@dataclass
class FacetsFailed(Message):
    """A column could not be counted, and why."""

    number: int
    text: str
