"""Bins drawn as columns of characters: how many predictions, and how many of them were wrong."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.tui.glyphs import ASCII, Glyphs
from regrade.tui.widgets.lines import Line

_EIGHTHS, _ASCII_EIGHTHS = "▁▂▃▄▅▆▇█", "__--==##"


def levels(glyphs: Glyphs) -> str:
    """Return eight characters, each higher than the one before."""
    return _ASCII_EIGHTHS if glyphs is ASCII else _EIGHTHS


def columns_of(n_bins: int, width: int) -> tuple[int, int]:
    """Return (bins a column, cells a column) with which ``n_bins`` fit into ``width`` cells; a column has at most six cells."""
    together = max(1, -(-n_bins // max(width, 1)))
    n_columns = max(1, -(-n_bins // together))
    return together, max(1, min(width // n_columns, 6))


def summed(values: Sequence[int], together: int) -> list[int]:
    """Return the sums of so many neighbours."""
    return [sum(values[at : at + together]) for at in range(0, len(values), together)]


def histogram(n: Sequence[int], failures: Sequence[int], height: int, cells: int, glyphs: Glyphs) -> list[Line]:
    """Return ``height`` lines, the highest first, of columns of ``cells`` cells: failures solid from below, the others light above.

    The highest column fills the height; whatever is not nothing shows. Styles: ``wrong``, ``dim``.
    """
    top = max([*n, 1])
    steps = levels(glyphs)
    wide, gap = (cells - 1, " ") if cells > 2 else (cells, "")
    lines: list[Line] = []
    for row in reversed(range(height)):
        pieces: Line = []
        for total, wrong in zip(n, failures, strict=True):
            pieces.append(_cell(total / top * height * 8 - row * 8, wrong / top * height * 8 - row * 8, row == 0, steps, wide, gap, glyphs))
        lines.append(_joined(pieces))
    return lines


def _cell(total: float, wrong: float, lowest: bool, steps: str, wide: int, gap: str, glyphs: Glyphs) -> tuple[str, str]:
    """Return what stands in one line of a column, of which ``total`` and ``wrong`` eighths reach above the line's bottom."""
    if wrong > 0 and (wrong >= 0.5 or lowest):
        return steps[min(7, max(0, round(wrong) - 1))] * wide + gap, "wrong"
    if total >= 4:
        return glyphs.empty * wide + gap, "dim"
    return (steps[0] if lowest and total > 0 else " ") * wide + gap, "dim"


def _joined(pieces: Line) -> Line:
    """Return the pieces with neighbours of one style made one."""
    made: Line = []
    for text, style in pieces:
        if made and made[-1][1] == style:
            made[-1] = (made[-1][0] + text, style)
        else:
            made.append((text, style))
    return made
