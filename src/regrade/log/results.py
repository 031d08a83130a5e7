"""Is a prediction right? The one definition of it, for the log, the screens and the metrics; standard library only."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

_NUMERAL = re.compile(r"-?(?:0|[1-9]\d{0,39})(?:\.\d{0,39})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
"""Text that a program writes for a number: "1.0", "-3", "1e-05"; no leading zeros, since "007" is a name."""
_BLANKS = re.compile("[ \\t\\n\\v\\f\\r]+")
"""A model's answer ends with a line end, or is wrapped, and says the same."""


def label_text(value: Any) -> str | None:
    """Return a class label in the one spelling that all comparisons use, None for no label.

    Booleans are ``true`` and ``false``, a float without a fraction is spelt as the integer, other values as their text.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def like(value: Any, model: Any) -> Any:
    """Return text as the number or boolean that it spells, where ``model`` is one; everything else as it is.

    A file of text writes the class 1 as "1.0" and True as "True"; beside text, text stays as it stands.
    """
    if type(value) is not str or not isinstance(model, (bool, int, float)):
        return value
    if isinstance(model, bool):
        return {"true": True, "false": False}.get(value.lower(), value)
    if not _NUMERAL.fullmatch(value):
        return value
    number = Decimal(value)
    whole = "e" not in value.lower() and -(2**63) <= number < 2**63 and number == number.to_integral_value()
    return int(number) if whole else float(value)  # an exponent is how a float is written, rounded to what reads back equal


def normal(kind: str, value: Any) -> Any:
    """Return a value as answers of this kind are compared; None for none.

    Classes are compared by :func:`label_text`, texts but for how blanks and line ends are spread in them, numbers as floats, and
    JSON by its content: text is read as the JSON that it holds, 1 equals 1.0, but not true. Two values with equal normal forms
    are the same answer (a regression has its tolerance besides, and a class that is text is read as :func:`like` does beside one
    that is none).
    """
    if value is None:
        return None
    if kind == "regression":
        return _number(value)
    if kind == "json":
        return json_form(as_json(value))
    if not isinstance(value, (str, bool, int, float)):
        return json_form(value)
    text = label_text(value)
    return _BLANKS.sub(" ", text).strip(" ") if kind == "text" and text is not None else text


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
    if kind == "classification":
        expected, prediction = like(expected, prediction), like(prediction, expected)
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


def as_json(value: Any) -> Any:
    """Return the JSON that a text holds; the text itself where it holds none (a key that stands twice, NaN), other values as they are."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_object, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def json_form(value: Any) -> str:
    """Return JSON as the text that it is compared by: keys sorted, 1.0 as 1."""
    return json.dumps(_same_numbers(value), sort_keys=True, ensure_ascii=False)


def _same_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_same_numbers(each) for each in value]
    if isinstance(value, dict):
        return {name: _same_numbers(each) for name, each in value.items()}
    return value
