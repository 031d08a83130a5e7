"""What screens ask of an eval set first, kept in a cache, so that opening it again reads no segment.

The file may be deleted at any time. It is passed over unless it is whole, of this format and kind of task, and about exactly the
files that lie in the folder.
"""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Sequence
from pathlib import Path

import msgspec

from regrade.evalset.modes import Mode

FORMAT = 1
"""To be raised with every change to what the fold says, or to what is kept here."""
FILE = "evalset.snapshot"

_MAGIC = b"regrade evalset snapshot %d\n" % FORMAT
_DIGEST_BYTES = 16


class Snapshot(msgspec.Struct, array_like=True, frozen=True):
    """A state in columns, a row a key. Columns of numbers are the bytes of an ``array('I')``; 0 stands for nothing."""

    stand: str
    """Names the files that were read; see :func:`regrade.evalset.reader.stand`."""
    task_kind: str
    version: str
    """Empty: nobody had asked for it."""
    n_events: int
    unsealed: int
    n_members: int
    n_decided: int
    keys: list[str]
    """The members, sorted; the others that somebody decided on; and those whose content alone is left, after an undo in the middle."""
    statuses: bytes
    """A byte a key: index into ``STATUSES``."""
    mode_ids: list[str]
    modes_of: bytes
    """1 + index into ``mode_ids``."""
    expected: bytes
    """Distinct answers to ``expected``, as a JSON list: msgpack has no integer past 64 bits."""
    expected_of: bytes
    """1 + index into ``expected``."""
    said: bytes
    """A byte a key: 1 where a person said what is expected, 0 where only the log did."""
    values: bytes
    """Field to subject to values, as a JSON object: of every pin, and of everything that is disputed."""
    disputed: dict[str, list[str]]
    """Subject, a prediction or a mode, to its disputed fields."""
    disputed_modes: list[str]
    modes: list[Mode]


_decoder = msgspec.msgpack.Decoder(Snapshot)


def to_bytes(column: Sequence[int]) -> bytes:
    """Return a column of numbers as bytes."""
    return array("I", column).tobytes()


def from_bytes(column: bytes) -> array[int]:
    """Return a column of numbers."""
    numbers: array[int] = array("I")
    numbers.frombytes(column)
    return numbers


def save(folder: Path, snapshot: Snapshot, *, make: bool) -> bool:
    """Write ``snapshot`` to the cache, making the folder if ``make``; return whether it could be. Never raises for a disk's sake."""
    try:
        payload = msgspec.msgpack.encode(snapshot)
    except (ValueError, TypeError, OverflowError):
        return False
    temporary = folder / f"{FILE}.{os.getpid()}.tmp"
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(_MAGIC + _digest(payload) + payload)
        temporary.replace(folder / FILE)
    except OSError:
        _remove(temporary)
        return False
    return True


def load(folder: Path, task_kind: str) -> Snapshot | None:
    """Return what the cache holds; ``None`` where it is missing, torn, foreign, of another format or for another kind of task."""
    try:
        data = (folder / FILE).read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + _DIGEST_BYTES
    payload = memoryview(data)[start:]
    if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : start] != _digest(payload):
        return None
    try:
        snapshot = _decoder.decode(payload)
    except msgspec.DecodeError:
        return None
    n = len(snapshot.keys)
    whole = (
        len(snapshot.statuses) == len(snapshot.said) == n and len(snapshot.modes_of) == len(snapshot.expected_of) == len(to_bytes([0])) * n
    )
    return snapshot if whole and snapshot.task_kind == task_kind else None


def _digest(payload: bytes | memoryview) -> bytes:
    """Return what tells a whole file from a torn one."""
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
