"""What is known of a log as a page, and as a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from regrade.report.bar import sparkline
from regrade.report.console import Page, Part

if TYPE_CHECKING:
    from regrade.log.stats import ColumnStats, Day, Finding, LogStats

_COLUMNS = 60
"""At most so many have a line; the document has all."""
_MODELS = 8
_TITLE = 12
_GAP = 2


def log_stats_document(stats: LogStats) -> dict[str, Any]:
    """Return what ``regrade log stats --json`` prints."""
    return {
        "where": stats.where,
        "rows": stats.rows,
        "files": {"imported": stats.imported, "in_place": stats.in_place},
        "time": stats.time,
        "span": {"since": stats.since, "until": stats.until},
        "models": [
            {
                "model": each.model,
                "n": each.n,
                "known": each.known,
                "failures": each.failures,
                "since": each.since,
                "until": each.until,
            }
            for each in stats.models
        ],
        "results": {"wrong": stats.wrong, "right": stats.right, "unknown": stats.unknown},
        "rate": stats.rate,
        "without_outcome": stats.without_outcome,
        "by_feedback": stats.by_feedback,
        "unit": stats.unit,
        "days": [
            {
                "day": each.day,
                "n": each.n,
                "known": each.known,
                "failures": each.failures,
                "unknown": each.unknown,
                "without_outcome": each.without_outcome if stats.without_outcome is not None else None,
            }
            for each in stats.days
        ],
        "columns": [
            {
                "name": each.name,
                "type": each.type,
                "role": each.role,
                "missing": each.missing,
                "distinct": each.distinct,
                "constant": each.constant,
            }
            for each in stats.columns
        ],
        "findings": [
            {
                "code": each.code,
                "column": each.column,
                "what": each.what,
                "since": each.since,
                "until": each.until,
                "rows": each.rows,
                "where": each.where,
            }
            for each in stats.findings
        ],
        "notes": list(stats.notes),
    }


def print_log_stats(stats: LogStats) -> None:
    """Print the page: counts, days, findings, columns, what was left out."""
    page = Page()
    if not stats.rows:
        page.line("no prediction matches" if stats.where.strip() else "the log has no predictions")
        return
    _head(page, stats)
    _days(page, stats)
    page.blank()
    if stats.findings:
        page.line((f"{len(stats.findings)} found", "bold"))
        for each in stats.findings:
            _finding(page, each)
    else:
        page.line("nothing odd found: no outcomes of a broken feed, no column that changed part-way")
    page.blank()
    _columns(page, stats)
    for note in stats.notes:
        page.line((f"note: {note}", "dim"))


def _head(page: Page, stats: LogStats) -> None:
    files = [f"{n:,} {word}" for n, word in ((stats.imported, "imported"), (stats.in_place, "read in place")) if n]
    span = f" · {stats.since} to {stats.until}" if stats.since and stats.until else ""
    page.line((f"{stats.rows:,} predictions", "bold"), f" in {_count(stats.imported + stats.in_place, 'file')} ({', '.join(files)}){span}")
    known = stats.wrong + stats.right
    if known:
        page.line(
            f"{stats.wrong:,} wrong, {stats.right:,} right: {stats.rate:.1%} failures",
            f" · {stats.unknown:,} unknown" * bool(stats.unknown),
        )
    else:
        page.line("of no prediction it is known whether it is right")
    if stats.without_outcome:
        page.line(f"{stats.without_outcome:,} without an outcome ({stats.without_outcome / stats.rows:.1%})")
    if stats.by_feedback:
        page.line(f"{stats.by_feedback:,} of these results rest on what users said, for want of an outcome")
    for each in stats.models[:_MODELS]:
        rate = f", {each.failures / each.known:.1%} failures" if each.known else ""
        span = f" · {each.since} to {each.until}" if each.since and each.until else ""
        page.line(f"model {'without a name' if each.model is None else each.model}: {each.n:,}{rate}{span}")
    if len(stats.models) > _MODELS:
        page.line(f"{len(stats.models) - _MODELS:,} more models")


def _days(page: Page, stats: LogStats) -> None:
    days = stats.days
    if len(days) < 2:
        return
    page.blank()
    rates = [each.rate for each in days if each.rate is not None]
    shares = [each.without_outcome / each.n for each in days if each.n]
    page.line((f"by {stats.unit}", "bold"), f", {days[0].day} to {days[-1].day}")
    lines: list[tuple[str, str, Callable[[Sequence[Day]], float | None]]]
    lines = [("predictions", _range([each.n for each in days]), lambda of: sum(each.n for each in of) / len(of))]
    if rates:
        lines.append(("failures", _range(rates, share=True), lambda of: _share([(each.failures, each.known) for each in of])))
    if stats.without_outcome:
        lines.append(("no outcome", _range(shares, share=True), lambda of: _share([(each.without_outcome, each.n) for each in of])))
    room = max(10, page.width - _TITLE - _GAP - max(len(words) for _, words, _ in lines))
    joined = -(-len(days) // room)
    for title, words, value in lines:
        line = sparkline([value(days[at : at + joined]) for at in range(0, len(days), joined)], unicode=page.unicode)
        page.cut_line(f"{title:<{_TITLE}}", (line, "cyan"), f"{'':{_GAP}}{words}")


def _share(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return the share of the first in the second, over all pairs."""
    total = sum(of for _, of in pairs)
    return sum(part for part, _ in pairs) / total if total else None


def _range(values: Sequence[float], *, share: bool = False) -> str:
    low, high = min(values), max(values)
    return f"{low:.1%} to {high:.1%}" if share else f"{low:,} to {high:,}"


def _finding(page: Page, finding: Finding) -> None:
    """Print one line, so that its filter is copied in one piece."""
    when = ""
    if finding.since and finding.until:
        when = f"{finding.since} to {finding.until} " if finding.since != finding.until else f"{finding.since} "
    elif finding.since:
        when = f"since {finding.since} "
    tail = f" · {_count(finding.rows, 'row')}" + (f" · filter: {finding.where}" if finding.where else "")
    page.unbroken(0, ("⚠ ", "yellow"), (finding.column, "bold"), f": {when}{finding.what}{tail}")


def _columns(page: Page, stats: LogStats) -> None:
    rows: list[list[Part]] = [
        [
            each.name,
            each.type,
            each.role,
            f"{each.missing / stats.rows:.1%}" if each.missing else "",
            f"{each.distinct:,}",
            _remark(each, stats.rows),
        ]
        for each in stats.columns[:_COLUMNS]
    ]
    page.table(["column", "type", "role", "missing", "distinct", ""], rows, left=(0, 1, 2, 5), spare=(5, 1))
    if len(stats.columns) > _COLUMNS:
        page.line(f"{len(stats.columns) - _COLUMNS:,} more columns: --json has them")


def _remark(column: ColumnStats, rows: int) -> Part:
    if column.missing == rows:
        return "empty", "yellow"
    return ("constant", "yellow") if column.constant and rows > 1 else ""


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
