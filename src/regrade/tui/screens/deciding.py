"""From a key to a decision: which predictions it is about, asking first where they are many, then on to the next row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regrade.tui.services.decision_messages import Targets

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen

CONFIRM_FROM = 10
"""So many predictions at once are asked about first."""
_SAID_FROM = 1_000
"""So many take long enough for a word."""


@dataclass(frozen=True)
class Aim:
    """What a decision is about, taken when its key was pressed: a dialog may be open for a while, and the cursor elsewhere after it.

    Attributes
    ----------
    position : int or None
        The row under the cursor; None where rows were marked.
    """

    targets: Targets
    count: int = 1
    position: int | None = None


class Deciding:
    """Decisions on the marked rows, or on the row under the cursor."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage

    def aim(self, *, needs_log: bool = False) -> Aim | None:
        """Return what the next decision is about; say why there is nothing to decide on."""
        triage, grid = self._triage, self._triage.grid
        if grid.marks.anchor is not None:
            grid.marks.mark_range(grid.marks.anchor, grid.cursor)
            grid.marks.anchor = None
        addresses = triage.looking.addresses
        if grid.marks.count:
            if addresses is None:
                triage.say("the log is not open yet")
                return None
            import numpy as np

            marked = np.flatnonzero(np.frombuffer(grid.marks.as_bytes(), dtype=np.uint8))
            return Aim(Targets((), addresses[marked], triage.looking.epoch), grid.marks.count)
        key = grid.current_key
        if key is None:
            triage.say("no prediction here")
            return None
        if addresses is None and needs_log:
            triage.say("the log is not open yet")
            return None
        return Aim(Targets((key,), None if addresses is None else addresses[[grid.cursor]], triage.looking.epoch), 1, grid.cursor)

    def decide(self, aim: Aim, question: str, run: Callable[[Targets], None], *, advance: bool = True) -> None:
        """Carry out a decision; ``question`` has ``{n}`` where the count goes, and is asked from ten predictions on."""
        triage = self._triage

        def carry_out(yes: bool | None) -> None:
            if not yes:
                return
            run(aim.targets)
            if aim.count >= _SAID_FROM:
                triage.lower_rule.note(f"deciding on {aim.count:,} predictions{triage.glyphs.ellipsis}")
            if aim.position is None:
                triage.grid.marks.clear()
                triage.grid.refresh()
                triage.show_marks()
            elif advance and triage.grid.cursor == aim.position:
                triage.grid.move_to(aim.position + 1)

        if aim.count < CONFIRM_FROM:
            carry_out(True)
            return
        from regrade.tui.screens.confirm import Confirm

        triage.app.push_screen(Confirm(f"{question.replace('{n}', f'{aim.count:,} predictions')}?"), carry_out)
