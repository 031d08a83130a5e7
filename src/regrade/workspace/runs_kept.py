"""Runs that were kept: immutable files under ``runs/``, each named by the hash of its bytes, for git to carry. See docs/runs.md."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

import msgspec

from regrade.errors import DataError, IntegrityError, RegradeError, UsageError
from regrade.evalset.files import make_folder, sync_folder, write_all
from regrade.log.content import canonical
from regrade.scoring.run_record import RunRecord

FOLDER = "runs"
FORMAT = 1
_SUFFIX = ".json"
_NAMED = re.compile(r"[0-9a-f]{64}\.json")
_MOST = 8_000_000
"""Bytes; a record has about 5,000."""


class _Document(msgspec.Struct, frozen=True):
    """What stands in a file."""

    regrade: str
    format: int
    record: msgspec.Raw
    note: str = ""
    by: str = ""


class _Whole(msgspec.Struct, frozen=True):
    record: RunRecord
    note: str
    by: str
    regrade: str = "run"
    format: int = FORMAT


@dataclass(frozen=True)
class Kept:
    """A run that somebody kept."""

    name: str
    """SHA-256 of the file."""
    record: RunRecord
    note: str
    by: str


def keep(root: Path, record: RunRecord, *, note: str, by: str) -> Path:
    """Write a record beside and give it its name once it is on the disk; the same record with the same note is one file.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    try:
        data = canonical(_Whole(record, note, by))
    except DataError as error:
        raise UsageError(f"cannot be kept: {error.what}", where=error.where) from None
    target = root / FOLDER / (hashlib.sha256(data).hexdigest() + _SUFFIX)
    temporary = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        make_folder(target.parent)
        if target.exists() and target.read_bytes() == data:
            return target
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True) if target.parent.is_dir() else None
        raise UsageError(f"cannot be written: {error.strerror}", where=str(target)) from None
    return target


def read_kept(path: Path) -> Kept:
    """Read a file, and hold it to its name.

    Raises
    ------
    IntegrityError
        Its bytes are not those that its name is the hash of, or are no record.
    DataError
        It was written by a newer regrade, or cannot be read.
    """
    where = f"{FOLDER}/{path.name}"
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=where) from None
    name = path.name.removesuffix(_SUFFIX)
    if len(data) > _MOST or hashlib.sha256(data).hexdigest() != name:
        raise IntegrityError(
            "has changed: its content is not what its name says", where=where, hint=f"restore it: `git checkout -- {where}`, or delete it"
        )
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise IntegrityError("is no record of a run", where=where, hint="regrade writes no such file: delete it") from None
    if document.regrade != "run" or document.format != FORMAT:
        what = f"is of format {document.regrade} {document.format}; this regrade reads run {FORMAT}"
        raise DataError(what, where=where, hint="a newer regrade wrote it: upgrade")
    try:
        record = msgspec.json.decode(document.record, type=RunRecord)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise IntegrityError(f"is no record of a run: {error}", where=where, hint="regrade writes no such file: delete it") from None
    return Kept(name, record, document.note, document.by)


def kept_runs(root: Path) -> tuple[list[Kept], list[RegradeError]]:
    """Return the runs that were kept, and what is wrong with those that cannot be believed."""
    found: list[Kept] = []
    wrong: list[RegradeError] = []
    for path in sorted((root / FOLDER).glob(f"*{_SUFFIX}")):
        if not _NAMED.fullmatch(path.name):
            wrong.append(
                IntegrityError("is not named by its content", where=f"{FOLDER}/{path.name}", hint="it is no kept run: move it away")
            )
            continue
        try:
            found.append(read_kept(path))
        except (IntegrityError, DataError) as error:
            wrong.append(error)
    return found, wrong
