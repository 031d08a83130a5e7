"""What users said of an answer, read as evidence: which values say that it was wrong, which that it was right."""

from __future__ import annotations

from collections.abc import Iterable

from regrade.config import Failure
from regrade.expressions import quote_text
from regrade.log.results import label_text
from regrade.log.spelling import label_sql

NEGATIVE = (
    "-1",
    "false",
    "down",
    "thumbs_down",
    "thumbsdown",
    "thumbs down",
    "thumb_down",
    "dislike",
    "negative",
    "bad",
    "wrong",
    "no",
    "👎",
)
POSITIVE = ("1", "+1", "true", "up", "thumbs_up", "thumbsup", "thumbs up", "thumb_up", "like", "positive", "good", "right", "yes", "👍")
"""What is understood without being told. 0 is in neither: beside -1 and 1 it says nothing, beside 1 alone it says wrong."""
ANY = "*"


def meanings(failure: Failure) -> tuple[frozenset[str], frozenset[str]]:
    """Return the values that are negative and those that are positive, spelt as they are compared; what is said replaces the default."""
    negative, positive = (_spelt(said) for said in (failure.negative, failure.positive))
    return negative or _spelt(NEGATIVE) - positive, positive or (frozenset() if ANY in negative else _spelt(POSITIVE) - negative)


def _spelt(values: Iterable[str | bool | float]) -> frozenset[str]:
    return frozenset(str(label_text(each)).strip().lower() for each in values)


def said_sql(column: str, kind: str, failure: Failure) -> tuple[str, str]:
    """Return the SQL conditions, never NULL, that the feedback is negative, and that it is positive."""
    negative, positive = meanings(failure)
    return _is_one_of(column, kind, negative, positive), _is_one_of(column, kind, positive, negative)


def _is_one_of(column: str, kind: str, values: frozenset[str], others: frozenset[str]) -> str:
    text = f"lower(trim({label_sql(column, kind)}))"
    if ANY in values:
        return f"coalesce({text} <> '' AND NOT ({_among(text, others)}), false)"
    return f"coalesce({_among(text, values)}, false)"


def _among(text: str, values: frozenset[str]) -> str:
    return f"{text} IN ({', '.join(map(quote_text, sorted(values)))})" if values else "false"
