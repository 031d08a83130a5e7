"""Which members of a trunk each slice has, kept in the cache: one byte a member; may be deleted at any time."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import msgspec

from regrade.evalset.review.trunk import Trunk

FORMAT = 1
FILE = "evalset.slices"

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


_decoder = msgspec.msgpack.Decoder(Masks)


def load(folder: Path, trunk: Trunk) -> Masks | None:
    """Return what is remembered of ``trunk``; ``None`` where that is nothing, torn, or of another one."""
    try:
        data = (folder / FILE).read_bytes()
        header = _header(trunk, data[_DIGEST_BYTES * 2 :])
        masks = _decoder.decode(data[_DIGEST_BYTES * 2 :]) if data[: _DIGEST_BYTES * 2] == header else None
    except (OSError, msgspec.DecodeError):
        return None
    return masks


def save(folder: Path, trunk: Trunk, masks: Masks) -> None:
    """Remember ``masks``, where the disk lets us."""
    payload = msgspec.msgpack.encode(masks)
    temporary = folder / f"{FILE}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(_header(trunk, payload) + payload)
        temporary.replace(folder / FILE)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _header(trunk: Trunk, payload: bytes) -> bytes:
    """Return what says that the file is whole, and about this trunk."""
    about = hashlib.blake2b(f"{FORMAT} {trunk.task_kind} ".encode() + " ".join(trunk.segments).encode(), digest_size=_DIGEST_BYTES)
    return about.digest() + hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()
