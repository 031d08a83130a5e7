"""Parquet segments: immutable, named by their content; a half-written one is never seen, and one import at a time writes them."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from regrade.errors import DataError
from regrade.expressions import quote_text
from regrade.log.connection import fetch

METADATA = "regrade"
"""Key in a segment's metadata: the files it was made of."""
ROW_GROUP = 16_384
"""Rows; 50 scattered ones are found in half the time of the usual 122,880."""


@contextmanager
def workbench(folder: Path) -> Iterator[Path]:
    """Yield a folder of this process's own beside the segments, gone afterwards whatever happens; sweep up those of killed ones.

    Raises
    ------
    DataError
        ``folder`` cannot be written, or another import is at work.
    """
    bench = folder / f".importing-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", where=str(folder)) from None
    with _alone(folder, handle):
        yield from _bench(folder, bench)


@contextmanager
def _alone(folder: Path, handle: int) -> Iterator[None]:
    """Hold the folder's lock, which ends with the process; where a file system knows no locks, go on without."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            os.close(handle)
            raise DataError("another import is at work here", where=str(folder), hint="wait until it is done") from None
    try:
        yield
    finally:
        os.close(handle)


def _bench(folder: Path, bench: Path) -> Iterator[Path]:
    try:
        for old in folder.glob(".importing-*"):
            if not _is_running(old.name.rpartition("-")[2]):
                shutil.rmtree(old, ignore_errors=True)
        bench.mkdir(exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", where=str(folder)) from None
    try:
        yield bench
    finally:
        shutil.rmtree(bench, ignore_errors=True)


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def copy_statement(query: str, target: Path, sources: Sequence[Mapping[str, object]], n: int) -> str:
    """Return the SQL that writes the rows of ``query`` as a segment to ``target``.

    ``n`` is the number of the change that this may become part of: rows that were replaced, and come again, make another file then.
    """
    metadata = quote_text(json.dumps({"version": 1, "n": n, "sources": [dict(each) for each in sources]}, sort_keys=True))
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, KV_METADATA {{{METADATA}: {metadata}}}"
    return f"COPY ({query}) TO {quote_text(str(target))} ({options})"


def publish(written: Path, folder: Path, *, prefix: str = "", changed: int | None = None) -> Path:
    """Move a finished file to its place: fsync, name by content, rename, fsync of the folder.

    ``changed``, in ns since 1970, is set as its time of change: the order of segments. Raises DataError where the disk cannot be written.
    """
    try:
        with written.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        target = folder / f"{prefix}{digest}{written.suffix}"
        written.chmod(0o444)
        if changed is not None:
            os.utime(written, ns=(changed, changed))
        written.rename(target)
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", where=str(folder)) from None
    return target


def known_sources(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> set[tuple[str, str]]:
    """Return the SHA-256 of every file that segments among ``files`` were made of, and what its path said."""
    if not files:
        return set()
    listed = "[" + ", ".join(map(quote_text, files)) + "]"
    rows = fetch(connection, f"SELECT decode(value) FROM parquet_kv_metadata({listed}) WHERE decode(key) = '{METADATA}'", where="the log")
    return {origin(each) for row in rows for each in json.loads(row[0])["sources"]}


def origin(stamp: Mapping[str, str]) -> tuple[str, str]:
    """Return what tells one imported file from another: its bytes, and what its path says of them."""
    return stamp["sha256"], stamp.get("path", "")
