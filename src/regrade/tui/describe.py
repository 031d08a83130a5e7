"""Decisions in words: for the history of a prediction, for what people disagree on, and for what undo says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from regrade.safe_text import safe_text
from regrade.tui.cells import MONTHS
from regrade.tui.widgets.lines import shown

if TYPE_CHECKING:
    from regrade.evalset import Event

_DONE = {
    "label": "labelled",
    "relabel": "corrected",
    "dismiss": "dismissed",
    "promote": "promoted",
    "retire": "retired",
    "restore": "restored",
    "pin": "pinned",
    "unpin": "unpinned",
    "note": "noted",
    "sample": "drawn for the sample",
    "resolve": "resolved",
    "add": "added",
    "backfill": "given a column that was missing",
    "undo": "undid",
    "redo": "redid",
    "define": "defined",
    "describe": "described",
    "rename": "renamed",
    "merge": "merged",
    "close": "closed",
    "reopen": "reopened",
    "key": "given a key:",
}
_FIELDS = {
    "mode": "failure mode",
    "expected": "expected value",
    "member": "in or out of the eval set",
    "content": "content",
    "partition": "partition",
    "pinned": "pin",
    "into": "what it is merged into",
    "digit": "key",
}
_MEMBER = {"in": "in the eval set", "retired": "retired", "dismissed": "dismissed"}


class _Write(Protocol):
    @property
    def subject(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> object: ...


_EXPECTED = 200
"""Characters of an expected value in a history: all of it stands above."""


def clock(at: str) -> str:
    """Return an ISO 8601 time as ``2026-11-22 00:31``."""
    return safe_text(at[:16].replace("T", " "), 20)


def day(at: str, this_year: int | None = None) -> str:
    """Return the day of an ISO 8601 time as ``Nov 22``, with the year where it is another than this one."""
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        return safe_text(at[:10], 10)
    year = "" if when.year == (this_year or datetime.now(UTC).year) else f", {when.year}"
    return f"{MONTHS[when.month - 1]} {when.day}{year}"


def person(by: str) -> str:
    """Return the name of who decided, without the address."""
    return safe_text(by.partition("<")[0].strip() or by, 40)


def field_name(field: str) -> str:
    """Return what a register is called."""
    return _FIELDS.get(field, safe_text(field, 30))


def field_value(field: str, value: object, modes: Mapping[str, str]) -> str:
    """Return the value of a register in words; ``modes`` is id → name."""
    if field in ("mode", "into") and value is not None:
        return safe_text(modes.get(str(value), value), 60)
    if field == "member":
        return _MEMBER.get(str(value), "not dismissed")
    if field == "pinned":
        return "pinned" if value else "not pinned"
    if field == "priority" and value is not None:
        return f"P{safe_text(value, 5)}"
    return "nothing" if value is None or value == "" else safe_text(shown(value), 120)


def decision(kind: str, writes: Mapping[str, object], reason: str | None, modes: Mapping[str, str]) -> str:
    """Return what one decision says of one prediction or mode: ``writes`` is field → value, ``modes`` id → name."""
    said = _DONE.get(kind, safe_text(kind, 30))
    if kind == "resolve":
        return said + "".join(f": {field_value(field, value, modes)} ({field_name(field)})" for field, value in writes.items())
    if writes.get("mode") is not None:
        said += f" {safe_text(modes.get(str(writes['mode']), writes['mode']), 60)}"
    if "expected" in writes:
        value = safe_text(shown(writes["expected"]), _EXPECTED)
        said += f", expected {value}" if kind == "label" else f" to {value}"
    if writes.get("pinned") and kind in ("promote", "add"):
        said += " and pinned"
    if kind == "merge" and "into" in writes:
        said += f" into {field_value('into', writes['into'], modes)}"
    if kind == "rename" and "name" in writes:
        said += f" to {field_value('name', writes['name'], modes)}"
    if kind == "key" and "digit" in writes:
        said += f" {field_value('digit', writes['digit'], modes)}"
    return said + (f": {safe_text(reason, 200)}" if reason else "")


def subjects(event: Event) -> list[str]:
    """Return the predictions that an event touches, each once."""
    from regrade.evalset.events import PREDICTION_FIELDS

    keys = [write.subject for write in event.writes if write.field in PREDICTION_FIELDS]
    return list(dict.fromkeys([*keys, *(fact.subject for fact in event.facts)]))
