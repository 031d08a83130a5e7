"""The drop-down below the filter: what may be typed next. It never takes the keyboard, and covers neither the filter nor its rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from regrade.safe_text import safe_text
from regrade.tui import draw
from regrade.tui.cells import fit
from regrade.tui.completion import Offer
from regrade.tui.glyphs import Glyphs

ROWS = 8
_WIDEST, _TEXT, _TOP = 76, 32, 3


class Completions(Widget, can_focus=False):
    """A list of offers, one of which may be chosen."""

    COMPONENT_CLASSES = {"completions--text", "completions--dim", "completions--chosen"}

    @dataclass
    class Picked(Message):
        """One was clicked."""

        index: int

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.offers: Sequence[Offer] = ()
        self.index = -1
        """The one that Enter takes; -1: none."""
        self._first = 0
        self._text = 0
        self.display = False

    def show(self, offers: Sequence[Offer], x: int) -> None:
        """Show these below column ``x`` of the screen, none chosen; nothing where there is none."""
        self.offers, self.index, self._first = offers, -1, 0
        self.display = bool(offers)
        if not offers:
            return
        self._text = min(max(cell_len(safe_text(each.text, 200)) for each in offers), _TEXT)
        about = max(cell_len(each.about) for each in offers)
        screen = self.screen.size
        width = min(self._text + (about + 2 if about else 0) + 3, _WIDEST, screen.width)
        self.styles.width, self.styles.height = width, max(min(len(offers), ROWS, screen.height - _TOP - 1), 1)
        self.styles.offset = (max(min(x - 1, screen.width - width), 0), _TOP)
        self.refresh()

    def hide(self) -> None:
        """Show nothing."""
        self.offers, self.index, self.display = (), -1, False

    def move(self, by: int) -> None:
        """Choose the next one or the one before; above the first none is chosen."""
        self.index = max(-1, min(self.index + by, len(self.offers) - 1))
        rows = max(self.size.height, 1)
        self._first = max(0, min(max(self._first, self.index - rows + 1), max(self.index, 0)))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one offer."""
        width, at = self.size.width, self._first + y
        plain = self.get_component_rich_style("completions--text")
        if at >= len(self.offers):
            return Strip.blank(width, plain)
        offer, chosen = self.offers[at], at == self.index
        style = self.get_component_rich_style("completions--chosen") if chosen else plain
        dim = style if chosen else self.get_component_rich_style("completions--dim")
        mark = self._glyphs.cursor if chosen else " "
        more = self._glyphs.ellipsis if y == self.size.height - 1 and at < len(self.offers) - 1 else " "
        text = f"{mark}{fit(safe_text(offer.text, 200), min(self._text, width - 2))}"
        about = fit(f"  {safe_text(offer.about, 200)}", max(width - cell_len(text) - 1, 0))
        return draw.line([Segment(text, style), Segment(about, dim), Segment(more, dim)], width, style, self._glyphs)

    async def on_click(self, event: events.Click) -> None:
        """Take the one that is clicked."""
        at = self._first + event.y
        if at < len(self.offers):
            self.post_message(self.Picked(at))
