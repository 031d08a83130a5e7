"""Keys that go from one screen to another; the same on every screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from regrade.tui.switching import Switching


def switching(screen: Screen[Any]) -> Switching:
    """Return what switches screens in the app of ``screen``."""
    found: Switching = screen.app.switching  # type: ignore[attr-defined]  # of RegradeApp, which a screen knows as an App only
    return found


def go(id: str) -> Callable[[Screen[Any]], None]:
    """Return the command that goes to a place."""
    return lambda screen: switching(screen).go(id)


def previous(screen: Screen[Any]) -> None:
    """Go to the place before this one."""
    switching(screen).step(-1)


def following(screen: Screen[Any]) -> None:
    """Go to the place after this one."""
    switching(screen).step(1)


def back(screen: Screen[Any]) -> None:
    """Go back to where one came from."""
    switching(screen).back()


def redraw(screen: Screen[Any]) -> None:
    """Draw everything anew: another program wrote over it."""
    screen.app.draw_anew()  # type: ignore[attr-defined]  # of RegradeApp, which a screen knows as an App only
