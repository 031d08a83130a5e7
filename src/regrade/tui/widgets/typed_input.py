"""A line to type in that keeps keys in order: what is typed after Enter or Esc belongs to whoever has the keyboard then."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

TYPABLE = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
"""No control character gets in, by typing or by pasting."""


_EDITS = {
    "backspace": "delete_left",
    "delete": "delete_right",
    "ctrl+u": "delete_left_all",
    "ctrl+w": "delete_left_word",
    "ctrl+k": "delete_right_all",
    "left": "cursor_left",
    "right": "cursor_right",
    "home": "home",
    "end": "end",
}
"""Keys that change the line, with Textual's names for what they do."""


class TypedInput(Input):
    """An input of one line that handles Enter, Esc and the keys that edit where they stand in the queue of keys.

    Keys that arrive together (a slow connection, a paste) are all queued here before the first is handled. Textual's own Enter, Esc
    and the like take a longer way than the letters after them, which would land in the field that was just closed, or be deleted in
    the place of others; the next ones would be commands.
    """

    def on_key(self, event: events.Key) -> None:
        """Take Enter and Esc in their turn; hand on what came after them."""
        if self.app.screen is not self.screen or self.screen.focused is not self:
            event.stop()
            event.prevent_default()
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key in ("enter", "escape"):
            event.stop()
            event.prevent_default()
            self.entered() if event.key == "enter" else self.left()
        elif event.key in _EDITS:
            event.stop()
            event.prevent_default()
            getattr(self, f"action_{_EDITS[event.key]}")()

    def entered(self) -> None:
        """Enter was pressed."""
        raise NotImplementedError

    def left(self) -> None:
        """Esc was pressed."""
        raise NotImplementedError
