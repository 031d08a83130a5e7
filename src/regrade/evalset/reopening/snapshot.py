"""What screens ask of an eval set first, kept in a cache, so that opening it again reads no segment.

The file may be deleted at any time. It is passed over unless it is whole, of this version, format and kind of task, and
about exactly the files that lie in the folder.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from regrade.evalset.cache_file import CacheFile, to_bytes
from regrade.evalset.modes import Mode

FORMAT = 1
"""To be raised with every change to what the fold says, or to what is kept here."""
FILE = "evalset.snapshot"


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


KEPT = CacheFile(FILE, Snapshot, FORMAT)


def save(folder: Path, snapshot: Snapshot, *, make: bool) -> bool:
    """Write ``snapshot`` to the cache, making the folder if ``make``; return whether it could be. Never raises for a disk's sake."""
    return KEPT.save(folder, snapshot, make=make)


def load(folder: Path, task_kind: str) -> Snapshot | None:
    """Return what the cache holds; ``None`` where :meth:`CacheFile.load` believes nothing, or it is for another kind of task."""
    snapshot = KEPT.load(folder)
    if snapshot is None or snapshot.task_kind != task_kind:
        return None
    n = len(snapshot.keys)
    whole = (
        len(snapshot.statuses) == len(snapshot.said) == n and len(snapshot.modes_of) == len(snapshot.expected_of) == len(to_bytes([0])) * n
    )
    return snapshot if whole else None
