"""The mouse on the lines that frame a screen: a word that says what a key does, does the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import on

from regrade.tui.keymap import as_remapped, onwards, owners
from regrade.tui.screens.sized import Sized
from regrade.tui.widgets.bars import Bar, Group, Piece
from regrade.tui.widgets.pressed import Pressable

if TYPE_CHECKING:
    from regrade.tui.actions import Action


class Pressing(Sized):
    """A screen whose lines can be pressed."""

    @property
    def holding(self) -> bool:
        """Whether keys must wait for something that they are meant for; what is pressed meanwhile is meant for nothing."""
        return False

    def action_do(self, id: str) -> None:
        """Run an action of the registry."""
        raise NotImplementedError

    def press(self, does: str) -> None:
        """Do what the key does whose action this is, where the key would do it."""
        if self.check_action("do", (does,)):
            self.action_do(does)

    @on(Bar.Pressed)
    def _bar_pressed(self, event: Bar.Pressed) -> None:
        event.stop()
        if not self.holding:
            self.press(event.does)


def hints(keys: Iterable[tuple[str, str]], actions: Sequence[Action[Any]], keymap: Mapping[str, str]) -> list[Group]:
    """Return what keys do, each a group: ``("j k", "scroll")`` are two keys; to press the words is to go on."""
    of = owners(actions)
    found: list[Group] = []
    for shown, words in keys:
        each = shown.split(" ")
        group: list[Piece] = [
            (Pressable(f"{'' if at else '  '}{as_remapped(key, actions, keymap)} ", of.get(key, "")), "accent")
            for at, key in enumerate(each)
        ]
        found.append([*group, (Pressable(words, of.get(onwards(each), "")), "dim")])
    return found
