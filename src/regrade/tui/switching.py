"""Which of the places is on screen, how one came there, who hears of what."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from regrade.safe_text import safe_text
from regrade.tui.places import BY_ID, PLACES
from regrade.tui.services.log_messages import Anchor

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message
    from textual.screen import Screen

    from regrade.tui.app import RegradeApp
    from regrade.tui.screens.place import PlaceScreen

HOME = PLACES[0].id


@dataclass(frozen=True)
class Drilled:
    """A step from another place to the rows behind something there.

    Attributes
    ----------
    origin : str
        The place.
    where : str
        The filter that was gone to; the step holds while it does.
    before : str
        The filter before, and ``anchor``, the row that the cursor was on.
    """

    origin: str
    where: str
    before: str
    anchor: Anchor


class Switching:
    """Goes from place to place; each keeps its state, and is made when one goes there first.

    Attributes
    ----------
    opened : dict
        The screens that were made, Triage left out.
    """

    def __init__(self, app: RegradeApp, kept: dict[str, dict[str, Any]]) -> None:
        self._app = app
        self._kept = kept
        self._steps: list[str] = []
        self._drilled: Drilled | None = None
        self.opened: dict[str, PlaceScreen] = {}

    @property
    def current(self) -> str:
        """The place that is on screen, or below what is."""
        return self._app.current_mode

    def register(self) -> None:
        """Tell Textual of the places: each is one of its modes, with a stack of screens of its own."""
        for place in PLACES:
            self._app.add_mode(place.id, partial(self._make, place.id))

    def _make(self, id: str) -> Screen[None]:
        app = self._app
        if id == HOME:
            return app.triage
        screen = BY_ID[id].load_screen()(app.services, app.glyphs, app.personal_keys, self._kept.get(id, {}))
        self.opened[id] = screen
        return screen

    def go(self, id: str) -> None:
        """Go to a place; what lies between here and there on the way back is left out of it."""
        if id == self.current:
            return
        if id in self._steps:
            del self._steps[self._steps.index(id) :]
        elif id == HOME:
            self._steps.clear()
        else:
            self._steps.append(self.current)
        self._drilled = None
        self._show(id)

    def step(self, by: int) -> None:
        """Go to the place before or after this one, round and round."""
        ids = [place.id for place in PLACES]
        self.go(ids[(ids.index(self.current) + by) % len(ids)])

    def back(self) -> bool:
        """Go back to where one came from; return whether there is such a place."""
        if self.current != HOME:
            self._show(self._steps.pop() if self._steps else HOME)
            return True
        drilled, self._drilled = self._drilled, None
        looking = self._app.triage.looking
        if drilled is None or drilled.where != looking.where:
            return False
        looking.look(where=drilled.before, at=drilled.anchor)
        self._show(drilled.origin)
        return True

    def drill(self, where: str) -> None:
        """Show the predictions that ``where`` finds in Triage; Esc there comes back, and leaves the filter as it was."""
        triage, origin = self._app.triage, self.current
        if safe_text(where, len(where)) != where:
            self.opened[origin].say("its name cannot be written into a filter")
            return
        if triage.looking.addresses is None:
            self.opened[origin].say("the log is not open")
            return
        self._drilled = Drilled(origin, where, triage.looking.where, triage.looking.anchor())
        self._show(HOME)
        triage.faceting.close()
        if triage.zoomed:
            triage.zoom(0)
        triage.look(where=where)
        triage.services.find.remember(where)
        triage.say(f"{safe_text(where, 200)}: Esc goes back to {BY_ID[origin].title}")

    def _show(self, id: str) -> None:
        self._app.switch_mode(id)
        self._app.save_view()

    # --- what services say ---------------------------------------------------------------------------------------------

    def post(self, message: Message) -> None:
        """Hand a message of the services, from any thread, to Triage, and to each other place that says it hears such."""
        for screen in tuple(self.opened.values()):
            if isinstance(message, screen.HEARS):
                screen.post_message(copy(message))  # one object travels through one queue
        self._app.triage.post_message(message)

    def behind(self, act: Callable[[], object]) -> None:
        """Do this, from any thread, once the screen that is shown, and Triage, have handled what was posted before."""
        for screen in {self._app.triage, self.opened.get(self.current, self._app.triage)}:
            screen.call_later(act)

    # --- the next start ------------------------------------------------------------------------------------------------

    def restore(self, id: str) -> None:
        """Begin where one was last."""
        if id in BY_ID and id != HOME:
            self._steps = [HOME]
            self._app.switch_mode(id)

    def keep(self) -> None:
        """Keep what is on screen for the next start."""
        self._app.save_view()

    def kept(self) -> dict[str, dict[str, Any]]:
        """Return what each place wants to find again."""
        return self._kept | {id: screen.kept() for id, screen in self.opened.items() if screen.is_mounted}
