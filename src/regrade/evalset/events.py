"""What a decision is, as one line of canonical JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, TypeVar

import msgspec

from regrade.errors import DataError, IntegrityError
from regrade.evalset.collector import no_cycles
from regrade.log.content import DEEPEST, JSON, canonical, too_deep

Lines: TypeAlias = list[bytes]

PREDICTION_FIELDS = ("mode", "expected", "member", "content", "partition", "pinned")
"""Registers of a prediction; the subject is its key."""
MODE_FIELDS = ("name", "into", "state", "digit", "description", "owner", "priority", "link")
"""Registers of a failure mode; the subject is its id."""
OF_MODES = frozenset(MODE_FIELDS)

_EVENT_START = b'{"at":'
_SCHEMA_START = b'{"encoded":'


class Write(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A value for the register (subject, field), and every head of that register that the writer saw."""

    subject: str
    field: str
    value: JSON = None
    over: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Something that is only ever added: ``origin`` (which one), ``sample`` (the probability), ``note`` (text: the event's)."""

    subject: str
    kind: str
    value: JSON = None


class Event(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One decision of one person, however many predictions it touches; immutable."""

    id: str
    """``<journal uuid>:<n>``"""
    at: str
    """UTC, ISO 8601; for display and dates only."""
    by: str
    kind: str
    seq: int
    """Greater than that of every event its writer had seen (Lamport 1978): the order of undo and of histories."""
    writes: tuple[Write, ...] = ()
    facts: tuple[Fact, ...] = ()
    undoes: tuple[str, ...] = ()
    """Ids of what this event undoes; a redo undoes an undo."""
    note: str | None = None
    reason: str | None = None
    population: JSON = None
    """Of a sample: what it was drawn from."""


class SchemaLine(msgspec.Struct, frozen=True):
    """A schema of inputs, once a segment."""

    hash: str
    encoded: str


def subjects_of(event: Event) -> set[str]:
    """Return the predictions and failure modes that an event says something of."""
    return {write.subject for write in event.writes}.union(fact.subject for fact in event.facts)


class Parsed(msgspec.Struct):
    """Lines of a segment or a journal, taken apart."""

    events: list[Event]
    lines: Lines
    """The bytes of each event, in the order of ``events``: same id, same bytes."""
    schemas: dict[str, str]


_events = msgspec.json.Decoder(Event)
_schemas = msgspec.json.Decoder(SchemaLine)


def encode(line: Event | SchemaLine) -> bytes:
    """Return the canonical line, without its end; raises DataError on what is no JSON, or is nested too deeply to be read again."""
    encoded = canonical(line)
    if too_deep(encoded):
        writes = line.writes if isinstance(line, Event) else ()
        where = next((f"{each.field} of {each.subject}" for each in writes if too_deep(b"[[[" + canonical(each.value))), "")
        hint = "no reader of JSON promises to follow it; keep it as text"
        raise DataError(f"is nested more than {DEEPEST} levels deep", where=where, hint=hint)
    return encoded


_AT_ONCE = 5_000
"""Lines that are decoded at once: no other thread runs meanwhile."""


def parse(data: bytes, where: str, first_line: int = 1) -> Parsed:
    """Take whole lines (events and schemas) apart; ``where`` names the file in errors, ``first_line`` numbers its first line.

    Raises
    ------
    IntegrityError
        A line is neither an event nor a schema.
    """
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    event_lines = [line for line in lines if line.startswith(_EVENT_START)]
    schemas: dict[str, str] = {}
    if len(event_lines) < len(lines):
        for number, line in enumerate(lines, first_line):
            if line.startswith(_SCHEMA_START):
                schema = _decode(_schemas, line, where, number)
                schemas[schema.hash] = schema.encoded
            elif not line.startswith(_EVENT_START):
                raise IntegrityError("is neither an event nor a schema", where=f"{where}:{number}", hint=_HINT)
        data = b"\n".join(event_lines)
    try:
        with no_cycles():
            if len(event_lines) <= _AT_ONCE:
                events: list[Event] = _events.decode_lines(data)
            else:
                parts = range(0, len(event_lines), _AT_ONCE)
                events = [each for at in parts for each in _events.decode_lines(b"\n".join(event_lines[at : at + _AT_ONCE]))]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        for number, line in enumerate(lines, first_line):
            if line.startswith(_EVENT_START):
                _decode(_events, line, where, number)
        raise  # pragma: no cover: one of the lines has raised
    return Parsed(events, event_lines, schemas)


def parse_quickly(data: bytes) -> Parsed | None:
    """Take whole lines, schemas first, apart, without ``lines``; ``None`` where :func:`parse` must look closer, and may refuse."""
    start, schemas = 0, {}
    try:
        while data.startswith(_SCHEMA_START, start):
            end = data.index(b"\n", start)
            schema = _schemas.decode(data[start:end])
            schemas[schema.hash] = schema.encoded
            start = end + 1
        body = data[start:]
        with no_cycles():
            events: list[Event] = _events.decode_lines(body)
    except (ValueError, RecursionError):
        return None
    *lines, rest = body.split(b"\n")
    whole = not rest and {line[: len(_EVENT_START)] for line in lines} <= {_EVENT_START}  # no blank lines either, which msgspec passes over
    return Parsed(events, [], schemas) if whole else None


def parse_about(data: bytes, where: str, subjects: Iterable[str]) -> Parsed | None:
    """Take apart only those lines of a segment that name one of ``subjects``; ``None`` where texts may be spelt in more ways than one.

    Raises as :func:`parse` does.
    """
    if b"\\" in data and (b"\\u" in data or b"\\/" in data):
        return None
    data = data if data.endswith(b"\n") else data + b"\n"
    found: dict[int, bytes] = {}
    for subject in subjects:
        text = canonical(subject)
        at = data.find(text)
        while at >= 0:
            start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
            found[start] = data[start : end + 1]
            at = data.find(text, end)
    return parse(b"".join(line for _, line in sorted(found.items()) if line.startswith(_EVENT_START)), where)


_HINT = "nothing that regrade wrote looks like this; `git log` says who changed the file"


_T = TypeVar("_T")


def _decode(decoder: msgspec.json.Decoder[_T], line: bytes, where: str, number: int) -> _T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise IntegrityError(f"cannot be read: {error}", where=f"{where}:{number}", hint=_HINT) from None
