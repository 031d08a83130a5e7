"""The ``[views]`` tables: filters and orders under a name, in ``regrade.toml`` for the team and in a file of one's own."""

from __future__ import annotations

import msgspec

_LONGEST = 60


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A filter and an order."""

    where: str = ""
    """What a person types after ``/``: an expression, or words to search for; empty: every prediction."""
    sort: str = ""
    """A column, ``-column`` for descending; empty: newest first."""
    description: str = ""
    """What it is for."""
    columns: tuple[str, ...] = ()
    """The columns of the grid from left to right, ``mode`` among them; none: as many as there is room for."""
    widths: dict[str, int] = {}
    """Cells of columns that are to be wider or narrower than their values need."""


def view_name_fault(name: str) -> str:
    """Return what is wrong with the name of a view; empty where nothing is."""
    if not name.strip() or name != name.strip():
        return "the name of a view has no blanks at its ends, and is not empty"
    if len(name) > _LONGEST or not name.isprintable():
        return f"the name of a view has at most {_LONGEST} characters, each of which can be shown"
    if name.startswith(("-", "own:", "team:")):
        return "the name of a view begins with neither '-' nor 'own:' nor 'team:'"
    return ""
