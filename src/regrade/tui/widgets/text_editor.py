"""Several lines to type in, which keep keys in order and show no control character of what production answered."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.widgets import TextArea

from regrade.safe_text import safe_text

_EDITS = {
    key: binding.action for binding in TextArea.BINDINGS if isinstance(binding, Binding) for key in binding.key.replace(" ", "").split(",")
}
_EDITS |= {"ctrl+home": "first", "ctrl+end": "last"}
"""Keys that move the cursor or change the text, with Textual's names for what they do."""


class TextEditor(TextArea):
    """A text area that handles every key where it stands in the queue of keys, as ``TypedInput`` does and for the same reason."""

    LEAVING = ("escape", "ctrl+s", "ctrl+o")
    """Keys that leave the text: without keeping it, keeping it, for an editor outside."""

    def __init__(self, text: str, *, numbered: bool, id: str) -> None:
        super().__init__(text, id=id, compact=True, tab_behavior="indent", show_line_numbers=numbered)
        self.cursor_blink = False
        self.indent_width = 2

    def get_line(self, line_index: int) -> Text:
        """Return one line, harmless: every character that is no text is shown as a stand-in of one cell."""
        line = self.document.get_line(line_index)
        shown = "\t".join(safe_text(part, len(part)) for part in line.split("\t"))
        return Text(shown, end="", no_wrap=True)

    async def on_key(self, event: events.Key) -> None:
        """Take each key in its turn; hand on what was typed after the text was left."""
        if self.app.screen is not self.screen or self.screen.focused is not self:
            event.stop()
            event.prevent_default()
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key in self.LEAVING:
            event.stop()
            event.prevent_default()
            self.leave(event.key)
        elif event.key in _EDITS:
            event.stop()
            event.prevent_default()
            await self.run_action(_EDITS[event.key])

    def action_first(self) -> None:
        """Go to the beginning of the text."""
        self.move_cursor((0, 0))

    def action_last(self) -> None:
        """Go to the end of the text."""
        self.move_cursor(self.document.end)

    def leave(self, key: str) -> None:
        """Hear that a key was pressed that leaves the text."""
        raise NotImplementedError
