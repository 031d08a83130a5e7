"""The command palette: every action of the registry, by its words, with its keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from regrade.tui.actions import ACTIONS, Action
from regrade.tui.keymap import keys_of
from regrade.tui.screens.triage import TriageScreen


class ActionProvider(Provider):
    """Commands of the Triage screen."""

    def _actions(self) -> Iterator[tuple[Action, TriageScreen, str]]:
        triage = next((screen for screen in self.app.screen_stack if isinstance(screen, TriageScreen)), None)
        for action in ACTIONS if triage is not None else ():
            digit = action.id.removeprefix("label_")
            text = action.text
            if digit.isdigit():
                mode = triage.decisions.mode_of_digit(digit) if triage is not None else None
                if mode is None:
                    continue
                text = f"label: {mode.name}"
            if action.id != "palette" and triage is not None:
                yield action, triage, text

    async def discover(self) -> Hits:
        """Offer everything."""
        for action, triage, text in self._actions():
            yield DiscoveryHit(Text(text).plain, partial(action.run, triage), help=f"{keys_of(action, {})}   {action.id}")

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for action, triage, text in self._actions():
            score = max(matcher.match(text), matcher.match(action.id))
            if score > 0:
                yield Hit(score, Text(text), partial(action.run, triage), text=text, help=f"{keys_of(action, {})}   {action.id}")
