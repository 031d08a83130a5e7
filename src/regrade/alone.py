"""One process of regrade at a time, by the lock of a folder: no file is left behind, and a process that dies lets go by dying."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Run the block while no other process is in one on this folder, which is made; on a file system without locks nobody waits.

    For what takes a moment, and never one inside another on one folder: it would wait for itself.

    Raises
    ------
    OSError
        The folder cannot be made or opened.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
