"""Findings before their rows are counted: in one pass for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regrade.errors import ExpressionError
from regrade.expressions.filters import as_expression
from regrade.log.stats.result import Finding

if TYPE_CHECKING:
    from regrade.expressions import Expression
    from regrade.log.prediction_log import PredictionLog
    from regrade.log.reader import Reader


@dataclass(frozen=True)
class Draft:
    """A finding; ``rows`` stands where it has no filter of its own."""

    code: str
    column: str
    what: str
    since: str | None
    until: str | None
    where: str
    rows: int
    period: Any = None
    never: str = ""
    """An expression that finds nothing if ``what`` is true without exception."""
    nearly: str = ""
    """What to say instead where it finds something; empty: nothing at all."""


def joined(*terms: str) -> str:
    """Return the expression that all terms hold; empty ones do not count."""
    return " and ".join(each for each in terms if each)


def missing_term(column: str, kind: str) -> str:
    """Return the expression that a column (as expressions write it) of SQL type ``kind`` has no value; NaN is none."""
    return f"({column} is null or isnan({column}))" if kind in ("FLOAT", "DOUBLE") else f"{column} is null"


def present_term(column: str, kind: str) -> str:
    """Return the expression that it has one."""
    return f"{column} is not null and not isnan({column})" if kind in ("FLOAT", "DOUBLE") else f"{column} is not null"


def counted(reader: Reader, drafts: Sequence[Draft], where: str) -> list[Finding]:
    """Return the findings: each with as many rows as its filter finds among those that ``where`` finds."""
    log = reader.log
    terms = dict.fromkeys(each for draft in drafts for each in (draft.where, draft.never) if each)
    compiled = {each: expression for each in terms if (expression := understood(log, each)) is not None}
    if not compiled:
        return [_finding(log, draft, draft.rows, where, "") for draft in drafts]
    source, condition = reader.filtered(where, set().union(*(each.columns for each in compiled.values())))
    counts = ", ".join(f"count(*) FILTER ({log.dialect.sql(each)})" for each in compiled.values())
    rows = dict(zip(compiled, reader.ask(f"SELECT {counts} FROM {source} WHERE {condition}")[0], strict=True))
    found = []
    for draft in drafts:
        exactly = not rows.get(draft.never, 0)
        if exactly or draft.nearly:
            filtered = draft.where if draft.where in rows else ""
            what = draft.what if exactly else draft.nearly
            found.append(_finding(log, draft, rows.get(draft.where, draft.rows), where, filtered, what))
    return found


def _finding(log: PredictionLog, draft: Draft, rows: int, where: str, filtered: str, what: str = "") -> Finding:
    both = f"({as_expression(where, log.types())}) and {filtered}" if where.strip() and filtered else filtered
    return Finding(draft.code, draft.column, what or draft.what, draft.since, draft.until, rows, both)


def understood(log: PredictionLog, term: str) -> Expression | None:
    """Return a term as an expression; None where none can say it: a control character in a value, a name that is too long."""
    try:
        return log.compile(term)
    except ExpressionError:
        return None
