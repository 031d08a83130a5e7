"""Facets as a table with bars, and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regrade.report.bar import share_bar
from regrade.report.console import Page, Part

if TYPE_CHECKING:
    from regrade.log import Facet, Facets

_BAR = 16


def facet_document(found: Facets) -> dict[str, Any]:
    """Return what ``regrade facets --json`` prints."""
    rows = [
        {
            "value": row.value,
            "n": row.n,
            "known": row.known,
            "failures": row.failures,
            "rate": row.rate,
            "interval": row.interval,
            "lift": row.lift,
            "where": row.term,
        }
        for row in found.rows
    ]
    return {
        "column": found.column,
        "kind": found.kind,
        "rows": rows,
        "n": found.n,
        "known": found.known,
        "failures": found.failures,
        "rate": found.rate,
        "others": found.others,
    }


def print_facets(found: Facets) -> None:
    """Print one line a value: how many predictions, how many failures, their rate and lift."""
    page = Page()
    if not found.n:
        page.line("no prediction matches")
        return
    top = max((row.rate or 0.0 for row in found.rows), default=0.0) or 1.0
    cells: list[list[Part]] = []
    for row in found.rows:
        style = "" if row.lift is None or 0.8 < row.lift < 1.25 else "red" if row.lift > 1 else "green"
        cells.append(
            [
                "missing" if row.value is None else str(row.value),
                f"{row.n:,}",
                f"{row.failures:,}",
                _share(row.rate),
                (_interval(row), "dim"),
                (f"{row.lift:.2f}" if row.lift is not None else "–", style),
                share_bar((row.rate or 0.0) / top, _BAR),
            ]
        )
    page.table([found.column, "predictions", "failures", "rate", "95% interval", "lift", ""], cells, left=(0, 6), spare=(6, 4))
    unknown = found.n - found.known
    page.line(
        f"{found.n:,} predictions, {found.failures:,} failures ({_share(found.rate)})"
        + (f" · {unknown:,} without a known result are not in the rate" if unknown else "")
        + (f" · {found.others:,} more with rarer values" if found.others else "")
    )


def _interval(row: Facet) -> str:
    if row.interval is None:
        return "–"
    return "small n" if row.small else f"{100 * row.interval[0]:.1f} – {row.interval[1]:.1%}"


def _share(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"
