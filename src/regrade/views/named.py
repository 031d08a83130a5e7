"""What a named view is, and how one is found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from regrade.config_views import View
from regrade.errors import UsageError, near_names

OWN: Final = "own"
TEAM: Final = "team"
Whose = Literal["own", "team"]


@dataclass(frozen=True)
class NamedView:
    """A view with its name, and whose it is."""

    name: str
    view: View
    whose: Whose

    @property
    def where(self) -> str:
        """The filter; empty: every prediction."""
        return self.view.where

    @property
    def sort(self) -> str:
        """A column, ``-column`` for descending; empty: newest first."""
        return self.view.sort


def split_name(name: str) -> tuple[str, str]:
    """Return (whose, name) of ``own:NAME`` and ``team:NAME``; whose is empty for a plain name."""
    whose, colon, rest = name.partition(":")
    return (whose, rest) if colon and whose in (OWN, TEAM) else ("", name)


def choose(views: Sequence[NamedView], name: str) -> NamedView:
    """Return the view of this name.

    Raises
    ------
    UsageError
        There is none (near names are listed), or one of the person and one of the team: nobody guesses which was meant.
    """
    whose, plain = split_name(name)
    found = [each for each in views if each.name == plain and whose in ("", each.whose)]
    if not found:
        hint = near_names(plain, [each.name for each in views]) or "`regrade views save NAME --where …` makes one"
        raise UsageError(f"there is no view {name!r}", hint=hint)
    if len(found) > 1:
        raise UsageError(f"both you and the team have a view {plain!r}", hint=f"{OWN}:{plain} or {TEAM}:{plain}")
    return found[0]
