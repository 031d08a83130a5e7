"""Keeps for the next start where one is, as soon as nothing moves: a crash a second later opens at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.tui.commands.switch import switching

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

KEEP_SECONDS = 0.5
"""So often it is looked whether anything moved; what moved, and did not any more at the next look, is kept."""


class Keeping:
    """Looks every so often; what is on the disk is written only where it differs."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._seen: object = None
        self._kept: object = None

    def look(self) -> None:
        """Keep where one is, unless it was kept already, or still moves."""
        triage = self._triage
        looking, grid, places = triage.looking, triage.grid, switching(triage)
        now = (
            (looking.where, looking.sort, looking.generation, grid.cursor, grid.first_visible, grid.columns.chosen),
            (triage.zoom_level, triage.first_line, triage.faceting.kept()),
            (places.current, places.kept()),
        )
        if now != self._kept and now == self._seen:
            self._kept = now
            places.keep()
        self._seen = now
