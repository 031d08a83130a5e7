"""From a key to a decision: which predictions it is about, asking first where they are many, on to the next row once it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.screens.just_decided import LEAVE_IT, JustDecided
from regrade.tui.services.decision_messages import Decision, Targets

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
        The row under the cursor; None where rows were marked, or where it was decided on just before.
    just : JustDecided or None
        What was decided on just before, where this is about it.
    """

    targets: Targets
    count: int = 1
    position: int | None = None
    just: JustDecided | None = None


class Deciding:
    """Decisions on the marked rows, on the row under the cursor, or on what was labelled just before.

    Attributes
    ----------
    just : JustDecided or None
        What ``p`` promotes now in place of the row under the cursor.
    """

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._tickets = 0
        self._asked: dict[int, tuple[Aim, bool]] = {}
        """Decisions on their way to the disk, and whether the cursor goes on after them."""
        self._wanted: Callable[[], None] | None = None
        """What is done once the failure modes are known."""
        self._patient = True
        self.just: JustDecided | None = None

    @property
    def holding(self) -> bool:
        """Whether keys wait, until a decision is on the disk or modes are known: what they are meant for depends on it."""
        return self._patient and (bool(self._asked) or self._wanted is not None)

    def let_keys_go(self) -> None:
        """Let keys through although a decision is on its way; what waits for modes is not done."""
        self._patient, self._wanted = False, None

    def once_read(self, act: Callable[[], None]) -> None:
        """Do this now, or once it is known what was decided and which failure modes there are."""
        if self._triage.read_decisions:
            act()
        else:
            self._wanted, self._patient = act, True

    def read(self) -> None:
        """Hear that it is known, or that it cannot be."""
        act, self._wanted = self._wanted, None
        if act is not None:
            act()

    def act(self, id: str) -> None:
        """Hear that an action is run: most end that ``p`` is about what was labelled just before."""
        if self.just is not None and id not in LEAVE_IT:
            self._end_just()

    def cursor_at(self, position: int) -> None:
        """Hear where the cursor is: any movement ends it too."""
        if self.just is not None and position != self.just.cursor:
            self._end_just()

    def _end_just(self) -> None:
        self.just = None
        self._triage.show_lines()

    def aim(self, *, needs_log: bool = False, just: bool = False) -> Aim | None:
        """Return what the next decision is about; say why there is nothing to decide on."""
        triage, grid = self._triage, self._triage.grid
        if just and self.just is not None:
            return Aim(self.just.targets, self.just.count, None, self.just)
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

        def carry_out(yes: bool) -> None:
            if not yes:
                return
            self._tickets += 1
            self._patient = True
            asked = replace(aim, targets=replace(aim.targets, ticket=self._tickets))
            self._asked[self._tickets] = (asked, advance)
            run(asked.targets)
            if aim.count >= _SAID_FROM:
                triage.lower_rule.note(f"deciding on {aim.count:,} predictions{triage.glyphs.ellipsis}")

        if aim.count < CONFIRM_FROM:
            carry_out(True)
            return
        from regrade.tui.screens.confirm import Confirm

        triage.app.push_screen(Confirm(f"{question.replace('{n}', f'{aim.count:,} predictions')}?").asking(carry_out))

    def refused(self, ticket: int) -> None:
        """Hear that nothing was decided: the cursor stays, the marks stay."""
        self._asked.pop(ticket, None)

    def done(self, message: Decision) -> str:
        """Hear that a decision is on the disk, go on to the next row, and return what to say of it."""
        aim, advance = self._asked.pop(message.ticket, (None, False))
        if aim is None:
            return message.said
        triage, grid = self._triage, self._triage.grid
        said = message.said
        if aim.just is not None:
            said = said.replace(";", f" ({aim.just.words});", 1) if ";" in said else f"{said} ({aim.just.words})"
        elif aim.position is None:
            grid.marks.clear()
            grid.refresh()
        elif advance and grid.cursor == aim.position:
            grid.move_to(aim.position + 1, jump=True)
        self.just = None
        if message.kind == "label":
            states = [self._triage.decisions.of(key) for key in message.keys[:CONFIRM_FROM]]
            said = f"labelled {self._name(message.keys)} {safe_text(states[0].mode, 60)}" if states else said
        if message.settled:
            verb = {"relabel": "corrected", "dismiss": "dismissed"}.get(message.kind, message.kind)
            said = f"{said or f'{verb} {self._name(message.keys)}'} {triage.glyphs.dot} {message.settled}"
        if message.kind == "label":
            if not states or any(state.status != "promoted" for state in states):
                said += f" {triage.glyphs.dot} p promotes {'it' if aim.count == 1 else 'them'}"
                self.just = JustDecided(aim.targets, aim.count, self._name(message.keys), "just labelled", grid.cursor)
        elif message.again:
            self.just = JustDecided(aim.targets, aim.count, self._name(message.keys), "now as a failure", grid.cursor)
        return said

    @staticmethod
    def _name(keys: tuple[str, ...]) -> str:
        return safe_text(keys[0], 60) if len(keys) == 1 else f"{len(keys):,}"
