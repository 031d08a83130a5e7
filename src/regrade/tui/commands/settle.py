"""Keys that end disputes, take decisions back, and change what is in the eval set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regrade.tui.commands.decide import choose
from regrade.tui.model import Choice

if TYPE_CHECKING:
    from regrade.tui.screens.deciding import Aim
    from regrade.tui.screens.triage import TriageScreen

_REASONS = ("the expected value is wrong", "duplicate", "nobody could have known", "does not happen any more")


def resolve(triage: TriageScreen) -> None:
    """Choose between the views that people have of the row under the cursor."""
    triage.settling.ask_disputes()


def resolve_modes(triage: TriageScreen) -> None:
    """Choose between the views that people have of failure modes."""
    triage.settling.ask_mode_disputes()


def next_disputed(triage: TriageScreen) -> None:
    """Go to the next row that people disagree on."""
    triage.jumping.jump_to_disputed()


def take_back(triage: TriageScreen) -> None:
    """Choose which decision on the row under the cursor to undo, whoever made it."""
    triage.settling.ask_deeds()


def undo(triage: TriageScreen) -> None:
    """Take the last decision back."""
    triage.services.decisions.undo()


def redo(triage: TriageScreen) -> None:
    """Do it again."""
    triage.services.decisions.redo()


def retire(triage: TriageScreen) -> None:
    """Ask for the reason and take examples out of the eval set."""
    choices = [Choice(reason, reason) for reason in _REASONS]

    def chosen(aim: Aim, reason: str) -> None:
        change = triage.services.decisions.change_members
        triage.deciding.decide(aim, "Retire the examples among {n}", lambda targets: change("retire", targets, reason))

    choose(triage, "Retire from the eval set: why", choices, "choose a reason, or type one", "this reason", chosen)


def change(kind: str, question: str) -> Callable[[TriageScreen], None]:
    """Return the command that pins, unpins or restores what the cursor or the marks are on."""

    def run(triage: TriageScreen) -> None:
        if aim := triage.deciding.aim():
            change_members = triage.services.decisions.change_members
            triage.deciding.decide(aim, question, lambda targets: change_members(kind, targets))

    return run
