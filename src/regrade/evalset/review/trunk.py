"""What most decisions say together, kept in a cache, so that a comparison reads only what two moments have besides.

Built from segments that both have in common. It may be deleted at any time; it is passed over unless it is whole, of this version and
format, and about segments that both moments have.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from regrade.evalset.cache_file import CacheFile
from regrade.evalset.review.index import Index

FORMAT = 2
"""To be raised with every change to what the fold or the version says, or to what is kept here."""
FILE = "evalset.trunk"


class Trunk(msgspec.Struct, array_like=True, frozen=True):
    """The fold of some segments. Columns of numbers are the bytes of an ``array('I')``."""

    task_kind: str
    index: Index
    n_events: int
    keys: list[str]
    """The members, sorted."""
    lines: list[bytes]
    """What the version says of each."""
    modes: list[str]
    mode_of: bytes
    """1 + index into ``modes`` of what each member was labelled with; 0: with none. Merges are not followed."""
    origins: list[list[str]]
    origin_of: bytes
    """Index into ``origins``."""
    delicate: list[str]
    """Predictions whose label may read otherwise as soon as modes are merged or parted."""


KEPT = CacheFile(FILE, Trunk, FORMAT)


def save(folder: Path, trunk: Trunk) -> bool:
    """Write ``trunk`` to the cache, which is made where it is missing; return whether it could be. Never raises for a disk's sake."""
    return KEPT.save(folder, trunk)


def load(folder: Path, task_kind: str) -> Trunk | None:
    """Return what the cache holds; ``None`` where :meth:`CacheFile.load` believes nothing, or it is for another kind of task."""
    trunk = KEPT.load(folder)
    return trunk if trunk is not None and trunk.task_kind == task_kind else None
