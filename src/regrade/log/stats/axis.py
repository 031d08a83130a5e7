"""What predictions are ordered along: time, in minutes, hours or days; or, without a time, parts of the log as the files have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from regrade.expressions import quote_text
from regrade.log.facet_bins import iso
from regrade.log.facet_terms import spelled
from regrade.log.roles import is_number

if TYPE_CHECKING:
    from regrade.log.reader import Reader

PARTS = 60
"""Of a log without times."""
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
_PER_SECOND = (1, 1_000, 1_000_000, 1_000_000_000)
_PLAUSIBLE = (datetime(1990, 1, 1), datetime(2100, 1, 1))
"""Numbers that are times since 1970 lie between."""
_EPOCH = datetime(1970, 1, 1)
_MINUTES_UP_TO = 6
"""Hours that are looked at minute by minute."""
_HOURS_UP_TO = 100_000
"""So many are looked at one by one: 11 years."""


@dataclass(frozen=True)
class Axis:
    """Numbers predictions by period, counted from 0.

    Attributes
    ----------
    name : str or None
        The column of the time; None: the order of the files.
    moment : str
        SQL of the time as TIMESTAMP; NULL where there is none.
    place : str
        SQL of the period's number; NULL for predictions without a time.
    unit : str
        ``minute``, ``hour``, ``day``; ``part`` without times.
    wide : int
        Periods of a longer one: minutes of an hour, hours of a day; 1: there is none.
    start : datetime
        When period 0 begins.
    rows : int
        Without times: rows of a part.
    column : str
        The time as expressions write it.
    undated : str
        The expression for predictions without a time.
    """

    name: str | None
    moment: str
    place: str
    unit: str
    wide: int
    start: datetime
    rows: int = 0
    column: str = ""
    undated: str = ""
    _per_second: int = 0

    def begin(self, at: int) -> datetime:
        """Return when a period begins."""
        return self.start + timedelta(seconds=at * _SECONDS[self.unit])

    def since(self, at: int) -> str:
        """Return what people call the beginning of a period: the day, if a day begins there."""
        if self.name is None:
            return f"row {at * self.rows + 1:,}"
        moment = self.begin(at)
        return moment.strftime("%Y-%m-%d" if self._is_midnight(at) else "%Y-%m-%d %H:%M")

    def until(self, at: int) -> str:
        """Return what people call the end of a period, inclusive: the day, if a day ends there."""
        if self.name is None:
            return f"row {(at + 1) * self.rows:,}"
        if self._is_midnight(at + 1):
            return self.begin(at).strftime("%Y-%m-%d")
        return (self.begin(at + 1) - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M")

    def _is_midnight(self, at: int) -> bool:
        return at % (86_400 // _SECONDS[self.unit]) == 0

    def term(self, first: int | None, last: int | None) -> str:
        """Return the expression for periods ``first`` to ``last``, inclusive, None for no bound; empty without times."""
        if self.name is None:
            return ""
        low = [f"{self.column} >= {self._literal(self.begin(first))}"] if first is not None else []
        high = [f"{self.column} < {self._literal(self.begin(last + 1))}"] if last is not None else []
        return " and ".join(low + high)

    def _literal(self, at: datetime) -> str:
        if self._per_second:
            return str(int((at - _EPOCH).total_seconds()) * self._per_second)
        return quote_text(iso(at))


def axis_of(reader: Reader, source: str, condition: str, n: int) -> tuple[Axis, str]:
    """Return the axis of the ``n`` predictions of a relation, and why it is not time where it is not (empty: it is)."""
    log = reader.log
    if log.config.log.time is None:
        return _by_order(reader, n), "no column is the time of a prediction"
    name = log.name_of(log.config.log.time)
    sql, kind, column = log.dialect.names[name], log.dialect.types[name], spelled(log, name)
    per_second = 0
    if is_number(kind):
        per_second = _per_second(*reader.ask(f"SELECT min({sql}), max({sql}) FROM {source} WHERE {condition}")[0])
        if not per_second:
            return _by_order(reader, n), f"{name!r} is {kind}, and its numbers are no seconds since 1970"
        moment = f"make_timestamp(CAST({sql} * {1_000_000 / per_second!r} AS BIGINT))"
    elif kind == "VARCHAR":
        moment, column = f"TRY_CAST({sql} AS TIMESTAMP)", f"try_cast({column} as timestamp)"
        sql = moment
    elif kind == "DATE" or kind.startswith("TIMESTAMP"):
        moment = f"CAST({sql} AS TIMESTAMP)"
    else:
        return _by_order(reader, n), f"{name!r} is {kind}, no time"
    # Neither infinity nor what Python has no time for.
    finite = f"(CASE WHEN {moment} BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-30' THEN {moment} END)"
    asked = f"min({finite}), max({finite}), count({finite}), count({sql})"
    low, high, dated, there = reader.ask(f"SELECT {asked} FROM {source} WHERE {condition}")[0]
    if not dated or (kind == "VARCHAR" and dated < 0.5 * n):
        return _by_order(reader, n), f"{name!r} holds no times" if kind == "VARCHAR" else f"{name!r} is empty"
    hours = (high - low) / timedelta(hours=1)
    unit = "minute" if hours <= _MINUTES_UP_TO else "hour" if hours <= _HOURS_UP_TO and kind != "DATE" else "day"
    start = datetime(low.year, low.month, low.day)
    begin = round((start - _EPOCH) / timedelta(microseconds=1))
    place = f"((epoch_us({finite}) - ({begin})) // {_SECONDS[unit] * 1_000_000})"
    wide = {"minute": 60, "hour": 24, "day": 1}[unit]
    undated = f"{column} is null" if dated == there else f"({column} is null or {column} < '0001-01-01' or {column} > '9999-12-30')"
    return Axis(name, finite, place, unit, wide, start, column=column, undated=undated, _per_second=per_second), ""


def _by_order(reader: Reader, n: int) -> Axis:
    """Parts with equally many rows; those of the whole log, whatever a filter finds."""
    files = reader.log.files
    rows = max(1, -(-files.n_rows // PARTS))
    address = "r.file_row_number"
    if len(files.files) > 1:
        address = f"(CAST([{', '.join(map(str, files.starts.tolist()))}] AS BIGINT[])[r.file_index + 1] + r.file_row_number)"
    return Axis(None, "CAST(NULL AS TIMESTAMP)", f"CAST({address} // {rows} AS BIGINT)", "part", 1, _EPOCH, rows)


def _per_second(low: Any, high: Any) -> int:
    """Return the unit in which two numbers are plausible times since 1970, as its number in a second; 0: none."""
    if low is None:
        return 0
    first, last = ((each - _EPOCH).total_seconds() for each in _PLAUSIBLE)
    return next((each for each in _PER_SECOND if first * each <= low <= high <= last * each), 0)
