"""What a decision may say: kinds, fields, and the values of each register and fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from regrade.evalset.events import MODE_FIELDS, PREDICTION_FIELDS, Event, Fact, Write
from regrade.evalset.verify.findings import Findings
from regrade.log.content import JSON, Content

KINDS = frozenset(
    (
        *("label", "relabel", "dismiss", "note", "promote", "sample", "add", "backfill", "pin", "unpin", "retire", "restore", "resolve"),
        *("define", "describe", "rename", "merge", "close", "reopen", "key", "undo", "redo"),
    )
)
_NEWER = "a newer regrade may have written it: this one passes it over; upgrade"
_FORGED = "regrade writes no such value; `git log` says who changed the file"
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_NAMES: dict[type[msgspec.Struct], frozenset[str]] = {each: frozenset(each.__struct_fields__) for each in (Event, Write, Fact, Content)}


def _is_text(value: JSON) -> bool:
    return isinstance(value, str)


def _is_text_or_null(value: JSON) -> bool:
    return value is None or isinstance(value, str)


def _in_range(low: int, high: int) -> Callable[[JSON], bool]:
    return lambda value: value is None or (type(value) is int and low <= value <= high)


def _one_of(*allowed: JSON) -> Callable[[JSON], bool]:
    return lambda value: any(value is each or (isinstance(value, str) and value == each) for each in allowed)


_FIELDS: dict[str, tuple[Callable[[JSON], bool], str]] = {
    "mode": (_is_text_or_null, "is the id of a failure mode"),
    "expected": (lambda value: True, ""),
    "member": (_one_of("in", "retired", "dismissed", None), "is in, retired, dismissed or null"),
    "partition": (_one_of("eval", "fix"), "is eval or fix"),
    "pinned": (lambda value: isinstance(value, bool), "is true or false"),
    "name": (lambda value: isinstance(value, str) and bool(value.strip()), "is a text"),
    "into": (_is_text_or_null, "is the id of a failure mode"),
    "state": (_one_of("open", "closed"), "is open or closed"),
    "digit": (_in_range(1, 9), "is a digit from 1 to 9"),
    "description": (_is_text_or_null, "is a text"),
    "owner": (_is_text_or_null, "is a text"),
    "priority": (_in_range(0, 3), "is a number from 0 to 3"),
    "link": (_is_text_or_null, "is a text"),
}
_FACTS: dict[str, tuple[Callable[[JSON], bool], str]] = {
    "origin": (_one_of("failure", "important", "synthetic"), "is failure, important or synthetic"),
    "sample": (lambda value: type(value) in (int, float) and 0 < value <= 1, "is a probability in (0, 1]"),
    "note": (_is_text_or_null, "is a text"),
}
_KNOWN_FIELDS = frozenset((*PREDICTION_FIELDS, *MODE_FIELDS))


def check_event(event: Event, where: object, findings: Findings) -> None:
    """Note every value of ``event`` that no verb of regrade writes."""
    if event.kind not in KINDS:
        findings.warning("unknown-kind", where, f"is a decision of unknown kind {event.kind!r}", _NEWER)
    if not event.id or event.seq < 1:
        findings.problem("value", where, f"has the id {event.id!r} and the seq {event.seq}: an id is a text, a seq at least 1", _FORGED)
    if not _AT.fullmatch(event.at):
        findings.warning(
            "value", where, f"was decided at {event.at!r}, which is no time", "its dates are wrong; nothing else depends on them"
        )
    registers = set()
    for each in event.writes:
        registers.add((each.subject, each.field))
        _check_write(each, where, findings)
    if len(registers) < len(event.writes):
        findings.problem("value", where, "writes one register twice", _FORGED)
    for fact in event.facts:
        allowed = _FACTS.get(fact.kind)
        if allowed is None:
            findings.warning("unknown-kind", where, f"adds a fact of unknown kind {fact.kind!r} to {fact.subject!r}", _NEWER)
        elif not allowed[0](fact.value):
            findings.problem("value", where, f"{fact.kind} of {fact.subject!r} {allowed[1]}, not {_brief(fact.value)}", _FORGED)
        if not fact.subject:
            findings.problem("value", where, "is about a prediction without a key", _FORGED)


def _check_write(write: Write, where: object, findings: Findings) -> None:
    field, value = write.field, write.value
    if not write.subject:
        findings.problem("value", where, "is about a prediction or a mode without a name", _FORGED)
    if field == "content":
        try:
            msgspec.convert(value, Content)
        except msgspec.ValidationError as error:
            findings.problem("value", where, f"content of {write.subject!r} cannot be read: {error}", _FORGED)
        return
    allowed = _FIELDS.get(field)
    if allowed is None or field not in _KNOWN_FIELDS:
        findings.warning("unknown-field", where, f"writes an unknown register {field!r} of {write.subject!r}", _NEWER)
    elif not allowed[0](value):
        findings.problem("value", where, f"{field} of {write.subject!r} {allowed[1]}, not {_brief(value)}", _FORGED)


def check_names(line: Mapping[str, Any], where: object, findings: Findings) -> None:
    """Note names in a decision that this regrade does not know: it would pass them over in silence."""
    _unknown(line, Event, "", where, findings)
    for write in line.get("writes", ()):
        _unknown(write, Write, "a write's ", where, findings)
        value = write.get("value")
        if write.get("field") == "content" and isinstance(value, dict):
            _unknown(value, Content, "a content's ", where, findings)
    for fact in line.get("facts", ()):
        _unknown(fact, Fact, "a fact's ", where, findings)


def _unknown(given: Mapping[str, Any], kind: type[msgspec.Struct], of: str, where: object, findings: Findings) -> None:
    if not _NAMES[kind].issuperset(given):
        names = ", ".join(map(repr, sorted(set(given) - _NAMES[kind])))
        findings.warning("unknown-field", where, f"has {of}unknown field {names}", _NEWER)


def _brief(value: JSON) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
