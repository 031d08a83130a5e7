"""Keys that choose the columns of the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

_STEP = 2


def choose(triage: TriageScreen) -> None:
    """Choose columns in a dialog."""
    triage.arranging.ask()


def hide(triage: TriageScreen) -> None:
    """Hide the column under the column cursor."""
    triage.arranging.hide()


def move_left(triage: TriageScreen) -> None:
    """Move it to the left."""
    triage.arranging.move(-1)


def move_right(triage: TriageScreen) -> None:
    """Move it to the right."""
    triage.arranging.move(1)


def narrower(triage: TriageScreen) -> None:
    """Make it narrower."""
    triage.arranging.resize(-_STEP)


def wider(triage: TriageScreen) -> None:
    """Make it wider."""
    triage.arranging.resize(_STEP)


def automatic(triage: TriageScreen) -> None:
    """Show as many columns as fit again."""
    triage.arranging.automatic()
