"""From failure to failure: a jump that is asked for before the log was looked through waits for it, and so do the keys after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.tui.commands.move import seek

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


class Jumping:
    """The jump that waits, if one does."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._wanted: tuple[int, bool] | None = None

    @property
    def holding(self) -> bool:
        """Whether keys must wait: they are meant for the row that is being looked for."""
        return self._wanted is not None

    def jump(self, direction: int, *, waiting: bool) -> None:
        """Go to the next failure (direction 1) or the previous one (-1); with ``waiting``, to a row that waits for a decision."""
        triage, looking = self._triage, self._triage.looking
        log = self._triage.services.log.opened
        if log.done() and log.exception() is not None:
            triage.say("there is no log to look through")
            return
        results, decided = looking.results_now, looking.decided_now
        if results is None or (waiting and decided is None):
            self._wanted = (direction, waiting)
            triage.say(f"looking through the log{triage.glyphs.ellipsis}")
            return
        found = seek(results, looking.addresses, triage.grid.cursor, direction, decided if waiting else None)
        if found is None:
            what = "nothing more waits" if waiting else "no more failures"
            triage.say(f"{what} {'below' if direction > 0 else 'above'}")
        else:
            triage.grid.move_to(found)

    def jump_to_disputed(self) -> None:
        """Go to the next row that people disagree on; from the last one to the first."""
        triage, looking = self._triage, self._triage.looking
        total = triage.decisions.disputed
        if not total:
            triage.say("nobody disagrees on any prediction")
            return
        disputed = looking.disputed_now
        if disputed is None:
            triage.say("the log is not open yet")
            return
        found = seek(disputed, looking.addresses, triage.grid.cursor, 1)
        if found is None:
            found = seek(disputed, looking.addresses, -1, 1)
        if found is None:
            triage.say(f"none of the {total:,} disputed is in this view: / status = 'disputed' shows them")
        else:
            triage.grid.move_to(found)

    def look_again(self) -> None:
        """Make the jump that waits, if it can be made now."""
        if self._wanted is not None:
            (direction, waiting), self._wanted = self._wanted, None
            self.jump(direction, waiting=waiting)
            if self._wanted is None and self._triage.said.startswith("looking through"):
                self._triage.say("")

    def give_up(self) -> None:
        """Jump nowhere."""
        self._wanted = None
