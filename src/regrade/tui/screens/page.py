"""A dialog that shows text to be read: it scrolls, and closes."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from regrade.tui.draw import in_ascii
from regrade.tui.glyphs import ASCII, Glyphs
from regrade.tui.screens.dialog import Dialog
from regrade.tui.widgets.key_words import KeyWords


class Page(Dialog[None]):
    """Text under a title; a subclass may say what else its keys do.

    Parameters
    ----------
    title, text, keys : str
        Harmless already; ``keys`` stands below.
    """

    BINDINGS = [
        Binding("escape,q,enter", "close", "back", id="page.close", priority=True),
        Binding("j,down", "scroll(1)", "down", id="page.down", priority=True),
        Binding("k,up", "scroll(-1)", "up", id="page.up", priority=True),
        Binding("ctrl+d,pagedown,space", "scroll(10)", "page down", id="page.page_down", priority=True),
        Binding("ctrl+u,pageup", "scroll(-10)", "page up", id="page.page_up", priority=True),
    ]

    def __init__(self, glyphs: Glyphs, title: str = "", text: str = "", keys: str = "Esc back") -> None:
        super().__init__()
        self._glyphs = glyphs
        self._given = title, text, keys
        self._title = Static(id="dialog-title", markup=False)
        self._body = Static(id="page-body", markup=False)
        self._page = VerticalScroll(self._body, id="dialog-options")
        self._keys = KeyWords()

    def compose(self) -> ComposeResult:
        """Make the dialog."""
        with Vertical(id="dialog", classes="-wide"):
            yield self._title
            yield self._page
            yield self._keys

    def on_mount(self) -> None:
        """Show the text."""
        self.begin()

    def begin(self) -> None:
        """Show what is shown first. Of ``on_mount`` Textual would call that of a subclass and this class's too."""
        self.show(*self._given)

    def show(self, title: str, text: str, keys: str) -> None:
        """Show another text, from its beginning."""
        if self._glyphs is ASCII:
            title, text, keys = ("\n".join(in_ascii(line) for line in words.split("\n")) for words in (title, text, keys))
        self._title.update(Text(title))
        self._body.update(Text(text))
        self._keys.say(keys)
        self._page.scroll_home(animate=False)

    def action_close(self) -> None:
        """Go back."""
        self.answer(None)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self._page.scroll_to(y=self._page.scroll_offset.y + by, animate=False)
