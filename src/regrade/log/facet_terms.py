"""Write columns and values as the expressions that find them again."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from regrade.errors import ExpressionError
from regrade.expressions import quote_identifier, quote_text

if TYPE_CHECKING:
    from regrade.log.prediction_log import PredictionLog

_WORD = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?\Z", re.ASCII)


def spelled(log: PredictionLog, name: str) -> str:
    """Return ``name`` as an expression writes it: plain where that is understood, in quotes where not."""
    if _WORD.match(name):
        try:
            log.compile(f"{name} is null")
        except ExpressionError:
            pass
        else:
            return name
    return quote_identifier(name)


def value_term(column: str, value: Any, kind: str) -> str:
    """Return the expression that finds the rows whose ``column`` (as :func:`spelled` writes it) has ``value``.

    Empty for what no expression can compare: nested values, bytes.
    """
    if value is None:
        return f"{column} is null"
    if isinstance(value, bool):
        return f"{column} = {str(value).lower()}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"isnan({column})" if math.isnan(value) else f"{column} = cast({quote_text(str(value))} as double)"
    if isinstance(value, str):
        return f"{column} = {quote_text(value)}" if kind in ("VARCHAR",) or kind.startswith("ENUM") else ""
    if isinstance(value, (date, datetime)):
        return f"{column} = {quote_text(value.isoformat(sep=' ') if isinstance(value, datetime) else value.isoformat())}"
    return f"{column} = {value}"
