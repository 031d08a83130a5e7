"""A screen beside Triage that decides: keys wait until a decision is on the disk, disputes are resolved, undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from regrade.safe_text import safe_text
from regrade.tui.screens.place import PlaceScreen
from regrade.tui.screens.status_lines import taking_back_line
from regrade.tui.services.decision_messages import Decision, Deeds, Disputed, EvalSetOpened, Refused, TakingBack, Targets
from regrade.tui.services.lane import Failed

if TYPE_CHECKING:
    from regrade.tui.model import Dispute, View

_tickets = count(-1, -1)
"""Triage counts upwards from 1: no decision here is taken for one of its own."""


class DecidingPlace(PlaceScreen):
    """A screen that shows what is decided, and decides.

    Attributes
    ----------
    awaiting : bool
        Whether what is shown is being read, or will be as soon as it is on screen: keys are meant for what will be shown.
    """

    HEARS: ClassVar[tuple[type[Message], ...]] = (Failed, Decision, Refused, EvalSetOpened, Disputed, Deeds, TakingBack)

    def on_mount(self) -> None:
        """Begin."""
        self._asked: set[int] = set()
        self._resolving = False
        self._stale = self.awaiting = True
        self._wanted: Callable[[], None] | None = None
        """What is done once the failure modes are known, and what is shown with them."""

    def read(self) -> None:
        """Read what is shown; a subclass calls :meth:`have_read` once it is here."""
        raise NotImplementedError

    def have_read(self) -> None:
        """Hear that what is shown is what is decided now."""
        self.awaiting = False
        if self.services.decisions.looked.is_set():
            act, self._wanted = self._wanted, None
            if act is not None:
                act()

    @property
    def shown(self) -> bool:
        """Whether this is the place that is on screen, or below what is."""
        return self.app.current_mode == self.PLACE

    # --- what the app asks ---------------------------------------------------------------------------------------------

    def came(self) -> None:
        """Read, where something was decided since."""
        if self._stale:
            self._read()

    @property
    def holding(self) -> bool:
        """Whether keys must wait: a decision, what it leads to, or a dialog is on its way."""
        return bool(self._asked) or self.awaiting or self._resolving or self._wanted is not None

    def give_up(self) -> None:
        """Wait no longer; what was decided is decided."""
        self._asked.clear()
        self._resolving = self.awaiting = False
        self._wanted = None

    def once_read(self, act: Callable[[], None]) -> None:
        """Do this now, or once it is known which failure modes there are; keys wait meanwhile."""
        if self.services.decisions.looked.is_set():
            act()
        else:
            self._wanted = act

    # --- deciding ------------------------------------------------------------------------------------------------------

    def decide(self, run: Callable[[Targets], None], *keys: str) -> int:
        """Carry out a decision about these predictions, or about something else; return its ticket."""
        ticket = next(_tickets)
        self._asked.add(ticket)
        run(Targets(keys, ticket=ticket))
        return ticket

    def resolve(self, key: str = "") -> None:
        """Show what people disagree on about a prediction, or about failure modes, side by side."""
        self._resolving = True
        self.services.decisions.ask_disputes(key)

    def take_back(self, key: str) -> None:
        """Show what was decided on a prediction, by anybody, to take one of it back."""
        self._resolving = True
        self.services.decisions.ask_deeds(key)

    def undo(self) -> None:
        """Take this person's newest decision back, wherever it was made."""
        self.services.decisions.undo()

    def redo(self) -> None:
        """Do it again."""
        self.services.decisions.redo()

    def nothing_disputed(self, message: Disputed) -> str:
        """Return what to say where nobody disagrees on what was asked about."""
        return "nobody disagrees on it"

    # --- hearing -------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        self._stale, self.awaiting = False, True
        self.read()

    def on_eval_set_opened(self, message: EvalSetOpened) -> None:
        """Decisions are known."""
        self._changed()

    def on_decision(self, message: Decision) -> None:
        """A decision is on the disk, or came in from others."""
        self._asked.discard(message.ticket)
        self.lower_rule.note("")
        if self.shown:
            said = "; ".join(part for part in (message.said, message.settled, message.outside) if part)
            if said:
                self.say(said)
        self._changed()

    def on_taking_back(self, message: TakingBack) -> None:
        """Many predictions are decided on."""
        self.lower_rule.note(taking_back_line(message, self.glyphs))

    def _changed(self) -> None:
        self._stale = self.awaiting = True
        if self.shown:
            self._read()

    def on_refused(self, message: Refused) -> None:
        """Nothing was decided."""
        self._asked.discard(message.ticket)
        if message.said and self.shown:
            self.say(message.said)

    def on_disputed(self, message: Disputed) -> None:
        """Let one view of each dispute be taken."""
        if not self._resolving:
            return
        self._resolving = False
        if not message.disputes:
            self.say(self.nothing_disputed(message))
            return
        from regrade.tui.screens.resolve import Resolve

        name = safe_text(message.key, 60) if message.key else "failure modes"
        self.app.push_screen(Resolve(name, message.disputes, self._resolve, self.glyphs))

    def on_deeds(self, message: Deeds) -> None:
        """Let one decision be taken back."""
        if self._resolving:
            self._resolving = False
            from regrade.tui.screens.settling import offer_deeds

            offer_deeds(self, message)

    def _resolve(self, dispute: Dispute, view: View, last: bool) -> None:
        keys = () if dispute.of_mode else (dispute.subject,)
        self.decide(lambda targets: self.services.decisions.resolve(targets, dispute, view), *keys)

    def on_failed(self, message: Failed) -> None:
        """Say what could not be done, where it is about this screen."""
        if message.lane == "decision":
            self.lower_rule.note("")
        if message.lane in ("decision", self.PLACE):
            self._resolving = self.awaiting = False
            self._wanted = None
        if self.shown:
            self.complain(message)
