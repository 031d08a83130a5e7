"""Which members of a trunk each slice has, kept in the cache: one byte a member; may be deleted at any time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from regrade.evalset.cache_file import CacheFile
from regrade.evalset.review.trunk import Trunk

_DIGEST_BYTES = 16


class Masks(msgspec.Struct, array_like=True, frozen=True):
    """What the slices say of a trunk whose members have one schema."""

    schema: str
    """Its hash."""
    encoded: str
    inside: dict[str, bytes]
    """Expression to a byte a member, in the order of ``trunk.keys``: 1 where it is inside."""
    errors: dict[str, str]
    """Expression to why it cannot be computed."""
    few: dict[str, dict[str, bool]]
    """Expression to content hash to whether an example beside the trunk was inside, the last time."""


class _Kept(msgspec.Struct, array_like=True, frozen=True):
    about: bytes
    masks: Masks


_file = CacheFile("evalset.slices", _Kept, 3)


def load(folder: Path, trunk: Trunk) -> Masks | None:
    """Return what is remembered of ``trunk``; ``None`` where that is nothing, torn, of another trunk or another version."""
    kept = _file.load(folder)
    return kept.masks if kept is not None and kept.about == _about(trunk) else None


def save(folder: Path, trunk: Trunk, masks: Masks) -> None:
    """Remember ``masks``, where the disk lets us."""
    _file.save(folder, _Kept(_about(trunk), masks))


def _about(trunk: Trunk) -> bytes:
    """Return what tells one trunk from another."""
    said = f"{trunk.task_kind} {' '.join(trunk.index.segments)}"
    return hashlib.blake2b(said.encode(), digest_size=_DIGEST_BYTES).digest()
