"""Runs of cells written to a terminal in the fewest bytes: one colour after the other, for naming one takes more than moving the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from regrade.tui.terminal_styles import on_blank, switch

Place = tuple[int, int]
"""Row and column, from 0."""
_BLANKS = re.compile(" {12,}| {6,}$")
"""Blanks that are rather erased than written: that takes five bytes, and five more where something follows, for the cursor stays."""


class Run(NamedTuple):
    """Cells of one style that stand beside each other; ``odd`` where nobody knows how many cells the text takes."""

    y: int
    x: int
    text: str
    style: str
    odd: bool = False


def shortest(runs: list[Run], pen: str, columns: int, *, erases: bool) -> tuple[str, str, Place | None]:
    """Return the shorter of two ways to write runs, as they come or one style after the other.

    Parameters
    ----------
    pen : str
        The style that the terminal writes in.
    erases : bool
        Whether what is erased gets the colour that was chosen last.

    Returns
    -------
    (str, str, Place or None)
        What is to be written, the style after it, and where the cursor is then, None where nobody knows.
    """
    ways = [_in_order(runs, pen, columns, erases)]
    if len(runs) > 1 and not _overlapping(runs):
        ways.append(_in_order(_by_style(runs, pen), pen, columns, erases))
    return min(ways, key=lambda way: len(way[0]))


def _in_order(runs: Iterable[Run], pen: str, columns: int, erases: bool) -> tuple[str, str, tuple[int, int] | None]:
    """Return what writes runs one after the other, the style after it, and where the cursor is then, if that is known."""
    out: list[str] = []
    at: tuple[int, int] | None = None
    for y, x, text, style, odd in runs:
        if style != pen and (odd or text.strip(" ") or on_blank(style) != on_blank(pen)):
            out.append(switch(pen, style))
            pen = style
        back, seen, _ = on_blank(style)
        for part, blanks in [(text, 0)] if odd or seen or (back and not erases) else _parts(text):
            out.append(move(at, y, x))
            out.append(part or f"\x1b[{blanks}X")
            at = (y, x) if not part else (y, x + len(part)) if part.isascii() and x + len(part) < columns else None
            x += blanks or len(part)
    return "".join(out), pen, at


def _by_style(runs: list[Run], pen: str) -> list[Run]:
    """Return the runs in an order that changes the style seldom and at little cost; odd ones first, for they may spill over."""
    groups: dict[str, list[Run]] = {}
    blanks: list[Run] = []
    for run in runs:
        if not run.odd:
            (groups.setdefault(run.style, []) if run.text.strip(" ") else blanks).append(run)
    for run in blanks:
        look = on_blank(run.style)
        style = pen if on_blank(pen) == look else next((each for each in groups if on_blank(each) == look), run.style)
        groups.setdefault(style, []).append(run._replace(style=style))
    ordered = [run for run in runs if run.odd]
    if ordered:
        pen = ordered[-1].style
    while groups:
        pen = min(groups, key=lambda style: len(switch(pen, style)))
        ordered += sorted(groups.pop(pen))
    return ordered


def _overlapping(runs: list[Run]) -> bool:
    """Return whether the order of runs matters: one lies over another, or may spill over one before it."""
    ends: dict[int, list[tuple[int, int]]] = {}
    for y, x, text, _, odd in runs:
        there = ends.setdefault(y, [])
        stop = 1 << 20 if odd else x + len(text)
        if any(x < last and first < stop for first, last in there):
            return True
        if not odd:
            there.append((x, stop))
    return False


def move(at: tuple[int, int] | None, y: int, x: int) -> str:
    """Return the shortest way of the cursor to a cell."""
    if at == (y, x):
        return ""
    there = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
    if at is None or at[0] not in (y, y - 1):
        return there
    if at[0] != y:
        return "\r\n" if x == 0 else there
    by = x - at[1]
    along = f"\x1b[{abs(by) if abs(by) > 1 else ''}{'C' if by > 0 else 'D'}"
    return along if len(along) < len(there) else there


@lru_cache(4096)
def _parts(text: str) -> tuple[tuple[str, int], ...]:
    """Return a text in parts: what is written, or how many blanks are erased."""
    parts: list[tuple[str, int]] = []
    at = 0
    for blanks in _BLANKS.finditer(text):
        if blanks.start() > at:
            parts.append((text[at : blanks.start()], 0))
        parts.append(("", len(blanks[0])))
        at = blanks.end()
    if at < len(text):
        parts.append((text[at:], 0))
    return tuple(parts)
