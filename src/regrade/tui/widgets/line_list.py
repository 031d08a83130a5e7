"""A list with a cursor, drawn line by line, and lines that only show something: of pieces of text with a style each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from regrade.tui import draw
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.lines import Line
from regrade.tui.widgets.pressed import pressed

STYLES = {f"line--{name}" for name in ("text", "dim", "strong", "accent", "known", "wrong", "right", "cursor")}


class Lines(Widget):
    """Lines that show something."""

    COMPONENT_CLASSES = STYLES

    @dataclass
    class Clicked(Message):
        """A piece of a line was clicked: the line, the piece's place in it (past its end, how many pieces there are), what it does."""

        lines: Lines
        position: int
        piece: int
        does: str = ""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.lines: list[Line] = []

    def show(self, lines: Sequence[Line]) -> None:
        """Show these; the widget is as high as they are many."""
        if list(lines) != self.lines:
            higher = len(lines) != len(self.lines)
            self.lines = list(lines)
            self.refresh(layout=higher)
            if higher:
                self.call_after_refresh(self._be_as_high)

    def _be_as_high(self) -> None:
        """Ask for the room again: Textual loses such a wish where a resize of the screen comes in between."""
        if self.is_attached and self.size.height != len(self.lines):
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return as many lines as there are."""
        return len(self.lines)

    def on_click(self, event: events.Click) -> None:
        """Say which piece was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.lines):
            line = self.lines[offset.y]
            ends = accumulate(cell_len(text) for text, _ in line)
            self.post_message(self.Clicked(self, offset.y, sum(end <= offset.x for end in ends), pressed(line, offset.x)))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        blank = self.get_component_rich_style("line--text")
        line = self.lines[y] if y < len(self.lines) else []
        segments = [Segment(text, self.get_component_rich_style(f"line--{style}")) for text, style in line]
        return draw.line(segments, self.size.width, blank, self._glyphs)


class LineList(ScrollView, inherit_bindings=False):
    """A list with a cursor; a line is a marker and its pieces.

    Attributes
    ----------
    lines : sequence of Line
        Asked for one by one, as they are drawn.
    cursor : int
    active : bool
        Whether the keys move this cursor: else it is marked, but not reversed.
    """

    COMPONENT_CLASSES = STYLES

    @dataclass
    class Clicked(Message):
        """A line was clicked; ``times`` in a row."""

        list: LineList
        position: int
        times: int

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self.can_focus = False
        self._glyphs = glyphs
        self.lines: Sequence[Line] = ()
        self.cursor = 0
        self.active = False

    def show(self, lines: Sequence[Line], cursor: int) -> None:
        """Show these, the cursor on one of them."""
        self.lines = lines
        self.cursor = max(0, min(cursor, len(self.lines) - 1))
        self.virtual_size = Size(self.size.width, len(self.lines))
        self._reveal()
        self.refresh()

    def activate(self, active: bool) -> None:
        """Let the keys move this cursor, or another one."""
        if active != self.active:
            self.active = active
            self.refresh_line(self.cursor)

    def move_to(self, position: int) -> bool:
        """Put the cursor on a line and bring it into sight; return whether it moved."""
        position = max(0, min(position, len(self.lines) - 1))
        before, self.cursor = self.cursor, position
        if position == before:
            return False
        self._reveal()
        self.refresh_line(before)
        self.refresh_line(position)
        return True

    @property
    def page(self) -> int:
        """Lines that fit."""
        return max(self.size.height, 1)

    def _reveal(self) -> None:
        if not self.size.height:
            return
        first = int(self.scroll_offset.y)
        top = max(self.cursor - self.page + 1, min(first, self.cursor))
        top = max(0, min(top, max(len(self.lines) - self.page, 0)))
        if top != first:
            self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in sight."""
        self.virtual_size = Size(event.size.width, len(self.lines))
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Say which line was clicked."""
        event.stop()
        position = int(self.scroll_offset.y) + event.y
        if position < len(self.lines):
            self.post_message(self.Clicked(self, position, event.chain))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        position = int(self.scroll_offset.y) + y
        width, text = self.size.width, self._style("text")
        if position >= len(self.lines):
            return Strip.blank(width, text)
        line = self.lines[position]
        if position == self.cursor:
            whole = self._glyphs.cursor + "".join(piece for piece, _ in line)
            style = self._style("cursor" if self.active else "accent")
            return draw.line([Segment(whole, style)], width, style if self.active else text, self._glyphs)
        segments = [Segment(" ", text), *(Segment(piece, self._style(name)) for piece, name in line)]
        return draw.line(segments, width, text, self._glyphs)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"line--{name}")
