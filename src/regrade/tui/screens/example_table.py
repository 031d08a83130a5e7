"""How the list of examples, or of versions, is drawn: its heading, the tabs above it, a line as it comes into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.widgets import example_lines
from regrade.tui.widgets.lazy_lines import LazyLines
from regrade.tui.widgets.lines import Line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regrade.tui.screens.evalset import EvalSetScreen
    from regrade.tui.services.example_messages import Session


class ExampleTable:
    """Draws the list.

    Attributes
    ----------
    version : str
        Of the eval set.
    counts : mapping
        How much is in each tab.
    sessions : sequence of Session
        What the versions tab shows.
    """

    def __init__(self, screen: EvalSetScreen) -> None:
        self._screen = screen
        self.version = ""
        self.counts: Mapping[str, int] = {}
        self.sessions: Sequence[Session] = ()

    def show(self, position: int) -> None:
        """Draw all of it, the cursor at a position."""
        screen = self._screen
        width, order = screen.size.width - 1, screen.asking.order  # the last cell is the scrollbar's
        if screen.tab == "versions":
            heading = example_lines.session_heading(width)
        else:
            heading = example_lines.example_heading(width, order.names, order.by, order.arrow(screen.glyphs))
        screen.heading.show([heading] if screen.keys_shown else [])
        if screen.keys_shown:
            screen.list.show(LazyLines(len(screen.keys_shown), self._line), position)
        else:
            reading = screen.awaiting or screen.services.decisions.evalset is None  # nothing says yet that there is none
            said = f"reading{screen.glyphs.ellipsis}" if reading else example_lines.empty(screen.tab, screen.words)
            screen.list.show([[(f" {safe_text(said, 200)}", "dim")]], 0)
        screen.list.activate(bool(screen.keys_shown))
        self.show_tabs()

    def show_tabs(self) -> None:
        """Draw what is above the list."""
        self._screen.show_where(example_lines.where(self.version, self.counts, self._screen.glyphs))
        self.show_marks()

    def show_marks(self) -> None:
        """Say what is looked for and how much is marked, beside the tabs."""
        screen = self._screen
        right = example_lines.beside(screen.words, len(screen.list.marked), in_range=screen.list.range_from is not None)
        room = screen.size.width - (cell_len(right) + 3 if right else 0)
        screen.second.show(example_lines.tabs(screen.tab, self.counts, room), [[(right, "accent")]] if right else [])

    def _line(self, position: int) -> Line:
        screen = self._screen
        if screen.tab == "versions":
            return example_lines.session_line(self.sessions[position], screen.size.width - 1, screen.glyphs)
        screen.blocks.want(position)
        found = screen.row_at(position)
        if found is None:
            return [(f"    {safe_text(screen.keys_shown[position], 60)}", "dim")]
        return example_lines.example_line(found, screen.size.width - 1, screen.glyphs, screen.asking.order.by)
