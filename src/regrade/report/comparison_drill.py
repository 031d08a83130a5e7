"""Broken examples one by one, for a terminal: inputs, both answers, what was expected, who promoted it and why."""

from __future__ import annotations

from regrade.compare.changed_words import value
from regrade.compare.comparison import Comparison, FlipRow, Promoted
from regrade.report.console import Page
from regrade.report.evalset_diff_section import person

_SHOWN = 20


def promoted_words(found: Promoted | None) -> str:
    """Return who made it a member, when and why: ``promoted by Ann, 2026-11-22: rain at the origin``."""
    if found is None:
        return ""
    how = {"promote": "promoted", "sample": "sampled", "add": "added", "restore": "restored"}.get(found.how, found.how)
    return f"{how} by {person(found.by)}, {found.at[:10]}" + (f": {found.why}" if found.why else "")


def print_broken(page: Page, comparison: Comparison) -> None:
    """Print the broken examples to read first, each as a paragraph."""
    broken = [flip for flip in comparison.flips if flip.flip == "broken"]
    for flip in broken[:_SHOWN]:
        _print(page, flip, *comparison.names)
    if len(comparison.broken) > min(len(broken), _SHOWN):
        page.line((f"and {len(comparison.broken) - min(len(broken), _SHOWN):,} more", "dim"))


def _print(page: Page, flip: FlipRow, baseline: str, candidate: str) -> None:
    marks = " · ".join(filter(None, (flip.origin, "pinned" if flip.pinned else "", f"mode {flip.mode}" if flip.mode else "")))
    page.line((f"{'⚑' if flip.pinned else '▼'} {flip.key}", "bold red"), (f"   {marks}" if marks else "", "dim"))
    page.indented(2, ("expected ", "dim"), value(flip.expected))
    page.indented(2, (f"{baseline} ", "dim"), _answer(flip.baseline, flip.baseline_score))
    page.indented(2, (f"{candidate} ", "dim"), _answer(flip.candidate, flip.candidate_score))
    if flip.inputs:
        told = ", ".join(f"{name}={'' if each is None else value(each)}" for name, each in flip.inputs.items())
        page.indented(2, ("inputs ", "dim"), told)
    if words := promoted_words(flip.promoted):
        page.indented(2, words)


def _answer(given: object, score: float | None) -> str:
    words = "–" if given is None else value(given)
    return words if score is None else f"{words} {score:.2f}"
