"""The Slices screen: every slice by every candidate, and below it how one candidate errs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from msgspec import structs
from rich.cells import cell_len
from textual import on

from regrade.compare.look import EVERYTHING, CandidateLook, Look
from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.cells import fit
from regrade.tui.commands import slices as keys
from regrade.tui.screens.engine_place import EnginePlace
from regrade.tui.services.engine_messages import LookReady
from regrade.tui.services.log_messages import LogOpened
from regrade.tui.services.survey_messages import CourseCounted
from regrade.tui.widgets import slice_cells
from regrade.tui.widgets.cell_table import CellTable
from regrade.tui.widgets.course import Course
from regrade.tui.widgets.line_list import Lines
from regrade.tui.widgets.lines import Line
from regrade.tui.widgets.pointed import Pointed
from regrade.tui.widgets.slice_panels import PANELS, SlicePanels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

_FRAME = 6
"""Lines of the frame, and of what is said of the candidate."""
_MOST_COURSES = 64
"""Slices whose failures over time are remembered."""


class SlicesScreen(EnginePlace):
    """Look where candidates are good and where they are not.

    Attributes
    ----------
    look : Look or None
        What is shown, its slices in the order of :attr:`sorted_by`; None before there is anything.
    sorted_by, reverse
        The candidate whose values order the slices, the largest first with ``reverse``; empty: as ``regrade.toml`` has them.
    active : CellTable or Course
        What the keys move in.
    """

    PLACE = "slices"
    ACTIONS = keys.ACTIONS
    BINDINGS = actions.bindings(keys.ACTIONS)
    KEYS: ClassVar = (
        ("Enter", "drill in"),
        ("m", "metric"),
        ("Tab", "next part"),
        ("v", "what is below"),
        ("s", "sort"),
        ("y", "copy"),
        ("?", "help"),
    )
    HEARS: ClassVar = (*EnginePlace.HEARS, LookReady, CourseCounted, LogOpened)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.heat = CellTable(self.glyphs, id="slice-heat")
        self.about = Lines(self.glyphs, id="slice-about")
        self.panels = SlicePanels(self.glyphs, id="slice-panels")
        self.look: Look | None = None
        self._asked_order: list[str] = []
        """The slices as they came."""
        self.sorted_by = str(self.restored.get("sorted_by", ""))
        self.reverse = self.restored.get("reverse") is True
        self.metric = str(self.restored.get("metric", ""))
        panel = self.restored.get("panel")
        self.panels.wanted = panel if panel in PANELS else PANELS[0]
        self.active: CellTable | Course = self.heat
        self._told = ""
        self._courses: dict[str, CourseCounted] = {}
        self._counting: str | None = None

    def body(self) -> Iterable[Widget]:
        """Return what stands between the two rules."""
        return self.heat, self.about, self.panels

    def on_mount(self) -> None:
        """Let the keys move the cursor of the table; Textual calls what :class:`PlaceScreen` does then as well."""
        self.go_to(self.heat)

    def kept(self) -> dict[str, Any]:
        """Return the metric, the panel and the order that were looked at."""
        return {"metric": self.metric, "panel": self.panels.wanted, "sorted_by": self.sorted_by, "reverse": self.reverse}

    def ask(self) -> None:
        """Ask the engine, of answers that are known."""
        self.request("look", lambda result, wrong: LookReady(result, wrong))
        if self.look is None:
            self._told = f"looking at every slice{self.glyphs.ellipsis}" if self.asked else keys.NOTHING_YET
            self.draw()

    # --- hearing -------------------------------------------------------------------------------------------------------

    def on_look_ready(self, message: LookReady) -> None:
        """Show it."""
        self.heard()
        if message.error:
            self.say(message.error, trouble=True)
            self._told = message.error
        else:
            before, self.look = self.look, msgspec.convert(message.result, Look)
            here = before.slices[self.heat.row] if before is not None and self.heat.row < len(before.slices) else ""
            self._asked_order, champion = self.look.slices, self.look.champion
            self.look.candidates.sort(key=lambda each: each.name != champion)  # as on the scoreboard
            if self.metric not in self.look.metrics:
                self.metric = next(iter(self.look.metrics), "")
            self._order(here)
        self.draw()

    def on_course_counted(self, message: CourseCounted) -> None:
        """Show failures over time."""
        self._courses = dict([*self._courses.items(), (message.where, message)][-_MOST_COURSES:])
        self._counting = None
        self._draw_course()
        self._draw_below()

    def on_log_opened(self, _message: LogOpened) -> None:
        """Count anew: the log is another one."""
        self._courses.clear()
        self._counting = None
        if self.is_current:
            self.draw()

    # --- what the keys do ----------------------------------------------------------------------------------------------

    @property
    def candidate(self) -> CandidateLook | None:
        """The candidate of the column that the cursor is in."""
        there = self.look.candidates if self.look is not None else []
        return there[self.heat.column] if self.heat.column < len(there) else None

    @property
    def where(self) -> str:
        """The expression of the slice that the cursor is in; empty for everything."""
        slices = self.look.slices if self.look is not None else [EVERYTHING]
        name = slices[self.heat.row] if self.heat.row < len(slices) else EVERYTHING
        return "" if name == EVERYTHING else str(self.services.config.slices.get(name, ""))

    @property
    def parts(self) -> list[CellTable | Course]:
        """Those that have something to move in, and are on screen."""
        panels = self.panels
        found: list[CellTable | Course] = [self.heat]
        found += [panels.matrix] if "errors" in panels.seen else []
        return found + ([panels.course] if "over time" in panels.seen and panels.course.spans else [])

    def go_to(self, part: CellTable | Course) -> None:
        """Let the keys move another cursor."""
        self.active = part if part in self.parts else self.heat
        for each in (self.heat, self.panels.matrix, self.panels.course):
            each.activate(each is self.active)

    def next_part(self) -> None:
        """Go from the table to the panels below it, and back."""
        parts = self.parts
        self.go_to(parts[(parts.index(self.active) + 1) % len(parts)] if self.active in parts else self.heat)

    def next_panel(self) -> None:
        """Show the next panel, where not all of them have room."""
        there = self.panels.there or list(PANELS)
        self.panels.wanted = there[(there.index(self.panels.wanted) + 1) % len(there)] if self.panels.wanted in there else there[0]
        self._draw_below()

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor; another slice's failures, another candidate's errors are shown with another cell of the heat table."""
        if isinstance(self.active, Course):
            self.active.move(columns or rows)
            return
        self.active.move(rows, columns)
        if self.active is self.heat:
            self._draw_below()

    def next_metric(self) -> None:
        """Show the next metric."""
        names = list(self.look.metrics) if self.look is not None else []
        if names:
            self.metric = names[(names.index(self.metric) + 1) % len(names)]
            self._order()
            self.draw()

    def sort(self) -> None:
        """Order the slices by the candidate of the column: ascending, then descending, then as they came."""
        if self.candidate is not None:
            again = self.candidate.name == self.sorted_by
            self.sorted_by = "" if again and self.reverse else self.candidate.name
            self.reverse = again and not self.reverse
            self._order()
            self.draw()

    def turn_round(self) -> None:
        """Reverse the order."""
        if self.sorted_by:
            self.reverse = not self.reverse
            self._order()
            self.draw()
        else:
            self.say("the order of regrade.toml has no reverse: s sorts by the candidate of the column")

    def _order(self, here: str = "") -> None:
        """Order the slices; the cursor stays on its own, or goes to ``here``."""
        look = self.look
        if look is None:
            return
        here = here or (look.slices[self.heat.row] if self.heat.row < len(look.slices) else "")
        slices = slice_cells.ordered(look, self._asked_order, self.metric, self.sorted_by, reverse=self.reverse)
        self.look = structs.replace(look, slices=slices)
        self.heat.row = slices.index(here) if here in slices else self.heat.row

    def open(self) -> None:
        """Show in Triage what is behind a cell, or a span of time."""
        if isinstance(self.active, Course):
            keys.drill_span(self, self.active.span, self._courses.get(self.where))
        elif self.active is self.heat:
            if self.look is not None:
                keys.drill(self, self.where)
        elif self.candidate is not None:
            keys.drill_keys(self, slice_cells.behind(self.candidate, self.active.row, self.active.column))

    @on(Lines.Clicked)
    def _panel_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        self.next_panel()

    @on(Pointed.Clicked)
    def _clicked(self, event: Pointed.Clicked) -> None:
        event.stop()
        self.go_to(self.heat if event.part is self.heat else self.panels.matrix if event.part is self.panels.matrix else self.panels.course)
        if event.part is self.heat and event.heading:
            self.sort()
        elif event.part is self.heat:
            self._draw_below()
        if event.times == 2 and not event.heading:
            self.open()

    # --- drawing -------------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw everything."""
        if not self.is_mounted:
            return
        look, dot = self.look, self.glyphs.dot
        self.heat.display = look is not None
        self.about.set_class(look is None, "-alone")
        if look is not None:
            by = f"{self.metric}: {keys.better(look.metrics.get(self.metric))}"
            left = [[(by, "strong")], [(f" {dot} {look.n_sampled:,} sampled examples, weighted {dot} eval set {look.version[:7]}", "dim")]]
            colours = "green, red: beside the champion" if self.services.config.slices else "[slices] in regrade.toml names slices"
            self.second.show(left, [[(colours, "dim")]])
            self.heat.show(slice_cells.heat(look, self.metric, self.glyphs, self.sorted_by, reverse=self.reverse))
            self.heat.styles.height = min(len(look.slices) + 1, max(3, (self.size.height - _FRAME) // 2))
        self._draw_below()

    def _draw_below(self) -> None:
        found, config, width = self.candidate, self.services.config, self.size.width
        heat = int(self.heat.styles.height.value) if self.look is not None and self.heat.styles.height else 0
        self.panels.show(found, config.task.positive or "", width, max(self.size.height - _FRAME - heat, 0))
        if found is None:
            self.about.show([[(f" {safe_text(self._told or keys.NO_CANDIDATE, 400)}", "dim")]])
        else:
            self.about.show([self._about(found, width)])
        self.go_to(self.active)
        if "over time" in self.panels.seen:
            self._draw_course()

    def _about(self, found: CandidateLook, width: int) -> Line:
        hidden = [name for name in self.panels.there if name not in self.panels.seen]
        words = f"  {slice_cells.errs(found, self.services.config.task.kind, self.look.n_sampled if self.look else 0)}"
        more = f"   v shows {', '.join(hidden)}" if hidden else ""
        room = width - 2 - cell_len(name := safe_text(found.name, 60))
        fits = cell_len(words + more) <= room
        return [(f" {name}", "strong"), (words + more if fits else fit(words, max(room, 1)), "dim")]

    def _draw_course(self) -> None:
        """Show the failures over time of the slice that the cursor is in, once they are counted."""
        where, course = self.where, self.panels.course
        known = self._courses.get(where)
        if known is None:
            if where != self._counting:
                self._counting = where
                course.say(f"counting{self.glyphs.ellipsis}")
                self.services.survey.ask_course(where)
        elif known.found is None:
            course.say(known.error, error=True)
        else:
            name = "" if not where or self.look is None else f", {self.look.slices[self.heat.row]}"
            course.show(known.found, name)
