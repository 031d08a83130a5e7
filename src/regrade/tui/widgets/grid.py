"""The grid: as many rows as the log has, drawn line by line; a cursor step repaints two lines and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from regrade.tui import draw
from regrade.tui.glyphs import Glyphs
from regrade.tui.layout import GridColumn, Layout, names
from regrade.tui.model import Decisions, Marks, RowState
from regrade.tui.services.rows import Rows
from regrade.tui.widgets.emphasis import any_of, split

PREFIX = 4
"""Cells before the first column: cursor or mark, result, status, a blank."""
_MANY = 200
"""Keys that are not looked for among those in sight: drawing all of these costs less."""

_STATUS_STYLE = {"promoted": "accent", "labelled": "known", "disputed": "wrong"}


class LogGrid(ScrollView, can_focus=True, inherit_bindings=False):
    """The predictions of a view."""

    COMPONENT_CLASSES = {
        "grid--text",
        "grid--dim",
        "grid--wrong",
        "grid--right",
        "grid--accent",
        "grid--known",
        "grid--mark",
        "grid--cursor",
        "grid--found",
        "grid--cursor-found",
    }

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another row."""

        position: int

    @dataclass
    class RowsNeeded(Message):
        """Rows are on screen, or soon will be, that are not in memory."""

        first: int
        last: int
        forwards: bool

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(self, glyphs: Glyphs, decisions: Decisions, *, id: str) -> None:
        super().__init__(id=id)
        self.rows = Rows(0)
        self.columns = Layout.of(())
        self.decisions = decisions
        self.marks = Marks()
        self.cursor = 0
        self._glyphs = glyphs
        self._top = 0
        self._styles: dict[str, Style] = {}
        self._shown: list[GridColumn] = []
        self._names: list[str] = []
        self._words: Sequence[str] = ()
        self._sought: re.Pattern[str] | None = None
        self._searched: frozenset[str] = frozenset()

    # --- what it shows -------------------------------------------------------------------------------------------------

    def show(self, rows: Rows, columns: Layout, *, cursor: int = 0, top: int | None = None) -> None:
        """Show another view, the cursor on row ``cursor`` and row ``top`` in the first line."""
        self.rows, self.columns = rows, columns
        self.marks = Marks(len(rows))
        self.cursor = max(0, min(cursor, len(rows) - 1))
        self.virtual_size = Size(self.size.width, len(rows))
        self.relayout()
        self._reveal(top if top is not None else self.scroll_offset.y)
        self.post_message(self.CursorMoved(self.cursor))

    def lengthen(self, length: int) -> None:
        """Show the whole of a view whose first rows are shown: nothing that is in sight moves."""
        self.rows = self.rows.lengthened(length)
        self.marks = Marks(length)
        self.virtual_size = Size(self.size.width, length)
        self.refresh()
        self.want_rows()

    def relayout(self) -> None:
        """Draw everything again, after columns moved or formats were learnt."""
        if self.size.width:
            self.columns.arrange(self.size.width - PREFIX)
        self.columns_moved()

    def columns_moved(self) -> None:
        """Draw the columns that came into sight."""
        # Rows are asked for and drawn by one list: a format that is learnt between the two makes another one.
        self._shown = self.columns.shown()
        self._names = ["key", "result", *names(self._shown)]
        self.refresh()
        self.want_rows()

    def mark(self, words: Sequence[str], searched: frozenset[str]) -> None:
        """Make words visible wherever they stand in the columns that are searched for them."""
        if (words, searched) != (self._words, self._searched):
            self._words, self._sought, self._searched = words, any_of(words), searched
            self.refresh()

    def rows_arrived(self, first: int, last: int) -> None:
        """Draw rows that were fetched, where they are in sight."""
        low = max(first, self.first_visible)
        high = min(last, self.first_visible + self.page - 1)
        if low <= high:
            self.refresh_lines(low, high - low + 1)

    def rows_changed(self, keys: Collection[str]) -> None:
        """Draw the rows of some predictions again, where they are in sight; all of them where none is named, or very many are."""
        if not keys or len(keys) > _MANY:
            self.refresh()
            return
        for position in range(self.first_visible, min(self.first_visible + self.page, len(self.rows))):
            if self.key_at(position) in keys:
                self.refresh_line(position)

    @property
    def first_visible(self) -> int:
        """The row in the first line."""
        return int(self.scroll_offset.y)

    @property
    def page(self) -> int:
        """Rows that fit."""
        return max(self.size.height, 1)

    def key_at(self, position: int) -> str | None:
        """Return the key of a row, or None as long as it is not in memory."""
        row = self.rows.row(position, ("key",))
        return str(row[0]) if row else None

    @property
    def current_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self.key_at(self.cursor)

    # --- moving --------------------------------------------------------------------------------------------------------

    def move_to(self, position: int, *, jump: bool = False) -> None:
        """Put the cursor on a row and bring it into sight; no other line is painted.

        With ``jump`` a row that is out of sight gets others about it: the next jumps will not scroll, which draws everything.
        """
        position = max(0, min(position, len(self.rows) - 1))
        before = self.cursor
        if position == before:
            return
        self.cursor = position
        top, seen = self.first_visible, 0 <= position - self.first_visible < self.page
        if jump and not seen:
            top = position - self.page // 5 if position > before else position - self.page * 4 // 5
        if not self._reveal(top):
            if self.marks.anchor is not None and abs(position - before) > 1:
                self.refresh()
            else:
                self.refresh_line(before)
                self.refresh_line(position)
        self.post_message(self.CursorMoved(position))

    def move_page(self, pages: float) -> None:
        """Move cursor and view by pages, the cursor staying in its line."""
        by = int(self.page * pages) or (1 if pages > 0 else -1)
        line = self.cursor - self.first_visible
        cursor = max(0, min(self.cursor + by, len(self.rows) - 1))
        self.cursor = cursor
        if not self._reveal(cursor - line):
            self.refresh()
        self.post_message(self.CursorMoved(cursor))

    def _reveal(self, top: int) -> bool:
        """Scroll so that ``top`` is the first line, or as near as keeps the cursor in sight; return whether it scrolled."""
        top = max(self.cursor - self.page + 1, min(top, self.cursor))
        top = max(0, min(top, max(len(self.rows) - self.page, 0)))
        if top == self.first_visible:
            return False
        self.scroll_to(y=top, animate=False, force=True, immediate=True)
        return True

    def want_rows(self) -> None:
        """Ask for the rows in sight, and those ahead."""
        first = self.first_visible
        forwards, self._top = first >= self._top, first
        self.post_message(self.RowsNeeded(first, first + self.page - 1, forwards))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what scrolled into sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.want_rows()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the columns out again; the cursor stays in sight."""
        self.virtual_size = Size(event.size.width, len(self.rows))
        self.relayout()
        self._reveal(self.first_visible)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click opens the row."""
        event.stop()
        position = self.first_visible + event.y
        if position < len(self.rows):
            self.move_to(position)
            if event.chain == 2:
                self.post_message(self.Opened())

    # --- drawing -------------------------------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Forget the styles of the theme before."""
        self._styles = {}
        super().notify_style_update()

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"grid--{name}")
        return style

    def is_marked(self, position: int) -> bool:
        """Return whether a row is marked, or lies in the range that is being marked."""
        anchor = self.marks.anchor
        return position in self.marks or (anchor is not None and min(anchor, self.cursor) <= position <= max(anchor, self.cursor))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, position = self.size.width, self.first_visible + y
        text = self._style("text")
        if position >= len(self.rows):
            return draw.line([], width, text, self._glyphs)
        row = self.rows.row(position, self._names)
        glyphs, marked = self._glyphs, self.is_marked(position)
        if position == self.cursor:
            lead = glyphs.mark if marked else glyphs.cursor
            pieces = [(lead, ""), *(self._parts(row) if row is not None else ())]
            styles = {True: self._style("cursor-found"), False: self._style("cursor")}
            return draw.line((Segment(text, styles[name == "found"]) for text, name in pieces), width, styles[False], glyphs)
        lead_segment = Segment(glyphs.mark if marked else " ", self._style("mark"))
        if row is None:
            placeholder = Segment(f"   {glyphs.dot}", self._style("dim"))
            return draw.line([lead_segment, placeholder], width, text, glyphs)
        segments = [lead_segment, *(Segment(part, self._style(name)) for part, name in self._parts(row))]
        return draw.line(segments, width, text, glyphs)

    def _parts(self, row: tuple[object, ...]) -> list[tuple[str, str]]:
        """Return the pieces of a row after its first cell, each with the name of its style."""
        key, result, *values = row
        state = self.decisions.of(str(key))
        result = str(result)
        decided = state.status != "open"
        plain = "dim" if decided else "text"
        verdict = {"wrong": "wrong", "right": "right"}.get(result, "dim")
        parts = [
            (self._glyphs.result(result), "dim" if decided and state.status != "promoted" else verdict),
            (self._glyphs.status(state.status), _STATUS_STYLE.get(state.status, "dim")),
        ]
        taken = iter(values)
        for column in self._shown:
            value = self._mode_text(state) if column.virtual else next(taken)
            form = self.columns.formats.get(column.asked)
            lead = " " if len(parts) == 2 else "  "
            if self._sought is not None and form and column.asked in self._searched:
                parts.extend(split(lead + form.cell(value, self._sought), plain, self._sought))
                continue
            cell = form.cell(value) if form else " " * self.columns.column_width(column)
            parts.append((lead + cell, ("accent" if state.status == "promoted" else "known") if column.virtual else plain))
        return parts

    def _mode_text(self, state: RowState) -> str:
        return f"{self._glyphs.pinned} {state.mode or ''}" if state.pinned else state.mode or ""
