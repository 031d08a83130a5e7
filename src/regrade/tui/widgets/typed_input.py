"""A line to type in that keeps keys in order: what is typed after Enter belongs to whoever has the keyboard then."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

TYPABLE = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
"""No control character gets in, by typing or by pasting."""


class TypedInput(Input):
    """An input of one line that handles Enter where it stands in the queue of keys.

    Keys that arrive together (a slow connection, a paste) are all queued here before the first is handled. Textual's own Enter takes a
    longer way than the letters after it, which would land in the field that Enter has just closed, and the next ones would be commands.
    """

    def on_key(self, event: events.Key) -> None:
        """Take Enter in its turn; hand on what came after it."""
        if self.app.screen is not self.screen or self.screen.focused is not self:
            event.stop()
            event.prevent_default()
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.entered()

    def entered(self) -> None:
        """Enter was pressed."""
        raise NotImplementedError
