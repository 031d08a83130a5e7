"""What people disagree on, as lines: every view in the detail pane, and the views of a dialog, beside one another where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from regrade.tui.model import Dispute, View
from regrade.tui.widgets.lines import Line, wrap

_GAP = 3
_LEAST = 26
"""Cells that a block needs to stand beside another one."""


def disputed(disputes: Sequence[Dispute], width: int) -> list[Line]:
    """Return every view of every dispute in lines of at most ``width`` cells."""
    lines: list[Line] = []
    for dispute in disputes:
        lines.extend([(line, "dim")] for line in wrap(dispute.about, width))
        for number, view in enumerate(dispute.views, 1):
            lines.extend(block(f" {number} ", *said(view), width))
    lines.extend([(line, "dim")] for line in wrap("R takes one of them", width))
    return lines


def said(view: View) -> tuple[str, Sequence[str]]:
    """Return a view as a heading and what stands below it: who holds it since when, and why."""
    return view.text, (*view.said_by, *(f"why: {each}" for each in view.why))


def block(lead: str, heading: str, below: Sequence[str], width: int) -> list[Line]:
    """Return a heading after ``lead``, and lines below it, indented as far."""
    indent, room = " " * cell_len(lead), max(width - cell_len(lead), 4)
    lines: list[Line] = [[(lead if at == 0 else indent, "accent"), (line, "strong")] for at, line in enumerate(wrap(heading, room))]
    for text in below:
        lines.extend([(indent, "dim"), (line, "dim")] for line in wrap(text, room))
    return lines


def column_width(n: int, width: int) -> int:
    """Return how wide each of ``n`` blocks is beside one another; 0 where there is no room for that."""
    column = (width - _GAP * (n - 1)) // max(n, 1)
    return column if n > 1 and column >= _LEAST else 0


def side_by_side(blocks: Sequence[Sequence[Line]], column: int) -> list[Line]:
    """Return blocks, each at most ``column`` cells wide, beside one another."""
    lines: list[Line] = []
    for at in range(max(len(each) for each in blocks)):
        line: Line = []
        for each in blocks:
            pieces = each[at] if at < len(each) else []
            line.extend([*pieces, (" " * (column + _GAP - sum(cell_len(text) for text, _ in pieces)), "text")])
        lines.append(line)
    return lines
