"""The lines of the facets screen: the table of values with its heading, the columns of the log; no widget, so that they can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.facet_columns import FacetColumn
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.bars import Group
from regrade.tui.widgets.lines import Line, shown
from regrade.tui.widgets.pressed import Pressable

if TYPE_CHECKING:
    from regrade.log import Facet, Facets

ORDERS = ("", "n", "rate", "lift")
"""What values are ordered by; nothing: as they were counted."""
_WIDTHS = {"n": 3, "wrong": 6, "rate": 7, "interval": 13, "lift": 7}
"""At least; counts get what the largest one needs."""
_HEADINGS = {"n": "n", "wrong": "wrong", "rate": "rate %", "interval": "95% interval", "lift": "lift ×"}
_BY_WEIGHT = ("rate", "n", "lift", "wrong", "interval")
"""What is left out last stands first."""
_GAP, _LEAST_VALUE, _MOST_VALUE = 2, 12, 44
_LEAST_BAR, _MOST_BAR = 6, 24


@dataclass(frozen=True)
class Shape:
    """How the table shares the width.

    Attributes
    ----------
    value, bar : int
        Cells; 0: no bar.
    parts : dict
        The columns of numbers, from left to right, with their widths.
    """

    value: int
    parts: dict[str, int]
    bar: int
    width: int

    @classmethod
    def of(cls, found: Facets, width: int) -> Shape:
        """Return what fits into ``width`` cells: the value, and as many columns of numbers as leave it room."""
        longest = max([cell_len(value_text(row)) for row in found.rows[:200]] + [cell_len(safe_text(found.column, 60)), _LEAST_VALUE])
        wanted = min(longest, _MOST_VALUE)
        longest_n = len(f"{max([found.others, *(row.n for row in found.rows)]):,}")
        longest_wrong = len(f"{max((row.failures for row in found.rows), default=0):,}")
        widths = {**_WIDTHS, "n": max(_WIDTHS["n"], longest_n), "wrong": max(_WIDTHS["wrong"], longest_wrong)}
        kept: list[str] = []
        room = width - min(wanted, 24)
        for part in _BY_WEIGHT:
            if widths[part] + _GAP > room:
                break
            kept.append(part)
            room -= widths[part] + _GAP
        room += min(wanted, 24)
        value = max(1, min(wanted, room))
        bar = room - value - _GAP - 2
        return cls(
            value, {part: each for part, each in widths.items() if part in kept}, min(bar, _MOST_BAR) if bar >= _LEAST_BAR else 0, width
        )


def value_text(row: Facet) -> str:
    """Return the value in words that cannot be taken for another's."""
    if row.value is None:
        return "missing"
    return shown(row.value) if str(row.value).strip() else f"'{safe_text(row.value)}'"


def ordered(found: Facets, order: str, *, reverse: bool) -> list[Facet]:
    """Return the rows in an order, the largest first; those whose rate says little (or nothing) stand last by lift (by rate)."""
    rows = list(found.rows)
    if order == "n":
        rows.sort(key=lambda row: -row.n)
    elif order == "rate":
        rows.sort(key=lambda row: (row.rate is None, -(row.rate or 0.0)))
    elif order == "lift":
        rows.sort(key=lambda row: (row.lift is None, row.small, -(row.lift or 0.0)))
    return rows[::-1] if reverse else rows


def heading(shape: Shape, found: Facets, order: str, *, reverse: bool, glyphs: Glyphs) -> Line:
    """Return the line above the values."""
    arrow = glyphs.ascending if reverse else glyphs.descending
    line: Line = [(" " + fit(safe_text(found.column, 60), shape.value), "strong")]
    for part, width in shape.parts.items():
        text = f"{arrow}{_HEADINGS[part]}" if part == order else _HEADINGS[part]
        cell = Pressable(" " * _GAP + fit(text, width, right=True), part if part in ORDERS else "")
        line.append((cell, "accent" if part == order else "dim"))
    return line


def value_line(shape: Shape, row: Facet, found: Facets, glyphs: Glyphs, *, broken: bool = False) -> Line:
    """Return one value; whether it surely fails more or less often than the rest of what was counted is a glyph and a colour.

    ``broken``: the rate is that of a broken feed, and says nothing of a model.
    """
    sure = surely(row, found)
    style = {1: "wrong", -1: "right"}.get(sure, "dim" if row.small else "text")
    arrow = glyphs.warning if broken else {1: glyphs.ascending, -1: glyphs.descending}.get(sure, " ")
    texts = {
        "n": (f"{row.n:,}", "text"),
        "wrong": (f"{row.failures:,}", "text"),
        "rate": (percent(row.rate), style),
        "interval": (_interval(row, glyphs), "dim"),
        "lift": (f"{row.lift:.2f}" if row.lift is not None else "–", style),
    }
    line: Line = [(fit(value_text(row), shape.value), "text" if row.n else "dim")]
    line += [(" " * _GAP + fit(texts[part][0], width, right=True), texts[part][1]) for part, width in shape.parts.items()]
    if shape.bar:
        top = max((each.rate or 0.0 for each in found.rows), default=0.0) or 1.0
        share = (row.rate or 0.0) / top
        line.append((f" {arrow} " + glyphs.full * (max(1, round(share * shape.bar)) if share > 0 else 0), style))
    elif "lift" in shape.parts:
        line.append((arrow, style))
    return line


def surely(row: Facet, found: Facets) -> int:
    """Return 1 where the interval of the rate lies above the rate of all, −1 where it lies below, else 0."""
    if row.interval is None or found.rate is None:
        return 0
    low, high = row.interval
    return 1 if low > found.rate else -1 if high < found.rate else 0


def percent(rate: float | None) -> str:
    """Return a rate as a number of percent; a dash for none."""
    return "–" if rate is None else f"{rate * 100:.1f}"


def _interval(row: Facet, glyphs: Glyphs) -> str:
    if row.interval is None:
        return ""
    if row.small:
        return "small n"
    return f"{percent(row.interval[0])} {glyphs.dash} {percent(row.interval[1])}"


def others_line(shape: Shape, found: Facets) -> Line:
    """Return the line for the values that are too rare to have one each."""
    number = [(" " * _GAP + fit(f"{found.others:,}" if part == "n" else "", each, right=True), "dim") for part, each in shape.parts.items()]
    return [(fit("rarer values", shape.value), "dim"), *number]


def title(root: str, name: str, found: Facets | None, glyphs: Glyphs) -> tuple[list[Group], list[Group]]:
    """Return the first line: the workspace and the column on the left, what was counted on the right."""
    left: list[Group] = [
        [("regrade", "accent"), (f"  {safe_text(root, 40)}", "strong")],
        [(f" {glyphs.dot} facets of {safe_text(name, 60)}", "text")],
    ]
    if found is None:
        return left, []
    right: list[Group] = [[(f"{found.n:,} predictions", "text")]]
    if found.n > found.known:
        right.append([(f" · {found.n - found.known:,} unknown", "dim")])
    return left, [*right, [(f" · {found.failures:,} wrong", "text"), (f" · {percent(found.rate)}%", "dim")]]


def column_lines(columns: Sequence[FacetColumn], counted: dict[str, Facets], width: int) -> list[Line]:
    """Return one line a column of the log: its name, and beside it what is known of it."""
    lines: list[Line] = []
    for column in columns:
        found = counted.get(column.asked)
        about = column.about if found is None else _counted(found)
        name = safe_text(column.name, 80)
        room = width - 3 - cell_len(about)
        keep = room >= min(cell_len(name), 12)
        lines.append([(fit(name, max(room, 1)), "text"), (f" {about}", "dim")] if keep else [(fit(name, max(width - 1, 1)), "text")])
    return lines


def _counted(found: Facets) -> str:
    none = next((row.n for row in found.rows if row.value is None), 0)
    if none and found.n:
        share = none / found.n * 100
        return f"{share:.0f}% missing" if share >= 1 else "<1% missing"
    if found.kind == "values":
        return f">{len(found.rows):,} values" if found.others else f"{len(found.rows):,} value" + "s" * (len(found.rows) != 1)
    return "bins" if found.kind == "bins" else "time"
