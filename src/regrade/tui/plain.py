"""For terminals that know no colours, or nothing but ASCII: whatever is drawn, and by whom, goes through here last."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from regrade.tui.draw import in_ascii
from regrade.tui.first_frame import without_colour

if TYPE_CHECKING:
    from textual.driver import Driver

_STYLE = re.compile(r"\x1b\[([\d;]*)m")
_MONOCHROME = re.compile(r"dumb|unknown|vt\d+|.*-(?:m|mono)")
"""Names of terminals without colours, as terminfo has them."""


def colourless(environment: Mapping[str, str]) -> bool:
    """Return whether no colour is to be sent: somebody does not want any (no-color.org), or the terminal has none."""
    return bool(environment.get("NO_COLOR")) or _MONOCHROME.fullmatch(environment.get("TERM", "")) is not None


def driver(of: type[Driver], *, ascii: bool, colours: bool) -> type[Driver]:
    """Return a driver like ``of`` that sends ASCII only, or no colours; ``of`` itself where there is nothing to leave out."""
    if colours and not ascii:
        return of

    def write(this: Driver, data: str) -> None:
        if ascii:
            data = in_ascii(data)
        if not colours:
            data = _STYLE.sub(_without_colour, data)
        of.write(this, data)

    return type(of.__name__, (of,), {"write": write})


def _without_colour(match: re.Match[str]) -> str:
    left = without_colour(match[1])
    return f"\x1b[{left}m" if left or not match[1] else ""  # without a number it would end bold, too
