"""Read a typed expected value in the type of the outcome, so that it can be compared with what candidates answer."""

from __future__ import annotations

import math

import msgspec

from regrade.errors import UsageError
from regrade.tui.cells import is_number


def parse_value(text: str, sql_type: str, task_kind: str) -> object:
    """Return the value that ``text`` says.

    Raises
    ------
    UsageError
        It is no value of that type.
    """
    kind = sql_type.upper().partition("(")[0]
    if task_kind == "json":
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise UsageError("that is no JSON", hint='text stands in quotes: "late"') from None
    if kind == "BOOLEAN":
        if text.lower() not in ("true", "false"):
            raise UsageError(f"{text!r} is neither true nor false")
        return text.lower() == "true"
    if task_kind == "regression" or is_number(kind):
        try:
            value = float(text)
        except ValueError:
            raise UsageError(f"{text!r} is no number") from None
        if not math.isfinite(value):
            raise UsageError(f"{text!r} is no finite number")
        whole = kind not in ("FLOAT", "DOUBLE", "DECIMAL")
        if whole and value != int(value):
            raise UsageError(f"{text!r} is no whole number, and the outcomes are")
        return int(text) if whole and text.lstrip("+-").isdigit() else int(value) if whole else value
    return text
