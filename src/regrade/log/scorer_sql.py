"""Whether a scorer of a text or JSON task calls an answer wrong, as SQL over the log: the same answers as ``scorers.py``."""

from __future__ import annotations

import json

from regrade.config_scorers import Scorer, steps
from regrade.expressions import quote_text
from regrade.log.failure_rule import json_form, json_sql
from regrade.log.roles import is_number
from regrade.log.scorers import BLANKS, ENDS, NUMERAL, PUNCTUATION, SLACK
from regrade.log.spelling import label_sql

_TEXTS = ("VARCHAR", "BOOLEAN")


def wrong_by_scorer(scorer: Scorer, prediction: tuple[str, str], outcome: tuple[str, str]) -> str | None:
    """Return the SQL condition that a prediction is wrong; None for a scorer that SQL cannot say, a function.

    Parameters
    ----------
    prediction, outcome : pair
        SQL of the column, and DuckDB's name of its type.
    """
    worth = _worth(scorer, prediction, outcome)
    if worth is None:
        return None
    known = f"{prediction[0]} IS NOT NULL AND {outcome[0]} IS NOT NULL"
    return f"CASE WHEN {known} THEN CAST({worth} AS DOUBLE) < {scorer.threshold - SLACK!r} END"


def _worth(scorer: Scorer, prediction: tuple[str, str], outcome: tuple[str, str]) -> str | None:
    """Return the value of an answer as SQL: a number, or a condition."""
    got, wanted = _text(*prediction), _text(*outcome)
    if scorer.kind == "json":
        return f"{json_form(json_sql(*prediction))} IS NOT DISTINCT FROM {json_form(json_sql(*outcome))}"
    if scorer.kind == "json_path":
        return _fields(scorer, json_sql(*prediction), json_sql(*outcome))
    if scorer.kind == "numeric":
        return _near(scorer, _number(*prediction), _number(*outcome))
    if scorer.kind == "normalised":
        return f"{_normalised(got)} = {_normalised(wanted)}"
    if scorer.kind == "token_f1":
        return _token_f1(_tokens(got), _tokens(wanted))
    if scorer.kind == "regex":
        pattern = wanted if scorer.pattern is None else quote_text(scorer.pattern)
        return f"TRY(regexp_matches({got}, {pattern}, '{'i' if scorer.ignore_case else 'c'}'))"
    if scorer.kind == "contains":
        one, other = (f"lower({_one_spaced(each)})" if scorer.ignore_case else _one_spaced(each) for each in (got, wanted))
        return f"CASE WHEN {other} = '' THEN {one} = '' ELSE contains({one}, {other}) END"
    if scorer.kind == "exact":
        return f"lower({got}) = lower({wanted})" if scorer.ignore_case else f"{got} = {wanted}"
    return None


def _text(sql: str, kind: str) -> str:
    """A value as text: lists and objects as JSON."""
    if kind in _TEXTS or is_number(kind):
        return label_sql(sql, kind)
    return f"CAST({json_sql(sql, kind)} AS VARCHAR)" if kind != "JSON" else f"CAST({sql} AS VARCHAR)"


def _one_spaced(text: str) -> str:
    return f"trim(regexp_replace({text}, {quote_text(BLANKS)}, ' ', 'g'), ' ')"


def _normalised(text: str) -> str:
    return f"regexp_replace({_one_spaced(f'lower(nfc_normalize({text}))')}, {quote_text(ENDS)}, '', 'g')"


def _tokens(text: str) -> str:
    bare = _one_spaced(f"regexp_replace(lower(nfc_normalize({text})), {quote_text(PUNCTUATION)}, '', 'g')")
    return f"list_filter(string_split({bare}, ' '), lambda w: w <> '')"


def _token_f1(got: str, wanted: str) -> str:
    common = f"list_transform(list_distinct({wanted}), lambda w: least({_times('w', got)}, {_times('w', wanted)}))"
    both = f"len({got}) + len({wanted})"
    return (
        f"CASE WHEN len({got}) = 0 OR len({wanted}) = 0 THEN CASE WHEN {both} = 0 THEN 1.0 ELSE 0.0 END"
        f" ELSE 2.0 * list_sum({common}) / ({both}) END"
    )


def _times(word: str, words: str) -> str:
    return f"len(list_filter({words}, lambda o: o = {word}))"


def _number(sql: str, kind: str) -> str:
    """A finite number as DOUBLE; NULL for everything else."""
    if is_number(kind):
        return f"(CASE WHEN isfinite(CAST({sql} AS DOUBLE)) THEN CAST({sql} AS DOUBLE) END)"
    if kind not in ("VARCHAR", "JSON"):
        return "CAST(NULL AS DOUBLE)"
    text = _one_spaced(f"CAST({sql} AS VARCHAR)")
    made = f"TRY_CAST({text} AS DOUBLE)"
    return f"(CASE WHEN regexp_full_match({text}, {quote_text(NUMERAL)}) AND isfinite({made}) THEN {made} END)"


def _near(scorer: Scorer, got: str, wanted: str) -> str:
    allowed = f"greatest({scorer.tolerance!r}, {scorer.relative!r} * abs({wanted})) + 1e-12 * greatest(abs({wanted}), abs({got}))"
    return f"CASE WHEN {wanted} IS NULL THEN NULL WHEN {got} IS NULL THEN false ELSE abs({wanted} - {got}) <= {allowed} END"


def _fields(scorer: Scorer, got: str, wanted: str) -> str:
    """The share of the fields that are equal; NULL where what is expected has none of them."""
    paths = [quote_text(_path(each)) for each in scorer.fields]
    pairs = [(f"json_extract({wanted}, {path})", f"json_extract({got}, {path})") for path in paths]
    absent = " AND ".join(f"{each} IS NULL" for each, _ in pairs)
    return f"CASE WHEN {absent} THEN NULL ELSE ({' + '.join(_alike(*each) for each in pairs)}) / {len(pairs)}.0 END"


def _alike(wanted: str, got: str) -> str:
    """1 where two pieces of JSON are equal; null is one, and not the same as none."""
    same = f"({wanted} IS NULL) = ({got} IS NULL) AND {json_form(wanted)} IS NOT DISTINCT FROM {json_form(got)}"
    return f"CAST({same} AS INTEGER)"


def _path(field: str) -> str:
    """Return a path as DuckDB writes it, each name in quotes."""
    named = (f"[{step}]" if isinstance(step, int) else "." + json.dumps(step, ensure_ascii=False) for step in steps(field) or ())
    return "$" + "".join(named)
