"""What counts as a failure where ``[failure] when`` is silent, as SQL: the same answers as :func:`regrade.log.results.is_right`."""

from __future__ import annotations

from regrade.log.roles import is_number
from regrade.log.spelling import double_text, is_float, label_sql

_NUMERAL = r"-?(0|[1-9][0-9]{0,39})(\.[0-9]{0,39})?([eE][+-]?[0-9]{1,3})?"
"""As in results.py."""
_JSON_TOKEN = r'"(?:[^"\\]|\\.)*"|-?[0-9][-+.eE0-9]*|[^"0-9-]+'
_JSON_NUMBER = r"-?[0-9][-+.eE0-9]*"


def wrong_sql(kind: str, tolerance: float, prediction: tuple[str, str], outcome: tuple[str, str]) -> str:
    """Return the SQL condition that a prediction is wrong; NULL where nothing is expected, or nothing was predicted.

    Parameters
    ----------
    kind : str
        Of the task: ``classification``, ``regression``, ``text`` or ``json``.
    tolerance : float
        Regression: largest distance that is right.
    prediction, outcome : pair
        SQL of the column, and DuckDB's name of its type.
    """
    if kind == "regression":
        left, right = _number(*prediction), _number(*outcome)
        return f"abs({left} - {right}) > {tolerance!r} + 1e-12 * greatest(abs({left}), abs({right}))"
    if kind == "json":
        return _json_differs(*prediction, *outcome)
    if kind == "text":
        return " <> ".join(_one_spaced(label_sql(*each)) for each in (prediction, outcome))
    return _classes_differ(prediction, outcome)


def _one_spaced(text: str) -> str:
    """A text with one blank for every run of blanks, tabs and line ends, and none at either end."""
    return f"trim(regexp_replace({text}, '[ \\t\\n\\v\\f\\r]+', ' ', 'g'), ' ')"


def _classes_differ(prediction: tuple[str, str], outcome: tuple[str, str]) -> str:
    (left, left_type), (right, right_type) = prediction, outcome
    if left_type == right_type and not is_float(left_type):
        return f"{left} <> {right}"
    if is_float(left_type) and is_float(right_type):
        # NaN is no answer; DuckDB has NaN equal to itself.
        return f"nullif(CAST({left} AS DOUBLE), 'NaN'::DOUBLE) <> nullif(CAST({right} AS DOUBLE), 'NaN'::DOUBLE)"
    if _is_integer(left_type) and _is_integer(right_type):
        return f"{left} <> {right}"
    left_text = _like(left, right_type) if left_type == "VARCHAR" else label_sql(left, left_type)
    right_text = _like(right, left_type) if right_type == "VARCHAR" else label_sql(right, right_type)
    return f"{left_text} <> {right_text}"


def _is_integer(kind: str) -> bool:
    return is_number(kind) and not is_float(kind) and not kind.startswith("DECIMAL")


def _like(text: str, other: str) -> str:
    """Text, read as the number or boolean that it spells where the other side is one."""
    if other == "BOOLEAN":
        return f"CASE WHEN lower({text}) IN ('true', 'false') THEN lower({text}) ELSE {text} END"
    if not (is_float(other) or _is_integer(other)):
        return text
    # A whole number of 64 bits is compared exactly, whatever zeros follow its point; everything else as the nearest double.
    whole = f"TRY_CAST(regexp_extract({text}, '^(-?[0-9]+)(\\.0*)?$', 1) AS BIGINT)"
    number = double_text(f"TRY_CAST({text} AS DOUBLE)")
    return f"CASE WHEN regexp_full_match({text}, '{_NUMERAL}') THEN coalesce(CAST({whole} AS VARCHAR), {number}, {text}) ELSE {text} END"


def _number(sql: str, kind: str) -> str:
    """A finite number as DOUBLE; NULL for everything else."""
    if kind == "BOOLEAN":
        return "CAST(NULL AS DOUBLE)"
    number = f"CAST({sql} AS DOUBLE)" if is_number(kind) else f"TRY_CAST({sql} AS DOUBLE)"
    return f"(CASE WHEN isfinite({number}) THEN {number} END)" if is_float(kind) or not is_number(kind) else number


def _json_differs(left: str, left_type: str, right: str, right_type: str) -> str:
    """Compare what JSON says: neither blanks nor the order of keys count, and 1 equals 1.0.

    DuckDB reads a little more as JSON than Python does (a comma before a bracket, NaN, a key that stands twice): there, blanks do
    not count either.
    """
    one, other = json_sql(left, left_type), json_sql(right, right_type)
    return f"CASE WHEN {left} IS NULL OR {right} IS NULL THEN NULL ELSE {json_form(one)} IS DISTINCT FROM {json_form(other)} END"


def json_form(json: str) -> str:
    """Return JSON as what it is compared by: neither blanks nor the order of keys count."""
    return f"variant_normalize(CAST({json} AS VARIANT))"


def json_sql(sql: str, kind: str) -> str:
    """Return a value as JSON, each number in one spelling; text that holds no JSON is a JSON text."""
    if kind in ("VARCHAR", "JSON"):
        text = f"CAST({sql} AS VARCHAR)"
        made = f"CASE WHEN json_valid({text}) THEN {text} ELSE CAST(to_json({text}) AS VARCHAR) END"
    else:
        made = f"CAST(to_json({sql}) AS VARCHAR)"
    tokens = f"regexp_extract_all({made}, '{_JSON_TOKEN}')"
    number = "TRY_CAST(t AS DOUBLE)"
    spelt = (
        f"CASE WHEN NOT regexp_full_match(t, '{_JSON_NUMBER}') THEN t WHEN regexp_full_match(t, '-?[0-9]+') AND t <> '-0' THEN t"
        f" ELSE coalesce({double_text(number)}, t) END"
    )
    return f"CAST(array_to_string(list_transform({tokens}, lambda t: {spelt}), '') AS JSON)"
