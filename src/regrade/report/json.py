"""Any document as canonical JSON: sorted keys, one line, and never a number that JSON does not have."""

from __future__ import annotations

import math
from typing import Any

import msgspec


def to_json(document: Any) -> str:
    """Return ``document`` (structs, dicts, lists, plain and NumPy values, dates) as one line of JSON without a line end.

    The same document gives the same text. NaN and infinity become ``null``, half a surrogate pair becomes "�": both would make
    the document unreadable to others. Raises TypeError for what is no data at all.
    """
    plain = msgspec.to_builtins(document, enc_hook=_plain, str_keys=True)
    return msgspec.json.encode(_readable(plain), order="sorted").decode("utf-8")


def _plain(value: Any) -> Any:
    """Return the Python value of a NumPy scalar or array, a path as text; a set as a sorted list."""
    if hasattr(value, "tolist"):
        return _readable(value.tolist())
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    raise TypeError(f"{type(value).__name__} is no data")


def _readable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_readable(name): _readable(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_readable(each) for each in value]
    return value
