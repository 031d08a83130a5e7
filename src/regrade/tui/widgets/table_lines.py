"""Tables as lines: columns that have a width and a weight; where there is no room the lightest are left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from regrade.tui.cells import fit
from regrade.tui.widgets.lines import Line
from regrade.tui.widgets.pressed import Pressable

GAP = 2


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    width : int
        In cells; that of the heading at least.
    weight : int
        The larger, the longer it stays; the heaviest always does, and takes what room is left.
    most : int
        How wide it may become.
    """

    name: str
    width: int
    weight: int
    right: bool = False
    most: int = 0


def fitting(columns: Sequence[Column], room: int, by: str = "") -> list[Column]:
    """Return the columns that fit into ``room`` cells, in their order, the heaviest one widened or narrowed to fill it.

    The column ``by`` which the rows are ordered goes last.
    """
    kept = [replace(column, width=max(column.width, cell_len(column.name))) for column in columns]
    heaviest = max(columns, key=lambda column: column.weight).name

    def needed() -> int:
        return sum(column.width for column in kept) + GAP * (len(kept) - 1)

    while needed() > room and len(kept) > 1:
        kept.remove(min(kept, key=lambda column: (column.name in (by, heaviest), column.weight)))
    spare = room - needed()
    return [
        replace(column, width=max(min(column.width + spare, max(column.most, column.width)), 1)) if column.name == heaviest else column
        for column in kept
    ]


def heading(columns: Sequence[Column], lead: int, orders: Collection[str] = (), by: str = "", arrow: str = "") -> Line:
    """Return the names of the columns behind ``lead`` blanks, at least one; pressing one of ``orders`` does what it is called.

    That of the column ``by`` which the rows are ordered has an arrow before it, in the gap where there is no room for both.
    """
    line: Line = [(" " * lead, "dim")]
    for column, (text, _) in zip(columns, row(columns, {column.name: (column.name, "dim") for column in columns}), strict=True):
        ordered = bool(arrow) and column.name == by
        if ordered and cell_len(column.name) < column.width:
            blank = " " * (cell_len(text) - column.width)
            text = fit(arrow + column.name, column.width, right=column.right) + blank
        elif ordered:
            before, style = line[-1]
            line[-1] = (Pressable(before[:-1], before.does) if isinstance(before, Pressable) else before[:-1], style)
            text = arrow + text
        line.append((Pressable(text, column.name) if column.name in orders else text, "accent" if ordered else "dim"))
    return line


def row(columns: Sequence[Column], cells: dict[str, tuple[str, str]]) -> Line:
    """Return one row: ``cells`` is column → text and style; a column without a cell stays blank."""
    line: Line = []
    for at, column in enumerate(columns):
        text, style = cells.get(column.name, ("", "text"))
        blank = " " * GAP if at < len(columns) - 1 else ""
        line.append((fit(text, column.width, right=column.right) + blank, style))
    return line
