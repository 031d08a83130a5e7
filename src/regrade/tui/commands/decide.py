"""Keys that decide: label, dismiss, correct, promote, note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from regrade.errors import UsageError
from regrade.log.results import label_text
from regrade.log.typed import typed_value
from regrade.safe_text import safe_text
from regrade.tui.commands.move import WRONG
from regrade.tui.model import Choice, Decisions

if TYPE_CHECKING:
    from regrade.tui.screens.deciding import Aim
    from regrade.tui.screens.triage import TriageScreen

_REASONS = ("the outcome is wrong", "duplicate", "nobody could have known", "not worth fixing")


def label_with(digit: str) -> Callable[[TriageScreen], None]:
    """Return the command that labels with the mode that has this digit."""

    def run(triage: TriageScreen) -> None:
        mode = triage.decisions.mode_of_digit(digit)
        if mode is None:
            triage.say(f"no failure mode has the key {digit}: l names a new one")
        elif aim := triage.deciding.aim():
            triage.deciding.decide(aim, f"Label {{n}} as {mode.name}", lambda targets: triage.services.decisions.label(targets, mode.id))

    return lambda triage: triage.deciding.once_read(lambda: run(triage))


def choose(triage: TriageScreen, title: str, choices: Sequence[Choice], hint: str, new: str, chosen: Callable[[Aim, str], None]) -> None:
    """Ask for text or a choice, for what the cursor or the marks are on now; imported when it is first needed."""
    from regrade.tui.screens.choose import Choose

    aim = triage.deciding.aim()
    if aim is not None:
        dialog = Choose(title, choices, hint=hint, new=new)
        triage.app.push_screen(dialog.asking(lambda value: chosen(aim, value) if value else None))


def mode_choices(decisions: Decisions) -> list[Choice]:
    """Return the failure modes to choose from."""
    return [Choice(mode.name, mode.id, mode.digit or "", mode.about) for mode in decisions.modes]


def label(triage: TriageScreen) -> None:
    """Ask for a mode, new or known, and label with it."""
    triage.deciding.once_read(lambda: _label(triage))


def _label(triage: TriageScreen) -> None:
    choices = mode_choices(triage.decisions)

    def chosen(aim: Aim, mode: str) -> None:
        name = triage.decisions.mode_name(mode)
        triage.deciding.decide(aim, f"Label {{n}} as {name}", lambda targets: triage.services.decisions.label(targets, mode))

    choose(triage, "Failure mode", choices, "type to look for one, or to name a new one", "new mode", chosen)


def dismiss(triage: TriageScreen) -> None:
    """Ask for the reason and dismiss."""
    choices = [Choice(reason, reason) for reason in _REASONS]

    def chosen(aim: Aim, reason: str) -> None:
        triage.deciding.decide(
            aim, "Dismiss those of {n} outside the eval set", lambda targets: triage.services.decisions.dismiss(targets, reason)
        )

    choose(triage, "Dismiss: why", choices, "choose a reason, or type one", "this reason", chosen)


def correct(triage: TriageScreen) -> None:
    """Ask for the value that should have been answered."""
    looking = triage.looking
    kind = triage.services.config.task.kind
    if kind in ("text", "json"):
        from regrade.tui.commands.rewrite import rewrite

        rewrite(triage, kind)
        return
    choices = [Choice(safe_text(value), str(value)) for value in looking.classes]

    def chosen(aim: Aim, text: str) -> None:
        try:
            value = typed_value(text, looking.outcome_type, kind)
        except UsageError as error:
            triage.say(str(error), trouble=True)
            return

        def keep(yes: bool = True) -> None:
            if yes:
                triage.deciding.decide(aim, f"Expect {text} of {{n}}", lambda targets: triage.services.decisions.correct(targets, value))

        if kind != "classification" or not looking.classes or label_text(value) in looking.classes:
            keep()
            return
        from regrade.tui.screens.confirm import Confirm

        question = f"no such class so far: {safe_text(text, 80)}; Enter again to keep it"
        triage.app.push_screen(Confirm(question, "Enter keep   Esc back").asking(keep))

    choose(triage, "Expected: what should have been answered", choices, "", "this value", chosen)


def note(triage: TriageScreen) -> None:
    """Ask for a note."""

    def chosen(aim: Aim, text: str) -> None:
        triage.deciding.decide(aim, "Note on {n}", lambda targets: triage.services.decisions.note(targets, text), advance=False)

    choose(triage, "Note", [], "Enter keeps it", "keep", chosen)


def promote(triage: TriageScreen) -> None:
    """Promote failures."""
    _promote(triage, "Promote the failures among {n}")


def promote_pinned(triage: TriageScreen) -> None:
    """Promote failures that must never come back."""
    _promote(triage, "Promote and pin the failures among {n}", pinned=True)


def promote_important(triage: TriageScreen) -> None:
    """Promote as important, right or wrong."""
    _promote(triage, "Promote {n} as important", important=True)


def _of_them(triage: TriageScreen, aim: Aim) -> str:
    """Return how many of them were wrong, as far as that is known by now."""
    results, addresses = triage.looking.results_now, aim.targets.addresses
    return "" if results is None or addresses is None else f" ({int((results[addresses] == WRONG).sum()):,} were wrong)"


def _promote(triage: TriageScreen, question: str, *, important: bool = False, pinned: bool = False) -> None:
    aim = triage.deciding.aim(needs_log=True, just=True)
    if aim is not None:
        question += "" if important else _of_them(triage, aim)
        promote = triage.services.decisions.promote
        triage.deciding.decide(aim, question, lambda targets: promote(targets, important=important, pinned=pinned))
