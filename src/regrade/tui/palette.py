"""The command palette: every action of a screen, by its words, its name or its keys; Enter runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from regrade.safe_text import safe_text
from regrade.tui.actions import Action
from regrade.tui.keymap import keys_of
from regrade.tui.model import Choice, ModeKey
from regrade.tui.screens.choose import Choose


class Commanded(Protocol):
    """A screen whose actions can be run by name."""

    def action_do(self, id: str) -> None:
        """Run an action of the registry."""


class Commands(Choose):
    """Ask for a command; answers its id, or None.

    Textual's own palette gathers and shows its commands some time after each key, in tasks that outlive it; a key that comes
    before them finds a list that is not laid out yet, which ends the app. Here everything is done by the time of the next key.
    """

    def __init__(self, commands: Sequence[tuple[Action[Any], str]], keymap: Mapping[str, str]) -> None:
        choices = [Choice(text, action.id, about=_about(action, keymap)) for action, text in commands if action.id != "palette"]
        super().__init__("Commands", choices, hint="type words, or a name")

    def matching(self, typed: str) -> list[Choice]:
        """Return what contains all words; first what has this name, then what begins with it."""
        name = typed.strip().casefold()
        return sorted(super().matching(typed), key=lambda choice: (choice.value != name, not choice.value.startswith(name)))


def commands(actions: Iterable[Action[Any]], modes: Iterable[ModeKey]) -> list[tuple[Action[Any], str]]:
    """Return actions with their words; those that label with a digit name its mode, and are left out where it has none."""
    names = {f"label_{mode.digit}": f"label: {safe_text(mode.name, 60)}" for mode in modes if mode.digit}
    digits = {f"label_{digit}" for digit in range(1, 10)}
    return [(action, names.get(action.id, action.text)) for action in actions if action.id in names or action.id not in digits]


def ask_command(screen: Commanded, commands: Sequence[tuple[Action[Any], str]], keymap: Mapping[str, str]) -> Commands:
    """Return a palette that runs what is taken on ``screen``; ``commands`` are its actions, each with its words."""
    dialog = Commands(commands, keymap)
    dialog.asking(lambda id: screen.action_do(id) if id else None)
    return dialog


def _about(action: Action[Any], keymap: Mapping[str, str]) -> str:
    keys = keys_of(action, keymap)
    return action.id if keys.endswith(action.id) else f"{keys}  {action.id}"
