"""From pieces of text to a line of the terminal: exactly as wide as asked, nothing but ASCII where the terminal knows nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from regrade.tui.glyphs import ASCII, Glyphs

_IN_ASCII = {
    "·": "|",
    "…": "~",
    "–": "-",
    "−": "-",
    "→": ">",
    "␛": "^",
    "⏎": "/",
    "␍": "/",
    "␀": "0",
    **dict.fromkeys("─━═▁▔▄▀", "-"),
    **dict.fromkeys("│┃║▌▐▎▊▏▕", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╸╺", "+"),
    **dict.fromkeys("█▉▇▆▅", "#"),
}
"""Signs of ours, and of Textual's own borders and scrollbars."""


def line(segments: Iterable[Segment], width: int, blank: Style, glyphs: Glyphs) -> Strip:
    """Return the segments as a line of ``width`` cells, filled up in the style ``blank``."""
    if glyphs is ASCII:
        segments = [Segment(in_ascii(segment.text), segment.style) for segment in segments]
    return Strip(segments).adjust_cell_length(width, blank).simplify()


def in_ascii(text: str) -> str:
    """Return text of the same width in cells without a character that an ASCII terminal cannot show."""
    if text.isascii():
        return text
    return "".join(each if each.isascii() else _IN_ASCII.get(each) or "?" * cell_len(each) for each in text)
