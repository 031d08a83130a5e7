"""A small dialog: a few things with what is to be said of each, one of which is taken by its number, or by j, k and Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from regrade.tui import draw
from regrade.tui.glyphs import ASCII, Glyphs
from regrade.tui.screens.dialog import Dialog
from regrade.tui.widgets.dispute_lines import block, column_width, side_by_side
from regrade.tui.widgets.key_words import KeyWords
from regrade.tui.widgets.lines import Line, wrap
from regrade.tui.widgets.pressed import Pressable

_WIDEST, _HIGHEST = 104, 94
"""Cells, and percent of the terminal, that the dialog takes (app.tcss)."""
_FEWEST = 5
"""Lines of options that are seen beside a long title."""
_STYLES = {"strong": "bold", "dim": "dim", "accent": "bold", "text": ""}


@dataclass(frozen=True)
class Option:
    """Something to pick: its heading, and lines below it."""

    heading: str
    below: Sequence[str] = ()


class Pick(Dialog[int | None]):
    """Ask for one of a few; answers its index, or None.

    Parameters
    ----------
    beside : bool, default False
        Show them beside one another where there is room.
    """

    BINDINGS = [
        # Priority: a digit that is typed ahead is carried out before the next key is looked at.
        *(Binding(str(digit), f"take({digit})", f"take {digit}", id=f"pick.{digit}", priority=True) for digit in range(1, 10)),
        Binding("enter", "take", "take it", id="pick.take", priority=True),
        Binding("j,down,right,l", "move(1)", "next", id="pick.next", priority=True),
        Binding("k,up,left,h", "move(-1)", "previous", id="pick.previous", priority=True),
        Binding("escape,q", "back", "back", id="pick.back", priority=True),
    ]

    def __init__(self, title: str, options: Sequence[Option], keys: str, glyphs: Glyphs, *, beside: bool = False) -> None:
        super().__init__()
        self._title, self._options, self._keys = title, options, keys
        self._glyphs, self._beside = glyphs, beside
        self._head, self._picks = (Static("", id=f"dialog-{name}", markup=False) for name in ("title", "picks"))
        self._foot = KeyWords()
        self._scroll = VerticalScroll(self._picks, id="dialog-options", can_focus=False)
        self.index = 0
        """The one that Enter takes."""

    def compose(self) -> ComposeResult:
        """Make the dialog."""
        with Vertical(id="dialog", classes="-wide"):
            yield self._head
            yield self._scroll
            yield self._foot

    def on_resize(self, event: events.Resize) -> None:
        """Lay it out for this terminal."""
        self.draw_again()

    def show(self, title: str, options: Sequence[Option]) -> None:
        """Ask for something else."""
        self._title, self._options, self.index = title, options, 0
        self.draw_again()

    def draw_again(self) -> None:
        """Draw everything; nothing before it is there, or once it is about to go."""
        if not self.is_mounted or not self.is_attached:
            return
        width = max(min(_WIDEST, self.app.size.width * 94 // 100) - 5, 20)
        column = column_width(len(self._options), width) if self._beside else 0
        blocks = [self._block(at, option, column or width) for at, option in enumerate(self._options)]
        lines: list[Line] = side_by_side(blocks, column) if column else [line for each in blocks for line in [*each, []]][:-1]
        self._head.update(self._text([[(self._title, "text")]]))
        self._picks.update(self._text(lines))
        self._foot.say(draw.in_ascii(self._keys) if self._glyphs is ASCII else self._keys)
        self._share(width)
        above = 0 if column else sum(len(each) + 1 for each in blocks[: self.index])
        if not blocks:
            return
        scroll = self._scroll
        room = max(scroll.size.height, 1)
        if not above >= scroll.scroll_offset.y or above + len(blocks[self.index]) > scroll.scroll_offset.y + room:
            scroll.scroll_to(y=above, animate=False)

    def _share(self, width: int) -> None:
        """Give the options what room is left between the title and the keys, which are always seen; a long title gives way first."""
        title, keys = (sum(len(wrap(line, width)) for line in text.split("\n")) for text in (self._title, self._keys))
        inside = self.app.size.height * _HIGHEST // 100 - 2
        left = inside - keys - 2  # a blank line above the options, and above the keys
        self._head.styles.max_height = max(left - min(_FEWEST, left // 2), 1)
        self._scroll.styles.max_height = max(left - title, min(_FEWEST, left // 2), 1)

    def _block(self, at: int, option: Option, width: int) -> list[Line]:
        lead = f"{self._glyphs.cursor if at == self.index else ' '}{at + 1 if at < 9 else ' '} "
        return [[(Pressable(text, str(at)), style) for text, style in line] for line in block(lead, option.heading, option.below, width)]

    def on_click(self, event: events.Click) -> None:
        """Choose what is pressed; take what is pressed twice."""
        at = event.style.meta.get("pick", -1)
        if 0 <= at < len(self._options):
            self.action_move(at - self.index)
            if event.chain == 2:
                self.take(self.index)

    def _text(self, lines: Sequence[Line]) -> Text:
        """Return rich text, in which nothing is read as markup."""
        convert = draw.in_ascii if self._glyphs is ASCII else str
        return Text("\n").join(Text.assemble(*((convert(text), _style(text, style)) for text, style in line)) for line in lines)

    def action_move(self, by: int) -> None:
        """Choose another one."""
        self.index = (self.index + by) % len(self._options)
        self.draw_again()

    def action_take(self, number: int = 0) -> None:
        """Take the one with this number, or the chosen one."""
        at = number - 1 if number else self.index
        if at < len(self._options):
            self.take(at)

    def take(self, at: int) -> None:
        """Close with this one."""
        self.answer(at)

    def action_back(self) -> None:
        """Go back; nothing happens."""
        self.answer(None)


def _style(text: str, name: str) -> Style:
    """Return the style of a piece, which knows what is picked where it is pressed."""
    style = Style.parse(_STYLES[name])
    return style + Style(meta={"pick": int(text.does)}) if isinstance(text, Pressable) else style
