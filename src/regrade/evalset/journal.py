"""The decisions of a live session: one line and one fsync each, and only then "done"."""

from __future__ import annotations

import errno
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

from regrade.errors import DataError
from regrade.evalset.files import again, in_place, make_folder, sync_folder, try_lock, write_all

OPEN = ".open"
SUFFIX = ".jsonl"
_TRIES = 50
"""Times that the file is put back where it is removed at once: git removes it once."""


class Journal:
    """A file ``.open/<uuid>.jsonl``, locked for as long as the session lives.

    A free lock says that the session is dead, and that anybody may seal its journal. After an append that failed the journal is
    cut back to where it was and takes no more: an id that somebody may have read is never given to another event.

    Parameters
    ----------
    folder : Path
        ``evalset/.open``; made where it is missing.

    Raises
    ------
    OSError
        The file cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.id = uuid.uuid4().hex
        self.path = folder / (self.id + SUFFIX)
        self.size = 0
        """Bytes that are on the disk and acknowledged."""
        self.failed = False
        self.schemas: set[str] = set()
        """Hashes of the schemas that it holds."""
        self._descriptor = _create(self.path, b"")
        try:
            sync_folder(folder)
        except BaseException:
            self.close()
            raise

    def append(self, data: bytes) -> None:
        """Add whole lines; they are on the disk when this returns.

        Raises
        ------
        DataError
            They are not, and nothing of them is in the file.
        """
        try:
            self._write(data)
            self._stay(data)
        except BaseException as error:  # an interrupt, too, must leave the file as it was
            self.failed = True
            but = self._cut_back()
            if not isinstance(error, OSError):
                raise
            raise DataError(
                f"the decision was not saved: {error.strerror}",
                where=str(self.path),
                hint=f"nothing is half done{but}; free some space, or look after the disk, and decide again",
            ) from None
        self.size += len(data)

    def _cut_back(self) -> str:
        try:
            os.ftruncate(self._descriptor, self.size)
            os.fsync(self._descriptor)
        except OSError as error:
            return f", but the journal could not be cut back either ({error.strerror})"
        return ""

    def hold(self) -> None:
        """Put the file back where somebody has removed it under us, as `git clean -fdX` does; raises OSError where it cannot be."""
        self._stay()

    def _stay(self, more: bytes = b"") -> None:
        """Put the file back, and ``more`` behind what was acknowledged, until it stays; a share may tell no file from another, ever."""
        for _ in range(_TRIES):
            if in_place(self._descriptor, self.path):
                return
            self._put_back()
            if more:
                self._write(more)
        raise OSError(errno.EBUSY, "the file is removed again and again, or is on a share that cannot tell files apart", str(self.path))

    def _write(self, data: bytes) -> None:
        write_all(self._descriptor, data)
        os.fsync(self._descriptor)

    def _put_back(self) -> None:
        """Make the file again with what was acknowledged, and nothing else: what was refused must not be read."""
        data = os.pread(self._descriptor, self.size, 0)
        descriptor = again(lambda: _create(self.path, data))
        os.close(self._descriptor)  # only now: until then it is all that there is
        self._descriptor = descriptor
        with suppress(FileNotFoundError):  # removed again, which is looked for next
            sync_folder(self.path.parent)

    def close(self) -> None:
        """Let go of the lock; the file stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _create(path: Path, data: bytes) -> int:
    """Make ``path`` so that nobody ever sees it without its lock, or without ``data``; return its descriptor."""
    make_folder(path.parent)
    ignore = path.parent / ".gitignore"
    if not ignore.exists():  # `git stash -u` before the first commit takes away evalset/.gitignore, but not this one
        ignore.write_text("*\n", encoding="utf-8")
    new = path.with_name(f"{uuid.uuid4().hex}.new")
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
    try:
        while not try_lock(descriptor):  # somebody looks this moment whether it is a dead session's
            time.sleep(0.001)
        if data:
            write_all(descriptor, data)
            os.fsync(descriptor)
        new.rename(path)
    except BaseException:
        os.close(descriptor)
        new.unlink(missing_ok=True)
        raise
    return descriptor


def whole_lines(data: bytes) -> bytes:
    """Return ``data`` without a torn end, which was never acknowledged: half a line, or a last line of unwritten blocks."""
    end = data.rfind(b"\n") + 1
    last = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return data[:last] if b"\x00" in data[last:end] else data[:end]
