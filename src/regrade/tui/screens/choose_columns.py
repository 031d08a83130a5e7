"""A dialog: every column of the log, shown or hidden, in the order of the grid, with its width."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.chosen import AUTOMATIC, Chosen, cells
from regrade.tui.glyphs import Glyphs
from regrade.tui.layout import Layout
from regrade.tui.screens.dialog import Dialog
from regrade.tui.widgets.key_words import KeyWords
from regrade.tui.widgets.line_list import LineList
from regrade.tui.widgets.lines import Line, wrap

_KEYS = "space shows or hides   H L up, down   < > width   a as many as fit   Enter takes it   Esc back"
_NAME = 36
_WIDTH, _HIGHEST = 64, 80
"""Cells, and percent of the terminal, that the dialog takes (app.tcss)."""


class ChooseColumns(Dialog[Chosen | None]):
    """Choose columns; answers what was chosen, or None."""

    BINDINGS = [
        Binding("j,down", "step(1)", "next", id="columns.next", priority=True),
        Binding("k,up", "step(-1)", "previous", id="columns.previous", priority=True),
        Binding("g,home", "step(-100000)", "first", id="columns.first", priority=True),
        Binding("G,end", "step(100000)", "last", id="columns.last", priority=True),
        Binding("space", "switch", "show or hide", id="columns.toggle", priority=True),
        Binding("H,K", "shift(-1)", "further left", id="columns.left", priority=True),
        Binding("L,J", "shift(1)", "further right", id="columns.right", priority=True),
        Binding("less_than_sign", "resize(-2)", "narrower", id="columns.narrower", priority=True),
        Binding("greater_than_sign", "resize(2)", "wider", id="columns.wider", priority=True),
        Binding("a", "automatic", "as many as fit", id="columns.automatic", priority=True),
        Binding("enter", "take", "take it", id="columns.take", priority=True),
        Binding("escape,q", "back", "back", id="columns.back", priority=True),
    ]

    def __init__(self, layout: Layout, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        everything = [*layout.columns, *(column for column in [*layout.base, *layout.rest] if column not in layout.columns)]
        self._titles = {column.asked: column.name for column in everything}
        self._widths = {column.asked: layout.column_width(column) for column in everything}
        self._names = [column.asked for column in everything]
        self._shown = {column.asked for column in layout.columns}
        self._before, self._were = layout.chosen, tuple(column.asked for column in layout.columns)
        self._resized = dict(layout.chosen.widths)
        self._list = LineList(glyphs, id="dialog-columns")
        self._first = layout.cursor

    def compose(self) -> ComposeResult:
        """Make the dialog."""
        with Vertical(id="dialog"):
            yield Static("Columns", id="dialog-title", markup=False)
            yield self._list
            yield KeyWords(_KEYS)

    def on_mount(self) -> None:
        """Show every column."""
        self._list.activate(True)
        self._show(self._first)

    def on_resize(self) -> None:
        """Leave room for the keys below the list."""
        width, height = self.app.size
        room = height * _HIGHEST // 100 - 2 - len(wrap(_KEYS, max(min(_WIDTH, width * 94 // 100) - 4, 8))) - 3
        self._list.styles.height = max(min(len(self._names), room), 1)

    def _show(self, cursor: int) -> None:
        self._list.show([self._line(name) for name in self._names], cursor)

    def _line(self, name: str) -> Line:
        there = name in self._shown
        sign = self._glyphs.right if there else " "
        width = f"{self._resized.get(name, self._widths[name])}{' chosen' if name in self._resized else ''}"
        return [(f"{sign} ", "accent"), (fit(safe_text(self._titles[name], 60), _NAME), "text" if there else "dim"), (f" {width}", "dim")]

    @property
    def _current(self) -> str:
        return self._names[self._list.cursor]

    def action_step(self, by: int) -> None:
        """Go to another column."""
        self._list.move_to(self._list.cursor + by)

    def action_switch(self) -> None:
        """Show the column, or hide it; the last one stays."""
        if self._shown != {self._current}:
            self._shown ^= {self._current}
            self._show(self._list.cursor + 1)

    def action_shift(self, by: int) -> None:
        """Move the column."""
        at = self._list.cursor
        to = max(0, min(at + by, len(self._names) - 1))
        self._names.insert(to, self._names.pop(at))
        self._show(to)

    def action_resize(self, by: int) -> None:
        """Make the column wider."""
        self._resized[self._current] = cells(self._resized.get(self._current, self._widths[self._current]) + by)
        self._show(self._list.cursor)

    def action_automatic(self) -> None:
        """Close; as many columns as fit are shown."""
        self.answer(AUTOMATIC)

    def action_take(self) -> None:
        """Close with what was chosen."""
        names = tuple(name for name in self._names if name in self._shown)
        self.answer(Chosen(names if self._before.names or names != self._were else (), self._resized))

    def action_back(self) -> None:
        """Go back; nothing happens."""
        self.answer(None)
