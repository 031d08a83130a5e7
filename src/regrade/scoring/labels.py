"""Is a prediction right? One definition, used by metrics, flips and the gate."""

from __future__ import annotations

import json
import math
from typing import Any

from regrade.candidates.values import label_text


def normal(kind: str, value: Any) -> Any:
    """Return a value as answers of this kind are compared; None for none.

    Classes are compared by :func:`label_text`, texts as they stand, JSON by its content (1 equals 1.0, but not true), and
    numbers as floats. Two values with equal normal forms are the same answer (a regression has its tolerance besides).
    """
    if value is None:
        return None
    if kind == "regression":
        return _number(value)
    if kind == "json":
        return _json_text(value)
    return label_text(value) if isinstance(value, (str, bool, int, float)) else _json_text(value)


def is_right(kind: str, tolerance: float, expected: Any, prediction: Any) -> bool | None:
    """Return whether a prediction is right; None where nothing is expected, or nothing was predicted.

    Parameters
    ----------
    kind : str
        ``classification``, ``regression``, ``text`` or ``json``.
    tolerance : float
        Regression: largest distance that is right, in units of the outcome.
    expected, prediction : JSON values
    """
    wanted, got = normal(kind, expected), normal(kind, prediction)
    if wanted is None or got is None:
        return None
    if kind == "regression":
        # A tolerance of 0.1 must accept 0.3 for 0.2, which differ by 0.09999999999999998 or 0.10000000000000003.
        return bool(abs(wanted - got) <= tolerance + 1e-12 * max(abs(wanted), abs(got)))
    return bool(wanted == got)


def _number(value: Any) -> float | None:
    """Return a finite number, also where it is kept as text (decimals and large integers are)."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _json_text(value: Any) -> str:
    return json.dumps(_same_numbers(value), sort_keys=True, ensure_ascii=False)


def _same_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_same_numbers(each) for each in value]
    if isinstance(value, dict):
        return {name: _same_numbers(each) for name, each in value.items()}
    return value
