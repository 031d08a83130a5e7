"""The key, and the mouse on the scoreboard, that show what went wrong with a candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.commands.switch import switching

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


def show(triage: TriageScreen) -> None:
    """Show what went wrong, with the first candidate that has errors."""
    found = triage.scoreboard.troubled()
    if found:
        _open(triage, str(found[0]["name"]))
    else:
        triage.say("no candidate has errors")


def pressed(triage: TriageScreen, name: str, times: int) -> None:
    """Show what went wrong with this candidate; where nothing did, the second time compare it with the champion."""
    champion = triage.services.config.champion
    if any(each["name"] == name for each in triage.scoreboard.troubled()):
        _open(triage, name)
    elif name == champion:
        triage.say(f"{safe_text(name, 60)} has no errors")
    elif times < 2:
        triage.say(f"{safe_text(name, 60)} has no errors; twice compares it with {safe_text(champion, 60)}")
    else:
        from regrade.tui.screens.compare import CompareScreen

        there = switching(triage)
        there.go("compare")
        if isinstance(screen := there.opened.get("compare"), CompareScreen):
            screen.compare(champion, name)


def _open(triage: TriageScreen, name: str) -> None:
    from regrade.tui.screens.trouble import TroubleScreen

    found = triage.scoreboard.troubled()
    at = next(index for index, each in enumerate(found) if each["name"] == name)
    triage.app.push_screen(TroubleScreen(found, at, triage.glyphs))
