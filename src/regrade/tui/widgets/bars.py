"""The lines that frame a screen: where you are (first), what the keys do here (last), and the rules between panes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs

Piece = tuple[str, str]
"""Text and the name of its style."""


class Bar(Widget):
    """One line: pieces on the left, pieces on the right; the right gives way first, piece by piece from its left end."""

    COMPONENT_CLASSES = {"bar--text", "bar--dim", "bar--strong", "bar--accent", "bar--wrong"}

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._left: Sequence[Piece] = ()
        self._right: Sequence[Piece] = ()

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show these pieces; nothing is painted where nothing changed."""
        if (list(left), list(right)) != (list(self._left), list(self._right)):
            self._left, self._right = left, right
            self.refresh()

    @property
    def text(self) -> str:
        """What it says, for tests."""
        return "".join(text for text, _ in [*self._left, *self._right])

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        plain = self.get_component_rich_style("bar--text")
        left, right = list(self._left), list(self._right)
        while right and _length(left) + _length(right) + 3 > width:
            right.pop(0)
        while len(left) > 1 and _length(left) + _length(right) + 2 > width:
            left.pop()
        if right:
            right[0] = (right[0][0].removeprefix(" · "), right[0][1])
        segments = [Segment(" ", plain), *(Segment(text, self.get_component_rich_style(f"bar--{style}")) for text, style in left)]
        blank = width - _length(left) - _length(right) - 2
        segments.append(Segment(" " * max(blank, 0), plain))
        segments += [Segment(text, self.get_component_rich_style(f"bar--{style}")) for text, style in right]
        return Strip(segments).adjust_cell_length(width, plain).simplify()


def _length(pieces: Sequence[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)


class Rule(Widget):
    """A horizontal rule, joined to the vertical one between two panes; a message can stand in its place."""

    COMPONENT_CLASSES = {"rule--line", "rule--error", "rule--said"}

    def __init__(self, glyphs: Glyphs, *, id: str, downwards: bool) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._downwards = downwards
        self._joint = -1
        self._error = ""
        self._said = ""
        self._trouble = False

    def join(self, x: int) -> None:
        """Meet the vertical rule in column ``x``; -1 where there is none."""
        if x != self._joint:
            self._joint = x
            self.refresh()

    def complain(self, error: str) -> None:
        """Show an error in place of the rule; an empty one shows the rule again."""
        error = safe_text(error, 400)
        if error != self._error:
            self._error = error
            self.refresh()

    @property
    def error(self) -> str:
        """The error that stands in its place."""
        return self._error

    @property
    def said(self) -> str:
        """What it says."""
        return self._said

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Show a word to the person on the rule; an empty one takes it away."""
        self._said, self._trouble = safe_text(text, 500), trouble
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the rule or the error."""
        width = self.size.width
        if self._error:
            return Strip(
                [Segment(fit(f" {self._glyphs.warning} {self._error}", width), self.get_component_rich_style("rule--error"))], width
            )
        line = self._glyphs.rule * width
        if 0 <= self._joint < width:
            line = line[: self._joint] + (self._glyphs.rule_down if self._downwards else self._glyphs.rule_up) + line[self._joint + 1 :]
        style = self.get_component_rich_style("rule--line")
        if not self._said:
            return Strip([Segment(line, style)], width)
        text = f" {self._glyphs.warning} {self._said} " if self._trouble else f" {self._said} "
        text = fit(text, min(cell_len(text), max(width - 3, 1)))
        said = Segment(text, self.get_component_rich_style("rule--error" if self._trouble else "rule--said"))
        return Strip([Segment(line[:1], style), said, Segment(line[1 + cell_len(text) :], style)]).adjust_cell_length(width, style)
