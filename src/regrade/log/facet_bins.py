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
    kind : str
        The type that they are compared in.
    """

    distinct: int
    low: float | None
    high: float | None
    odd: int
    finite: str
    kind: str


def look(ask: Ask, relation: str, kind: str) -> Look:
    """Look once over the numbers ``v`` of ``relation``, which are of the DuckDB type ``kind``."""
    finite = "v IS NOT NULL AND NOT isnan(v) AND NOT isinf(v)" if kind in ("FLOAT", "DOUBLE") else "v IS NOT NULL"
    ends = f"CAST(min(v) FILTER ({finite}) AS DOUBLE), CAST(max(v) FILTER ({finite}) AS DOUBLE)"
    distinct, low, high, odd = ask(f"SELECT approx_count_distinct(v), {ends}, count(*) FILTER (NOT ({finite})) FROM {relation}")[0]
    return Look(distinct, low, high, odd, finite, "FLOAT" if kind == "FLOAT" else "DOUBLE")


def bins(ask: Ask, relation: str, column: str, seen: Look, *, counts: str) -> tuple[list[Row], Totals]:
    """Return the bins of the numbers ``v`` of ``relation`` (which has ``w``, wrong, and ``k``, right), in order; then what has no number.

    The first and the last are open where single values lie far out.
    """
    found: list[Row] = []
    rest = ask(f"SELECT v, {counts} FROM {relation} WHERE NOT ({seen.finite}) GROUP BY v ORDER BY v") if seen.odd else []
    if seen.low is not None and seen.high is not None:
        # NaN and infinity are beyond any number, and have rows of their own.
        open_end = f" and isfinite({column})" if any(value is not None for value, *_ in rest) else ""
        found = _numbers(ask, relation, column, seen, open_end, counts)
    for value, *each in rest:
        words, term = _no_number(value, column)
        found.append((words, term, *each))
    return found, _totals(found)


def _numbers(ask: Ask, relation: str, column: str, seen: Look, open_end: str, counts: str) -> list[Row]:
    """Count in fine bins, find where nearly all values lie, and join the fine bins to a few."""
    assert seen.low is not None and seen.high is not None
    low, high = span = seen.low, seen.high
    for _ in range(_ZOOMS):
        # Not so fine that the number of a bin, counted from 0, would lose digits as a float.
        fine = _power(max(high / 400 - low / 400, abs(low) * 1e-12, abs(high) * 1e-12) or 1.0)
        first, last = math.floor(low / fine), math.floor(high / fine)
        rows = ask(_counted(relation, seen, fine, (first, last), counts))
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
        made.append((words, " and ".join(terms) + (open_end if len(terms) < 2 else ""), n, known, failures))
    return made


def _counted(relation: str, seen: Look, fine: float, ends: tuple[int, int], counts: str) -> str:
    """Return the query that counts fine bins by number; those beyond ``ends`` are counted with these.

    The quotient is that of floats, which may fall on the wrong side of a bound (1.4 / 0.1 < 14): a second look puts a number where the
    bin's expression finds it, which compares with the bound as it is written.
    """
    scale = f"* {1 / fine!r}" if fine < 1 else f"/ {fine!r}"
    bound = f"/ {round(1 / fine)}.0" if 1e-22 < fine < 1 else f"* {fine!r}"
    beyond, before = f"v >= CAST((q + 1) {bound} AS {seen.kind})", f"v < CAST(q {bound} AS {seen.kind})"
    place = f"CASE WHEN {beyond} THEN q + 1 WHEN {before} THEN q - 1 ELSE q END"
    # Cut off first: a number far away has so large a quotient that 1 is lost in it, or none.
    quotient = f"greatest({ends[0]}, least({ends[1]}, floor(CAST(v AS DOUBLE) {scale})))"
    quotients = f"(SELECT v, w, k, {quotient} AS q FROM {relation} WHERE {seen.finite})"
    placed = f"CAST(greatest({ends[0]}, least({ends[1]}, {place})) AS BIGINT)"
    return f"SELECT {placed} AS b, {counts} FROM {quotients} GROUP BY b ORDER BY b"


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


def spans(ask: Ask, relation: str, column: str, *, dates: bool, counts: str) -> tuple[list[Row], Totals]:
    """Return the spans of time of ``v``: hours to years, whatever gives at most :data:`SPANS`; empty ones in between too.

    Over more years than that, which a made-up date like 9999-12-31 does, only years that have something are there. ``dates``: no span is
    shorter than a day, for a date that is compared with an hour is compared with its day.
    """
    at = f"(SELECT *, TRY_CAST(v AS TIMESTAMP) AS t FROM {relation})"
    told = f"coalesce(t BETWEEN TIMESTAMP {quote_text(iso(datetime.min))} AND TIMESTAMP {quote_text(iso(datetime.max))}, false)"
    low, high = ask(f"SELECT min(t), max(t) FROM {at} WHERE {told}")[0]
    days = (high - low) / timedelta(days=1) if low is not None else 0.0
    unit = span_unit(max(days, SPANS / 2) if dates else days)
    begin = f"CASE WHEN {told} THEN CAST(date_trunc('{unit}', t) AS TIMESTAMP) END"
    grouped = ask(f"SELECT {begin} AS b, v IS NULL AS m, isfinite(v) AS f, {counts} FROM {at} GROUP BY ALL ORDER BY b, m, f")
    counted = {start: each for start, _, _, *each in grouped if start is not None}
    made: list[Row] = []
    for start in _starts(sorted(counted), unit):
        after = next_span(start, unit)
        n, known, failures = counted.get(start, (0, 0, 0))
        until = f"{column} <= {quote_text(iso(after))}" if after == datetime.max else f"{column} < {quote_text(iso(after))}"
        made.append((span_words(start, unit), f"{column} >= {quote_text(iso(start))} and {until}", n, known, failures))
    for start, none, finite, *each in grouped:
        if start is None and finite:
            far = f"({column} < {quote_text(iso(datetime.min))} or {column} > {quote_text(iso(datetime.max))})"
            made.append(("beyond the years 1 – 9999", f"isfinite({column}) and {far}", *each))
        elif start is None:
            made.append((None, f"{column} is null", *each) if none else ("±∞", f"not isfinite({column})", *each))
    return made, _totals(made)


def _starts(found: list[datetime], unit: str) -> list[datetime]:
    """Return where spans begin: from the first to the last of ``found``, or just these where that would be too many."""
    if not found or (unit == "year" and found[-1].year - found[0].year > SPANS):
        return found
    starts = [found[0]]
    while starts[-1] < found[-1]:
        starts.append(next_span(starts[-1], unit))
    return starts


def span_unit(days: float) -> str:
    """Return the smallest of hour, day, week, month, quarter and year of which so many days have at most :data:`SPANS`."""
    return next((name for name, length in _DAYS.items() if days / length <= SPANS), "year")


def next_span(at: datetime, unit: str) -> datetime:
    """Return the beginning of the span after the one that begins at ``at``; the last moment of all where none does."""
    months = at.month - 1 + {"month": 1, "quarter": 3, "year": 12}.get(unit, 0)
    try:
        if unit in ("hour", "day", "week"):
            return at + timedelta(days=_DAYS[unit])
        return at.replace(year=at.year + months // 12, month=months % 12 + 1)
    except (OverflowError, ValueError):
        return datetime.max


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
