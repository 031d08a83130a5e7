"""Bins of numbers and spans of time, with bounds that people would choose."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from regrade.expressions import quote_text

Ask = Callable[[str], list[tuple[Any, ...]]]
Row = tuple[Any, str, int, int, int]
"""Value in words, expression, and how many predictions, known results, failures."""
Totals = tuple[int, int, int]

BINS = 12
"""About so many; between the 1st and the 99th percentile."""
SPANS = 60
"""At most so many spans of time."""
_ZOOMS = 4
_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4, "quarter": 91.3, "year": 365.2}


@dataclass(frozen=True)
class Look:
    """What one pass over the numbers says of them.

    Attributes
    ----------
    distinct : int
        How many there are, nearly.
    low, high : float or None
        Of those that are finite; None where none is.
    odd : int
        Rows that are missing, not a number, or infinite.
    finite : str
        The SQL condition for all others.
    """

    distinct: int
    low: float | None
    high: float | None
    odd: int
    finite: str


def look(ask: Ask, relation: str, *, floating: bool) -> Look:
    """Look once over the numbers ``v`` of ``relation``."""
    finite = "v IS NOT NULL AND NOT isnan(v) AND NOT isinf(v)" if floating else "v IS NOT NULL"
    ends = f"CAST(min(v) FILTER ({finite}) AS DOUBLE), CAST(max(v) FILTER ({finite}) AS DOUBLE)"
    distinct, low, high, odd = ask(f"SELECT approx_count_distinct(v), {ends}, count(*) FILTER (NOT ({finite})) FROM {relation}")[0]
    return Look(distinct, low, high, odd, finite)


def bins(ask: Ask, relation: str, column: str, seen: Look, *, counts: str) -> tuple[list[Row], Totals]:
    """Return the bins of the numbers ``v`` of ``relation`` (which has ``w``, wrong, and ``k``, right), in order; then what has no number.

    The first and the last are open where single values lie far out.
    """
    found: list[Row] = []
    if seen.low is not None and seen.high is not None:
        found = _numbers(ask, relation, column, seen.finite, (seen.low, seen.high), counts)
    rest = ask(f"SELECT v, {counts} FROM {relation} WHERE NOT ({seen.finite}) GROUP BY v ORDER BY v") if seen.odd else []
    for value, *each in rest:
        words, term = _no_number(value, column)
        found.append((words, term, *each))
    return found, _totals(found)


def _numbers(ask: Ask, relation: str, column: str, finite: str, span: tuple[float, float], counts: str) -> list[Row]:
    """Count in fine bins, find where nearly all values lie, and join the fine bins to a few."""
    low, high = span
    for _ in range(_ZOOMS):
        # Not so fine that the number of a bin, counted from 0, would lose digits as a float.
        fine = _power(max(high / 400 - low / 400, abs(low) * 1e-12, abs(high) * 1e-12) or 1.0)
        first, last = math.floor(low / fine), math.floor(high / fine)
        place = f"greatest({first}, least({last}, floor(CAST(v AS DOUBLE) / {fine!r})))"
        rows = ask(f"SELECT CAST({place} AS BIGINT) AS b, {counts} FROM {relation} WHERE {finite} GROUP BY b ORDER BY b")
        first_kept, last_kept = _quantiles(rows)
        step = _nice((last_kept - first_kept + 1) / BINS * fine)
        if step >= fine * 0.999:
            break
        low, high = first_kept * fine, (last_kept + 1) * fine
    wide = max(1, round(step / fine))
    joined: dict[int, list[int]] = {}
    bottom, top = first_kept // wide, last_kept // wide
    for place_of, *each in rows:
        into = joined.setdefault(min(max(place_of // wide, bottom), top), [0, 0, 0])
        for at, count in enumerate(each):
            into[at] += count
    below, above = rows[0][0] // wide < bottom or span[0] < first * fine, rows[-1][0] // wide > top or span[1] >= (last + 1) * fine
    made: list[Row] = []
    for at in range(bottom, top + 1):
        left, right = _round(at * wide * fine, fine), _round((at + 1) * wide * fine, fine)
        terms = [f"{column} >= {left}"] * (at > bottom or not below) + [f"{column} < {right}"] * (at < top or not above)
        words = f"< {right}" if at == bottom and below else f"≥ {left}" if at == top and above else f"{left} – {right}"
        n, known, failures = joined.get(at, (0, 0, 0))
        made.append((words, " and ".join(terms), n, known, failures))
    return made


def _quantiles(rows: list[tuple[Any, ...]]) -> tuple[int, int]:
    """Return the fine bins that the 1st and the 99th percentile lie in."""
    total, seen = sum(row[1] for row in rows), 0
    first, last = rows[0][0], rows[-1][0]
    for place, n, *_ in rows:
        if seen <= total * 0.01:
            first = place
        seen += n
        if seen >= total * 0.99:
            last = place
            break
    return first, max(first, last)


def _no_number(value: float | None, column: str) -> tuple[Any, str]:
    if value is None:
        return None, f"{column} is null"
    if math.isnan(value):
        return "NaN", f"isnan({column})"
    return ("∞" if value > 0 else "−∞"), f"{column} = cast({quote_text('inf' if value > 0 else '-inf')} as double)"


def _power(width: float) -> float:
    """Return the power of ten that is at most ``width``."""
    return float(f"1e{math.floor(math.log10(width))}")


def _nice(width: float) -> float:
    """Return the smallest of 1, 2, 5 × a power of ten that is at least ``width``."""
    power = _power(width)
    return next(each * power for each in (1, 2, 5, 10) if each * power >= width * 0.999)


def _round(value: float, unit: float) -> str:
    """Write ``value``, a multiple of ``unit``, without the noise of floats."""
    digits = max(0, -math.floor(math.log10(unit)))
    text = f"{round(value, digits):.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def spans(ask: Ask, relation: str, column: str, *, counts: str) -> tuple[list[Row], Totals]:
    """Return the spans of time of ``v``: hours to years, whatever gives at most :data:`SPANS`; empty ones in between too."""
    low, high = ask(f"SELECT CAST(min(v) AS TIMESTAMP), CAST(max(v) AS TIMESTAMP) FROM {relation} WHERE v IS NOT NULL AND isfinite(v)")[0]
    if low is None:
        rows = ask(f"SELECT v IS NULL AS m, {counts} FROM {relation} GROUP BY m ORDER BY m")
        found: list[Row] = [
            (None, f"{column} is null", *each) if none else ("±∞", f"not isfinite({column})", *each) for none, *each in rows
        ]
        return found, _totals(found)
    days = (high - low) / timedelta(days=1)
    unit = span_unit(days)
    begin = f"CASE WHEN isfinite(v) THEN CAST(date_trunc('{unit}', CAST(v AS TIMESTAMP)) AS TIMESTAMP) END"
    grouped = ask(f"SELECT {begin} AS b, v IS NULL AS m, {counts} FROM {relation} GROUP BY b, m ORDER BY b")
    counted = {start: each for start, _, *each in grouped if start is not None}
    starts = sorted(counted)
    made: list[Row] = []
    at = starts[0]
    while at <= starts[-1]:
        after = next_span(at, unit)
        n, known, failures = counted.get(at, (0, 0, 0))
        term = f"{column} >= {quote_text(iso(at))} and {column} < {quote_text(iso(after))}"
        made.append((span_words(at, unit), term, n, known, failures))
        at = after
    for start, none, *each in grouped:
        if start is None:
            made.append((None, f"{column} is null", *each) if none else ("±∞", f"not isfinite({column})", *each))
    return made, _totals(made)


def span_unit(days: float) -> str:
    """Return the smallest of hour, day, week, month, quarter and year of which so many days have at most :data:`SPANS`."""
    return next((name for name, length in _DAYS.items() if days / length <= SPANS), "year")


def next_span(at: datetime, unit: str) -> datetime:
    """Return the beginning of the span after the one that begins at ``at``."""
    if unit in ("hour", "day", "week"):
        return at + timedelta(days=_DAYS[unit])
    months = at.month - 1 + {"month": 1, "quarter": 3, "year": 12}[unit]
    return at.replace(year=at.year + months // 12, month=months % 12 + 1)


def span_words(at: datetime, unit: str) -> str:
    """Return what people call the span that begins at ``at``."""
    shapes = {"hour": "%Y-%m-%d %H:00", "month": "%Y-%m", "year": "%Y"}
    return f"{at.year}-Q{(at.month + 2) // 3}" if unit == "quarter" else at.strftime(shapes.get(unit, "%Y-%m-%d"))


def iso(at: datetime | date) -> str:
    """Return a time as expressions write it; midnight is left out."""
    text = at.isoformat(sep=" ") if isinstance(at, datetime) else at.isoformat()
    return text.removesuffix(" 00:00:00")


def _totals(rows: list[Row]) -> Totals:
    return sum(row[2] for row in rows), sum(row[3] for row in rows), sum(row[4] for row in rows)
