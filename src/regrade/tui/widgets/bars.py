"""The lines that frame a screen: where you are (first), what the keys do here (last), and the rules between panes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from regrade.safe_text import safe_text
from regrade.tui import draw
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.pressed import pressed

Piece = tuple[str, str]
"""Text and the name of its style."""


Group = Sequence[Piece]
"""Pieces that stand or go together."""


class Bar(Widget):
    """One line: groups on the left, groups on the right. Where there is no room the right ones go, but for the last of them; then the
    left ones, but for the first; then the last on the right.

    Parameters
    ----------
    firm : bool
        Keep the first on the right as well, and the last on the left rather than the first: they are the keys that are needed most.
    """

    COMPONENT_CLASSES = {"bar--text", "bar--dim", "bar--strong", "bar--accent", "bar--wrong"}

    @dataclass
    class Pressed(Message):
        """A word was pressed that does something."""

        bar: Bar
        does: str

    def __init__(self, glyphs: Glyphs, *, id: str, firm: bool = False) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._firm = firm
        self._left: list[Group] = []
        self._right: list[Group] = []

    def show(self, left: Sequence[Group], right: Sequence[Group] = ()) -> None:
        """Show these groups; nothing is painted where nothing changed."""
        if (list(left), list(right)) != (self._left, self._right):
            self._left, self._right = list(left), list(right)
            self.refresh()

    def fits(self, left: Sequence[Group], right: Sequence[Group]) -> bool:
        """Return whether there is room for all of these; before there is any, yes."""
        return not self.size.width or _length(left) + _length(right) + 3 <= self.size.width

    @property
    def text(self) -> str:
        """What it says, for tests."""
        return "".join(text for text, _ in _flat([*self._left, *self._right]))

    def fitting(self, width: int) -> tuple[list[Piece], list[Piece]]:
        """Return the pieces on the left and on the right that fit into ``width`` cells, blanks at both ends included."""
        left, right = list(self._left), list(self._right)

        def too_long() -> bool:
            first = next((text for text, _ in _flat(right)), "")
            apart = 0 if not right else 1 if first.startswith(" ") else 2
            return _length(left) + _length(right) + 2 + apart > width

        while too_long() and len(right) > (2 if self._firm else 1):
            right.pop(-2)
        while too_long() and len(left) > 1:
            left.pop(-2 if self._firm else -1)
        while too_long() and right:
            right.pop()
        kept = _flat(right)
        if kept:
            kept[0] = (kept[0][0].removeprefix(" · "), kept[0][1])
        return _flat(left), kept

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        plain = self.get_component_rich_style("bar--text")
        left, right = self.fitting(width)
        segments = [Segment(" ", plain), *(Segment(text, self.get_component_rich_style(f"bar--{style}")) for text, style in left)]
        segments.append(Segment(self._between(left, right), plain))
        segments += [Segment(text, self.get_component_rich_style(f"bar--{style}")) for text, style in right]
        return draw.line(segments, width, plain, self._glyphs)

    def _between(self, left: Sequence[Piece], right: Sequence[Piece]) -> str:
        return " " * max(self.size.width - _length([left]) - _length([right]) - 2, 0)

    def on_click(self, event: events.Click) -> None:
        """Say what was pressed."""
        left, right = self.fitting(self.size.width)
        if does := pressed([(" ", ""), *left, (self._between(left, right), ""), *right], event.x):
            event.stop()
            self.post_message(self.Pressed(self, does))


def _flat(groups: Sequence[Group]) -> list[Piece]:
    return [piece for group in groups for piece in group]


def _length(groups: Sequence[Group]) -> int:
    return sum(cell_len(text) for text, _ in _flat(groups))


class Rule(Widget):
    """A horizontal rule, joined to the vertical one between two panes; a message can stand in its place."""

    COMPONENT_CLASSES = {"rule--line", "rule--error", "rule--said", "rule--note"}

    def __init__(self, glyphs: Glyphs, *, id: str, downwards: bool) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._downwards = downwards
        self._joint = -1
        self._error = ""
        self._said = self._note = self._warning = ""
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

    def warn(self, text: str) -> None:
        """Show a warning wherever nothing else is said; an empty one takes it away."""
        self._warning = safe_text(text, 500)
        self.refresh()

    def note(self, text: str) -> None:
        """Show how far something is, at the right end, until something else is shown there."""
        if text != self._note:
            self._note = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the rule or the error."""
        width = self.size.width
        if self._error:
            text = f" {self._glyphs.warning} {self._error}"
            style = self.get_component_rich_style("rule--error")
            return draw.line([Segment(fit(text, width), style)], width, style, self._glyphs)
        line = self._glyphs.rule * width
        if 0 <= self._joint < width:
            line = line[: self._joint] + (self._glyphs.rule_down if self._downwards else self._glyphs.rule_up) + line[self._joint + 1 :]
        style = self.get_component_rich_style("rule--line")
        segments = [Segment(line, style)]
        spoken, loud = (self._said, self._trouble) if self._said else (self._warning, True)
        if spoken:
            text = f" {self._glyphs.warning} {spoken} " if loud else f" {spoken} "
            text = fit(text, min(cell_len(text), max(width - 3, 1)))
            said = Segment(text, self.get_component_rich_style("rule--error" if loud else "rule--said"))
            segments = [Segment(line[:1], style), said, Segment(line[1 + cell_len(text) :], style)]
        note = f" {safe_text(self._note, 200)} " if self._note else ""
        if note and cell_len(segments[-1].text) > cell_len(note) + 4:
            rest = segments.pop().text
            noted = Segment(note, self.get_component_rich_style("rule--note"))
            segments += [Segment(rest[: -cell_len(note) - 1], style), noted, Segment(rest[-1:], style)]
        return draw.line(segments, width, style, self._glyphs)
