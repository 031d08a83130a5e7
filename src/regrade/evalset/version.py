"""The version of an eval set: a hash of what its members are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from regrade.evalset.examples import Example
from regrade.log.content import canonical


def version_line(example: Example) -> bytes:
    """Return what the version says of one member: key, content hash, distinct expected values, partition, weight, pinned."""
    return canonical([example.key, example.content_hash, example.expected, example.partition, example.weight, example.pinned])


def version_of(lines: Iterable[bytes]) -> str:
    """Return the SHA-256, in hex, over the lines of all members, which must come sorted by key."""
    digest = hashlib.sha256()
    digest.update(b"\n".join(lines))
    return digest.hexdigest()
