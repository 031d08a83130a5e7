"""A list whose lines can be marked: one by one, in a range, all of them; what is marked stays so while the list is read anew."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.line_list import LineList


class MarkedList(LineList):
    """A list with marks, by key: a position is another example as soon as somebody decides.

    Attributes
    ----------
    keys : sequence of str
        Of the lines, in their order.
    marked : set of str
    range_from : str or None
        The key where the range began that is being marked now.
    """

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self.keys: Sequence[str] = ()
        self.marked: set[str] = set()
        self.range_from: str | None = None
        self._began = 0

    def take(self, keys: Sequence[str]) -> None:
        """Hear which lines there are now; those that are gone are not marked any more."""
        self.keys = keys
        if self.marked:
            self.marked.intersection_update(keys)
        if self.range_from is not None:
            self._began = keys.index(self.range_from) if self.range_from in keys else -1
            self.range_from = self.range_from if self._began >= 0 else None

    def toggle(self) -> None:
        """Mark the line under the cursor, or unmark it, and go to the next."""
        if self.keys:
            self.marked ^= {self.keys[self.cursor]}
            self.refresh_line(self.cursor)

    def range(self) -> None:
        """Begin a range at the cursor; a second time, mark what lies between."""
        if self.range_from is not None:
            self.end_range()
        elif self.keys:
            self.range_from, self._began = self.keys[self.cursor], self.cursor
        self.refresh()

    def end_range(self) -> None:
        """Mark what lies between the beginning of a range and the cursor."""
        if self.range_from is not None:
            low, high = sorted((self._began, self.cursor))
            self.marked.update(self.keys[low : high + 1])
            self.range_from = None

    def toggle_all(self) -> None:
        """Mark every line; unmark them where all are marked."""
        self.range_from = None
        self.marked = set() if len(self.marked) == len(self.keys) else set(self.keys)
        self.refresh()

    def clear(self) -> bool:
        """Unmark everything; return whether anything was marked."""
        was = bool(self.marked) or self.range_from is not None
        self.marked, self.range_from = set(), None
        if was:
            self.refresh()
        return was

    def move_to(self, position: int) -> bool:
        """Put the cursor on a line; a range that is being marked grows to it."""
        moved = super().move_to(position)
        if moved and self.range_from is not None:
            self.refresh()
        return moved

    def is_marked(self, position: int) -> bool:
        """Return whether a line is marked, or lies in the range that is being marked."""
        if self.range_from is not None and min(self._began, self.cursor) <= position <= max(self._began, self.cursor):
            return True
        return position < len(self.keys) and self.keys[position] in self.marked

    def render_line(self, y: int) -> Strip:
        """Draw one line; where it is marked, that stands in place of the cursor's sign."""
        strip, position = super().render_line(y), int(self.scroll_offset.y) + y
        if not self.is_marked(position) or strip.cell_length < 1:
            return strip
        here = position == self.cursor and self.active
        style = self.get_component_rich_style("line--cursor" if here else "line--accent")
        return Strip.join([Strip([Segment(self._glyphs.mark, style)], 1), strip.crop(1)])
