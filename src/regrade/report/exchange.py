"""What a file brings into the eval set, and what the log brings: shown before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from regrade.compare.wording import counted
from regrade.report.console import Page

if TYPE_CHECKING:
    from regrade.workspace.exchange.backfill import Backfilled
    from regrade.workspace.exchange.bring import Brought, NearRow

_SHOWN = 10
_WIDE = 32
"""Cells of a key or a label in a list."""


def print_brought(found: Brought, name: str) -> None:
    """Print what a file brings: rows, columns by role, what is there already, what is nearly there."""
    page = Page()
    page.line((f"{name}: {counted(found.rows, 'row')}, {len(found.items):,} new", "bold"))
    named = (role if role == column else f"{role} ({column})" for role, column in found.columns.items())
    page.line(f"  columns: {', '.join(named)}")
    page.line(f"  inputs: {', '.join(found.inputs) or 'none'}")
    if found.left_out:
        page.line((f"  left out: {', '.join(found.left_out)}", "yellow"))
    if found.already:
        page.line(f"{found.already:,} {_are(found.already)} in the eval set already, with this content, and left alone")
    if found.retired:
        stay = "was retired and stays" if len(found.retired) == 1 else "were retired and stay"
        more = f" and {len(found.retired) - 3:,} more" if len(found.retired) > 3 else ""
        page.line(
            (
                f"{len(found.retired):,} {stay} out: {', '.join(found.retired[:3])}{more}",
                "yellow",
            )
        )
        page.line("  `regrade evalset restore KEY` puts one back in")
    for note in found.notes:
        page.line((note, "yellow"))
    if found.near:
        _print_near(page, found.near)


def _print_near(page: Page, near: list[NearRow]) -> None:
    contradictions = sum(each.contradicts for each in near)
    against = f", and {contradictions:,} of them {'contradicts' if contradictions == 1 else 'contradict'} it" if contradictions else ""
    if len(near) == 1:
        against = ", and contradicts it" if contradictions else ""
    page.line((f"⚠ {len(near):,} {'says' if len(near) == 1 else 'say'} what another example says, or nearly{against}:", "yellow"))
    first = sorted(near, key=lambda each: (not each.contradicts, not each.same, each.line))[:_SHOWN]
    rows = [
        (
            f"{each.line:,}",
            _cut(each.key),
            "=" if each.same else "≈",
            _cut(each.other),
            f"{_word(each.expected)} against {_word(each.other_expected)}" if each.contradicts else "",
        )
        for each in first
    ]
    page.table(["line", "key", "", "other", "expected"], rows, left=(1, 2, 3, 4))
    if len(near) > len(first):
        page.line(f"and {len(near) - len(first):,} more (--json lists all)")


def print_backfilled(found: Backfilled) -> None:
    """Print which inputs examples get, and which examples are left alone."""
    page = Page()
    for name, n in found.columns.items():
        page.line(f"{name}: {counted(n, 'example')}")
    if found.outcomes:
        page.line(f"outcome: {counted(found.outcomes, 'example')} that waited for one")
    if found.hidden:
        page.line(f"hidden as [privacy] says: {counted(found.hidden, 'example')}; git keeps what was committed before")
    if not found.items and not found.left_alone:
        page.line("no example lacks an input or an outcome that the log has")
    if found.left_alone:
        page.line((f"{len(found.left_alone):,} {_are(len(found.left_alone))} left alone:", "yellow"))
        page.table(["key", "why"], [(_cut(key), why) for key, why in found.left_alone[:_SHOWN]], left=(0, 1))
        if len(found.left_alone) > _SHOWN:
            page.line(f"and {len(found.left_alone) - _SHOWN:,} more (--json lists all)")


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _word(value: object) -> str:
    return _cut(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _cut(text: str) -> str:
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 1]}…"
