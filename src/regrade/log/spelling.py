"""A class, a text or a thumb as the SQL text that it is compared by: the same spelling as :func:`regrade.log.results.label_text`."""

from __future__ import annotations

INSTANT = "TIMESTAMP WITH TIME ZONE"


def is_float(kind: str) -> bool:
    """Is ``kind`` a binary floating-point number, which may be NaN?"""
    return kind in ("DOUBLE", "FLOAT")


def computable(sql: str, kind: str) -> tuple[str, str]:
    """Return a value, and its type, as DuckDB can compute with it: of an instant in nanoseconds it knows neither the hour nor the day."""
    return (f"CAST({sql} AS {INSTANT})", INSTANT) if kind == "TIMESTAMPTZ_NS" else (sql, kind)


def label_sql(sql: str, kind: str) -> str:
    """Return a value as text: a float without a fraction is spelt as the integer, NaN is no class."""
    if kind == "VARCHAR":
        return sql
    return double_text(f"CAST({sql} AS DOUBLE)") if is_float(kind) else f"CAST({sql} AS VARCHAR)"


def double_text(double: str) -> str:
    """Return a double as text; NULL for NaN."""
    return (
        f"CASE WHEN isnan({double}) THEN NULL WHEN isfinite({double}) AND {double} = trunc({double})"
        f" THEN coalesce(CAST(TRY_CAST({double} AS HUGEINT) AS VARCHAR), CAST({double} AS VARCHAR)) ELSE CAST({double} AS VARCHAR) END"
    )


def missing_sql(sql: str, kind: str) -> str:
    """Return the condition that there is no value; NaN is none."""
    return f"({sql} IS NULL OR isnan({sql}))" if is_float(kind) else f"{sql} IS NULL"
