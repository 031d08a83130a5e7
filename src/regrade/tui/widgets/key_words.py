"""The words below a dialog, ``Enter takes it   Esc back``: pressing them is pressing the key that they begin with."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widgets import Static

from regrade.tui.keymap import named_key, onwards

_BETWEEN = "   "


class KeyWords(Static):
    """Words with the keys that they are about, three blanks between them."""

    def __init__(self, words: str = "") -> None:
        super().__init__(of(words), id="dialog-keys", markup=False)

    def say(self, words: str) -> None:
        """Show other ones."""
        self.update(of(words))

    def on_click(self, event: events.Click) -> None:
        """Press the key: it takes its turn behind those that were pressed before."""
        key = event.style.meta.get("key")
        if key:
            event.stop()
            self.app.post_message(events.Key(*key))


def of(words: str) -> Text:
    """Return rich text that knows which key each of its words presses; digits press themselves alone."""
    made = Text()
    for part in words.split(_BETWEEN):
        tokens = part.split(" ")
        keys: list[str] = []
        for token in tokens:
            if not named_key(token) or len(keys) == len(tokens) - 1:
                break
            keys.append(token)
        rest = " ".join(tokens[len(keys) :])
        pieces = [(f"{key} ", key) for key in keys] + [(rest, onwards(keys) if keys and not keys[0].isdigit() else "")]
        for text, key in pieces:
            made.append(text, Style(meta={"key": named_key(key)}) if key else None)
        made.append(_BETWEEN)
    made.right_crop(len(_BETWEEN))
    return made
