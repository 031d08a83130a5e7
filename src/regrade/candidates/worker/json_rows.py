"""Inputs as JSON values, for what is asked over a pipe or a network; docs/candidates.md says how each type is written."""

from __future__ import annotations

import base64
import datetime
import math
from decimal import Decimal
from typing import Any


def to_rows(table: Any) -> list[dict[str, Any]]:
    """Return one dictionary a row of an Arrow table, column to JSON value."""
    names = table.column_names
    columns = [[_plain(each) for each in column.to_pylist()] for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] if columns else [{}] * table.num_rows


def _plain(value: Any) -> Any:
    """Return a JSON value: NaN is null, infinities, decimals, times and bytes are text, durations are seconds."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return str(value)
