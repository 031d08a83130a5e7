"""How one candidate errs, below the heat table: what it confuses, or how far off it is; scores; calibration; failures over time."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from regrade.compare.look import CandidateLook
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets import course, slice_cells
from regrade.tui.widgets.cell_table import Cells, CellTable
from regrade.tui.widgets.line_list import Lines

PANELS = ("errors", "scores", "calibration", "over time")
_BESIDE = 90
"""Cells with which scores and calibration stand beside each other."""
_MOST_SCORES, _MOST_COURSE, _LEAST_PLOT, _LEAST_SCORES = 12, 8, 5, 3
_THRESHOLD = 0.5


class SlicePanels(Vertical):
    """As many panels as fit, the wanted one among them.

    Attributes
    ----------
    wanted : str
        One of :data:`PANELS`.
    there : list of str
        Those that there is something to show of.
    seen : list of str
        Those that are on screen.
    """

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.matrix = CellTable(glyphs, id="slice-errors")
        self.text, self.course = Lines(glyphs, id="slice-text"), course.Course(glyphs, id="slice-course")
        self.wanted = PANELS[0]
        self.there: list[str] = []
        self.seen: list[str] = []

    def compose(self) -> ComposeResult:
        """Make the panels."""
        yield self.matrix
        yield self.text
        yield self.course

    def show(self, found: CandidateLook | None, positive: str, width: int, room: int) -> None:
        """Show a candidate in so many lines; without one, failures over time alone."""
        cells = Cells()
        if found is not None:
            cells = (slice_cells.residuals if found.residuals else slice_cells.confusion)(found, self._glyphs)
        has = {
            "errors": bool(cells.rows),
            "scores": bool(found is not None and found.scores),
            "calibration": bool(found is not None and found.reliability.bins),
            "over time": True,
        }
        self.there = [name for name in PANELS if has[name]]
        heights = self._share(len(cells.rows) + 1, width, room)
        self.seen = list(heights)
        self.matrix.show(cells)
        self._place(self.matrix, heights.get("errors", 0))
        self._place(self.course, heights.get("over time", 0))
        height = max(heights.get("scores", 0), heights.get("calibration", 0))
        self._place(self.text, height)
        if found is not None and height:
            self._write(found, positive, width, heights)

    def _share(self, rows: int, width: int, room: int) -> dict[str, int]:
        """Return the lines of each panel that is shown, the wanted one first."""
        pairs = ("scores", "calibration") if width >= _BESIDE else ()
        shared: dict[str, int] = {}
        for name in sorted(self.there, key=lambda name: name != self.wanted):  # another candidate may have what is wanted
            first = name == self.wanted
            if name in shared:
                continue
            if name == "errors" and room >= (2 if first else rows):
                shared[name] = min(rows, room)
            elif name == "over time" and room >= (course.LEAST if first else _LEAST_PLOT):
                shared[name] = 1 if self.course.error else min(_MOST_COURSE, room)
            elif name in ("scores", "calibration") and room >= _LEAST_SCORES and not (shared.keys() & {"scores", "calibration"}):
                spare = room - _MOST_COURSE
                shared[name] = min(_MOST_SCORES, spare if spare >= _LEAST_PLOT and "over time" not in shared else room)
                shared |= {other: shared[name] for other in pairs if other in self.there}
            else:
                continue
            room -= shared[name]
        return shared

    def _place(self, part: CellTable | Lines | course.Course, height: int) -> None:
        part.display = height > 0
        part.styles.height = max(height, 1)

    def _write(self, found: CandidateLook, positive: str, width: int, heights: dict[str, int]) -> None:
        threshold = found.threshold if found.threshold is not None else _THRESHOLD
        both = "scores" in heights and "calibration" in heights
        half = width // 2 if both else width
        left = slice_cells.score_lines(found, half - 18, heights.get("scores", 0), positive, threshold, self._glyphs)
        right = slice_cells.calibration_lines(found, heights.get("calibration", 0), self._glyphs)
        self.text.show(slice_cells.beside(left, right, half) if both else left or right)
