"""Orders of the whole log, kept beside other caches: ten million rows are sorted once, not at each opening."""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from pathlib import Path

import numpy as np

from regrade.log.files import Addresses, Files

MANY = 500_000
"""Rows that take long enough to sort; fewer are sorted each time."""
_KEPT = 3
"""Orders that are kept: 8 bytes a row each."""


def place(cache: Path, files: Files, query: str) -> Path:
    """Return where the answer of ``query`` over ``files``, as they are now, is kept: other files or another query have another name."""
    what = repr((query, [(each.path, each.size, each.changed) for each in files.files]))
    return cache / f"order-{hashlib.sha256(what.encode()).hexdigest()[:24]}.npy"


def load(path: Path, n_rows: int) -> Addresses | None:
    """Return the order of all rows, mapped, not read into memory; None where there is none that is as it was written, under this name."""
    try:
        order: Addresses = np.load(path, mmap_mode="r")
        with path.open("rb") as file:
            file.seek(-len(_seal(path, 0)), os.SEEK_END)
            sealed = file.read()
    except (OSError, ValueError, EOFError):
        return None
    # After a power cut a file may be as long as it was to be and hold zeros; a disk may flip a bit.
    if order.dtype != np.int64 or order.shape != (n_rows,) or sealed != _seal(path, _checksum(order)):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return order


def save(path: Path, order: Addresses) -> None:
    """Keep an order, and the few others used last; a cache that cannot be written is no reason to disturb anybody."""
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            np.save(file, order)
            file.write(_seal(path, _checksum(order)))
        temporary.replace(path)
        others = sorted(path.parent.glob("order-*.npy"), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for each in others[_KEPT:]:
            each.unlink(missing_ok=True)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _checksum(order: Addresses) -> int:
    """Adler-32: 10 million rows take 33 ms of CPU, CRC-32 43; nobody means harm here."""
    return zlib.adler32(order.data)


def _seal(path: Path, checksum: int) -> bytes:
    """What stands behind the rows: which order it is, and their checksum."""
    return f"{path.stem} {checksum:08x}\n".encode()
