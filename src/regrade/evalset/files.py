"""What the eval set asks of the file system: locks, and files that are on the disk when a call returns."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from regrade.errors import DataError, UsageError

T = TypeVar("T")

_MOST = 50


def again(action: Callable[[], T]) -> T:
    """Do what makes its own files and folders, and do it again where somebody has removed one under it, as git does in a moment.

    ``action`` begins anew each time: nothing of it may count before it returns.
    """
    for _ in range(_MOST):
        try:
            return action()
        except FileNotFoundError:
            continue
    return action()


def refuse_link(folder: Path) -> None:
    """Raise UsageError where ``folder`` is a symbolic link: what is decided there would not be in the repository around it."""
    if folder.is_symlink():
        hint = "git would carry the link, and not what is decided: put the folder itself here"
        raise UsageError("is a symbolic link", where=str(folder), hint=hint)


def sync_folder(folder: Path) -> None:
    """Wait until the entries of ``folder`` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make ``folder`` and those above it, and wait until they are on the disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of ``data`` where the file stands; raises OSError where part of it cannot be."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def try_lock(descriptor: int) -> bool:
    """Take the exclusive lock of an open file; False where another holds it.

    Raises
    ------
    DataError
        The file system knows no locks.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN):
            return False
        raise DataError(f"this file system cannot lock files: {error.strerror}", hint="keep the workspace on a local disk") from None
    return True


def in_place(descriptor: int, path: Path) -> bool:
    """Return whether ``path`` is still the name of an open file, which others may have moved or removed at any moment."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def turn(path: Path, patience: float = 3.0) -> Iterator[bool]:
    """Wait for our turn among the writers of this folder; yields whether it came.

    It makes decisions of one machine follow one another, so that two windows of one person never dispute. A writer that was
    stopped in the middle is not waited for: the rules of the fold hold without a lock. While others take their turns, each of
    which leaves its time on the file, it is waited for ours, however many they are and however slow the machine.

    Parameters
    ----------
    path : Path
        A file that exists for its lock alone.
    patience : float
        Seconds without a new turn of anybody.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline, last = time.monotonic() + patience, os.fstat(descriptor).st_mtime_ns
        held = try_lock(descriptor)
        while not held and time.monotonic() < deadline:
            time.sleep(0.002)
            held = try_lock(descriptor)
            now = os.fstat(descriptor).st_mtime_ns
            if now != last:
                deadline, last = time.monotonic() + patience, now
        if held:
            with suppress(OSError):  # some shares let only the owner do it: others' patience is then what it was
                os.utime(descriptor)
        yield held
    finally:
        os.close(descriptor)
