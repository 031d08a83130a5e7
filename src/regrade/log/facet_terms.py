"""Write columns and values as the expressions that find them again."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from regrade.errors import ExpressionError
from regrade.expressions import quote_identifier, quote_text
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    from regrade.log.prediction_log import PredictionLog

_WORD = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?\Z", re.ASCII)
LONG = 300
"""Characters; longer texts are counted, and found again, by how they begin."""


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

    Empty for what no expression can compare: nested values, bytes. A text of more than :data:`LONG` characters stands for all that
    begin with these.
    """
    if value is None:
        return f"{column} is null"
    if isinstance(value, bool):
        return f"{column} = {str(value).lower()}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"isnan({column})" if math.isnan(value) else f"{column} = cast({quote_text(str(value))} as double)"
    if isinstance(value, str):
        return _text_term(column, value) if kind in ("VARCHAR",) or kind.startswith("ENUM") else ""
    if isinstance(value, (date, datetime, time)):
        return f"{column} = {quote_text(value.isoformat(sep=' ') if isinstance(value, datetime) else value.isoformat())}"
    return f"{column} = {value}"


def _text_term(column: str, text: str) -> str:
    cut = len(text) > LONG
    start = text[:LONG]
    if safe_text(start) == start:
        return f"left({column}, {LONG}) = {quote_text(start)} and length({column}) > {LONG}" if cut else f"{column} = {quote_text(start)}"
    # What cannot be shown is written by its number, so that the filter can be.
    pattern = r"\A" + "".join(map(_in_pattern, start)) + (r"(?s:.)" if cut else r"\z")
    return f"regexp_matches({column}, {quote_text(pattern)})"


def _in_pattern(character: str) -> str:
    if character.isalnum() or character in " _" or (character.isprintable() and not character.isascii()):
        return character if safe_text(character) == character else rf"\x{{{ord(character):x}}}"
    if character in "\n\t":
        return {"\n": r"\n", "\t": r"\t"}[character]
    return rf"\x{{{ord(character):x}}}" if not character.isprintable() else f"\\{character}"


def without(column: str, term: str, *, missing: bool) -> str:
    """Return the expression that finds exactly the rows that ``term``, one of a facet of ``column``, does not.

    ``missing``: the column has rows without a value, of which a comparison is neither true nor false.
    """
    if term == f"{column} is null":
        return f"{column} is not null"
    equals = f"{column} = "
    simple = term.startswith(equals) and " cast(" not in term
    plain = f"{column} <> {term.removeprefix(equals)}" if simple else f"not ({term})" if " and " in term else f"not {term}"
    return f"({plain} or {column} is null)" if missing else plain


def narrowing(log: PredictionLog, where: str) -> str:
    """Return what an expression is to be written behind, so that it holds besides the filter ``where``; empty for no filter.

    Raises ExpressionError where the filter is not understood.
    """
    from regrade.expressions import join_terms
    from regrade.expressions.filters import as_expression

    if not where.strip():
        return ""
    text = as_expression(where, log.types())
    terms = log.compile(text).terms()
    probe = "key is null"
    wanted = [each.sql({}) for each in (*terms, *log.compile(probe).terms())]
    for before in (f"{text} and ", f"({text}) and "):
        try:
            found = [each.sql({}) for each in log.compile(before + probe).terms()]
            if found in (wanted, [f"({wanted[0]})", *wanted[1:]]):
                return before
        except ExpressionError:  # a comment at its end hides what is written behind it
            continue
    plain = join_terms(terms)
    assert plain is not None
    return f"{plain.text} and "
