"""Where examples were found to part, kept between commands: candidates are started for what was never found out only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

_MOST = 20_000


class Found(msgspec.Struct, frozen=True):
    """Where the answers to one example part."""

    stage: str | None
    why: str
    check: str | None = None
    """The first check that fails."""
    failed: bool = False
    """The stage is that of the check."""
    lasting: bool = True


class _File(msgspec.Struct):
    found: dict[str, Found] = {}
    pairs: dict[str, tuple[list[str], str]] = {}


class StageCache:
    """A file in the cache; it may be deleted at any time, and one that cannot be read or written costs time only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: _File | None = None

    @property
    def _known(self) -> _File:
        if self._read is None:
            try:
                self._read = msgspec.json.decode(self._path.read_bytes(), type=_File)
            except (OSError, msgspec.DecodeError):
                self._read = _File()
        return self._read

    @staticmethod
    def digest(parts: Any) -> str:
        """Return what parts are remembered by."""
        return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()

    def get(self, hashes: Mapping[str, str]) -> dict[str, Found]:
        """Return key to finding, for keys whose hash is known."""
        return {key: self._known.found[each] for key, each in hashes.items() if each in self._known.found}

    def pair(self, pair: str) -> tuple[list[str], str] | None:
        """Return the stages of two candidates in order, and how they differ, in words."""
        return self._known.pairs.get(pair)

    def put(self, found: Mapping[str, Found], pair: str, order: list[str], other: str) -> None:
        """Remember findings on two candidates."""
        known = self._known
        known.found.update(found)
        known.pairs[pair] = (order, other)
        for table in (known.found, known.pairs):
            for old in list(table)[:-_MOST]:
                del table[old]
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(msgspec.json.encode(known))
            temporary.replace(self._path)
        except OSError:
            temporary.unlink(missing_ok=True) if temporary.parent.is_dir() else None
