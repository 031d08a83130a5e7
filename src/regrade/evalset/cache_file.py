"""A file that may be deleted at any time: believed only where it is whole, and was written by this version in this format."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from regrade import __version__

T = TypeVar("T", bound=msgspec.Struct)

_DIGEST_BYTES = 16


class CacheFile(Generic[T]):
    """What is kept in one file of a cache.

    Parameters
    ----------
    name : str
        Of the file.
    type : type
        Of what it holds.
    format : int
        To be raised with every change to what is kept, or to how it is found: of versions under development there are many.
    """

    def __init__(self, name: str, type: type[T], format: int) -> None:
        self.name = name
        self.magic = f"regrade {name} {format} {__version__}\n".encode()
        self._decoder = msgspec.msgpack.Decoder(type)

    def save(self, folder: Path, value: T, *, make: bool = True) -> bool:
        """Write ``value``, making the folder if ``make``; return whether it could be. Never raises for a disk's sake."""
        try:
            payload = msgspec.msgpack.encode(value)
        except (ValueError, TypeError, OverflowError):
            return False
        temporary = folder / f"{self.name}.{os.getpid()}.tmp"
        try:
            if make:
                folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(self.framed(payload))
            temporary.replace(folder / self.name)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            return False
        return True

    def load(self, folder: Path) -> T | None:
        """Return what the file holds; ``None`` where it is missing, torn, foreign, of another format or another version."""
        try:
            data = (folder / self.name).read_bytes()
        except OSError:
            return None
        start = len(self.magic) + _DIGEST_BYTES
        payload = memoryview(data)[start:]
        if data[: len(self.magic)] != self.magic or data[len(self.magic) : start] != _digest(payload):
            return None
        try:
            return self._decoder.decode(payload)
        except msgspec.DecodeError:
            return None

    def framed(self, payload: bytes) -> bytes:
        """Return the file with ``payload`` in it."""
        return self.magic + _digest(payload) + payload


def to_bytes(column: Sequence[int]) -> bytes:
    """Return a column of numbers as bytes."""
    return array("I", column).tobytes()


def from_bytes(column: bytes) -> array[int]:
    """Return a column of numbers."""
    numbers: array[int] = array("I")
    numbers.frombytes(column)
    return numbers


def _digest(payload: bytes | memoryview) -> bytes:
    """Return what tells a whole file from a torn one."""
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()
