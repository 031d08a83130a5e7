"""The lines of a segment or a journal, one by one: what a reader would refuse, and what regrade never wrote so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from regrade.evalset.events import Event, SchemaLine
from regrade.evalset.verify.findings import Findings
from regrade.evalset.verify.values import check_event, check_names

_HINT = "nothing that regrade wrote looks like this; `git log` says who changed the file"
_CONFLICT = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")

_any = msgspec.json.Decoder()
_canonical = msgspec.json.Encoder(order="sorted")
_events = msgspec.json.Decoder(Event)


class Place(NamedTuple):
    """A line of a file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass
class Checked:
    """What the lines of one file say; what cannot be read is left out."""

    events: list[tuple[Event, bytes, Place]] = field(default_factory=list)
    schemas: list[tuple[SchemaLine, Place]] = field(default_factory=list)


def check_lines(data: bytes, file: str, first_line: int, findings: Findings) -> Checked:
    """Take whole lines apart, and note each that is not canonical JSON, or neither a decision nor a schema, or says what cannot be.

    Parameters
    ----------
    data : bytes
        Lines, without the header of a segment.
    file : str
        How the file is named to people.
    first_line : int
        The number of the first line of ``data``.
    findings : Findings
    """
    checked = Checked()
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for number, (line, said) in enumerate(zip(lines, _decode(data, lines, file, first_line, findings), strict=True), first_line):
        if said is not None:
            _sort(line, said, Place(file, number), checked, findings)
    return checked


def _decode(data: bytes, lines: list[bytes], file: str, first_line: int, findings: Findings) -> list[Any]:
    """Return each line decoded, ``None`` where it cannot be; all at once where nothing is wrong with any."""
    try:
        said: list[Any] = _any.decode_lines(data)
        if len(said) == len(lines) and _canonical.encode_lines(said) == b"\n".join([*lines, b""]):
            return said
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # found again below, with its line
    return [_decode_one(line, Place(file, number), findings) for number, line in enumerate(lines, first_line)]


def _decode_one(line: bytes, where: Place, findings: Findings) -> Any:
    if not line.strip():
        findings.problem("json", where, "is an empty line", _HINT)
        return None
    if line.startswith(_CONFLICT):
        findings.problem(
            "conflict", where, "is a conflict marker of a merge", "take both sides' files as they were: segments never conflict"
        )
        return None
    try:
        said = _any.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        findings.problem("json", where, f"cannot be read: {error}", _HINT)
        return None
    wanted = _canonical.encode(said)
    if wanted != line:
        at = next((at for at, (a, b) in enumerate(zip(wanted, line, strict=False)) if a != b), min(len(wanted), len(line)))
        what = f"is not canonical JSON, from byte {at + 1} on: keys are sorted and each is there once, without blanks, in one spelling"
        findings.problem("canonical", where, what, _HINT)
    return said


def _sort(line: bytes, said: Any, where: Place, checked: Checked, findings: Findings) -> None:
    """Put one decoded line where it belongs."""
    if not isinstance(said, dict) or not ("at" in said or "encoded" in said):
        findings.problem("json", where, "is neither a decision nor a schema", _HINT)
        return
    try:
        if "at" not in said:
            checked.schemas.append((msgspec.convert(said, SchemaLine), where))
            return
        event = _events.decode(line)
    except msgspec.ValidationError as error:
        findings.problem("json", where, f"cannot be read: {error}", _HINT)
        return
    check_names(said, where, findings)
    check_event(event, where, findings)
    checked.events.append((event, line, where))
