"""What every function of the language does, in one line each: for completion and for docs/filters.md. Imports no parser."""

from __future__ import annotations

from typing import NamedTuple


class Help(NamedTuple):
    """How a function is called, what it gives, and a condition that uses it."""

    call: str
    text: str
    example: str


HELP: dict[str, Help] = {
    "abs": Help("abs(x)", "without its sign", "abs(margin - 0.5) < 0.1"),
    "ceil": Help("ceil(x)", "the next whole number up", "ceil(distance / 100) = 8"),
    "coalesce": Help("coalesce(a, b, …)", "the first that is not missing", "coalesce(precip, 0) = 0"),
    "concat": Help("concat(a, b, …)", "the texts one behind the other", "concat(origin, '-', dest) = 'EWR-ORD'"),
    "contains": Help("contains(text, part)", "whether a text has a part, in this case of letters", "contains(dest, 'R')"),
    "date_diff": Help("date_diff('day', from, to)", "units between two times", "date_diff('day', sched_time, now_time) > 7"),
    "date_part": Help("date_part('hour', time)", "one part of a time", "date_part('hour', sched_time) = 18"),
    "date_trunc": Help("date_trunc('day', time)", "a time cut to the unit", "date_trunc('month', sched_time) = date '2013-07-01'"),
    "day": Help("day(time)", "day of the month, 1–31", "day(sched_time) = 1"),
    "dayofweek": Help("dayofweek(time)", "0 is Sunday", "dayofweek(sched_time) in (0, 6)"),
    "dayofyear": Help("dayofyear(time)", "1–366", "dayofyear(sched_time) > 350"),
    "ends_with": Help("ends_with(text, end)", "whether a text ends so", "ends_with(dest, 'W')"),
    "epoch": Help("epoch(time)", "seconds since 1970", "epoch(sched_time) > 1372636800"),
    "exp": Help("exp(x)", "e to the power of x", "exp(-distance / 1000) < 0.5"),
    "extract": Help("extract(hour from time)", "one part of a time", "extract(month from sched_time) = 7"),
    "floor": Help("floor(x)", "the next whole number down", "floor(distance / 100) = 7"),
    "greatest": Help("greatest(a, b, …)", "the largest", "greatest(p_late, 0.5) > 0.8"),
    "has": Help("has('words')", "what bare words find: case does not matter, ! negates", "has('storm !crew')"),
    "hour": Help("hour(time)", "0–23", "hour(sched_time) >= 18"),
    "if": Help("if(condition, a, b)", "a where it holds, else b", "if(distance > 1000, p_late, 1 - p_late) > 0.7"),
    "instr": Help("instr(text, part)", "where the part begins, 0: nowhere", "instr(dest, 'R') = 2"),
    "isfinite": Help("isfinite(x)", "neither infinite nor NaN", "isfinite(p_late)"),
    "isinf": Help("isinf(x)", "infinite", "not isinf(p_late)"),
    "isnan": Help("isnan(x)", "not a number", "isnan(p_late)"),
    "isodow": Help("isodow(time)", "1 is Monday, 7 Sunday", "isodow(sched_time) = 5"),
    "json_extract_string": Help("json_extract_string(json, path)", "a text out of JSON", "json_extract_string(payload, '$.lang') = 'de'"),
    "least": Help("least(a, b, …)", "the smallest", "least(p_late, 1 - p_late) > 0.4"),
    "left": Help("left(text, n)", "the first n characters", "left(dest, 1) = 'O'"),
    "length": Help("length(text)", "characters", "length(carrier) > 2"),
    "ln": Help("ln(x)", "natural logarithm", "ln(distance) > 7"),
    "log": Help("log(x)", "logarithm to base 10", "log(distance) > 3"),
    "lower": Help("lower(text)", "in small letters", "lower(carrier) = 'ev'"),
    "minute": Help("minute(time)", "0–59", "minute(sched_time) = 0"),
    "month": Help("month(time)", "1–12", "month(sched_time) between 6 and 8"),
    "nullif": Help("nullif(a, b)", "missing where a is b, else a", "nullif(carrier, '') is null"),
    "power": Help("power(x, y)", "x to the power of y", "power(p_late, 2) > 0.5"),
    "prefix": Help("prefix(text, start)", "whether a text begins so", "prefix(dest, 'OR')"),
    "quarter": Help("quarter(time)", "1–4", "quarter(sched_time) = 4"),
    "regexp_matches": Help("regexp_matches(text, pattern)", "whether a pattern occurs", "regexp_matches(dest, '^(ORD|MDW)$')"),
    "replace": Help("replace(text, a, b)", "b in the place of a", "replace(dest, 'K', 'L') = 'JFL'"),
    "right": Help("right(text, n)", "the last n characters", "right(dest, 1) = 'D'"),
    "round": Help("round(x, digits)", "rounded", "round(p_late, 1) = 0.5"),
    "second": Help("second(time)", "0–59", "second(sched_time) = 0"),
    "sign": Help("sign(x)", "−1, 0 or 1", "sign(temp - 32) = -1"),
    "sqrt": Help("sqrt(x)", "square root", "sqrt(distance) > 40"),
    "starts_with": Help("starts_with(text, start)", "whether a text begins so", "starts_with(dest, 'O')"),
    "substring": Help("substring(text, from, n)", "n characters, the first is 1", "substring(dest, 2, 1) = 'R'"),
    "suffix": Help("suffix(text, end)", "whether a text ends so", "suffix(dest, 'RD')"),
    "trim": Help("trim(text)", "without blanks at its ends", "trim(carrier) = 'EV'"),
    "trunc": Help("trunc(x)", "without its fraction", "trunc(temp) = 32"),
    "upper": Help("upper(text)", "in capitals", "upper(carrier) = 'EV'"),
    "week": Help("week(time)", "ISO week, 1–53", "week(sched_time) = 52"),
    "weekday": Help("weekday(time)", "0 is Sunday", "weekday(sched_time) = 5"),
    "year": Help("year(time)", "the year", "year(sched_time) = 2013"),
}
"""By the name that people write; ``has`` is understood in filters only."""
