"""Pieces of text that can be clicked, and which of them a click on a line hit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from rich.cells import cell_len


class Pressable(str):
    """Text of a piece that a mouse can press.

    Attributes
    ----------
    does : str
        The id of an action, or whatever else the screen knows.
    """

    does: str

    def __new__(cls, text: str, does: str) -> Self:
        """Make it; where it does nothing it is text like any other."""
        made = super().__new__(cls, text)
        made.does = does
        return made


def pressed(pieces: Iterable[tuple[str, str]], x: int) -> str:
    """Return what the piece in cell ``x`` of a line does; empty where it does nothing."""
    for text, _ in pieces:
        x -= cell_len(text)
        if x < 0:
            return text.does if isinstance(text, Pressable) else ""
    return ""
