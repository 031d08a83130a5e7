"""A decision in words, and what it is about: for the history of a prediction and for what undo says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from regrade.safe_text import safe_text
from regrade.tui.widgets.detail_lines import shown

if TYPE_CHECKING:
    from regrade.evalset import Event


class _Write(Protocol):
    @property
    def subject(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> object: ...


def clock(at: str) -> str:
    """Return an ISO 8601 time as ``2026-11-22 00:31``."""
    return safe_text(at[:16].replace("T", " "), 20)


def person(by: str) -> str:
    """Return the name of who decided, without the address."""
    return safe_text(by.partition("<")[0].strip() or by, 40)


def decision(kind: str, writes: Mapping[str, object], reason: str | None, modes: Mapping[str, str]) -> str:
    """Return what one decision says of one prediction: ``writes`` is field → value, ``modes`` id → name."""
    words = {
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
        "undo": "undid",
        "redo": "redid",
    }
    said = words.get(kind, safe_text(kind, 30))
    if writes.get("mode") is not None:
        said += f" {safe_text(modes.get(str(writes['mode']), writes['mode']), 60)}"
    if "expected" in writes:
        said += f", expected {shown(writes['expected'])}" if kind == "label" else f" to {shown(writes['expected'])}"
    if writes.get("pinned") and kind == "promote":
        said += " and pinned"
    return said + (f": {safe_text(reason, 200)}" if reason else "")


def subjects(event: Event) -> list[str]:
    """Return the predictions that an event touches, each once."""
    from regrade.evalset.events import PREDICTION_FIELDS

    keys = [write.subject for write in event.writes if write.field in PREDICTION_FIELDS]
    return list(dict.fromkeys([*keys, *(fact.subject for fact in event.facts)]))
