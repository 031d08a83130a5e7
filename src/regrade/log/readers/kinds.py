"""When text is a number, a truth value or a time: only if nothing is lost by it."""

from __future__ import annotations

ORDER = ("BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR")
"""Types that a column of text may turn out to be, the narrowest first."""

WHOLE = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT", "HUGEINT")

EXPECTED = {
    **dict.fromkeys(WHOLE, "a whole number"),
    "BIGINT": "a whole number of at most 64 bits",
    "DOUBLE": "a plain number that a double holds without loss",
    "BOOLEAN": "true or false",
    "DATE": "a date (2013-07-01)",
    "TIMESTAMP": "a time without zone (2013-07-01 05:15:00)",
    "TIMESTAMP WITH TIME ZONE": "a time with zone (2013-07-01T05:15:00Z)",
    "VARCHAR": "text",
    "JSON": "an object or a list",
}
"""What each is called in an error."""

_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_SHORT = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_ZONE = "(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)"
ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
"""Instants; those in nanoseconds only a Parquet file has."""


def fits(text: str, kind: str) -> str:
    """Return the SQL condition that ``text``, an SQL text that is not NULL, is a ``kind`` and nothing is lost.

    - whole numbers: written back it is the same text (no "007", no "+1", no blank, no 2^63).
    - DOUBLE, FLOAT: a plain decimal number, without leading zeros, of at most 17 digits; one without exponent lies within 2^53, or is
      held exactly past it. No "nan", no "NA". DECIMAL: a plain number that it holds exactly.
    - BOOLEAN: ``true`` or ``false``, also ``True``/``False`` or ``TRUE``/``FALSE``.
    - DATE, TIMESTAMP…: ISO 8601, microseconds at most; with an offset it is an instant, kept in UTC.
    - VARCHAR: always. Types that only Parquet has: never.
    """
    if kind in WHOLE:
        return f"coalesce(CAST(TRY_CAST({text} AS {kind}) AS VARCHAR) = {text}, false)"
    plain = f"regexp_full_match({text}, '{_NUMBER}')"
    if kind in ("DOUBLE", "FLOAT"):
        digits = rf"length(regexp_replace(regexp_replace({text}, '[eE].*', ''), '^-?0*\.?0*|\.', '', 'g')) <= 17"
        same = f"contains({text}, '.') AND TRY_CAST(TRY_CAST({text} AS {kind}) AS HUGEINT) = TRY_CAST({text} AS DECIMAL(38, 1))"
        whole = f"(regexp_matches({text}, '[eE]') OR abs(TRY_CAST({text} AS HUGEINT)) <= 9007199254740992 OR {same})"
        # What is smaller than the smallest normal number has lost digits, down to none: 1e-400 would be 0.
        small = f"abs(TRY_CAST({text} AS {kind})) < 2.2250738585072014e-308"
        zero = f"regexp_full_match({text}, '-?0(\\.0+)?([eE][+-]?[0-9]+)?')"
        held = f"{plain} AND isfinite(TRY_CAST({text} AS {kind})) AND {digits} AND {whole}"
        # Cases, as DuckDB would compute both sides of an OR for every row; most numbers are short and have no exponent.
        short = f"length({text}) <= 15 AND regexp_full_match({text}, '{_SHORT}')"
        return f"coalesce(CASE WHEN {short} THEN true WHEN {small} THEN {zero} ELSE {held} END, false)"
    if kind.startswith("DECIMAL"):
        return f"coalesce({plain} AND TRY_CAST({text} AS {kind}) = TRY_CAST({text} AS DECIMAL(38, 18)), false)"
    if kind == "BOOLEAN":
        return f"({text} IN ('true', 'false', 'True', 'False', 'TRUE', 'FALSE'))"
    if kind == "DATE":
        return f"(regexp_full_match({text}, '{_DAY}') AND TRY_CAST({text} AS DATE) IS NOT NULL)"
    if kind in ZONED:
        return f"(regexp_full_match({text}, '{_DAY}{_CLOCK}{_ZONE}') AND TRY_CAST({text} AS {kind}) IS NOT NULL)"
    if kind.startswith("TIMESTAMP"):
        return f"(regexp_full_match({text}, '{_DAY}{_CLOCK}') AND TRY_CAST({text} AS {kind}) IS NOT NULL)"
    return "true" if kind == "VARCHAR" else "false"


MISFIT = "a value does not fit its column"
"""What a checked cast fails with."""


def checked_cast(value: str, test: str, cast: str) -> str:
    """Return the SQL of ``cast`` where ``test`` holds for ``value``; elsewhere the query fails with :data:`MISFIT`."""
    return f"CASE WHEN {value} IS NULL THEN NULL WHEN {test} THEN {cast} ELSE error('{MISFIT}') END"
