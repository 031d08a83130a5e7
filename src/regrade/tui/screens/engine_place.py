"""A screen of what the engine computes: asked when one comes there, and anew once the candidates were scored again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from textual.message import Message

from regrade.tui.screens.place import PlaceScreen
from regrade.tui.services.engine_messages import BoardReady, EngineSaid
from regrade.tui.services.lane import Failed

_LATER = "the engine starts once the first rows of the log are here"


class EnginePlace(PlaceScreen):
    """A subclass says what it :meth:`ask`\\ s, and how it :meth:`draw`\\ s what comes.

    Attributes
    ----------
    asked : int
        The number of the question that is under way; 0: none is.
    """

    HEARS: ClassVar[tuple[type[Message], ...]] = (Failed, BoardReady, EngineSaid)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.asked = 0
        self._stale = True

    def ask(self) -> None:
        """Ask the engine, whatever is shown."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw everything anew, as far as there is anything."""
        raise NotImplementedError

    def came(self) -> None:
        """Ask, unless what is shown still holds."""
        if self._stale and not self.asked:
            self.ask()

    def fit_to(self, width: int, height: int) -> None:
        """Draw anew for this much room."""
        self.call_after_refresh(self.draw)

    def request(self, op: str, reply: Callable[[Mapping[str, Any], str], Message], **params: Any) -> None:
        """Ask this in place of what is asked; without an engine it is asked as soon as there is one."""
        self.services.engine.cancel(self.asked)
        self.asked = self.services.engine.request(op, reply, **params)
        self._stale = not self.asked
        self.lower_rule.note("" if self.asked else _LATER)

    def heard(self) -> None:
        """Hear that what was asked came."""
        self.asked = 0
        self.lower_rule.note("")

    def on_board_ready(self, _message: BoardReady) -> None:
        """Ask again after the eval set or a candidate changed; now, where it is on screen."""
        self._stale = True
        if self.is_current:
            self.came()

    def on_engine_said(self, message: EngineSaid) -> None:
        """Say what is wrong with the engine."""
        if message.trouble and self.is_current:
            self.say(message.text, trouble=True)

    def on_failed(self, _message: Failed) -> None:
        """Leave what other places say to them."""
