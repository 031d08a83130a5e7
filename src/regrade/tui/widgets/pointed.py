"""What a mouse does to a widget whose cursor is on a part of it, not on a line: a click goes there, the wheel goes on."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widget import Widget


class Pointed(Widget):
    """A widget with such a cursor."""

    @dataclass
    class Clicked(Message):
        """The cursor was put somewhere: by ``times`` clicks in a row, on the first line where ``heading``; 0: by the wheel."""

        part: Pointed
        times: int
        heading: bool = False

    def point(self, x: int, y: int) -> bool:
        """Put the cursor on what is there; return whether there is anything."""
        raise NotImplementedError

    def turn(self, by: int) -> None:
        """Go on by so many."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """Go to what was clicked, and say so."""
        event.stop()
        if self.point(event.x, event.y):
            self.refresh()
            self.post_message(self.Clicked(self, event.chain, heading=event.y == 0))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go on with the wheel."""
        self._turned(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go back with the wheel."""
        self._turned(event, -1)

    def _turned(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        self.turn(by)
        self.post_message(self.Clicked(self, 0))
