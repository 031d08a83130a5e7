"""Periods in which a feed looks broken: which rows of a time line they touch, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.log import Facet
    from regrade.log.stats import Finding

_SAID = 2
"""Periods that are told one by one: those with the most predictions."""
_NOT_BROKEN = ("outcome-waiting", "outcome-new-class", "prediction-new-class")
_QUARTERS = {"Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10"}


def broken(findings: Sequence[Finding]) -> list[Finding]:
    """Return those that tell of a period, the one with the most predictions first; outcomes that may still come are not broken."""
    periods = [each for each in findings if each.code not in _NOT_BROKEN and (each.since or each.until)]
    return sorted(periods, key=lambda each: -each.rows)


def touched(rows: Sequence[Facet], findings: Sequence[Finding]) -> frozenset[int]:
    """Return the positions of the spans of time, in order, that a broken period reaches into."""
    begins = [_begin(str(row.value)) if row.value is not None else None for row in rows]
    spans = [(at, begin, next((each for each in begins[at + 1 :] if each), "~")) for at, begin in enumerate(begins) if begin]
    return frozenset(
        at for at, begin, end in spans for each in findings if begin <= f"{each.until or '~'} 23:59"[:16] and (each.since or "") < end
    )


def _begin(words: str) -> str | None:
    """Return when a span begins that people call so, as text that sorts by time; None where it is no span."""
    year, _, quarter = words.partition("-")
    text = f"{year}-{_QUARTERS[quarter]}" if quarter in _QUARTERS else words
    return text if text[:4].isdigit() and set(text) <= set("0123456789-: ") else None


def sentences(found: Sequence[Finding]) -> list[str]:
    """Return what is to be said of broken periods."""
    said = [_sentence(each) for each in found[:_SAID]]
    if len(found) > _SAID:
        said.append(f"and {len(found) - _SAID} more: `regrade log stats` lists them")
    return said


def _sentence(found: Finding) -> str:
    when = f"from {found.since or 'the beginning'} to {found.until or 'the end of the log'}"
    fact, _, _ = found.what.rpartition(": ")
    if found.code.startswith("prediction"):
        return safe_text(f"the answers look broken {when}: {found.what}", 300)
    return safe_text(f"the outcome feed looks broken {when}: {fact or found.what}: a broken feed, not a bad model", 300)
