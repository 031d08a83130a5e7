"""The lists of the Compare screen, each line made when it is drawn: failure modes, slices, examples; no widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from regrade.compare.comparison import Comparison, FlipRow, GroupRow
from regrade.compare.standing import slice_stands
from regrade.compare.wording import amount
from regrade.safe_text import safe_text
from regrade.tui.cells import fit
from regrade.tui.glyphs import Glyphs
from regrade.tui.widgets.lazy_lines import LazyLines
from regrade.tui.widgets.lines import Line, shown
from regrade.tui.widgets.orders import Ordering
from regrade.tui.widgets.table_lines import Column, fitting, heading, row

if TYPE_CHECKING:
    from regrade.compare.pair_row import PairRow

_GAP = "  "
_LOOKED_AT = 100
"""Examples that tell how wide the columns are."""
_MOST = 40
"""Cells of a column of examples."""
_LEAST = 14
"""Cells without which a column of examples is left out."""
_MARK = 2
"""Cells before a line: its glyph."""


def range_words(name: str, low: float | None, high: float | None) -> str:
    """Return an interval in brackets; nothing where there is none."""
    return "" if low is None or high is None else f"[{amount(name, low)}, {amount(name, high)}]"


def mode_table(comparison: Comparison, width: int, ordering: Ordering, glyphs: Glyphs) -> tuple[Line, LazyLines]:
    """Return the heading and the lines of the failure modes."""
    rows = comparison.modes
    columns = [
        Column("by failure mode", 15, 100, most=60),
        Column("n", 5, 40, right=True),
        Column("fixed", 6, 60, right=True),
        Column("broken", 6, 80, right=True),
        Column("now", 11, 50, right=True),
        *([Column("", len("reopened"), 70)] if any(each.reopened for each in rows) else []),
    ]
    kept = fitting(columns, width - _MARK - 1, ordering.by)

    def line(at: int) -> Line:
        each = rows[at]
        glyph, style = arrow(each, glyphs)
        cells = {
            "by failure mode": (safe_text(each.name, 80), style),
            "n": (f"{each.n:,}", "text"),
            "fixed": (f"{each.fixed:,}", "text"),
            "broken": (f"{each.broken:,}", "text"),
            "now": (f"{each.now_right:,} / {each.n:,}", "text"),
            "": ("reopened" if each.reopened else "", "wrong"),
        }
        return [(f"{glyph} ", style), *row(kept, cells)]

    return heading(kept, _MARK + 1, ordering.names, ordering.by, ordering.arrow(glyphs)), LazyLines(len(rows), line)


def arrow(each: GroupRow, glyphs: Glyphs) -> tuple[str, str]:
    """Return glyph and style of a group: more fixed than broken, or the reverse."""
    better = each.fixed - each.broken
    return (glyphs.fixed, "right") if better > 0 else (glyphs.broken, "wrong") if better < 0 else (" ", "text")


def slice_table(comparison: Comparison, width: int, ordering: Ordering, glyphs: Glyphs) -> tuple[Line, LazyLines]:
    """Return the heading and the lines of the slices; what the gate protects says so."""
    metric, rows = comparison.primary, comparison.slices
    protected = f" {glyphs.dot} protected"
    longest = max((cell_len(range_words(metric, each.low, each.high)) for each in rows), default=0)
    columns = [
        Column("by slice", 10, 100, most=60),
        Column("n", 4, 60, right=True),
        Column("delta", 6, 90, right=True),
        Column("interval", longest, 80, right=True),
        Column("p Holm", 6, 50, right=True),
    ]
    kept = fitting(columns, width - _MARK - 1, ordering.by)
    room = kept[0].width

    def line(at: int) -> Line:
        each = rows[at]
        sure = each.low is not None and each.high is not None and not each.low <= 0 <= each.high
        better = (each.delta or 0) > 0 if comparison.headline.higher_is_better is not False else (each.delta or 0) < 0
        style = ("right" if better else "wrong") if sure else "text"
        glyph = (glyphs.fixed if better else glyphs.broken) if each.delta else " "
        guarded = each.margin is not None
        trouble = guarded and slice_stands(each, comparison) == "regression"
        name = safe_text(each.name, 80)
        if guarded:  # which must not be cut off before the name is
            mark = protected if cell_len(name + protected) <= room else " *"
            name = fit(name, max(min(cell_len(name), room - cell_len(mark)), 1)) + mark
        cells = {
            "by slice": (name, "wrong" if trouble else style),
            "n": (f"{each.n:,}", style),
            "delta": (amount(metric, each.delta), style),
            "interval": (range_words(metric, each.low, each.high), "dim"),
            "p Holm": (glyphs.dash if each.p_adjusted is None else f"{each.p_adjusted:.3f}", "dim"),
        }
        return [(f"{glyphs.warning if trouble else glyph} ", "wrong" if trouble else style), *row(kept, cells)]

    return heading(kept, _MARK + 1, ordering.names, ordering.by, ordering.arrow(glyphs)), LazyLines(len(rows), line)


def pair_table(length: int, pair: Callable[[int], PairRow], comparison: Comparison, width: int, glyphs: Glyphs) -> LazyLines:
    """Return a line an example: glyph, key, what was expected, what both sides answered, failure mode, where its answers part.

    ``pair`` returns the example at a position; only those that are drawn are asked for, and the first, for the widths of the columns.
    """
    marks = {
        "broken": (glyphs.broken, "wrong"),
        "fixed": (glyphs.fixed, "right"),
        "unanswered": (glyphs.warning, "known"),
        "both_wrong": (glyphs.wrong, "dim"),
        "both_right": (glyphs.right, "dim"),
    }
    flips = {flip.key: flip for flip in comparison.flips if flip.stage or flip.check}

    def cells(each: PairRow, names: tuple[str, str] | None) -> Sequence[str]:
        return _cells(each, names, flips, glyphs)

    def widest(names: tuple[str, str] | None) -> list[int]:
        first = [cells(pair(at), names) for at in range(min(length, _LOOKED_AT))]
        return [min(max((cell_len(each[at]) for each in first), default=0), _MOST) for at in range(6)]

    names: tuple[str, str] | None = (safe_text(comparison.baseline, 20), safe_text(comparison.candidate, 20))
    widths = widest(names)
    if sum(widths[:4]) + 3 * len(_GAP) > width - _MARK - 2:  # both answers are worth more than whose they are, which the title says
        names, widths = None, widest(None)
    room = width - _MARK - 2
    kept: list[int] = []
    for at in (at for at in range(6) if widths[at]):
        if kept and room < min(widths[at], _LEAST) + len(_GAP):
            break
        widths[at] = min(widths[at], room - len(_GAP) * bool(kept))
        room -= widths[at] + len(_GAP) * bool(kept)
        kept.append(at)
    if kept:
        widths[kept[-1]] += max(room, 0)  # what stands last may be as long as the line

    def line(at: int) -> Line:
        each = pair(at)
        mark, style = marks[each.kind]
        texts = cells(each, names)
        return [(f"{mark} ", style), (_GAP.join(fit(texts[at], widths[at]) for at in kept), "text")]

    return LazyLines(length, line)


def _cells(each: PairRow, names: tuple[str, str] | None, flips: Mapping[str, FlipRow], glyphs: Glyphs) -> tuple[str, ...]:
    """Return what stands in the columns; without ``names`` the answers alone, the candidate's behind an arrow."""
    before, after = (f"{names[0]} ", f"{names[1]} ") if names else ("", "→ ")
    return (
        safe_text(each.key, 60) + (f" {glyphs.pinned}" if each.pinned else ""),
        f"expected {_value(each.expected)}",
        f"{before}{_answer(each.baseline, each.baseline_score)}",
        f"{after}{_answer(each.candidate, each.candidate_score)}",
        safe_text(each.mode or ("sampled" if each.sampled else ""), 40),
        safe_text(each.error, 200) if each.error else _parts(flips.get(each.key)),
    )


def _parts(flip: FlipRow | None) -> str:
    """Return where the answers of a broken example part; nothing where nobody knows."""
    if flip is None:
        return ""
    told = [f"first differs at: {safe_text(flip.stage, 40)}" if flip.stage else ""]
    told.append(f"check {safe_text(flip.check, 40)} fails" if flip.check else "")
    return ", ".join(filter(None, told))


def _value(value: object) -> str:
    text = shown(value)
    return text if cell_len(text) <= _MOST else fit(text, _MOST)


def _answer(value: object, score: float | None) -> str:
    return _value(value) if score is None else f"{_value(value)} {score:.2f}"
