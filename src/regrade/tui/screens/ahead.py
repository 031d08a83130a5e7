"""Which predictions will probably be promoted next: the failures below the cursor that are not in the eval set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from regrade.tui.services.bundle import Services

if TYPE_CHECKING:
    from regrade.tui.screens.looking import Looking
    from regrade.tui.widgets.grid import LogGrid

_AHEAD = 12
"""Failures that are asked about before anybody promotes them: a model takes as long for one of them as for all."""
_WORTH_IT = 6
"""So many of them must not have been asked about yet: else the log is read for each step of the cursor."""
_REACH = 200
"""Rows below the cursor among which they are looked for."""
_KEPT = 1_000


class Ahead:
    """Has the models asked about them."""

    def __init__(self, grid: LogGrid, looking: Looking, services: Services) -> None:
        self._grid, self._looking, self._services = grid, looking, services
        self._asked: set[str] = set()
        self._epoch = 0
        self._some = any(said.model for said in services.config.candidates.values())

    def look(self, *, here: bool) -> None:
        """Ask where it is worth it; ``here``: about the row under the cursor too, which nobody else asks about."""
        looking = self._looking
        if not self._some or looking.addresses is None or not self._services.engine.board or self._services.engine.scoring:
            return
        if self._epoch != looking.epoch or len(self._asked) > _KEPT:
            self._epoch, self._asked = looking.epoch, set()
        next_ones = list(self._next(self._grid.cursor + (not here)))
        fresh = [(key, position) for key, position in next_ones if key not in self._asked]
        if len(fresh) < min(_WORTH_IT, len(next_ones)) or not fresh:
            return
        self._asked.update(key for key, _ in fresh)
        addresses = looking.addresses[[position for _, position in fresh]]
        self._services.ahead.foresee([key for key, _ in fresh], addresses, looking.epoch)

    def _next(self, start: int) -> Iterator[tuple[str, int]]:
        """Yield keys and positions of the next failures, as far as rows are in memory."""
        found = 0
        for position in range(start, min(start + _REACH, len(self._grid.rows))):
            row = self._grid.rows.row(position, ("key", "result"))
            if row is None or found == _AHEAD:
                return
            key = str(row[0])
            if row[1] == "wrong" and self._services.decisions.decisions.of(key).status != "promoted":
                found += 1
                yield key, position
