"""What a loaded model says of itself: its class and the parameters of all its steps, as plain data for the record of a run."""

from __future__ import annotations

import math
import re
from typing import Any

_MOST = 500
"""Parameters that are told; a pipeline of twenty steps has two hundred."""
_LONGEST = 200
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Where an object happens to lie in memory: another place each time, and no parameter."""


def about(model: Any) -> dict[str, Any]:
    """Return ``type`` and ``parameters`` (name, nested as ``step__name``, to a number, text, boolean or None) of an estimator."""
    kind = f"{type(model).__module__}.{type(model).__name__}"
    try:
        found = dict(model.get_params(deep=True))
        told = {str(name)[:_LONGEST]: plain(found[name]) for name in sorted(found, key=str)[:_MOST]}
    except Exception:  # noqa: BLE001 - a model may raise anything; that it does not say its parameters harms nobody
        told = {}
    return {"type": kind, "parameters": told}


def plain(value: Any) -> str | int | float | bool | None:
    """Return a value that JSON can say, the same one each time: an estimator is its class, what is no number or text its text."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)[:_LONGEST]
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    text = value if isinstance(value, str) else _text(value, 3)
    return text.encode("utf-8", "replace").decode("utf-8")[:_LONGEST]


def _text(value: Any, deep: int) -> str:
    if isinstance(value, type):
        return value.__name__
    if hasattr(value, "get_params"):
        return type(value).__name__
    if isinstance(value, (list, tuple)) and deep:
        return "[" + ", ".join(_text(each, deep - 1) for each in value[:40]) + (", …]" if len(value) > 40 else "]")
    if isinstance(value, str):
        return value
    if callable(value):
        return str(getattr(value, "__qualname__", type(value).__name__))
    return _ADDRESS.sub("", repr(value))
