"""What every screen beside Triage shares: the lines that frame it, words to the person, what its keys do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from regrade.safe_text import safe_text
from regrade.tui.actions import Action
from regrade.tui.glyphs import Glyphs
from regrade.tui.keymap import show_key
from regrade.tui.places import PLACES
from regrade.tui.screens.pressing import Pressing, hints
from regrade.tui.services.bundle import Services
from regrade.tui.services.lane import Failed
from regrade.tui.widgets.bars import Bar, Group, Rule

_SMALLEST = (40, 10)
_NARROW = 100
_SAID_SECONDS, _TROUBLE_SECONDS = 5.0, 12.0


class PlaceScreen(Pressing):
    """A screen of its own. A subclass says what is below.

    Attributes
    ----------
    PLACE : str
        Its id in :data:`regrade.tui.places.PLACES`.
    ACTIONS : sequence of Action
        What its keys do; its ``BINDINGS`` are made of them.
    KEYS : sequence of (key, word)
        The last line, the most important first.
    HEARS : tuple of Message classes
        What it wants to hear of the services; each is handled by ``on_…``. :class:`Failed` is heard by all.
    """

    AUTO_FOCUS = None
    PLACE: ClassVar[str] = ""
    ACTIONS: ClassVar[Sequence[Action[Any]]] = ()
    KEYS: ClassVar[Sequence[tuple[str, str]]] = ()
    HEARS: ClassVar[tuple[type[Message], ...]] = (Failed,)

    def __init__(self, services: Services, glyphs: Glyphs, keymap: Mapping[str, str], kept: Mapping[str, Any]) -> None:
        super().__init__()
        self.services, self.glyphs, self.keymap = services, glyphs, keymap
        self.restored = kept
        """What :meth:`kept` said last time; nothing in it can be trusted, not even its types."""
        self.top, self.second = Bar(glyphs, id="top"), Bar(glyphs, id="second")
        self.rule, self.lower_rule = Rule(glyphs, id="rule", downwards=True), Rule(glyphs, id="lower-rule", downwards=False)
        self.keys = Bar(glyphs, id="modes", firm=True)
        self._silence: Timer | None = None

    # --- what a subclass says ------------------------------------------------------------------------------------------

    def body(self) -> Iterable[Widget]:
        """Return what stands between the two rules."""
        raise NotImplementedError

    def came(self) -> None:
        """Hear that the screen is shown, for the first time or again."""

    def fit_to(self, width: int, height: int) -> None:
        """Hear how much room there is."""

    def kept(self) -> dict[str, Any]:
        """Return what is to be found again at the next start, ready for JSON."""
        return {}

    def give_up(self) -> None:
        """Wait no longer."""

    @property
    def typing(self) -> bool:
        """Whether text is typed: keys are letters then."""
        return False

    # --- the frame -----------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Make the screen."""
        yield self.top
        yield self.second
        yield self.rule
        yield from self.body()
        yield self.lower_rule
        yield self.keys
        yield Static("This terminal is too small: 40×10 is the least.", id="too-small", markup=False)

    def on_mount(self) -> None:
        """Draw the frame: Textual calls this behind the ``on_mount`` of a subclass, which need not."""
        self.show_where([])
        self.show_keys(())

    def on_screen_resume(self) -> None:
        """Be shown."""
        self.came()

    def on_resize(self, event: events.Resize) -> None:
        """Share the room anew."""
        self.set_class(event.size.width < _SMALLEST[0] or event.size.height < _SMALLEST[1], "-too-small")
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.fit_to(event.size.width, event.size.height)

    def show_where(self, found: Sequence[Group]) -> None:
        """Say where one is, what is there, and how to go elsewhere."""
        here = next(place for place in PLACES if place.id == self.PLACE)
        root = safe_text(self.services.paths.root.name, 40)
        left: list[Group] = [[("regrade", "accent"), (f"  {root}", "strong"), (f" {self.glyphs.dot} {here.title}", "strong")], *found]
        right = hints(((show_key(each.key), each.title) for each in PLACES if each.id != self.PLACE), self.ACTIONS, self.keymap)
        if not self.top.fits(left, right):
            right = hints([("[ ]", "screens")], self.ACTIONS, self.keymap)
        self.top.show(left, right)

    @property
    def keys_here(self) -> Sequence[tuple[str, str]]:
        """What the last line says now."""
        return self.KEYS

    def show_keys(self, before: Sequence[Group]) -> None:
        """Say what the keys do here."""
        self.keys.show(before, hints(self.keys_here, self.ACTIONS, self.keymap))

    # --- words ---------------------------------------------------------------------------------------------------------

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something for a few seconds."""
        self.lower_rule.say(text, trouble=trouble)
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(_TROUBLE_SECONDS if trouble else _SAID_SECONDS, partial(self.lower_rule.say, ""))

    @property
    def said(self) -> str:
        """What the person is being told."""
        return self.lower_rule.said

    def complain(self, error: Failed) -> None:
        """Tell the person what went wrong: all of it where the rule has room, else what is wrong there and the whole beside it."""
        whole = error.text.replace(f"{self.services.paths.root}{os.sep}", "")
        if cell_len(whole) <= self.size.width - 8:
            self.say(whole, trouble=True)
            return
        place = safe_text(Path(error.where).name, 24)
        self.say(f"{place}: {error.what}" if place else error.what, trouble=True)
        self.app.notify(safe_text(whole, 600), severity="warning", timeout=_TROUBLE_SECONDS, markup=False)

    # --- keys ----------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to what is typed."""
        return not (action == "do" and self.typing)

    def action_do(self, id: str) -> None:
        """Run an action of the registry."""
        next(action for action in self.ACTIONS if action.id == id).run(self)

    def show_help(self) -> None:
        """Show what the keys do."""
        from regrade.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.services.decisions.decisions.modes, self.keymap, self.ACTIONS))

    def show_palette(self) -> None:
        """Look for a command by name."""
        from regrade.tui.palette import ask_command, commands

        self.app.push_screen(ask_command(self, commands(self.ACTIONS, self.services.decisions.decisions.modes), self.keymap))

    def leave(self) -> None:
        """Leave the app."""
        self.app.exit()
