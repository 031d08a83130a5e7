"""The version of an eval set: a hash of what its members are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from regrade.evalset.examples import Example
from regrade.evalset.plain import Fields
from regrade.log.content import JSON, canonical, encode_lines, hashes_of_asked


def version_line(example: Example) -> bytes:
    """Return what the version says of one member: key, content hash, distinct expected values, partition, weight, pinned."""
    return canonical([example.key, example.content_hash, example.expected, example.partition, example.weight, example.pinned])


class PlainMembers:
    """Members whose contents are plain: what the version says of them is found together, which takes half the time."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.asked: list[tuple[dict[str, JSON], str]] = []
        """The inputs of each, and their schema."""
        self._rows: list[list[JSON]] = []

    def add(self, key: str, content: JSON, expected: tuple[JSON, ...], partition: str, pinned: bool, largest: float) -> bool:
        """Take in a member; ``False`` where its content is not plain.

        Parameters
        ----------
        key, content, partition, pinned
        expected : tuple
            What people say; empty: nothing, then the logged outcome counts.
        largest : float
            The largest probability that it was sampled with; 0.0: it was not sampled.
        """
        if type(content) is not dict:
            return False
        inputs, schema = content.get("inputs"), content.get("schema")
        if type(inputs) is not dict or type(schema) is not str:
            return False
        if not expected and (outcome := content.get("outcome")) is not None:
            expected = (outcome,)
        self.keys.append(key)
        self.asked.append((inputs, schema))
        self._rows.append([key, "", expected, partition, 1.0 / largest if largest else 1.0, pinned])
        return True

    def add_said(self, key: str, fields: Fields, largest: float) -> bool:
        """Take in a member by what one plain event wrote."""
        expected = (fields["expected"],) if "expected" in fields else ()
        return self.add(key, fields["content"], expected, str(fields.get("partition", "eval")), fields.get("pinned") is True, largest)

    def lines(self, task_kind: str) -> list[bytes]:
        """Return :func:`version_line` of each."""
        for row, hash in zip(self._rows, hashes_of_asked(task_kind, self.asked), strict=True):
            row[1] = hash
        return encode_lines(self._rows)


def version_of(lines: Iterable[bytes]) -> str:
    """Return the SHA-256, in hex, over the lines of all members, which must come sorted by key."""
    digest = hashlib.sha256()
    digest.update(b"\n".join(lines))
    return digest.hexdigest()
