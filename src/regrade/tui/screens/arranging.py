"""The columns of the grid as somebody wants them: hidden, moved and resized one by one, or chosen in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.chosen import AUTOMATIC, Chosen

if TYPE_CHECKING:
    from regrade.tui.layout import GridColumn
    from regrade.tui.screens.triage import TriageScreen


class Arranging:
    """Changes what the layout of the grid is told."""

    def __init__(self, triage: TriageScreen) -> None:
        self._triage = triage

    def apply(self, chosen: Chosen) -> None:
        """Show these columns."""
        triage, layout = self._triage, self._triage.grid.columns
        if chosen != layout.chosen:
            layout.chosen = chosen
            triage.grid.relayout()
            triage.show_header()

    def hide(self) -> None:
        """Hide the column under the column cursor; the next one is under it then."""
        column = self._current()
        if column is None:
            return
        names = [each.asked for each in self._triage.grid.columns.columns]
        if len(names) == 1:
            self._triage.say("the last column stays")
            return
        self.apply(self._chosen.without(column.asked, names))
        self._triage.say(f"{safe_text(column.name, 60)} is hidden: C shows it again, V keeps the columns with a view")

    def move(self, by: int) -> None:
        """Move the column under the column cursor."""
        column = self._current()
        if column is not None:
            self.apply(self._chosen.moved(column.asked, by, [each.asked for each in self._triage.grid.columns.columns]))

    def resize(self, by: int) -> None:
        """Make the column under the column cursor wider."""
        column = self._current()
        if column is not None:
            self.apply(self._chosen.resized(column.asked, self._triage.grid.columns.column_width(column) + by))

    def automatic(self) -> None:
        """Show as many columns as fit again."""
        self.apply(AUTOMATIC)
        self._triage.say("as many columns as fit")

    def ask(self) -> None:
        """Let them be chosen in a dialog."""
        layout = self._triage.grid.columns
        if not layout.columns or self._triage.looking.addresses is None:
            self._triage.say("the log is not open yet")
            return
        from regrade.tui.screens.choose_columns import ChooseColumns

        def answered(chosen: Chosen | None) -> None:
            if chosen is not None:
                self.apply(chosen)

        self._triage.app.push_screen(ChooseColumns(layout, self._triage.glyphs).asking(answered))

    @property
    def _chosen(self) -> Chosen:
        return self._triage.grid.columns.chosen

    def _current(self) -> GridColumn | None:
        if self._triage.zoomed:
            self._triage.say("columns are those of the grid: Esc goes back to it")
            return None
        return self._triage.grid.columns.current
