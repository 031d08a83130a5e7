"""Keys that decide: label, dismiss, correct, promote, note, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from regrade.errors import UsageError
from regrade.safe_text import safe_text
from regrade.tui.model import Choice
from regrade.tui.parse_value import parse_value

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen
    from regrade.tui.services.decision_messages import Targets

_REASONS = ("the outcome is wrong", "duplicate", "nobody could have known", "not worth fixing")


def label_with(digit: str) -> Callable[[TriageScreen], None]:
    """Return the command that labels with the mode that has this digit."""

    def run(triage: TriageScreen) -> None:
        mode = triage.decisions.mode_of_digit(digit)
        if mode is None:
            triage.say(f"no failure mode has the key {digit}: l names a new one")
            return
        triage.decide(f"Label {{n}} as {mode.name}", lambda targets: triage.services.decisions.label(targets, mode.id))

    return run


def _choose(triage: TriageScreen, title: str, choices: Sequence[Choice], hint: str, new: str, chosen: Callable[[str | None], None]) -> None:
    """Open the dialog; imported when it is first needed, so that the app starts without it."""
    from regrade.tui.screens.choose import Choose

    if triage.has_target:
        triage.app.push_screen(Choose(title, choices, hint=hint, new=new), chosen)


def label(triage: TriageScreen) -> None:
    """Ask for a mode, new or known, and label with it."""
    choices = [Choice(mode.name, mode.id, mode.digit or "") for mode in triage.decisions.modes]

    def chosen(mode: str | None) -> None:
        if mode:
            name = triage.decisions.mode_name(mode)
            triage.decide(f"Label {{n}} as {name}", lambda targets: triage.services.decisions.label(targets, mode))

    _choose(triage, "Failure mode", choices, "type to look for one, or to name a new one", "new mode", chosen)


def dismiss(triage: TriageScreen) -> None:
    """Ask for the reason and dismiss."""
    choices = [Choice(reason, reason) for reason in _REASONS]

    def chosen(reason: str | None) -> None:
        if reason:
            triage.decide("Dismiss {n}", lambda targets: triage.services.decisions.dismiss(targets, reason))

    _choose(triage, "Dismiss: why", choices, "choose a reason, or type one", "this reason", chosen)


def correct(triage: TriageScreen) -> None:
    """Ask for the value that should have been answered."""
    outcome_type = triage.looking.outcome_type
    choices = [Choice(safe_text(value), str(value)) for value in triage.looking.classes]

    def chosen(text: str | None) -> None:
        if text is None or text == "":
            return
        try:
            value = parse_value(text, outcome_type, triage.services.config.task.kind)
        except UsageError as error:
            triage.say(str(error), trouble=True)
            return
        triage.decide(f"Expect {text} of {{n}}", lambda targets: triage.services.decisions.correct(targets, value))

    _choose(triage, "Expected: what should have been answered", choices, "", "this value", chosen)


def note(triage: TriageScreen) -> None:
    """Ask for a note."""

    def chosen(text: str | None) -> None:
        if text:
            triage.decide("Note on {n}", lambda targets: triage.services.decisions.note(targets, text), advance=False)

    _choose(triage, "Note", [], "Enter keeps it", "keep", chosen)


def promote(triage: TriageScreen) -> None:
    """Promote failures."""
    _promote(triage, "Promote the failures among {n}", "Promote {n}")


def promote_pinned(triage: TriageScreen) -> None:
    """Promote failures that must never come back."""
    _promote(triage, "Promote and pin the failures among {n}", "Promote and pin {n}", pinned=True)


def promote_important(triage: TriageScreen) -> None:
    """Promote as important, right or wrong."""
    _promote(triage, "Promote {n} as important", "Promote {n} as important", important=True)


def _promote(triage: TriageScreen, many: str, one: str, *, important: bool = False, pinned: bool = False) -> None:
    def run(targets: Targets) -> None:
        triage.services.decisions.promote(targets, important=important, pinned=pinned)

    triage.decide(many if triage.grid.marks.count > 1 else one, run, needs_log=True)


def undo(triage: TriageScreen) -> None:
    """Take the last decision back."""
    triage.services.decisions.undo()


def redo(triage: TriageScreen) -> None:
    """Do it again."""
    triage.services.decisions.redo()
