"""The lines of the Modes screen: the table of failure modes, and what is said of one; no widget, so that they can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.cells import MONTHS, fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.histogram import levels
from regrade.tui.widgets.lines import Line, wrap
from regrade.tui.widgets.orders import Order, Ordering
from regrade.tui.widgets.table_lines import Column, fitting, heading, row

if TYPE_CHECKING:
    from datetime import date

    from regrade.tui.services.mode_service import ModeRow

ORDERS = ("key", "mode", "priority", "owner", "labelled", "examples")
"""What modes are ordered by, besides how the candidates do on them; closed ones stand below the others in each."""
EMPTY = "No failure mode yet: n defines one; in Triage, l labels a prediction with one and defines it on the way."
_WIDEST = 40
_MOST = 3
"""Lines of a description."""
Rates = Mapping[str, Sequence[int]]


def ordering(order: str, rates: Mapping[str, Rates], *, reverse: bool) -> Ordering:
    """Return an order of the modes: those with the most first; of a candidate, those first that it fails most; what has none last."""

    def share(each: ModeRow) -> float | None:
        right, n = rates.get(each.id, {}).get(order, (0, 0))
        return right / n if n else None

    orders = (
        Order("key", lambda each: each.digit),
        Order("mode", lambda each: each.name.casefold()),
        Order("priority", lambda each: None if each.priority is None else (each.priority, -each.labelled)),
        Order("owner", lambda each: each.owner.casefold() or None),
        Order("labelled", lambda each: each.labelled, largest_first=True),
        Order("examples", lambda each: each.examples, largest_first=True),
    )
    return Ordering(orders if order in ORDERS else [Order(order, share)], [order, reverse])


def ordered(rows: Sequence[ModeRow], order: Ordering) -> list[ModeRow]:
    """Return the modes in an order; what is alike by name, closed ones below the others."""
    found = order.arranged(sorted(rows, key=lambda each: each.name.casefold()))
    return sorted(found, key=lambda each: each.state == "closed")


def trend(weeks: Sequence[int], most: int, glyphs: Glyphs) -> str:
    """Return a column a week, on one scale for all modes; a week without an example is blank."""
    steps = levels(glyphs)
    return "".join(steps[max(0, -(-count * len(steps) // most) - 1)] if count else " " for count in weeks)


def columns_of(rows: Sequence[ModeRow], candidates: Sequence[str], room: int, by: str = "") -> list[Column]:
    """Return the columns of the table that fit, the one that orders it among them."""
    names = max((cell_len(safe_text(each.name, 100)) for each in rows), default=4)
    owners = max((cell_len(safe_text(each.owner, 40)) for each in rows), default=0)
    weeks = max((len(each.weeks) for each in rows), default=0)
    columns = [Column("key", 3, 90), Column("mode", min(names, 16), 100, most=min(names, _WIDEST))]
    if any(each.priority is not None for each in rows):
        columns.append(Column("priority", 8, 20))
    if owners:
        columns.append(Column("owner", min(owners, 16), 30))
    columns += [Column("labelled", 8, 80, right=True), Column("examples", 8, 70, right=True)]
    if weeks:
        columns.append(Column("by week", weeks, 40))
    shown = dict.fromkeys(safe_text(name, 20) for name in candidates)
    columns += [Column(name, 9, 60 - at, right=True) for at, name in enumerate(shown) if name not in {each.name for each in columns}]
    return fitting(columns, room, by)


def mode_lines(
    rows: Sequence[ModeRow],
    candidates: Sequence[str],
    rates: Mapping[str, Rates],
    room: int,
    glyphs: Glyphs,
    order: Ordering | None = None,
) -> tuple[Line, list[Line]]:
    """Return the heading and a line for each mode."""
    by, arrow = (order.by, order.arrow(glyphs)) if order is not None else ("", "")
    columns = columns_of(rows, candidates, room - 3, by)
    most = max((count for each in rows for count in each.weeks), default=1) or 1
    lines = []
    for each in rows:
        closed = each.state == "closed"
        glyph, style = (glyphs.dash, "dim") if closed else (glyphs.open, "dim")
        if each.disputed:
            glyph, style = glyphs.disputed, "wrong"
        plain = "dim" if closed else "text"
        cells = {
            "key": (str(each.digit or ""), "accent"),
            "mode": (safe_text(each.name, 200), "dim" if closed else "strong"),
            "priority": ("" if each.priority is None else f"P{each.priority}", plain),
            "owner": (safe_text(each.owner, 100), plain),
            "labelled": (f"{each.labelled:,}", plain),
            "examples": (f"{each.examples:,}", plain),
            "by week": (trend(each.weeks, most, glyphs), "dim" if closed else "accent"),
        }
        cells |= {safe_text(name, 20): (fraction(rates.get(each.id, {}).get(name), glyphs), plain) for name in candidates}
        lines.append([(f"{glyph} ", style), *row(columns, cells)])
    return heading(columns, 3, (*ORDERS, *candidates), by, arrow), lines


def fraction(rate: Sequence[int] | None, glyphs: Glyphs) -> str:
    """Return on how many examples a candidate is right, of how many; a dash where nothing can be said."""
    return f"{rate[0]:,} / {rate[1]:,}" if rate and rate[1] else glyphs.dash


def about(each: ModeRow | None, rows: Sequence[ModeRow], width: int, glyphs: Glyphs) -> list[Line]:
    """Return what is said of the mode under the cursor: what it means, who looks after it.

    As many lines as the longest description among ``rows`` needs, three at most, so that nothing moves when the cursor does.
    """
    meanings = {row.id: _meaning(row, width - 2) for row in rows}
    high = max((len(lines) for lines in meanings.values()), default=1)
    if each is None:
        return [[("", "text")]] * (high + 1)
    dot = f" {glyphs.dot} "
    state = "closed" if each.state == "closed" else ""
    parts = [state, f"P{each.priority}" if each.priority is not None else "", f"owner {safe_text(each.owner, 100)}" if each.owner else ""]
    parts += [safe_text(each.link, 300), f"{safe_text(', '.join(each.merged), 200)} read as it" if each.merged else ""]
    meaning = meanings[each.id]
    style = "text" if each.description.strip() else "dim"
    return [
        *([(f" {line}", style)] for line in [*meaning, *[""] * (high - len(meaning))]),
        [(f" {fit(dot.join(part for part in (safe_text(each.id, 100), *parts) if part), max(width - 2, 1))}", "dim")],
    ]


def right_of(candidates: Sequence[str], rates: Rates, width: int, glyphs: Glyphs) -> Line:
    """Return on how many examples of a mode each candidate is right, in one line."""
    right = f" {glyphs.dot} ".join(f"{safe_text(name, 30)} {fraction(rates.get(name), glyphs)}" for name in candidates)
    title = " right on its examples: "
    return [(title, "dim"), (fit(right, max(width - len(title) - 1, 1)), "text")] if right else [(" nothing is scored yet", "dim")]


def _meaning(each: ModeRow, width: int) -> list[str]:
    said = " ".join(safe_text(each.description, 2_000).split())
    lines = wrap(said, max(width, 8)) if said else [fit("o describes it: what it means, owner, priority, link", width)]
    return lines if len(lines) <= _MOST else [*lines[: _MOST - 1], fit(" ".join(lines[_MOST - 1 :]), width)]


def since(first: date | None) -> str:
    """Return what the trend shows, in words."""
    return f"examples by week of the prediction, from {MONTHS[first.month - 1]} {first.day}, {first.year}" if first else ""
