"""Write a report: the whole of it is in its place, or what was there before."""

from __future__ import annotations

import os
from pathlib import Path

from regrade.errors import DataError

_STREAMS = ("/dev/std", "/dev/fd/", "/proc/")
"""Names of what this process has open, maybe a file that others write to: never replaced."""


def write_report(path: Path, text: str) -> None:
    """Write ``text`` beside its place, then move it there; folders above it are made.

    What is no plain file (a pipe, ``/dev/stderr``) is written to as it stands, a link stays one.

    Raises
    ------
    DataError
        It is a folder, or the disk does not take it; what was there is there still.
    """
    try:
        if path.is_dir():
            raise DataError("is a folder", where=str(path), hint="name a file in it")
        if str(path.absolute()).startswith(_STREAMS) or (path.exists() and not path.is_file()):
            with path.open("a", encoding="utf-8") as stream:
                stream.write(text)
            return
        place = path.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        _replace(place, text)
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links; a NUL in a name
        raise DataError(f"cannot be written: {getattr(error, 'strerror', None) or error}", where=str(path)) from None


def _replace(place: Path, text: str) -> None:
    temporary = place.with_name(f".{place.name[:100]}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
