"""The Compare screen: one candidate judged against another, and every example behind the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from msgspec import structs
from textual import on
from textual.containers import Horizontal, Vertical

from regrade.compare.comparison import Comparison
from regrade.compare.pair_row import KINDS, PairRow
from regrade.compare.versus import RunChoice, Versus
from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.commands import compare as keys
from regrade.tui.screens.comparing_order import ComparingOrder
from regrade.tui.screens.engine_place import EnginePlace
from regrade.tui.services.engine_messages import Comparing, ComparisonReady, KeptRunsRead
from regrade.tui.widgets import compare_lines, compare_tables
from regrade.tui.widgets.line_list import LineList, Lines
from regrade.tui.widgets.lines import Line, wrap
from regrade.tui.widgets.orders import Ordering
from regrade.tui.widgets.progress_lines import progress_cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

_LEAST_HEAD, _MOST_HEAD, _MOST_ROWS = 2, 12, 8
_FRAME = 7
"""Lines of the frame, and those above the examples."""
_NARROW = 100


class CompareScreen(EnginePlace):
    """Judge, and show what the judgement rests on.

    Attributes
    ----------
    names : tuple of str
        Baseline and candidate as they were named: a candidate, one at a git ref, a run on record.
    versus : Versus
        What is shown; empty before there is anything.
    kind, only : str
        The kind of examples that is shown, and the failure mode; empty: all.
    shown : list of mappings
        The examples of these, each a :class:`PairRow` once it is looked at.
    """

    PLACE = "compare"
    ACTIONS = keys.ACTIONS
    BINDINGS = actions.bindings(keys.ACTIONS)
    KEYS: ClassVar = (
        *(("Enter", "open"), ("Tab", "next part"), ("f", "show only"), ("b", "baseline"), ("c", "candidate"), ("w", "why")),
        *(("Y", "copy for a pull request"), ("s", "sort"), ("?", "help")),
    )
    HEARS: ClassVar = (*EnginePlace.HEARS, Comparing, ComparisonReady, KeptRunsRead)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        glyphs = self.glyphs
        self.head = Lines(glyphs, id="compare-head")
        self.mode_title, self.slice_title = Lines(glyphs, id="compare-mode-title"), Lines(glyphs, id="compare-slice-title")
        self.modes, self.slices = LineList(glyphs, id="compare-modes"), LineList(glyphs, id="compare-slices")
        self.pairs, self.pair_title = LineList(glyphs, id="compare-pairs"), Lines(glyphs, id="compare-pair-title")
        self._sides = (
            Vertical(self.mode_title, self.modes, id="compare-left"),
            Vertical(self.slice_title, self.slices, id="compare-right"),
        )
        self._groups = Horizontal(*self._sides, id="compare-groups")
        self.versus = Versus()
        self.runs: Sequence[RunChoice] = ()
        self.names: tuple[str, str] = (str(self.restored.get("baseline", "")), str(self.restored.get("candidate", "")))
        self.kind = self.only = ""
        self.order = ComparingOrder(self, self.restored.get("order"))
        self._every: Sequence[Mapping[str, Any]] = ()
        self.shown: list[Mapping[str, Any]] = []
        self._told = ""
        self.active = self.pairs

    def body(self) -> Iterable[Widget]:
        """Return what stands between the two rules."""
        return self.head, self._groups, self.pair_title, self.pairs

    def kept(self) -> dict[str, Any]:
        """Return who was compared, and how the lists were ordered."""
        return {"baseline": self.names[0], "candidate": self.names[1], "order": self.order.kept()}

    # --- asking --------------------------------------------------------------------------------------------------------

    @property
    def comparison(self) -> Comparison | None:
        """What is judged; None before there is a verdict, and where two runs are compared by what is on record of them."""
        return self.versus.comparison

    def ask(self) -> None:
        """Compare the two; what is missing is predicted."""
        before, after = keys.sides(self)
        self._stale = False
        if before == after:  # which is not kept: there may be another candidate the next time
            self.names = (before, "")
            self.tell(keys.alone(self, before))
            return
        self.names = (before, after)
        self.services.engine.request("kept_runs", lambda result, _wrong: KeptRunsRead(result.get("runs", ())))
        self.request("compare", self._reply, baseline=before, candidate=after)
        if self.versus == Versus():
            self.tell(f"comparing {after} with {before}{self.glyphs.ellipsis}")

    def _reply(self, result: Mapping[str, Any], wrong: str) -> ComparisonReady:
        return ComparisonReady(self.asked, result, wrong)

    def stop(self) -> bool:
        """Stop what is asked; return whether there was anything to stop."""
        asked = bool(self.asked)
        self.services.engine.cancel(self.asked)
        return asked

    def compare(self, baseline: str, candidate: str) -> None:
        """Compare two others."""
        if baseline == candidate and self.versus != Versus():
            self.say(keys.alone(self, baseline))
            return
        self.names = (baseline, candidate)
        self.ask()

    # --- hearing -------------------------------------------------------------------------------------------------------

    def on_kept_runs_read(self, message: KeptRunsRead) -> None:
        """Offer them as sides from now on."""
        self.runs = msgspec.convert(message.runs, list[RunChoice])

    def on_comparison_ready(self, message: ComparisonReady) -> None:
        """Show it, unless something newer was asked."""
        if message.number not in (self.asked, 0):
            return
        self.heard()
        if message.error:
            self.say(message.error, trouble=True)
            if self.versus == Versus():
                self.tell(message.error)
            return
        # There may be many thousands of examples: each is made of its document when it is looked at.
        self._every = message.result.get("pairs", ())
        self.versus = msgspec.convert({**message.result, "pairs": []}, Versus)
        if self.versus.comparison is not None:
            self.versus = structs.replace(self.versus, comparison=self.order.came(self.versus.comparison))
        self.draw()

    def on_comparing(self, message: Comparing) -> None:
        """Say how far one of the two is."""
        cells = progress_cells(message.progress, 60, self.glyphs)
        self.lower_rule.note(f"{message.progress.candidate}: {''.join(text for text, _ in cells).strip()}   Esc stops")

    # --- what the keys do ----------------------------------------------------------------------------------------------

    def go_to(self, part: LineList) -> None:
        """Let the keys move another cursor."""
        if part.lines or part is self.pairs:
            self.active = part
            for each in (self.modes, self.slices, self.pairs):
                each.activate(each is part)
            self._arrange()

    def next_part(self, by: int) -> None:
        """Go to the next part that has lines."""
        parts = [each for each in (self.modes, self.slices, self.pairs) if each.lines] or [self.pairs]
        self.go_to(parts[(parts.index(self.active) + by) % len(parts)] if self.active in parts else parts[0])

    def show_only(self, kind: str, only: str) -> None:
        """Show examples of one kind, or of one failure mode; empty: of all."""
        self.kind, self.only = kind, only
        self._draw_pairs(0)

    def next_kind(self) -> None:
        """Show examples of the next kind that there is any of, then all."""
        there = ["", *(kind for kind in KINDS if any(row["kind"] == kind for row in self._every))]
        self.show_only(there[(there.index(self.kind) + 1) % len(there)] if self.kind in there else "", self.only)

    def pair_at(self, position: int) -> PairRow:
        """Return an example of those shown."""
        return msgspec.convert(self.shown[position], PairRow)

    @property
    def pair(self) -> PairRow | None:
        """The example under the cursor."""
        return self.pair_at(self.pairs.cursor) if self.shown else None

    def open(self) -> None:
        """Of a failure mode: its examples. Of a slice: its predictions. Of an example: the prediction, with both answers."""
        comparison = self.comparison
        if comparison is None:
            return
        if self.active is self.modes:
            name = comparison.modes[self.modes.cursor].name
            self.show_only(self.kind, "" if name == self.only else name)
        elif self.active is self.slices:
            keys.drill_slice(self, comparison.slices[self.slices.cursor].name)
        elif self.pair is not None:
            keys.open_example(self, self.pair)

    @on(LineList.Clicked)
    def _clicked(self, event: LineList.Clicked) -> None:
        event.stop()
        self.go_to(event.list)
        event.list.move_to(event.position)
        if event.times == 2:
            self.open()

    @on(Lines.Clicked)
    def _heading_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        if event.lines is self.pair_title and self.comparison is not None:
            kind = compare_lines.kind_at(self.comparison, event.piece)
            if event.does == compare_lines.ORDER:
                self.order.change(self.pairs, Ordering.next)
            elif kind is not None:
                self.show_only("" if kind == self.kind else kind, self.only)
        elif event.lines is not self.head:
            part = self.modes if event.lines is self.mode_title else self.slices
            self.go_to(part)
            if event.does:
                self.order.change(part, lambda ordering: ordering.press(event.does))
        else:
            keys.show_why(self)

    # --- drawing -------------------------------------------------------------------------------------------------------

    def tell(self, text: str) -> None:
        """Say something in place of a verdict."""
        self._told = safe_text(text, 2_000)
        self.draw()

    def draw(self) -> None:
        """Draw everything."""
        if not self.is_mounted:
            return
        comparison, found, width = self.comparison, self.versus.on_record, self.size.width
        most = max(_LEAST_HEAD, min(_MOST_HEAD, self.size.height // 3, self.size.height - _FRAME - 4))
        if comparison is not None:
            self.second.show(*compare_lines.title(comparison, self.glyphs))
            notes = [*self.versus.notes, *keys.hints(self)]
            self.head.show(compare_lines.head(comparison, notes, width, most, self.glyphs))
            self._draw_groups(comparison)
        else:
            text = compare_lines.on_record_text(found, self.versus.notes) if found is not None else self._told
            style = "text" if found is not None else "dim"
            lines: list[Line] = [[(f" {line}", style)] for each in text.split("\n") for line in wrap(each, max(width - 2, 10))]
            self.second.show([[("two runs, by what is on record of them", "strong")]] if found is not None else [])
            self.head.show(compare_lines.cut(lines, self.size.height - 5))
        self.head.set_class(comparison is None, "-alone")
        for part in (self._groups, self.pair_title, self.pairs):
            part.display = comparison is not None

    def _draw_groups(self, comparison: Comparison) -> None:
        half = self.size.width - 2 if self.size.width < _NARROW else self.size.width // 2 - 2
        tables = (compare_tables.mode_table, compare_tables.slice_table)
        titles, parts, empty = (self.mode_title, self.slice_title), (self.modes, self.slices), (keys.NO_MODE, keys.NO_SLICE)
        for table, title, part, nothing in zip(tables, titles, parts, empty, strict=True):
            heading, lines = table(comparison, half, self.order.of(part), self.glyphs)
            title.show([heading if lines else [(f"   {nothing}", "dim")]])
            part.show(lines, part.cursor)
        longest = 1 + max(len(self.modes.lines), len(self.slices.lines))
        room = self.size.height - _FRAME - len(self.head.lines)
        self._groups.styles.height = min(longest, max(2, min(room // 2, self.size.height // 4)), _MOST_ROWS)
        self._draw_pairs(self.pairs.cursor)
        self.go_to(self.active if self.active.lines else self.pairs)

    def _arrange(self) -> None:
        """Show modes and slices beside each other; where there is no room, those that the keys are in, or that there are any of."""
        narrow, (left, right) = self.size.width < _NARROW, self._sides  # a key may come before they are mounted
        slices = bool(self.slices.lines) and (not self.modes.lines or self.active is self.slices)
        left.display, right.display = not (narrow and slices), not narrow or slices

    def _draw_pairs(self, cursor: int) -> None:
        comparison = self.comparison
        if comparison is None:
            return
        here = [row for row in self._every if self.kind in ("", row["kind"]) and self.only in ("", row["mode"])]
        self.shown = self.order.examples.arranged(here)
        there = Counter(row["kind"] for row in self._every)
        counts = compare_lines.counts(comparison, there, self.kind, self.only, self.order.examples, self.glyphs)
        self.pair_title.show([counts if self._every else [(f"   {keys.NO_EXAMPLE}", "dim")]])
        self.pairs.show(compare_tables.pair_table(len(self.shown), self.pair_at, comparison, self.size.width, self.glyphs), cursor)
