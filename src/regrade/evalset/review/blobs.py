"""Segments as git has them, out of the work tree where the same bytes lie there: reading a file is cheaper than asking git for it."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from regrade.evalset.segments import SEGMENTS
from regrade.git import read_objects

_SHA1 = 40
"""Digits of an object's id; in a repository of SHA-256 there are 64."""


def read_blobs(root: Path, folder: Path | None, wanted: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield id and content of each git object once, in any order.

    Parameters
    ----------
    root : Path
        A folder of the repository.
    folder : Path or None
        ``evalset`` of the work tree, which is only read; ``None``: git is asked for everything.
    wanted : mapping
        Id of each object to its path in some commit.

    Raises
    ------
    DataError
        As :func:`read_objects` does.
    """
    missing = []
    for object, path in wanted.items():
        data = None if folder is None else _same(folder.joinpath(SEGMENTS, *PurePosixPath(path).parts[-2:]), object)
        if data is None:
            missing.append(object)
        else:
            yield object, data
    yield from read_objects(root, missing)


def blob_id(data: bytes, *, digits: int = _SHA1) -> str:
    """Return the id that git gives to a file of these bytes."""
    digest = hashlib.sha1(usedforsecurity=False) if digits == _SHA1 else hashlib.sha256()
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def _same(path: Path, object: str) -> bytes | None:
    """Return the bytes of a file that are those of ``object``; ``None`` where they are others, or it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return data if blob_id(data, digits=len(object)) == object else None
