"""The Compare screen: one candidate judged against another, and every example behind the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on
from textual.containers import Horizontal, Vertical

from regrade.compare.comparison import Comparison
from regrade.compare.pair_row import KINDS, PairRow
from regrade.safe_text import safe_text
from regrade.tui import actions
from regrade.tui.commands import compare as keys
from regrade.tui.model import Choice
from regrade.tui.screens.choose import Choose
from regrade.tui.screens.place import PlaceScreen
from regrade.tui.services.engine_messages import BoardReady, Comparing, ComparisonReady, EngineSaid
from regrade.tui.services.lane import Failed
from regrade.tui.widgets import compare_lines
from regrade.tui.widgets.line_list import LineList, Lines
from regrade.tui.widgets.progress_lines import progress_cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

_LEAST_HEAD, _MOST_HEAD, _MOST_ROWS = 2, 9, 8
_ALONE = "{name} is the only candidate: [candidates] in regrade.toml names others; c takes one at a git ref, such as {name}@main"
_NO_MODE, _NO_SLICE = "   no failure mode yet: l in Triage labels with one", "   no slice yet: [slices] in regrade.toml names them"
_NO_EXAMPLE = "   no example that both answered: p in Triage promotes a failure, `regrade sample 300` draws at random"


class CompareScreen(PlaceScreen):
    """Judge, and show what the judgement rests on.

    Attributes
    ----------
    comparison : Comparison or None
        What is shown; None before there is one.
    kind, only : str
        The kind of examples that is shown, and the failure mode; empty: all.
    """

    PLACE = "compare"
    ACTIONS = keys.ACTIONS
    BINDINGS = actions.bindings(keys.ACTIONS)
    KEYS: ClassVar = (("Enter", "open"), ("f", "show only"), ("b", "baseline"), ("c", "candidate"), ("Y", "copy report"), ("?", "help"))
    HEARS: ClassVar = (Failed, BoardReady, Comparing, ComparisonReady, EngineSaid)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        glyphs = self.glyphs
        self.head = Lines(glyphs, id="compare-head")
        self.mode_title, self.slice_title = Lines(glyphs, id="compare-mode-title"), Lines(glyphs, id="compare-slice-title")
        self.modes, self.slices = LineList(glyphs, id="compare-modes"), LineList(glyphs, id="compare-slices")
        self.pairs, self.pair_title = LineList(glyphs, id="compare-pairs"), Lines(glyphs, id="compare-pair-title")
        self._groups = Horizontal(
            Vertical(self.mode_title, self.modes, id="compare-left"), Vertical(self.slice_title, self.slices, id="compare-right")
        )
        self._groups.id = "compare-groups"
        self.comparison: Comparison | None = None
        self.names = tuple(str(self.restored.get(side, "")) for side in ("baseline", "candidate"))
        self.kind = self.only = ""
        self.markdown = ""
        self._every: list[PairRow] = []
        self.shown: list[PairRow] = []
        self._number = 0
        self._stale = True
        self.active = self.pairs

    def body(self) -> Iterable[Widget]:
        """Return what stands between the two rules."""
        return self.head, self._groups, self.pair_title, self.pairs

    def kept(self) -> dict[str, Any]:
        """Return who was compared."""
        return dict(zip(("baseline", "candidate"), self.names, strict=True))

    def came(self) -> None:
        """Compare, unless what is shown still holds."""
        if self._stale and not self._number:
            self.ask()

    def fit_to(self, width: int, height: int) -> None:
        """Draw anew for this much room."""
        self.call_after_refresh(self.draw)

    # --- asking --------------------------------------------------------------------------------------------------------

    @property
    def candidates(self) -> list[str]:
        """Every candidate's name, the champion first."""
        config = self.services.config
        return sorted(config.candidate_names, key=lambda name: name != config.champion)

    def ask(self) -> None:
        """Compare the two; what is missing is predicted."""
        before, after = self.names
        before = before or self.services.config.champion
        others = [name for name in self.candidates if name not in (before, "logged")]
        after = after or keys.best(self.services.engine.board, before) or next(iter(others), before)
        self.names = (before, after)
        if after == before and not others:
            self._tell(_ALONE.format(name=before))
            return
        self.services.engine.cancel(self._number)
        self._number = self.services.engine.request("compare", self._reply, baseline=before, candidate=after)
        self.lower_rule.note("" if self._number else "the engine starts with the first rows in Triage")
        self._stale = not self._number
        if self.comparison is None:
            self._tell(f"comparing {after} with {before}{self.glyphs.ellipsis}")

    def _reply(self, result: Mapping[str, Any], wrong: str) -> ComparisonReady:
        return ComparisonReady(self._number, result, wrong)

    def stop(self) -> bool:
        """Stop what is asked; return whether there was anything to stop."""
        asked = bool(self._number)
        self.services.engine.cancel(self._number)
        return asked

    def choose(self, side: int) -> None:
        """Ask for another baseline (0) or candidate (1): one of the configuration, or NAME@REF."""
        what = ("baseline", "candidate")[side]
        choices = [Choice(name, name, about="champion" if name == self.services.config.champion else "") for name in self.candidates]

        def chosen(name: str | None) -> None:
            if name:
                self.names = (name, self.names[1]) if side == 0 else (self.names[0], name)
                self.ask()

        hint = f"a candidate, or {safe_text(self.services.config.champion, 30)}@main"
        self.app.push_screen(Choose(f"Another {what}", choices, hint=hint, new="at a git ref").asking(chosen))

    def swap(self) -> None:
        """Judge the one against the other."""
        self.names = (self.names[1], self.names[0])
        self.ask()

    # --- hearing -------------------------------------------------------------------------------------------------------

    def on_comparison_ready(self, message: ComparisonReady) -> None:
        """Show it, unless something newer was asked."""
        if message.number not in (self._number, 0):
            return
        self._number = 0
        self.lower_rule.note("")
        if message.error:
            self.say(message.error, trouble=True)
            if self.comparison is None:
                self._tell(message.error)
            return
        self.comparison = msgspec.convert(message.result["comparison"], Comparison)
        self._every = msgspec.convert(message.result["pairs"], list[PairRow])
        self.markdown = str(message.result["markdown"])
        self.draw()

    def on_comparing(self, message: Comparing) -> None:
        """Say how far one of the two is."""
        cells = progress_cells(message.progress, 60, self.glyphs)
        self.lower_rule.note(f"{message.progress.candidate}: {''.join(text for text, _ in cells).strip()}   Esc stops")

    def on_board_ready(self, _message: BoardReady) -> None:
        """Compare again after the eval set or a candidate changed; now, where it is on screen."""
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

    def go_to(self, part: LineList) -> None:
        """Let the keys move another cursor."""
        if part.lines or part is self.pairs:
            self.active = part
            for each in (self.modes, self.slices, self.pairs):
                each.activate(each is part)

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
        there = ["", *(kind for kind in KINDS if any(row.kind == kind for row in self._every))]
        self.show_only(there[(there.index(self.kind) + 1) % len(there)] if self.kind in there else "", self.only)

    @property
    def pair(self) -> PairRow | None:
        """The example under the cursor."""
        return self.shown[self.pairs.cursor] if self.shown else None

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

    # --- drawing -------------------------------------------------------------------------------------------------------

    def _tell(self, text: str) -> None:
        self.head.show([[(f" {safe_text(text, 400)}", "dim")]])

    def draw(self) -> None:
        """Draw everything."""
        comparison, glyphs, size = self.comparison, self.glyphs, self.size
        if comparison is None or not self.is_mounted:
            return
        self.second.show(*compare_lines.title(comparison, glyphs))
        most = max(_LEAST_HEAD, min(_MOST_HEAD, size.height // 4))
        self.head.show(compare_lines.head(comparison, size.width, most, glyphs))
        narrow = size.width < 100
        half = size.width - 2 if narrow else size.width // 2 - 2
        modes, slices = compare_lines.mode_lines(comparison.modes, half, glyphs), compare_lines.slice_lines(comparison, half, glyphs)
        for title, part, lines in ((self.mode_title, self.modes, modes), (self.slice_title, self.slices, slices)):
            title.show(lines[:1] if lines[1:] else [[(_NO_MODE if part is self.modes else _NO_SLICE, "dim")]])
            part.show(lines[1:], part.cursor)
        rows = min(max(len(modes), len(slices)), max(2, size.height // 4), _MOST_ROWS)
        self._groups.styles.height = rows
        self._groups.children[1].display = not narrow or not comparison.modes
        self._groups.children[0].display = not narrow or bool(comparison.modes)
        self._draw_pairs(self.pairs.cursor)
        self.go_to(self.active if self.active.lines else self.pairs)

    def _draw_pairs(self, cursor: int) -> None:
        comparison = self.comparison
        if comparison is None:
            return
        self.shown = [row for row in self._every if self.kind in ("", row.kind) and self.only in ("", row.mode)]
        counts = compare_lines.counts(comparison, self.kind, self.only, self.glyphs)
        self.pair_title.show([counts if self._every else [(_NO_EXAMPLE, "dim")]])
        self.pairs.show(compare_lines.pair_lines(self.shown, comparison, self.size.width, self.glyphs), cursor)
