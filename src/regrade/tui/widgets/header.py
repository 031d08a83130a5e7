"""The line above the grid: the names of its columns, which one sorts, and where the column cursor is."""

from __future__ import annotations

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
from regrade.tui.glyphs import Glyphs
from regrade.tui.layout import GridColumn, Layout
from regrade.tui.widgets.grid import PREFIX


class GridHeader(Widget):
    """Names of the columns."""

    COMPONENT_CLASSES = {"header--name", "header--current"}

    @dataclass
    class Pressed(Message):
        """A column's name was pressed."""

        column: GridColumn

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._columns: Layout | None = None
        self._sort = ""

    def show(self, columns: Layout, sort: str) -> None:
        """Show the names of these columns; ``sort`` as in ``-column``."""
        self._columns, self._sort = columns, sort
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        name_style = self.get_component_rich_style("header--name")
        current_style = self.get_component_rich_style("header--current")
        segments = [Segment(" " * (PREFIX - 1), name_style)]
        for column in self._columns.shown() if self._columns else ():
            assert self._columns is not None
            form = self._columns.formats.get(column.asked)
            arrow = ""
            if self._sort.removeprefix("-") == column.asked:
                arrow = self._glyphs.descending if self._sort.startswith("-") else self._glyphs.ascending
            width = self._columns.column_width(column)
            name, gap = safe_text(column.name, 60), " " if len(segments) == 1 else "  "
            if arrow and cell_len(name) >= width:  # where there is no room for both, it stands in the gap
                gap, arrow = gap[1:] + arrow, ""
            cell = fit(arrow + name, width, right=bool(form and form.right))
            segments.append(Segment(gap, name_style))
            segments.append(Segment(cell, current_style if column == self._columns.current else name_style))
        return draw.line(segments, self.size.width, name_style, self._glyphs)

    def on_click(self, event: events.Click) -> None:
        """Say which column was pressed."""
        event.stop()
        right = PREFIX - 1
        for at, column in enumerate(self._columns.shown() if self._columns else ()):
            assert self._columns is not None
            right += self._columns.column_width(column) + (2 if at else 1)
            if event.x < right:
                self.post_message(self.Pressed(column))
                return
