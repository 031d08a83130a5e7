"""The review of an eval set's change for people, on standard output: one sentence, what to look at first, then the counts."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console

from regrade.evalset.review.changes import Tally
from regrade.report.console import Page, Part
from regrade.report.evalset_diff_section import Group, Section
from regrade.report.evalset_diff_words import outside, sections, sentence, warnings
from regrade.safe_text import safe_text
from regrade.workspace.reviewing import Review

_ROWS = 10
_CELL = 40


def print_review(review: Review, *, everything: bool = False, console: Console | None = None) -> None:
    """Print a review; long lists are cut unless ``everything``."""
    page = Page(console)
    page.line((sentence(review), "bold"))
    for warning in warnings(review):
        page.line(("⚠ ", "yellow"), (warning, "yellow"))
    for section in sections(review):
        _print_section(page, section, None if everything else _ROWS)
    _print_tallies(page, review, everything)
    words = outside(review)
    if words:
        page.blank()
        page.line((words, "dim"))


def _print_section(page: Page, section: Section, limit: int | None) -> None:
    shown, more = section.cut(limit)
    page.blank()
    page.line((f"{section.glyph} {section.title}", section.style))
    widths = _widths(shown, page.width)
    for group in shown.groups:
        _print_group(page, group, widths)
    if more:
        page.line((f"  {more:,} more (--all shows them)", "dim"))


def _print_group(page: Page, group: Group, widths: Sequence[int]) -> None:
    who = ", ".join(filter(None, (group.by, group.when)))
    if who or group.why:
        page.line((f"  {who}", "dim"), f": {group.why}" if group.why and who else group.why)
    for row in group.rows:
        parts: list[Part] = ["    "]
        for cell, width in zip(row, widths, strict=True):
            if width:
                text = _short(safe_text(cell), width)
                parts.append(text + " " * (width - cell_len(text) + 2))
        page.cut_line(*parts)


def _widths(section: Section, width: int) -> list[int]:
    """Return the cells that each column gets; the widest gives way where they do not fit, one that says nothing gets none."""
    rows = [row for group in section.groups for row in group.rows]
    widths = [max((cell_len(safe_text(row[at])) for row in rows), default=0) for at in range(len(section.columns))]
    while sum(widths) + 2 * sum(map(bool, widths)) + 4 > width and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return widths


def _short(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) >= width:
        text = text[:-1]
    return text + "…"


def _print_tallies(page: Page, review: Review, everything: bool) -> None:
    found = review.diff
    for title, tallies in (("failure mode", found.by_mode), ("origin", found.by_origin), ("slice", review.by_slice)):
        shown = [row for row in tallies if everything or row.added or row.left]
        if not shown:
            continue
        page.blank()
        cut = shown if everything else shown[:20]
        page.table((title, "before", "after", "", ""), [_tally(row) for row in cut])
        if len(cut) < len(shown):
            page.line((f"  {len(shown) - len(cut):,} more (--all shows them)", "dim"))


def _tally(row: Tally) -> list[Part]:
    name = "no failure mode" if row.name is None else row.name
    return [
        name if len(name) <= _CELL else name[: _CELL - 1] + "…",
        f"{row.before:,}",
        f"{row.after:,}",
        (f"+{row.added:,}", "green") if row.added else "",
        (f"−{row.left:,}", "yellow") if row.left else "",
    ]
