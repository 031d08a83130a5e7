"""Every dialog and what its keys do, made of their bindings: for the key reference, and for the test that holds it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from textual.binding import Binding

from regrade.tui.keymap import show_key

DIALOGS = {
    "A list, or something new": "choose:Choose",
    "A question": "confirm:Confirm",
    "Things side by side, or one below the other": "pick:Pick",
    "A dispute": "resolve:Resolve",
    "This session": "session:SessionScreen",
    "Columns": "choose_columns:ChooseColumns",
    "An answer of several lines": "edit:Edit",
    "Text to be read": "page:Page",
    "What went wrong with a candidate": "trouble:TroubleScreen",
    "Help": "help:HelpScreen",
}
"""Title → ``module:class`` in ``regrade.tui.screens``."""


def load(title: str) -> type[Any]:
    """Import the class of a dialog."""
    module, _, name = DIALOGS[title].partition(":")
    found: type[Any] = getattr(import_module(f"regrade.tui.screens.{module}"), name)
    return found


def bindings(dialog: type[Any]) -> list[Binding]:
    """Return its bindings and those that it inherits, its own first."""
    own = [each for cls in dialog.__mro__ if cls.__module__.startswith("regrade.") for each in cls.__dict__.get("BINDINGS", ())]
    return [each for each in own if isinstance(each, Binding)]


def keys(dialog: type[Any]) -> list[tuple[str, str]]:
    """Return (keys, what they do), the nine digits as one; those that are typed into a text stand where its widget says them."""
    said = [(" ".join(map(show_key, each.key.split(","))), each.description) for each in bindings(dialog) if not _is_later_digit(each)]
    said = [("1–9", "take that one") if shown == "1" else (shown, text) for shown, text in said]
    return [*getattr(dialog, "TYPED", ()), *said]


def _is_later_digit(binding: Binding) -> bool:
    return binding.key.isdigit() and binding.key != "1"
