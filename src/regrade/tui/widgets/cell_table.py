"""A table with a cursor on one cell, drawn line by line; it scrolls in both directions, the names of rows and columns stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from regrade.safe_text import safe_text
from regrade.tui import draw
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.line_list import STYLES
from regrade.tui.widgets.pointed import Pointed

_GAP, _LEAST, _MOST_NAME, _MOST_CELL = 2, 6, 30, 18


@dataclass(frozen=True)
class Cells:
    """What a table shows.

    Attributes
    ----------
    title : str
        Above the names of the rows.
    rows, columns : sequence of str
    cells : sequence of sequences of (text, style)
        One a row and column; a row is asked for when it is drawn.
    widths : sequence of int
        In cells, one a column; none: as wide as the widest of all cells, which are looked at.
    sorted_by : int
        The column whose name has ``arrow`` before it; -1: none.
    """

    title: str = ""
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    cells: Sequence[Sequence[tuple[str, str]]] = field(default_factory=list)
    widths: Sequence[int] = ()
    sorted_by: int = -1
    arrow: str = ""


class CellTable(Pointed):
    """A table; ``row`` and ``column`` say where its cursor is.

    Attributes
    ----------
    active : bool
        Whether the keys move this cursor.
    """

    COMPONENT_CLASSES = STYLES

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.shown = Cells()
        self._title_width, self._widths = 0, [0] * 0
        self.row = self.column = 0
        self.active = False

    def show(self, cells: Cells) -> None:
        """Show these; the cursor stays where it is as far as it can."""
        self.shown = cells
        self._title_width = min(max([cell_len(safe_text(each, 60)) for each in (*cells.rows, cells.title)], default=0), _MOST_NAME)
        widest = cells.widths or [max((cell_len(row[at][0]) for row in cells.cells), default=0) for at in range(len(cells.columns))]
        titles = (cell_len(safe_text(title, 40)) for title in cells.columns)
        self._widths = [min(max(title, each, _LEAST), _MOST_CELL) for title, each in zip(titles, widest, strict=True)]
        self.move(0, 0)
        self.refresh(layout=True)

    def activate(self, active: bool) -> None:
        """Let the keys move this cursor, or another one."""
        self.active = active
        self.refresh()

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor by so many rows and columns, as far as there are any."""
        self.row = max(0, min(self.row + rows, len(self.shown.rows) - 1))
        self.column = max(0, min(self.column + columns, len(self.shown.columns) - 1))
        self.refresh()

    @property
    def page(self) -> int:
        """Rows that fit below the heading."""
        return max(self.size.height - 1, 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return as many lines as there are rows, and the heading."""
        return len(self.shown.rows) + 1

    # --- drawing -------------------------------------------------------------------------------------------------------

    @property
    def _first(self) -> int:
        return max(0, min(self.row - self.page // 2, len(self.shown.rows) - self.page))

    def _layout(self) -> tuple[int, list[tuple[int, int]]]:
        """Return the width of the names, and (column, width) of the columns that fit, the cursor's among them."""
        name, widths = self._title_width, self._widths
        room, first = self.size.width - name - 2, 0
        while first < self.column and sum(widths[first : self.column + 1]) + _GAP * (self.column + 1 - first) > room:
            first += 1
        fitting: list[tuple[int, int]] = []
        for at in range(first, len(widths)):
            room -= widths[at] + _GAP
            if room < 0 and fitting:
                break
            fitting.append((at, widths[at]))
        return name, fitting

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        shown, width, text = self.shown, self.size.width, self.get_component_rich_style("line--text")
        name, columns = self._layout()
        if y == 0:
            pieces = [(f" {fit(safe_text(shown.title, 60), name)}", "dim")]
            for at, each in columns:
                title, gap = safe_text(shown.columns[at], 40), _GAP
                if at == shown.sorted_by:  # where there is no room for it, it stands in the gap
                    title, gap = f"{shown.arrow}{title}", _GAP - (cell_len(title) >= each)
                pieces.append((" " * gap + fit(title, each + _GAP - gap, right=True), "accent" if at == self.column else "dim"))
        else:
            at_row = self._first + y - 1
            if at_row >= len(shown.rows):
                return Strip.blank(width, text)
            here = at_row == self.row
            pieces = [(f" {fit(safe_text(shown.rows[at_row], 60), name)}", "accent" if here else "text")]
            cells = shown.cells[at_row]
            for at, each in columns:
                cell, style = cells[at]
                under = here and at == self.column
                pieces += [
                    (" " * _GAP, "text"),
                    (fit(cell, each, right=True), "cursor" if under and self.active else "strong" if under else style),
                ]
        segments = [Segment(piece, self.get_component_rich_style(f"line--{style}")) for piece, style in pieces]
        return draw.line(segments, width, text, self._glyphs)

    def point(self, x: int, y: int) -> bool:
        """Go to a cell; in the names of the rows only the row is meant, in those of the columns only the column."""
        if y:
            self.row = min(self._first + y - 1, len(self.shown.rows) - 1)
        name, columns = self._layout()
        left = 1 + name
        if x < left:
            return True
        for at, each in columns:
            left += _GAP + each
            if x < left:
                self.column = at
                return True
        return False

    def turn(self, by: int) -> None:
        """Go so many rows on."""
        self.move(by, 0)
