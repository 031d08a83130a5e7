"""What `regrade evalset verify` found, for people: each finding with its place and what to do, then the counts."""

from __future__ import annotations

from regrade.evalset.verify.check import Verified
from regrade.evalset.verify.findings import Finding
from regrade.report.console import Page


def print_verified(verified: Verified, base: str | None = None) -> None:
    """Print problems, then warnings, then what was looked at."""
    page = Page()
    for glyph, colour, findings in (("✗", "red", verified.problems), ("⚠", "yellow", verified.warnings)):
        for finding in findings:
            _finding(page, glyph, colour, finding)
    if verified.problems or verified.warnings:
        page.blank()
    page.line(" · ".join(_counts(verified, base)))
    for line in _remarks(verified):
        page.line(line)
    n, warned = len(verified.problems), _n(len(verified.warnings), "warning")
    if verified.ok:
        page.line(("✓ ", "green"), "every decision is as it was written" + (f" · {warned}" if verified.warnings else ""))
    else:
        page.line(("✗ ", "red"), _n(n, "problem"), f" · {warned}" if verified.warnings else "")


def _finding(page: Page, glyph: str, colour: str, finding: Finding) -> None:
    page.unbroken(0, (f"{glyph} ", colour), (finding.where, "bold"))
    page.indented(2, finding.what)
    if finding.hint:
        page.unbroken(2, (f"→ {finding.hint}", "dim"))


def _counts(verified: Verified, base: str | None) -> list[str]:
    checked = verified.checked
    counts = [
        _n(checked["segments"], "segment"),
        _n(checked["events"], "decision"),
        _n(checked["contents"], "content"),
        _n(checked["schemas"], "schema"),
    ]
    if checked["journals"]:
        counts.append(f"{_n(checked['journals'], 'journal')} with {_n(checked['unsealed'], 'decision')} not sealed yet")
    if base is not None:
        counts.append(f"{_n(checked['base'], 'decision')} at the base {base}")
    return counts


def _remarks(verified: Verified) -> list[str]:
    """Return what is no finding, and good to know."""
    checked = verified.checked
    remarks = []
    if checked["torn"]:
        remarks.append(f"{_n(checked['torn'], 'journal')} with a torn last line: it was never acknowledged, and is no decision")
    if checked.get("uncommitted"):
        n = checked["uncommitted"]
        remarks.append(f"{_n(n, 'segment')} {'is' if n == 1 else 'are'} not committed: `git add evalset` and commit")
    if checked["disputed"]:
        remarks.append(f"{_n(checked['disputed'], 'dispute')}: `regrade evalset disputes` shows who says what")
    if not checked["git"]:
        remarks.append("no git here: what is missing cannot be known")
    return remarks


def _n(n: int | None, noun: str) -> str:
    return f"{n or 0:,} {noun}{'' if n == 1 else 's'}"
