"""What people disagree on, and what can be taken back: asked for by a key, shown in a dialog once it is here; keys wait for that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from regrade.safe_text import safe_text
from regrade.tui.model import Deed, Dispute, View
from regrade.tui.screens.status_lines import taking_back_line
from regrade.tui.services.decision_messages import Deeds, Disputed, TakingBack, Targets

if TYPE_CHECKING:
    from regrade.tui.screens.deciding import Aim
    from regrade.tui.screens.panes import Panes
    from regrade.tui.screens.place import PlaceScreen
    from regrade.tui.screens.triage import TriageScreen


class Settling:
    """The dialog that is about to open, if one is."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage
        self._aim: Aim | None = None

    @property
    def holding(self) -> bool:
        """Whether keys must wait: they are meant for the dialog."""
        return self._aim is not None

    def give_up(self) -> None:
        """Open none."""
        self._aim = None

    def ask_disputes(self) -> None:
        """Ask what people disagree on about the row under the cursor."""
        if aim := self._one_row():
            self._aim = aim
            self._triage.services.decisions.ask_disputes(aim.targets.keys[0])

    def ask_mode_disputes(self) -> None:
        """Ask what people disagree on about failure modes."""
        from regrade.tui.screens.deciding import Aim

        self._aim = Aim(Targets())
        self._triage.services.decisions.ask_disputes("")

    def ask_deeds(self) -> None:
        """Ask what can be taken back of the row under the cursor."""
        if aim := self._one_row():
            self._aim = aim
            self._triage.services.decisions.ask_deeds(aim.targets.keys[0])

    def _one_row(self) -> Aim | None:
        marks = self._triage.grid.marks
        if marks.count or marks.anchor is not None:
            self._triage.say("this is about one prediction at a time: Esc unmarks")
            return None
        return self._triage.deciding.aim()

    # --- hearing -------------------------------------------------------------------------------------------------------

    def hear(self, message: Message) -> None:
        """Open the dialog with what was asked for; say what takes long."""
        match message:
            case Disputed():
                self._disputed(message)
            case Deeds():
                self._deeds(message)
            case TakingBack():
                self._triage.lower_rule.note(taking_back_line(message, self._triage.glyphs))

    def _disputed(self, message: Disputed) -> None:
        """Let one view of each dispute be taken; say where there are disputes, if there are none here."""
        aim, self._aim = self._aim, None
        if aim is None:
            return
        triage = self._triage
        if not message.disputes:
            triage.say(nothing_disputed(message))
            return
        from regrade.tui.screens.resolve import Resolve

        name = safe_text(message.key, 60) if message.key else "failure modes"
        triage.app.push_screen(Resolve(name, message.disputes, partial(self._resolve, aim), triage.glyphs))

    def _resolve(self, aim: Aim, dispute: Dispute, view: View, last: bool) -> None:
        resolve = self._triage.services.decisions.resolve
        self._triage.deciding.decide(aim, "", lambda targets: resolve(targets, dispute, view), advance=last)

    def _deeds(self, message: Deeds) -> None:
        """Let one decision be taken back."""
        aim, self._aim = self._aim, None
        if aim is not None:
            offer_deeds(self._triage, message)


def offer_deeds(screen: Panes | PlaceScreen, message: Deeds) -> None:
    """Let one of the decisions on a prediction be taken back."""
    deeds, name = message.deeds, safe_text(message.key, 60)
    if not deeds:
        screen.say(f"nothing stands that was decided on {name}")
        return
    from regrade.tui.screens.pick import Option, Pick

    options = [Option(deed.what, (f"{deed.who or 'you'}, {deed.when}{_many(deed)}",)) for deed in deeds]
    keys = "Enter takes it back   j k choose   Esc back   ctrl+r does it again later"
    pick = Pick(f"Take back what was decided on {name}", options, keys, screen.glyphs)
    screen.app.push_screen(pick.asking(lambda at: None if at is None else _take_back(screen, deeds[at])))


def _take_back(screen: Panes | PlaceScreen, deed: Deed) -> None:
    """Take a decision back; one of another person, or on many predictions, after asking."""

    def carry_out(yes: bool = True) -> None:
        if yes:
            screen.services.decisions.undo_event(deed.id)

    if not deed.who and deed.count <= 1:
        carry_out()
        return
    from regrade.tui.screens.confirm import Confirm

    many = f", {deed.count:,} predictions" if deed.count > 1 else ""
    whose = f"This is {deed.who}'s decision of {deed.day}" if deed.who else f"You decided this on {deed.day}"
    question = f"{whose} ({deed.what}{many}). Undo it{' for all of them' if deed.count > 1 else ''}?"
    screen.app.push_screen(Confirm(question, "y yes   n no   ctrl+r does it again later").asking(carry_out))


def _many(deed: Deed) -> str:
    return f", {deed.count:,} predictions at once" if deed.count > 1 else ""


def nothing_disputed(message: Disputed) -> str:
    """Return what to say where nothing is disputed: how much is elsewhere, and how to see it."""
    parts = []
    if message.key and message.elsewhere:
        some = "1 prediction is" if message.elsewhere == 1 else f"{message.elsewhere:,} predictions are"
        parts.append(f"nobody disagrees on this one; {some} disputed: D goes there, / status = 'disputed' shows them")
    if message.modes and message.key:
        named = ", ".join(safe_text(name, 40) for name in message.modes[:3])
        parts.append(f"failure mode {named} is disputed: `: resolve` settles it")
    return "; ".join(parts) or ("nobody disagrees on a failure mode" if not message.key else "nobody disagrees on anything")
