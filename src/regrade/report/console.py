"""The console that reports are printed on: no markup from data, no control characters, ASCII where the terminal has no more."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from regrade.report.actions_log import inert
from regrade.safe_text import safe_lines, safe_text

Part = str | tuple[str, str]
"""Text, or text with a style."""

_GAP = 2
_FIRST = 14
"""Cells that the first column keeps, however narrow the terminal is."""

_ASCII = str.maketrans(
    {
        "✗": "x", "✓": "v", "▲": "+", "▼": "-", "⚑": "!", "⚠": "!", "●": "*", "◐": "o", "○": ".", "≠": "=", "┃": ">",
        "–": "-", "−": "-", "→": ">", "·": "|", "…": ".", "─": "-", "━": "=", "┼": "+", "┊": ":", "±": "~",
    }
)  # fmt: skip


class Page:
    """A console with the few shapes that reports are made of.

    Parameters
    ----------
    console : Console, optional
        Where to print; default: standard output, colours only on a terminal and never under NO_COLOR.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        self._unicode = self.console.encoding.lower().replace("-", "").startswith("utf")
        self._cut: Literal["ellipsis", "crop"] = "ellipsis" if self._unicode else "crop"  # rich's ellipsis is no ASCII

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self.console.width

    @property
    def unicode(self) -> bool:
        """Has the terminal more than ASCII?"""
        return self._unicode

    def text(self, *parts: Part, limit: int = 2_000) -> Text:
        """Return the parts as one harmless text, in characters that the terminal has."""
        result = Text(overflow=self._cut)
        for part in parts:
            words, style = part if isinstance(part, tuple) else (part, "")
            result.append(self._encodable(safe_text(words, limit)), style)
        return result

    def line(self, *parts: Part) -> None:
        """Print one paragraph; longer than the terminal is wide, it is wrapped between words."""
        text = self.text(*parts)
        text.overflow = "fold"
        self.console.print(text)

    def cut_line(self, *parts: Part) -> None:
        """Print one line of a list; longer than the terminal is wide, it ends in an ellipsis."""
        text = self.text(*parts)
        text.rstrip()
        self.console.print(text, no_wrap=True, overflow=self._cut)

    def indented(self, cells: int, *parts: Part) -> None:
        """Print one paragraph with a margin on its left, on every line that it is wrapped to."""
        for line in self.text(*parts).wrap(self.console, max(self.width - cells, 20), overflow="fold"):
            line.rstrip()
            self.console.print(Text(" " * cells) + line)

    def unbroken(self, cells: int, *parts: Part) -> None:
        """Print one line with a margin, for a path or a command: the terminal wraps it, so that it is copied in one piece."""
        self.console.print(Text(" " * cells) + self.text(*parts), soft_wrap=True)

    def lines(self, words: str, style: str = "") -> None:
        """Print a text with line breaks of its own."""
        self.console.print(Text(self._encodable(safe_lines(words)), style))

    def blank(self) -> None:
        """Print an empty line."""
        self.console.print()

    def table(
        self,
        titles: Sequence[str],
        rows: Sequence[Sequence[Part]],
        *,
        left: Collection[int] = (0,),
        spare: Sequence[int] = (),
        first: int = _FIRST,
    ) -> None:
        """Print a table: headings, then rows; a cell that does not fit ends in an ellipsis, in the first column before others.

        Parameters
        ----------
        titles : sequence of str
        rows : sequence of rows
            One part a title. A column in which no cell says anything is left out.
        left : collection of int
            Columns of words; the others are numbers, aligned right.
        spare : sequence of int
            Columns that are left out, one after the other, where the terminal is too narrow for all.
        first : int
            Cells that the first column keeps.
        """
        widths = [max(cell_len(safe_text(words)) for words in (title, *(_words(row[i]) for row in rows))) for i, title in enumerate(titles)]
        widths[0] = min(widths[0], first)
        kept = [i for i in range(len(titles)) if i == 0 or any(_words(row[i]) for row in rows)]
        for i in spare:
            if sum(widths[each] + _GAP for each in kept) - _GAP > self.width and i in kept:
                kept.remove(i)
        others = sum(widths[i] + _GAP for i in kept[1:])
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
        for i in kept:
            side: Literal["left", "right"] = "left" if i in left else "right"
            # rich takes from all columns alike, and then cuts the last off: so it is told what the first may have
            most = None if i else max(widths[0], self.width - others)
            table.add_column(self.text(titles[i]), justify=side, no_wrap=True, overflow=self._cut, min_width=widths[i], max_width=most)
        for row in rows:
            table.add_row(*(self.text(row[i], limit=200) for i in kept))
        self.console.print(table)

    def _encodable(self, text: str) -> str:
        text = inert(text)
        return text if self._unicode else text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def _words(part: Part) -> str:
    return part if isinstance(part, str) else part[0]
