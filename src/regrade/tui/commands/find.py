"""Keys that find rows by a name: the views that somebody kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


def views(triage: TriageScreen) -> None:
    """Apply a named view, or keep what is looked at under a name."""
    triage.viewing.ask("choose")


def save_for_team(triage: TriageScreen) -> None:
    """Keep what is looked at for the team."""
    triage.viewing.ask("save team")


def delete_view(triage: TriageScreen) -> None:
    """Remove a named view."""
    triage.viewing.ask("delete")
