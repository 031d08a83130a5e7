"""A small JSON file in the cache: replaced as a whole; one that cannot be read or written is no error, for it only saves time."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def write(path: Path, value: Any, *, mode: int | None = None) -> None:
    """Put ``value`` under this name, in place of what was there, making the folder where there is none; ``mode``: who may read it."""
    temporary = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")  # candidates are asked from threads
    with contextlib.suppress(OSError, UnicodeEncodeError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(value))
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def read(path: Path, type: type[T]) -> T | None:
    """Return the content of the file; None where it is missing, cannot be read, or holds something of another type."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=type)
    except (OSError, msgspec.DecodeError):
        return None
