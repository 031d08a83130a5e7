"""Keys about the session as a whole; the same on every screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from regrade.tui.app import RegradeApp
    from regrade.tui.model import Deed


def show(screen: Screen[Any]) -> None:
    """Show what the session came to by now, and its decisions, newest first."""
    from regrade.tui.screens.session import SessionScreen

    app = _app(screen)
    deeds = app.services.decisions.tally.deeds
    app.push_screen(SessionScreen(app.sum_up(), deeds, app.glyphs).asking(partial(_answered, screen, deeds)))


def copy(screen: Screen[Any]) -> None:
    """Copy what the session came to."""
    app = _app(screen)
    app.copy_to_clipboard(app.sum_up())
    _say(screen, "copied what this session came to")


def _answered(screen: Screen[Any], deeds: list[Deed], at: int | None) -> None:
    if at is None:
        return
    if at >= len(deeds):
        copy(screen)
    else:
        take_back(screen, deeds[at])


def take_back(screen: Screen[Any], deed: Deed) -> None:
    """Undo one of this session's decisions; where it is about several predictions, ask first."""
    app = _app(screen)

    def carry_out(yes: bool) -> None:
        if yes:
            app.services.decisions.undo_event(deed.id)

    if deed.count <= 1:
        carry_out(True)
        return
    from regrade.tui.screens.confirm import Confirm

    question = f"Undo it for all {deed.count:,} ({deed.what})?"
    app.push_screen(Confirm(question, "y yes   n no   ctrl+r does it again later").asking(carry_out))


def _say(screen: Screen[Any], text: str) -> None:
    screen.say(text)  # type: ignore[attr-defined]  # every screen with these keys has it


def _app(screen: Screen[Any]) -> RegradeApp:
    from regrade.tui.app import RegradeApp

    app = screen.app
    assert isinstance(app, RegradeApp)
    return app
