"""The app: composes services and screens, says what went wrong without showing anybody's data."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from weakref import WeakSet

from rich.segment import Segment, Segments
from textual import events
from textual.app import App
from textual.binding import Binding

from regrade.paths import Paths, user_config_file
from regrade.safe_text import safe_text
from regrade.tui import actions, first_frame, keymap
from regrade.tui.frame_taken import taken
from regrade.tui.garbage import Garbage
from regrade.tui.glyphs import ASCII, Glyphs, for_locale
from regrade.tui.patient_input import patient
from regrade.tui.plain import colourless, driver
from regrade.tui.screens.triage import TriageScreen
from regrade.tui.services.bundle import EngineFactory, Services
from regrade.tui.services.saved_view import SavedView, load, save, without_private
from regrade.tui.sparing import Sparing
from regrade.tui.support import Support
from regrade.tui.sure_timers import SureTimers
from regrade.tui.switching import HOME, Switching
from regrade.tui.themes import THEMES, own_colours

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.message import Message
    from textual.screen import Screen
    from textual.timer import Timer

    from regrade.config import Config

_SAVE_EVERY = 20.0
_PAUSE_EVERY = 0.5
_LOOK_AGAIN = 0.02


@runtime_checkable
class Letting(Protocol):
    """A screen that lets some keys through meanwhile."""

    def lets_through(self, key: str) -> bool:
        """Whether this key need not wait."""


@runtime_checkable
class Holding(Protocol):
    """A screen that lets keys wait while what they are meant for is on its way."""

    @property
    def holding(self) -> bool:
        """Whether they must wait."""

    def give_up(self) -> None:
        """Wait no longer."""


class RegradeApp(SureTimers, App[None], inherit_bindings=False):
    """Browse what a model predicted, label the failures, promote them, see every candidate's score.

    Parameters
    ----------
    engine : callable, optional
        Makes the engine's client; tests give their own.
    """

    CSS_PATH = "app.tcss"
    TITLE = "regrade"
    DEFAULT_MODE = HOME
    ENABLE_COMMAND_PALETTE = False  # ours is made of the registry
    BINDINGS = [
        Binding("ctrl+q", "quit", "leave", show=False, priority=True, system=True, id="app.quit"),
        Binding("ctrl+c", "quit", "leave", show=False, system=True, id="app.interrupt"),
    ]

    def __init__(self, paths: Paths, config: Config, *, engine: EngineFactory | None = None, glyphs: Glyphs | None = None) -> None:
        self._terminal, self._colours = first_frame.terminal(), not colourless(os.environ)  # before Textual takes NO_COLOR away
        super().__init__()
        self.animation_level = "none"
        self.glyphs = glyphs or for_locale()
        self._sparing = Sparing(lambda: self._typing)
        plain = driver(patient(self.driver_class), ascii=self.glyphs is ASCII, colours=self._colours)
        self.driver_class = self._sparing.driver(plain)
        self._paths = paths
        self.support = Support(paths.support_log)
        self.services = Services(paths, config, self._post, self.support, engine)
        saved = load(paths.last_view)
        self.triage = TriageScreen(self.services, self.glyphs, saved)
        self.switching = Switching(self, saved.kept if saved else {})
        self._place = saved.place if saved else HOME
        self.summary = ""
        self._kept: SavedView | None = None
        self._keys: list[events.Key] = []
        self._later: Timer | None = None
        self._variables: dict[str, str] = {}
        self._stale: WeakSet[Screen[Any]] = WeakSet()
        """The colours, and the screens that were not shown when they changed."""
        self.garbage: Garbage | None = None
        """Decides when Python's collector runs, where this is a program of its own."""
        for theme in THEMES:
            self.register_theme(theme)
        self._personal = keymap.load(user_config_file(), lambda: actions.tables().values())
        self.personal_keys = self.triage.keymap = self._personal.keys
        """Action id → keys, as the personal settings remap them."""
        self.theme = self._theme(self._personal)
        self.set_class(self.glyphs is ASCII, "-ascii")
        self.set_class(not self._colours, "-colourless")

    def get_default_screen(self) -> TriageScreen:
        """Begin with Triage: an empty screen below it would cost a tenth of the time to the first rows."""
        return self.triage

    def on_mount(self) -> None:
        """Take the personal keys, say what is wrong with them, go where one was last, keep the view every so often."""
        self.set_keymap(self.personal_keys)
        self.switching.register()
        self.switching.restore(self._place)
        self.set_interval(_SAVE_EVERY, self._rest)
        self.set_interval(_PAUSE_EVERY, lambda: self._collect(Garbage.pause))
        for problem in self._personal.problems:
            self.notify(safe_text(problem, 500), severity="warning", timeout=8, markup=False)

    async def on_event(self, event: events.Event) -> None:
        """Handle keys in their order: none on a view that is about to give way to another, none on a dialog that is not there yet."""
        if isinstance(event, events.Resize):
            self._sparing.resized(*event.size)
        if self.garbage is not None and isinstance(event, events.InputEvent):
            self.garbage.touched()
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._keys.append(event)
        await self._handle_keys()

    def drawn_before(self, text: str, size: tuple[int, int]) -> None:
        """Hear what the terminal shows already, before the app runs: it is not sent again."""
        if text:
            self._sparing.shown(text, *size)

    def draw_anew(self) -> None:
        """Send the whole screen, whatever the terminal is believed to show, laid out for the size that it has now."""
        self._sparing.clear()
        self.post_message(events.Resize(self.size, self.size))
        self.screen.refresh()

    @property
    def _typing(self) -> bool:
        """Whether a text is being typed: letters would go into it."""
        focused = self.focused if self.screen_stack else None
        return focused is not None and focused.check_consume_key("a", "a")

    async def _handle_keys(self) -> None:
        while self._keys:
            if not self.screen.is_mounted:
                self._look_later()
                return
            screen = self.screen
            if isinstance(screen, Holding) and screen.holding and not self._lets_through(screen):
                if self._keys[-1].key in ("escape", "ctrl+c", "ctrl+q"):
                    del self._keys[:-1]
                    screen.give_up()
                else:
                    self._look_later()
                    return
            await super().on_event(self._keys.pop(0))

    def _look_later(self) -> None:
        """Look again soon whether keys must still wait: what they wait for need not be what a service says (:meth:`_post`)."""
        if self._later is None:
            self._later = self.set_timer(_LOOK_AGAIN, partial(self.call_later, self._look_again))

    async def _look_again(self) -> None:
        """Handle the keys that wait, between two events and never beside one: this is no timer's own task."""
        if self._later is not None:
            self._later.stop()
            self._later = None
        await self._handle_keys()

    def refresh_css(self, animate: bool = True) -> None:
        """Apply the styles, which Textual would parse anew for every place that it shows for the first time, and each time twice."""
        variables = self.get_css_variables()
        if variables != self._variables:
            self._variables = variables
            super().refresh_css(animate=animate)
            everywhere = (screen for stack in self._screen_stacks.values() for screen in stack)
            self._stale = WeakSet(set(everywhere).difference(self.screen_stack))
            return
        for screen in self._stale.intersection(self.screen_stack):  # a place, and what is open above it
            self._stale.discard(screen)
            self.stylesheet.update(screen, animate=animate)

    def _lets_through(self, screen: Screen[object]) -> bool:
        """Whether the first key need not wait: looking up what it is bound to takes longer than most keys."""
        return isinstance(screen, Letting) and screen.lets_through(self._keys[0].key)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours that a theme of somebody else does not name."""
        return own_colours(self.current_theme)

    def _theme(self, personal: keymap.Personal) -> str:
        if personal.theme is None or personal.theme in self.available_themes:
            return personal.theme or THEMES[0].name
        personal.problems.append(f"there is no theme {personal.theme!r}: {', '.join(sorted(self.available_themes))}")
        return THEMES[0].name

    def _post(self, message: Message) -> None:
        """Hand on what a service says, from any thread; keys that wait are looked at behind it, for it may be what they wait for."""
        self.switching.post(message)
        if self._keys:
            self.switching.behind(partial(self.call_later, self._look_again))

    def _rest(self) -> None:
        """Do what is done from time to time."""
        self.save_view()
        self._collect(Garbage.rest)

    def _collect(self, when: Callable[[Garbage], None]) -> None:
        if self.garbage is not None and self.services.idle and not self.services.engine.scoring:
            when(self.garbage)

    def save_view(self) -> None:
        """Keep what is on screen for the next start."""
        saved = self.triage.snapshot()
        if saved is not None:
            saved.place, saved.kept = self.current_mode, self.switching.kept()
        if saved is not None and saved != self._kept:
            self._kept = saved
            save(self._paths.last_view, without_private(saved, self.services.config.privacy))

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave; what is drawn now is drawn first next time, unless some of it must not stand on the disk."""
        if self.screen is not self.triage or self.services.config.privacy.declared:
            first_frame.forget(self._paths)
        elif self.triage.looking.addresses is not None:
            first_frame.keep(self._paths, self.size, taken(self.triage), self._terminal, colours=self._colours)
        super().exit(result, return_code, message)

    async def action_quit(self) -> None:
        """Leave."""
        self.triage.leave()

    def on_unmount(self) -> None:
        """Keep the view for next time, finish and seal what was decided."""
        self.save_view()
        self.services.close()
        unsealed = self.services.decisions.unsealed
        self.summary = self.sum_up(unsealed) if unsealed or self.services.decisions.tally.sum().anything else ""

    def finish(self) -> None:
        """End the engine, which may take a moment; the terminal is the person's again already."""
        self.services.engine.close()

    def sum_up(self, unsealed: int = 0) -> str:
        """Return what came of this session by now, in words; ``unsealed`` decisions will have to be sealed by the next one."""
        from regrade.tui.summary import left_of, summary

        services, decisions = self.services, self.services.decisions
        left = left_of(self.triage.looking)
        return summary(services.paths.root.name, services.session, decisions.tally.sum(), left, unsealed)

    def _fatal_error(self) -> None:
        """Leave after an error that nobody foresaw; Textual's own way prints local variables, which hold the log's data."""
        error = sys.exc_info()[1]
        if error is not None:
            self.support.note(error, "the app")
        kind = type(error).__name__ if error is not None else "an error"
        said = f"regrade stopped: something went wrong inside ({kind}); what was decided is kept: start it again.\n"
        said += f"Noted without data in {self.support.path}, to be reported.\n"
        self._exit_renderables.append(Segments([Segment(said)]))
        self._close_messages_no_wait()
