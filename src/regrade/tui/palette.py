"""The command palette: every action of the registry, by its words, with its keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from regrade.safe_text import safe_text
from regrade.tui.actions import ACTIONS, FACET_ACTIONS, Action
from regrade.tui.keymap import keys_of
from regrade.tui.screens.facets import FacetsScreen
from regrade.tui.screens.place import PlaceScreen
from regrade.tui.screens.triage import TriageScreen


class ActionProvider(Provider):
    """Commands of the screen below the palette."""

    def _actions(self) -> Iterator[tuple[Action[Any], TriageScreen | FacetsScreen | PlaceScreen, str]]:
        place = next((screen for screen in self.app.screen_stack if isinstance(screen, PlaceScreen)), None)
        if place is not None:
            yield from ((action, place, action.text) for action in place.ACTIONS if action.id != "palette")
            return
        facets = next((screen for screen in self.app.screen_stack if isinstance(screen, FacetsScreen)), None)
        if facets is not None:
            yield from ((action, facets, action.text) for action in FACET_ACTIONS if action.id != "palette")
            return
        triage = next((screen for screen in self.app.screen_stack if isinstance(screen, TriageScreen)), None)
        for action in ACTIONS if triage is not None else ():
            digit = action.id.removeprefix("label_")
            text = action.text
            if digit.isdigit():
                mode = triage.decisions.mode_of_digit(digit) if triage is not None else None
                if mode is None:
                    continue
                text = f"label: {safe_text(mode.name, 60)}"
            if action.id != "palette" and triage is not None:
                yield action, triage, text

    async def discover(self) -> Hits:
        """Offer everything."""
        for action, screen, text in self._actions():
            yield DiscoveryHit(self._prompt(action, text), partial(screen.action_do, action.id), text=text)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for action, screen, text in self._actions():
            score = max(matcher.match(text), matcher.match(action.id))
            if score > 0:
                yield Hit(score, self._prompt(action, text), partial(screen.action_do, action.id), text=text)

    def _prompt(self, action: Action[Any], text: str) -> Text:
        """Return what is shown; rich text, for a plain string would be read as markup."""
        keys = keys_of(action, getattr(self.app, "personal_keys", {}))
        return Text.assemble(f"{text}  ", (f"{keys}  {action.id}" if not keys.endswith(action.id) else action.id, "dim"))
