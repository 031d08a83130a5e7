"""Read an expected value that a person typed, in the type of the outcomes; standard library and msgspec only."""

from __future__ import annotations

import math
from typing import Any

from regrade.errors import UsageError
from regrade.log.typed_json import read_json

_WHOLE = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"))
_REAL = frozenset(("FLOAT", "DOUBLE", "DECIMAL"))
_LEAST, _MOST = -(2**63), 2**64
_HINT = "the outcome column of the log decides the type"


def typed_value(text: str, sql_type: str, task_kind: str) -> Any:
    """Return the value that ``text`` says, so that it compares with outcomes and with what candidates answer.

    Parameters
    ----------
    text : str
        What was typed.
    sql_type : str
        DuckDB's type of the outcome column, or of the predictions where the log has no outcomes.
    task_kind : str
        ``classification``, ``regression``, ``text`` or ``json``.

    Raises
    ------
    UsageError
        It is no value of that type.
    """
    kind = sql_type.upper().partition("(")[0]
    if task_kind == "json":
        value, fault = read_json(text)
        if fault is not None:
            hint = "" if text.strip().startswith(("{", "[", '"')) else 'text stands in quotes: "late"'
            raise UsageError(f"no JSON: {fault}", where="expected value", hint=hint)
        return value
    if kind == "BOOLEAN" and task_kind != "regression":
        if text.lower() not in ("true", "false"):
            raise _refused(text, "boolean: neither true nor false")
        return text.lower() == "true"
    if kind in _WHOLE:
        try:
            return _in_range(int(text), text)
        except ValueError:
            if task_kind != "regression" and not _whole(text):
                raise _refused(text, "whole number, as the outcomes are") from None
    if kind in _WHOLE or kind in _REAL or task_kind == "regression":
        number = _number(text)
        return _in_range(int(number), text) if kind in _WHOLE and number.is_integer() else number
    return text


def _whole(text: str) -> bool:
    try:
        return float(text).is_integer()
    except ValueError:
        return False


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _refused(text, "number") from None
    if not math.isfinite(value):
        raise _refused(text, "finite number")
    return value


def _in_range(value: int, text: str) -> int:
    if not _LEAST <= value < _MOST:
        raise _refused(text, "number of 64 bits")
    return value


def _refused(text: str, what: str, hint: str = _HINT) -> UsageError:
    return UsageError(f"{text!r} is no {what}", where="expected value", hint=hint)
