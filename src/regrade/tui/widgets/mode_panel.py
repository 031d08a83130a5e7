"""One failure mode drawn: its examples by week, and beside them on how many of them each candidate is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.safe_text import safe_text
from regrade.tui.cells import MONTHS, fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.histogram import histogram
from regrade.tui.widgets.lines import Line

if TYPE_CHECKING:
    from regrade.tui.services.mode_service import ModeRow

LINES = 6
"""Its height: a heading, and so much of both parts."""
WIDTH, HEIGHT = 84, 24
"""Of the screen, at least, for it to be drawn."""
_BARS, _CELLS, _SCALE, _SHARE = 4, 3, 5, 20
"""Lines of the columns, cells of a week, of the number beside them, of a whole bar."""


def panel(
    each: ModeRow, most: int, first: date | None, candidates: Sequence[str], rates: Mapping[str, Sequence[int]], glyphs: Glyphs
) -> list[Line]:
    """Return :data:`LINES` lines on a mode.

    Parameters
    ----------
    most : int
        Examples in the fullest week of any mode: all are drawn on one scale.
    first : date or None
        The first day of the first week.
    rates : mapping
        Candidate → right, of how many.
    """
    left = _weeks(each.weeks, most, first, glyphs)
    wide = _SCALE + max(len(each.weeks), 8) * _CELLS
    right = _rates(candidates, rates, glyphs)
    lines = []
    for one, other in zip(left, right, strict=True):
        gap = " " * (wide - sum(cell_len(text) for text, _ in one) + 3)
        lines.append([*one, (gap, "text"), *other])
    return lines


def _weeks(weeks: Sequence[int], most: int, first: date | None, glyphs: Glyphs) -> list[Line]:
    if not weeks or first is None:
        return [[(f" {'no example yet' if at == 0 else ''}", "dim")] for at in range(LINES)]
    drawn = histogram([most, *weeks], [0, *weeks], _BARS, _CELLS, glyphs)  # the first sets the scale, and is cut off
    lines: list[Line] = [[(" examples by week", "dim")]]
    for at, line in enumerate(drawn):
        text = "".join(text for text, _ in line)[_CELLS:]
        scale = f"{most:,}" if at == 0 else "0" if at == len(drawn) - 1 else ""
        lines.append([(f"{scale:>{_SCALE - 1}} ", "dim"), (text, "accent")])
    last = first + timedelta(weeks=len(weeks) - 1)
    begin, end = (f"{MONTHS[day.month - 1]} {day.day}" for day in (first, last))
    room = len(weeks) * _CELLS - 1
    lines.append([(" " * _SCALE + begin + " " * (room - len(begin) - len(end)) + end if room > 14 else f"{'':{_SCALE}}{end}", "dim")])
    return lines


def _rates(candidates: Sequence[str], rates: Mapping[str, Sequence[int]], glyphs: Glyphs) -> list[Line]:
    if not candidates:
        return [[("nothing is scored yet" if at == 0 else "", "dim")] for at in range(LINES)]
    shown = candidates if len(candidates) < LINES else candidates[: LINES - 2]
    names = min(max(cell_len(safe_text(name, 30)) for name in shown), 16)
    lines: list[Line] = [[("right on its examples", "dim")]]
    for name in shown:
        passed, of = (*rates.get(name, ()), 0, 0)[:2]
        bar = round(passed / of * _SHARE) if of else 0
        said = f"{passed:,} / {of:,}" if of else glyphs.dash
        share = f"{100 * passed / of:.0f}%" if of else ""
        drawn = (glyphs.full * bar + glyphs.empty * (_SHARE - bar)) if of else " " * _SHARE
        lines.append([(f"{fit(safe_text(name, 30), names)} ", "text"), (drawn, "accent"), (f" {said:>11}  {share:>4}", "text")])
    if len(shown) < len(candidates):
        lines.append([(f"and {len(candidates) - len(shown):,} more", "dim")])
    return [*lines, *([("", "text")] for _ in range(LINES - len(lines)))]
