"""What became of a decision, before the screen is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.evalset import EvalSet

_NAMED = 3


@dataclass(frozen=True)
class Outcome:
    """A decision that was made, or the reason why there was none to make.

    Attributes
    ----------
    keys : tuple of str
        The predictions that it touches; none: nothing was written, and ``said`` tells why.
    events : tuple of str
        Ids of what was written.
    scores : bool
        Whether the scoreboard may differ after it.
    again : bool
        Whether ``p`` has more to say about the same predictions.
    """

    kind: str
    keys: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    said: str = ""
    scores: bool = False
    again: bool = False


Work = Callable[["EvalSet", list[str]], Outcome]
"""Writes a decision about the predictions with these keys."""


def named(keys: Sequence[str]) -> str:
    """Return keys in words: the first few, and how many more."""
    few = ", ".join(safe_text(key, 60) for key in keys[:_NAMED])
    return few if len(keys) <= _NAMED else f"{len(keys):,}: {few} and {len(keys) - _NAMED:,} more"


def in_words(kind: str, keys: Sequence[str]) -> str:
    """Return what is said of a decision; nothing of a label, for the screen names the failure mode."""
    verb = {"note": "noted on", "relabel": "corrected"}.get(kind)
    return f"{verb} {named(keys)}" if verb else ""
