"""The review of an eval set's change as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from regrade.evalset.review.changes import Tally
from regrade.report.evalset_diff_section import Section
from regrade.report.evalset_diff_words import outside, sections, sentence, warnings
from regrade.report.markdown import code, plain
from regrade.workspace.reviewing import Review

_MOST_BYTES = 64 * 1024 - 512
"""GitHub refuses a comment of more than 65,536 characters; a little room is left for who posts it."""
_FOLD = 20
"""A longer list than this is folded."""
_LIMITS = (200, 100, 50, 25, 10, 5, 2, 0)


def to_markdown(review: Review) -> str:
    """Return the review; lists are cut until all of it is small enough for a comment."""
    for limit in _LIMITS:
        text = "\n".join(_lines(review, limit)) + "\n"
        if len(text.encode("utf-8")) <= _MOST_BYTES:
            break
    return text


def _lines(review: Review, limit: int) -> list[str]:
    head, _, rest = sentence(review).partition(": ")
    lines = [f"### Eval set: {plain(head, 200)}", "", f"**{plain(rest, 1_000)}**"]
    lines += [line for warning in warnings(review)[: max(limit, 5)] for line in ("", f"> ⚠ {plain(warning, 500)}")]
    for section in sections(review):
        lines += ["", f"#### {section.glyph} {plain(section.title)}", "", *_folded(section, _section(section, limit))]
    found = review.diff
    for title, tallies in (("failure mode", found.by_mode), ("origin", found.by_origin), ("slice", review.by_slice)):
        lines += _tallies(title, [row for row in tallies if row.added or row.left], limit)
    words = outside(review)
    return [*lines, "", plain(words)] if words else lines


def _folded(section: Section, lines: list[str]) -> list[str]:
    """Put a long list behind a line to click on."""
    if section.n_rows <= _FOLD:
        return lines
    return [f"<details><summary>{section.n_rows:,} rows</summary>", "", *lines, "", "</details>"]


def _section(section: Section, limit: int) -> list[str]:
    shown, more = section.cut(limit)
    rows = [(row, group.by, group.when, group.why) for group in shown.groups for row in group.rows]
    signed = any(by for _, by, _, _ in rows)
    used = [at for at in range(len(section.columns)) if any(row[at] for row, *_ in rows)]
    titles = [section.columns[at] for at in used] + (["by", "why"] if signed else [])
    lines = [_row(titles), _row(["---"] * len(titles))] if rows else []
    for row, by, when, why in rows:
        who = [f"{plain(by, 80)}, {when}", plain(why)] if signed else []
        lines.append(_row([*(code(row[at]) for at in used), *who]))
    return lines + ([f"\n{more:,} more: `regrade evalset diff --all` shows them"] if more else [])


def _tallies(title: str, tallies: Sequence[Tally], limit: int) -> list[str]:
    if not tallies:
        return []
    lines = ["", _row([title, "before", "after", ""]), "|---|---:|---:|---|"]
    for row in tallies[:limit]:
        moved = " ".join(filter(None, (f"+{row.added:,}" if row.added else "", f"−{row.left:,}" if row.left else "")))
        lines.append(_row(["no failure mode" if row.name is None else code(row.name), f"{row.before:,}", f"{row.after:,}", moved]))
    return lines + ([f"\n{len(tallies) - limit:,} more"] if len(tallies) > limit else [])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
