"""The Slices screen: every slice by every candidate, and below it how one candidate errs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on

from regrade.compare.look import EVERYTHING, CandidateLook, Look
from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.commands import slices as keys
from regrade.tui.screens.place import PlaceScreen
from regrade.tui.services.engine_messages import BoardReady, EngineSaid, LookReady
from regrade.tui.services.lane import Failed
from regrade.tui.widgets import slice_cells
from regrade.tui.widgets.cell_table import CellTable
from regrade.tui.widgets.line_list import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

_DEFAULT_THRESHOLD = 0.5


class SlicesScreen(PlaceScreen):
    """Look where candidates are good and where they are not.

    Attributes
    ----------
    look : Look or None
        What is shown; None before there is anything.
    """

    PLACE = "slices"
    ACTIONS = keys.ACTIONS
    BINDINGS = actions.bindings(keys.ACTIONS)
    KEYS: ClassVar = (("Enter", "drill in"), ("m", "metric"), ("Tab", "table, matrix"), ("y", "copy"), ("?", "help"))
    HEARS: ClassVar = (Failed, BoardReady, EngineSaid, LookReady)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.heat, self.matrix = CellTable(self.glyphs, id="slice-heat"), CellTable(self.glyphs, id="slice-confusion")
        self.about, self.below = Lines(self.glyphs, id="slice-about"), Lines(self.glyphs, id="slice-below")
        self.look: Look | None = None
        self.metric = str(self.restored.get("metric", ""))
        self.active = self.heat
        self._number = 0
        self._stale = True

    def body(self) -> Iterable[Widget]:
        """Return what stands between the two rules."""
        return self.heat, self.about, self.matrix, self.below

    def on_mount(self) -> None:
        """Let the keys move the cursor of the table."""
        super().on_mount()
        self.go_to(self.heat)

    def kept(self) -> dict[str, Any]:
        """Return the metric that was looked at."""
        return {"metric": self.metric}

    def came(self) -> None:
        """Ask, unless what is shown still holds."""
        if self._stale and not self._number:
            self.ask()

    def fit_to(self, width: int, height: int) -> None:
        """Draw anew for this much room."""
        self.call_after_refresh(self.draw)

    def ask(self) -> None:
        """Ask the engine, of answers that are known."""
        self._number = self.services.engine.request("look", lambda result, wrong: LookReady(result, wrong))
        self._stale = not self._number
        if self.look is None:
            self.about.show([[(f" looking at every slice{self.glyphs.ellipsis}", "dim")]])

    # --- hearing -------------------------------------------------------------------------------------------------------

    def on_look_ready(self, message: LookReady) -> None:
        """Show it."""
        self._number = 0
        if message.error:
            self.say(message.error, trouble=True)
            if self.look is None:
                self.about.show([[(f" {safe_text(message.error, 400)}", "dim")]])
            return
        self.look = msgspec.convert(message.result, Look)
        if self.metric not in self.look.metrics:
            self.metric = next(iter(self.look.metrics), "")
        self.draw()

    def on_board_ready(self, _message: BoardReady) -> None:
        """Look again after the eval set or a candidate changed; now, where it is on screen."""
        self._stale = True
        if self.is_current:
            self.came()

    def on_engine_said(self, message: EngineSaid) -> None:
        """Say what is wrong with the engine."""
        if message.trouble and self.is_current:
            self.say(message.text, trouble=True)

    def on_failed(self, _message: Failed) -> None:
        """Leave what other places say to them."""

    # --- what the keys do ----------------------------------------------------------------------------------------------

    @property
    def candidate(self) -> CandidateLook | None:
        """The candidate of the column that the cursor is in."""
        there = self.look.candidates if self.look is not None else []
        return there[self.heat.column] if self.heat.column < len(there) else None

    def go_to(self, table: CellTable) -> None:
        """Let the keys move another cursor."""
        self.active = table if table is self.heat or table.shown.rows else self.heat
        for each in (self.heat, self.matrix):
            each.activate(each is self.active)

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor; another candidate's errors are shown with another column of the heat table."""
        self.active.move(rows, columns)
        if self.active is self.heat and columns:
            self._draw_below()

    def next_metric(self) -> None:
        """Show the next metric."""
        names = list(self.look.metrics) if self.look is not None else []
        if names:
            self.metric = names[(names.index(self.metric) + 1) % len(names)]
            self.draw()

    def open(self) -> None:
        """Show in Triage what is behind a cell."""
        look, found = self.look, self.candidate
        if look is None or found is None:
            return
        if self.active is self.heat:
            name = look.slices[self.heat.row]
            expression = "" if name == EVERYTHING else self.services.config.slices.get(name, "")
            keys.drill(self, expression)
        elif each := slice_cells.confused(found, self.matrix.row, self.matrix.column):
            keys.drill_keys(self, each)

    @on(CellTable.Clicked)
    def _clicked(self, event: CellTable.Clicked) -> None:
        event.stop()
        self.go_to(event.table)
        if event.table is self.heat:
            self._draw_below()
        if event.times == 2:
            self.open()

    # --- drawing -------------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw everything."""
        look = self.look
        if look is None or not self.is_mounted:
            return
        dot = self.glyphs.dot
        by = f"{self.metric}: {'higher' if look.metrics[self.metric] is not False else 'lower'} is better"
        left = [[(by, "strong")], [(f" {dot} {look.n_sampled:,} sampled examples, weighted {dot} eval set {look.version[:7]}", "dim")]]
        colours = "green, red: beside the champion" if self.services.config.slices else "[slices] in regrade.toml names slices"
        self.second.show(left, [[(colours, "dim")]])
        self.heat.show(slice_cells.heat(look, self.metric, self.glyphs))
        self.heat.styles.height = min(len(look.slices) + 1, max(4, (self.size.height - 6) // 2))
        self._draw_below()

    def _draw_below(self) -> None:
        found, config = self.candidate, self.services.config
        if found is None:
            self.about.show([[(" no sampled example: `regrade sample 300` gives a production estimate", "dim")]])
            return
        self.about.show([[(f" {safe_text(found.name, 60)}", "strong"), (self._errs(found), "dim")]])
        self.matrix.show(slice_cells.confusion(found, self.glyphs))
        rows = len(slice_cells.classes(found))
        self.matrix.styles.height = rows + 1 if rows else 0
        room = self.size.height - 6 - int(self.heat.styles.height.value if self.heat.styles.height else 4) - (rows + 1 if rows else 0)
        wide = self.size.width
        threshold = found.threshold if found.threshold is not None else _DEFAULT_THRESHOLD
        half = wide // 2 if wide >= 90 else wide
        scores = slice_cells.score_lines(found, half - 18, min(room, 10), config.task.positive or "", threshold, self.glyphs)
        table = slice_cells.calibration_lines(found, room, self.glyphs)
        self.below.show(slice_cells.beside(scores, table, half) if scores and wide >= 90 else scores or table)

    def _errs(self, found: CandidateLook) -> str:
        if not found.confusion and self.services.config.task.kind == "classification":
            return "  no sampled example that it answered, or too many classes for a matrix"
        wrong = [each for each in found.confusion if each.expected != each.predicted]
        if not wrong:
            return ""
        worst = max(wrong, key=lambda each: each.share)
        words = f"{safe_text(worst.expected, 30)} taken for {safe_text(worst.predicted, 30)}"
        return f"  errs most by {words}: {worst.share * 100:.1f}% of production"
