"""Immutable files of decisions, named by their content: what git carries."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from pathlib import Path

import msgspec

from regrade.errors import DataError, IntegrityError
from regrade.evalset.events import Parsed, SchemaLine, encode, parse, parse_quickly
from regrade.evalset.files import make_folder, sync_folder, try_lock, write_all
from regrade.evalset.journal import OPEN, SUFFIX, whole_lines
from regrade.evalset.kept import keep
from regrade.log.content import canonical

SEGMENTS = "segments"
FORMAT = 1


class Header(msgspec.Struct, frozen=True):
    """The first line of a segment."""

    regrade: str
    version: int


_HEADER = canonical(Header("evalset", FORMAT)) + b"\n"


def render(data: bytes, where: str) -> tuple[str, bytes] | None:
    """Return month and bytes of the segment that seals the lines of a journal; ``None`` where it holds no event.

    Raises
    ------
    IntegrityError
        A line is neither an event nor a schema.
    """
    parsed = parse(data, where)
    if not parsed.events:
        return None
    schemas = [encode(SchemaLine(hash, encoded)) for hash, encoded in sorted(parsed.schemas.items())]
    lines = [canonical(Header("evalset", FORMAT)), *schemas, *parsed.lines, b""]
    at = parsed.events[0].at
    return (at[:7] if re.match(r"\d{4}-\d{2}", at) else "undated"), b"\n".join(lines)


def seal(folder: Path, journal: Path) -> Path | None:
    """Move a journal, whose lock the caller holds, to its segment; return that, or ``None`` where there was nothing to keep.

    Killed at any moment, it leaves the journal or the segment or both, which read the same; sealing again makes the same file.

    Parameters
    ----------
    folder : Path
        ``evalset``.
    journal : Path
        ``evalset/.open/<uuid>.jsonl``.

    Raises
    ------
    OSError
        The segment cannot be written; the journal is as it was.
    IntegrityError
        The journal holds what is no decision.
    """
    rendered = render(whole_lines(journal.read_bytes()), str(journal))
    target = None
    if rendered is not None:
        month, data = rendered
        target = folder / SEGMENTS / month / (hashlib.sha256(data).hexdigest() + SUFFIX)
        if not target.exists():
            make_folder(target.parent)
            place(folder, target, data)
        keep(folder, target)
    journal.unlink(missing_ok=True)  # `git clean -fdX` may have been first
    return target


def place(folder: Path, target: Path, data: bytes) -> None:
    """Write ``data`` beside, in ``.open``, and give it its name once it is on the disk: it is there whole, or not at all."""
    temporary = folder / OPEN / f"{uuid.uuid4().hex}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        try_lock(descriptor)
        write_all(descriptor, data)
        os.fsync(descriptor)
        temporary.rename(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    sync_folder(target.parent)


def read_segment(path: Path) -> Parsed:
    """Read a segment, and hold it to its name.

    Raises
    ------
    IntegrityError
        Its bytes are not those that its name is the hash of.
    DataError
        It was written by a newer regrade, or cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from None
    return parse_segment(data, path.name.removesuffix(SUFFIX), str(path))


def parse_segment(data: bytes, name: str, where: str) -> Parsed:
    """Take the bytes of a segment apart; ``name`` is the hash that they must have. Raises as :func:`read_segment` does."""
    if hashlib.sha256(data).hexdigest() != name:
        unix = data.replace(b"\r\n", b"\n")
        if unix != data and hashlib.sha256(unix).hexdigest() == name:
            hint = "its line ends were changed: keep `* -text` in evalset/.gitattributes and check the file out again"
        else:
            hint = "restore it: `git checkout -- FILE`; a decision is changed by a new decision, never in its file"
        raise IntegrityError("has changed: its content is not what its name says", where=where, hint=hint)
    first, _, rest = data.partition(b"\n")
    try:
        header = msgspec.json.decode(first, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise IntegrityError("is no segment of an eval set", where=f"{where}:1") from None
    if header.regrade != "evalset" or header.version != FORMAT:
        raise DataError(
            f"is of format {header.regrade} {header.version}; this regrade reads evalset {FORMAT}",
            where=f"{where}:1",
            hint="a newer regrade wrote it: upgrade",
        )
    return parse(rest, where, first_line=2)


def parse_segment_quickly(data: bytes, name: str) -> Parsed | None:
    """Take the bytes of a segment apart, without ``lines``; ``None`` where :func:`parse_segment` must look closer, and may refuse it."""
    if not data.startswith(_HEADER) or hashlib.sha256(data).hexdigest() != name:
        return None
    return parse_quickly(data[len(_HEADER) :])
