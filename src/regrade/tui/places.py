"""The screens that F2 to F6, ``[`` and ``]`` switch between: a line registers one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regrade.tui.actions import Action
    from regrade.tui.screens.place import PlaceScreen


@dataclass(frozen=True)
class Place:
    """A screen of its own.

    Attributes
    ----------
    key : str
        As Textual names it.
    screen : str
        ``module:class``, a :class:`regrade.tui.screens.place.PlaceScreen`; imported when one goes there first.
    actions : str
        ``module:tuple``, what its keys do; imported with it, or where personal settings remap keys.
    """

    id: str
    title: str
    key: str
    screen: str
    actions: str

    def load_screen(self) -> type[PlaceScreen]:
        """Import its class."""
        found: type[PlaceScreen] = _load(self.screen)
        return found

    def load_actions(self) -> Sequence[Action[Any]]:
        """Import what its keys do."""
        found: Sequence[Action[Any]] = _load(self.actions)
        return found


PLACES = (
    Place("triage", "Triage", "f2", "regrade.tui.screens.triage:TriageScreen", "regrade.tui.actions:ACTIONS"),
    Place("modes", "Modes", "f3", "regrade.tui.screens.modes:ModesScreen", "regrade.tui.commands.modes:ACTIONS"),
    Place("evalset", "Eval set", "f4", "regrade.tui.screens.evalset:EvalSetScreen", "regrade.tui.commands.evalset:ACTIONS"),
    Place("compare", "Compare", "f5", "regrade.tui.screens.compare:CompareScreen", "regrade.tui.commands.compare:ACTIONS"),
    Place("slices", "Slices", "f6", "regrade.tui.screens.slices:SlicesScreen", "regrade.tui.commands.slices:ACTIONS"),
)
"""In the order of their keys; the first is where the app begins, and what Esc leads back to in the end."""

BY_ID = {place.id: place for place in PLACES}


def _load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
