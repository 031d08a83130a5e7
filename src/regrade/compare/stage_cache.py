"""At which stage each broken example parts from the baseline, cached between commands, so that candidates are asked for new ones only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from regrade import cached_file
from regrade.scoring.findings import Found, Pair

STAGES = "stages.json"
"""The file, in the cache."""
_MOST = 20_000


class StageCache:
    """A file in the cache; it may be deleted at any time, and one that cannot be read or written costs time only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: dict[str, Pair] | None = None

    def all(self) -> dict[str, Pair]:
        """Return everything that is known."""
        if self._read is None:
            self._read = cached_file.read(self._path, dict[str, Pair]) or {}
        return self._read

    @staticmethod
    def digest(parts: Any) -> str:
        """Return what parts are remembered by."""
        return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()

    def get(self, pair: str, hashes: Mapping[str, str]) -> dict[str, Found]:
        """Return key to finding, for keys whose hash is known."""
        known = self.all().get(pair)
        return {key: known.found[each] for key, each in hashes.items() if each in known.found} if known is not None else {}

    def pair(self, pair: str) -> Pair | None:
        """Return what is known of two candidates."""
        return self.all().get(pair)

    def put(self, pair: str, news: Pair) -> None:
        """Remember findings on two candidates."""
        self.merge({pair: news})

    def merge(self, news: Mapping[str, Pair]) -> None:
        """Remember findings, the newest last; of too many those of the pair that was looked at longest ago go first."""
        known = self.all()
        for name, pair in news.items():
            before = known.pop(name, None)
            known[name] = msgspec.structs.replace(pair, found={**(before.found if before else {}), **pair.found})
        over = sum(len(pair.found) for pair in known.values()) - _MOST
        for name in list(known)[: -1 if known else None]:
            if over <= 0 and len(known) <= _MOST:
                break
            over -= len(known.pop(name).found)
        for pair in known.values():
            for old in list(pair.found)[:-_MOST]:
                del pair.found[old]
        cached_file.write(self._path, known)
