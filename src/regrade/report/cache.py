"""What the cache of answers holds, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.report.console import Page
from regrade.report.runs import money, when

if TYPE_CHECKING:
    from regrade.workspace.caching import CacheInfo


def print_cache(info: CacheInfo) -> None:
    """Print what there is, by candidate, and what it would take to compute it again."""
    page = Page()
    page.line(f"{info.path} · {size(info.bytes)} · {info.answers:,} answers of {len(info.rows):,} fingerprints")
    if not info.rows:
        return
    rows = [
        (
            row.candidate or "–",
            row.fingerprint[:12],
            f"{row.answers:,}",
            f"{row.errors:,}" if row.errors else "",
            when(row.last) if row.last else "",
            f"{row.seconds:.1f}" if row.seconds else "",
            money(row.cost, info.currency) if row.cost else "",
        )
        for row in info.rows
    ]
    page.table(
        ("candidate", "fingerprint", "answers", "errors", "scored last (UTC)", "seconds", "cost"), rows, left=(0, 1, 4), spare=(4, 1)
    )
    page.line(("seconds and cost: what computing them again would take, at the pace of the runs on record", "dim"))


def size(n: int) -> str:
    """Return bytes as people write them."""
    if n < 1_000:
        return f"{n} B"
    value, unit = n / 1_000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value < 1_000:
            break
        value, unit = value / 1_000, larger
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.1f} {unit}"
