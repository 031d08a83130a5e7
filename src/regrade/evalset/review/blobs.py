"""Segments as git has them, out of the work tree where the same bytes lie there: reading a file is cheaper than asking git for it."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from regrade.evalset.segments import SEGMENTS

_SHA1 = 40
"""Digits of an object's id; in a repository of SHA-256 there are 64."""


def read_blobs(
    read: Callable[[Iterable[str]], Iterator[tuple[str, bytes]]], folder: Path | None, wanted: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Yield id and content of each git object once, in any order.

    Parameters
    ----------
    read : callable
        Asks git: :meth:`Objects.read`, or :func:`read_objects` of a repository.
    folder : Path or None
        ``evalset`` of the work tree, which is only read; ``None``: git is asked for everything.
    wanted : mapping
        Id of each object to its path in some commit.

    Raises
    ------
    DataError
        As ``read`` does.
    """
    missing = []
    for object, path in wanted.items():
        data = None if folder is None else _same(folder.joinpath(SEGMENTS, *PurePosixPath(path).parts[-2:]), object)
        if data is None:
            missing.append(object)
        else:
            yield object, data
    yield from read(missing)


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
