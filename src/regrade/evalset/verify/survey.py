"""Read every file of an eval set to its end, whatever is wrong with some of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from regrade.evalset.events import Event
from regrade.evalset.journal import SUFFIX, whole_lines
from regrade.evalset.segments import FORMAT, Header
from regrade.evalset.verify.findings import Findings
from regrade.evalset.verify.folder import list_journals, list_segments, shown
from regrade.evalset.verify.lines import Checked, Place, check_lines
from regrade.log.content import canonical

Progress = Callable[[int, int | None], None]
"""Told as files are read: how many are, how many there are."""


class Placed(NamedTuple):
    """A content that a decision writes, where it stands."""

    key: str
    value: dict[str, Any]
    where: Place


@dataclass
class Survey:
    """All that stands in the files, each decision once, and what is wrong so far.

    Attributes
    ----------
    root : Path
        The workspace: files are named relative to it.
    folder : Path
        ``evalset``.
    """

    root: Path
    folder: Path
    object_format: str = "sha1"
    findings: Findings = field(default_factory=Findings)
    events: dict[str, Event] = field(default_factory=dict)
    lines: dict[str, bytes] = field(default_factory=dict)
    """Id to the bytes of its line."""
    places: dict[str, Place] = field(default_factory=dict)
    """Id to where it was seen first."""
    schemas: dict[str, tuple[str, Place]] = field(default_factory=dict)
    """Hash to encoded schema."""
    contents: list[Placed] = field(default_factory=list)
    schemas_elsewhere: dict[str, Place] = field(default_factory=dict)
    """Hash of a schema that a content names and its own file does not hold, to that content."""
    objects: dict[str, str] = field(default_factory=dict)
    """Segment to the id that git gives its bytes."""
    changed: dict[str, bytes] = field(default_factory=dict)
    """Segment whose bytes are not those that its name says, and these bytes."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("segments", "journals", "unsealed", "torn"), 0))

    def name(self, path: Path) -> str:
        """Return how a file is named to people."""
        return shown(path, self.root)


def survey(folder: Path, root: Path, progress: Progress | None = None, object_format: str = "sha1") -> Survey:
    """Read all segments and journals under ``folder``; ``object_format`` is the hash that git names objects by."""
    found = Survey(root, folder, object_format)
    for path in list_journals(folder, root, found.findings):
        _read(found, path, _read_journal)
    segments = list_segments(folder, root, found.findings)
    for done, path in enumerate(segments):
        if progress is not None and done % 16 == 0:
            progress(done, len(segments))
        _read(found, path, _read_segment)
    return found


def _read(found: Survey, path: Path, take: Callable[[Survey, Path, bytes], None]) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return  # a journal that was sealed meanwhile; of a segment git knows whether it should be there
    except OSError as error:
        found.findings.problem("unreadable", found.name(path), f"cannot be read: {error.strerror}", "give yourself the permission")
        return
    take(found, path, data)


def _read_segment(found: Survey, path: Path, data: bytes) -> None:
    name = found.name(path)
    found.counts["segments"] += 1
    found.objects[name] = hashlib.new(found.object_format, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    if hashlib.sha256(data).hexdigest() != path.name.removesuffix(SUFFIX):
        found.changed[name] = data
        data = data.replace(b"\r\n", b"\n")
        if not data:
            return  # said as a change
    body, first_line = _after_header(found, name, data)
    checked = check_lines(body, name, first_line, found.findings)
    _take(found, checked)
    if checked.events and name not in found.changed:
        month = checked.events[0][0].at[:7]
        if path.parent.name not in (month, "undated"):
            what = f"stands in the folder {path.parent.name}, but its first decision is of {month}"
            found.findings.warning("misplaced", name, what, "it is read all the same; move it to where another clone has it")


def _after_header(found: Survey, name: str, data: bytes) -> tuple[bytes, int]:
    """Return the lines after the header, and the number of the first of them; none where a newer regrade wrote them."""
    first, _, rest = data.partition(b"\n")
    try:
        header = msgspec.json.decode(first, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        hint = 'the first line of a segment is {"regrade":"evalset","version":1}: restore the file'
        found.findings.problem("header", f"{name}:1", "is no header of an eval set's segment", hint)
        return (data, 1) if first.startswith(b'{"') else (rest, 2)
    if header.regrade != "evalset" or header.version != FORMAT:
        what = f"is of format {header.regrade} {header.version}; this regrade reads evalset {FORMAT}"
        found.findings.problem("header", f"{name}:1", what, "a newer regrade wrote it: upgrade")
        return b"", 2
    if first != canonical(header):
        found.findings.problem("canonical", f"{name}:1", "is not the header that regrade writes", "restore the file")
    return rest, 2


def _read_journal(found: Survey, path: Path, data: bytes) -> None:
    whole = whole_lines(data)
    found.counts["journals"] += 1
    found.counts["torn"] += whole != data
    checked = check_lines(whole, found.name(path), 1, found.findings)
    found.counts["unsealed"] += len(checked.events)
    _take(found, checked)


def _take(found: Survey, checked: Checked) -> None:
    """Add what one file says; the same id with other bytes is a problem of both files."""
    here = set()
    for schema, where in checked.schemas:
        here.add(schema.hash)
        found.schemas.setdefault(schema.hash, (schema.encoded, where))
    for event, line, where in checked.events:
        known = found.lines.get(event.id)
        if known is None:
            found.events[event.id], found.lines[event.id], found.places[event.id] = event, line, where
            for write in event.writes:
                if write.field == "content" and isinstance(write.value, dict):
                    found.contents.append(Placed(write.subject, write.value, where))
                    _want_schema(found, write.value.get("schema"), here, where)
        elif known != line:
            found.findings.problem(
                "duplicate-id",
                where,
                f"decision {event.id} is there twice, with other bytes at {found.places[event.id]}",
                "one was edited: `git log -- FILE` of both says which; restore it",
            )


def _want_schema(found: Survey, hash: object, here: set[str], where: Place) -> None:
    """Remember a schema that a content names and its file does not hold."""
    if isinstance(hash, str) and hash not in here:
        found.schemas_elsewhere.setdefault(hash, where)
