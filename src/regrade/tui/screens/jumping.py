"""From failure to failure: a jump that is asked for before the log was looked through waits for it, and so do the keys after it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from regrade.tui.commands.move import seek

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


class Jumping:
    """The jump that waits, if one does."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._wanted: Callable[[], None] | None = None

    @property
    def holding(self) -> bool:
        """Whether keys must wait: they are meant for the row that is being looked for."""
        return self._wanted is not None

    def jump(self, direction: int, *, waiting: bool) -> None:
        """Go to the next failure (direction 1) or the previous one (-1); with ``waiting``, to a row that waits for a decision."""
        triage, looking = self._triage, self._triage.looking
        results, decided = looking.results_now, looking.decided_now
        if self._waits(results is not None and (not waiting or decided is not None), partial(self.jump, direction, waiting=waiting)):
            return
        found = seek(results, looking.addresses, triage.grid.cursor, direction, decided if waiting else None)
        if found is None:
            what = "nothing more waits" if waiting else "no more failures"
            triage.say(f"{what} {'below' if direction > 0 else 'above'}")
        else:
            triage.grid.move_to(found, jump=True)

    def jump_to_disputed(self) -> None:
        """Go to the next row that people disagree on; from the last one to the first."""
        triage, looking = self._triage, self._triage.looking
        total = triage.decisions.disputed
        if not total:
            triage.say("nobody disagrees on any prediction")
            return
        disputed = looking.disputed_now
        if self._waits(disputed is not None and looking.located == triage.services.log.locating, self.jump_to_disputed):
            return
        found = seek(disputed, looking.addresses, triage.grid.cursor, 1)
        if found is None:
            found = seek(disputed, looking.addresses, -1, 1)
        if found is None:
            where, how = "this view", "/ status = 'disputed' shows them"
            if not looking.where:
                where, how = "this log", "`regrade evalset disputes` lists them"
            triage.say(f"none of the {total:,} disputed is in {where}: {how}")
        else:
            triage.grid.move_to(found, jump=True)

    def _waits(self, known: bool, jump: Callable[[], None]) -> bool:
        """Return whether a jump cannot be made: not yet, where what it needs is not ``known``, or never, where there is no log."""
        triage = self._triage
        log = triage.services.log.opened
        if log.done() and log.exception() is not None:
            triage.say("there is no log to look through")
            return True
        if not known:
            self._wanted = jump
            triage.say(f"looking through the log{triage.glyphs.ellipsis}")
        return not known

    def look_again(self) -> None:
        """Make the jump that waits, if it can be made now."""
        if self._wanted is not None:
            jump, self._wanted = self._wanted, None
            jump()
            if self._wanted is None and self._triage.said.startswith("looking through"):
                self._triage.say("")

    def give_up(self) -> None:
        """Jump nowhere."""
        self._wanted = None
