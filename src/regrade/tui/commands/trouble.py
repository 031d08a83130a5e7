"""The key, and the mouse, that show what went wrong with a candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


def show(triage: TriageScreen) -> None:
    """Show what went wrong, with the first candidate that has errors."""
    found = triage.scoreboard.troubled()
    if found:
        _open(triage, str(found[0]["name"]))
    else:
        triage.say("no candidate has errors")


def show_of(triage: TriageScreen, name: str) -> None:
    """Show what went wrong with this candidate."""
    if any(each["name"] == name for each in triage.scoreboard.troubled()):
        _open(triage, name)
    else:
        triage.say(f"{safe_text(name, 60)} has no errors")


def _open(triage: TriageScreen, name: str) -> None:
    from regrade.tui.screens.trouble import TroubleScreen

    found = triage.scoreboard.troubled()
    at = next(index for index, each in enumerate(found) if each["name"] == name)
    triage.app.push_screen(TroubleScreen(found, at, triage.glyphs))
