"""What an example keeps of a prediction, and the one canonical JSON that everything durable is hashed in."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

import msgspec

from regrade.errors import DataError

JSON: TypeAlias = Any
"""A JSON value: ``None``, ``bool``, ``int``, ``float``, ``str``, a list of them, or a dictionary from ``str`` to them."""


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """A prediction as the eval set keeps it, so that scoring needs no log; immutable."""

    inputs: dict[str, JSON]
    """Encoded values (``log/schema.py``) by column."""
    schema: str
    """Hash of the schema of the inputs."""
    outcome: JSON = None
    """The logged outcome, encoded; ``None``: unknown."""
    prediction: JSON = None
    """What production answered."""
    scores: dict[str, float] | None = None
    """Class to the probability that production gave."""
    time: str | None = None
    """When it was predicted, ISO 8601."""
    model: str | None = None
    """The deployed model's name."""
    source: str | None = None
    """The file that it was logged in, as people know it; and the row, where that is known."""


DEEPEST = 100
"""Levels of a line that every reader of JSON can follow: Python's own gives up at 1,000 less what it is called from."""

_encoder = msgspec.json.Encoder(order="sorted")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKET = bytes(set(range(256)) - _STEP.keys())


def canonical(value: object) -> bytes:
    """Return ``value`` as canonical JSON: sorted keys, no blanks, UTF-8, shortest floats that read back equal.

    Structs are written as objects. Two equal values always have the same bytes; golden hashes in the tests hold them
    across versions of the encoder.

    Raises
    ------
    DataError
        A float is not finite, a text holds half a surrogate pair, or something is no JSON; names the place inside ``value``.
    """
    try:
        encoded = _encoder.encode(value)
        if b"null" in encoded and not _finite(msgspec.to_builtins(value)):  # NaN and infinity are written as null, without a word
            raise ValueError("a float is not finite")
    except (ValueError, OverflowError, TypeError, RecursionError) as error:
        raise _explain(value, error) from None
    return encoded


def encode_lines(values: Sequence[JSON]) -> list[bytes]:
    """Return :func:`canonical` of each of many values that were read from JSON."""
    return _encoder.encode_lines(values).split(b"\n")[:-1]


def too_deep(encoded: bytes) -> bool:
    """Return whether more than ``DEEPEST`` lists and objects of canonical JSON stand in one another."""
    if encoded.count(b"[") + encoded.count(b"{") <= DEEPEST:
        return False
    outside = b"".join(encoded.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])  # of texts, which may hold brackets
    steps = map(_STEP.__getitem__, outside.translate(None, _NO_BRACKET))
    return max(accumulate(steps), default=0) > DEEPEST


def content_hash(task_kind: str, content: Content, *, from_json: bool = False) -> str:
    """Return the SHA-256, in hex, of what a candidate is asked: the task, the inputs and their schema.

    The outcome is no part of it: it keys the cache of outputs, and a relabelled example is predicted no second time. What was
    read ``from_json`` holds only what JSON can say, and is not looked through again. Raises as :func:`canonical` does.
    """
    if from_json:
        return hash_of_asked(task_kind, content.inputs, content.schema)
    return hashlib.sha256(canonical([task_kind, content.inputs, content.schema])).hexdigest()


def hash_of_asked(task_kind: str, inputs: dict[str, JSON], schema: str) -> str:
    """Return :func:`content_hash` of inputs that were read from JSON."""
    return hashlib.sha256(_encoder.encode([task_kind, inputs, schema])).hexdigest()


def hashes_of_asked(task_kind: str, asked: Iterable[tuple[dict[str, JSON], str]]) -> list[str]:
    """Return :func:`hash_of_asked` of many inputs and their schemas, in half the time."""
    sha256 = hashlib.sha256
    return [sha256(line).hexdigest() for line in encode_lines([(task_kind, inputs, schema) for inputs, schema in asked])]


def _finite(value: object) -> bool:
    """Return whether every float in ``value`` is a number."""
    if isinstance(value, str):
        return True
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _explain(value: object, error: Exception) -> DataError:
    """Return an error that names the first place of ``value`` that canonical JSON cannot hold."""
    try:
        found = _fault(msgspec.to_builtins(value), "")
    except (ValueError, OverflowError, TypeError, RecursionError):
        found = None
    what, where = found or (f"cannot be written as JSON: {error}", "")
    return DataError(what, where=where)


def _fault(value: object, where: str) -> tuple[str, str] | None:
    """Return what is wrong and where, depth first; ``None`` where nothing is."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is no JSON number", where
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return f"{value!a} holds half a surrogate pair: it is no Unicode text", where
    if isinstance(value, dict):
        for name, each in value.items():
            found = _fault(name, f"{where} (a key)".strip()) or _fault(each, f"{where}.{name}".lstrip("."))
            if found:
                return found
    if isinstance(value, list | tuple):
        for index, each in enumerate(value):
            found = _fault(each, f"{where}[{index}]")
            if found:
                return found
    return None
