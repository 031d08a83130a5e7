"""From a key to a decision: which predictions it is about, asking first where they are many, then on to the next row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regrade.tui.services.decision_messages import Targets

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

CONFIRM_FROM = 10
"""So many predictions at once are asked about first."""


class Deciding:
    """Decisions on the marked rows, or on the row under the cursor."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage

    @property
    def count(self) -> int:
        """How many predictions the next decision is about."""
        grid = self._triage.grid
        if grid.marks.count or grid.marks.anchor is not None:
            anchor = grid.marks.anchor
            return grid.marks.count or (abs(grid.cursor - anchor) + 1 if anchor is not None else 0)
        return 1 if grid.current_key is not None else 0

    def decide(self, question: str, run: Callable[[Targets], None], *, advance: bool = True, needs_log: bool = False) -> None:
        """Carry out a decision; ``question`` has ``{n}`` where the count goes, and is asked from ten predictions on."""
        triage, grid = self._triage, self._triage.grid
        if grid.marks.anchor is not None:
            grid.marks.mark_range(grid.marks.anchor, grid.cursor)
            grid.marks.anchor = None
        if grid.marks.count:
            self._decide_marked(question, run)
            return
        key, address = grid.current_key, triage.looking.address_at(grid.cursor)
        if key is None:
            triage.say("no prediction here")
        elif address is None and needs_log:
            triage.say("the log is not open yet")
        else:
            addresses = triage.looking.addresses[[grid.cursor]] if address is not None else None
            run(Targets((key,), addresses))
            if advance:
                grid.move_to(grid.cursor + 1)

    def _decide_marked(self, question: str, run: Callable[[Targets], None]) -> None:
        triage, marks = self._triage, self._triage.grid.marks
        if triage.looking.addresses is None:
            triage.say("the log is not open yet")
            return
        import numpy as np

        addresses = triage.looking.addresses[np.flatnonzero(np.frombuffer(marks.as_bytes(), dtype=np.uint8))]
        count = marks.count

        def carry_out(yes: bool | None) -> None:
            if yes:
                run(Targets((), addresses))
                marks.clear()
                triage.grid.refresh()
                triage.show_marks()

        if count < CONFIRM_FROM:
            carry_out(True)
            return
        from regrade.tui.screens.confirm import Confirm

        triage.app.push_screen(Confirm(f"{question.replace('{n}', f'{count:,} predictions')}?"), carry_out)
