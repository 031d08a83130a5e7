"""What the doctor found, for people: one line a check, below it what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regrade.report.console import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regrade.workspace.doctor_machine import Check

_GLYPHS = {"ok": ("✓", "green"), "warning": ("⚠", "yellow"), "broken": ("✗", "red")}
_NAMED = 14


def print_checks(checks: Sequence[Check], page: Page | None = None) -> None:
    """Print checks as they come in."""
    page = page or Page()
    for check in checks:
        glyph, colour = _GLYPHS[check.status]
        name = check.name if check.group in ("candidates", "python") and check.name != "packages" else check.group
        page.line((f"{glyph} ", colour), (f"{name:<{_NAMED}} ", "bold"), check.what)
        for line in check.hint.splitlines()[:6]:
            page.indented(_NAMED + 3, (f"→ {line.strip()}" if line == check.hint.splitlines()[0] else line, "dim"))


def print_summary(checks: Sequence[Check], *, interrupted: bool) -> None:
    """Print what it comes to."""
    page = Page()
    broken, warned = (sum(check.status == status for check in checks) for status in ("broken", "warning"))
    page.blank()
    if interrupted:
        page.line(("interrupted: ", "yellow"), "what is not above was not looked at")
    if broken:
        page.line(("✗ ", "red"), f"{broken} broken" + (f", {warned} to look at" if warned else ""))
    elif not interrupted:
        page.line(("✓ ", "green"), "nothing is broken" + (f"; {warned} to look at" if warned else ""))
