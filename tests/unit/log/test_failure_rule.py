"""The default failure rule in SQL and the definition in Python give the same results."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from regrade.log.failure_rule import wrong_sql
from regrade.log.results import is_right
from tests.unit.log.logs import of_query

_SPELLED = ["1", "1.0", "1.", "-0", "0.0", "true", "True", "FALSE", "007", "1e0", "1e-05", "0.1", "0.10", "NaN",
            "", "late", "9007199254740993",
            "9007199254740993.0", "9223372036854775808", " 1", "1_0", "inf", "\u0661"]  # fmt: skip
_TEXT = st.sampled_from(_SPELLED) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
_BIG = st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1])
_DOUBLES = st.sampled_from([0.0, -0.0, 1.0, 0.1, 1e-5, 2.5, 1e22, 2.0**53, 2.0**63, math.nan, math.inf]) | st.floats(-1e30, 1e30)
CLASSES: dict[str, st.SearchStrategy[Any]] = {
    "VARCHAR": _TEXT,
    "BOOLEAN": st.booleans(),
    "BIGINT": st.integers(-2, 2) | _BIG,
    "TINYINT": st.integers(-2, 2),
    "DOUBLE": _DOUBLES | st.integers(-2, 2).map(float),
    "FLOAT": st.sampled_from([0.0, 1.0, 2.5, -2.0]) | st.floats(width=32, min_value=-(2.0**99), max_value=2.0**99),
}
"""DuckDB's type \u2192 values of it."""


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def by_sql(kind: str, tolerance: float, types: tuple[str, str], values: tuple[Any, Any]) -> bool | None:
    """Is a prediction right, as the log would say?"""
    sql = wrong_sql(kind, tolerance, ("p", types[0]), ("o", types[1]))
    query = f"SELECT NOT ({sql}) FROM (SELECT CAST(? AS {types[0]}) AS p, CAST(? AS {types[1]}) AS o)"
    answer: bool | None = _connection().execute(query, list(values)).fetchall()[0][0]
    return answer


@st.composite
def pairs(draw: st.DrawFn) -> tuple[tuple[str, str], tuple[Any, Any]]:
    one, other = draw(st.sampled_from(sorted(CLASSES))), draw(st.sampled_from(sorted(CLASSES)))
    left = draw(CLASSES[one] | st.none())
    right = draw(CLASSES[other] | st.none())
    if one == other == "VARCHAR" and draw(st.booleans()):
        right = left
    return (one, other), (left, right)


@settings(max_examples=600, deadline=None)
@given(pairs(), st.sampled_from(["classification", "text"]))
def test_classes_and_texts(drawn: tuple[tuple[str, str], tuple[Any, Any]], kind: str) -> None:
    types, (prediction, outcome) = drawn
    assert by_sql(kind, 0.0, types, (prediction, outcome)) == is_right(kind, 0.0, outcome, prediction)


@settings(max_examples=300, deadline=None)
@given(pairs(), st.sampled_from([0.0, 0.1, 2.0]))
def test_numbers(drawn: tuple[tuple[str, str], tuple[Any, Any]], tolerance: float) -> None:
    types, (prediction, outcome) = drawn
    assume(all(each.isascii() for each in (prediction, outcome) if isinstance(each, str)))  # Python reads the digits of every script
    assert by_sql("regression", tolerance, types, (prediction, outcome)) == is_right("regression", tolerance, outcome, prediction)


@pytest.mark.parametrize(
    ("prediction", "outcome", "right"),
    [
        (("VARCHAR", "True"), ("BOOLEAN", True), True),
        (("VARCHAR", "1"), ("DOUBLE", 1.0), True),
        (("BIGINT", 1), ("DOUBLE", 1.0), True),
        (("VARCHAR", "1"), ("BIGINT", 1), True),
        (("VARCHAR", "1.0"), ("BIGINT", 1), True),
        (("VARCHAR", "1.0"), ("VARCHAR", "1"), False),
        (("BOOLEAN", True), ("BIGINT", 1), False),
        (("BIGINT", 2**53 + 1), ("DOUBLE", 2.0**53), False),
        (("DOUBLE", math.nan), ("DOUBLE", math.nan), None),
    ],
)
def test_what_is_one_class(prediction: tuple[str, Any], outcome: tuple[str, Any], right: bool | None) -> None:
    types, values = (prediction[0], outcome[0]), (prediction[1], outcome[1])
    assert by_sql("classification", 0.0, types, values) is right
    assert is_right("classification", 0.0, values[1], values[0]) is right


# --- JSON ---

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([1.0, -0.0, 0.5, 1e22, 1e-7])
    | st.sampled_from(["a", "1.0", '"', "\\", "\u00e9", "-1e5"])
)
_TREES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "1.0"]), inner, max_size=3)
)
_WRITERS: Sequence[Callable[[Any], str]] = (
    json.dumps,
    lambda value: json.dumps(value, sort_keys=True, indent=1),
    lambda value: json.dumps(_reversed(value), ensure_ascii=False, separators=(",", ":")),
    lambda value: json.dumps(_as_floats(value)),
)


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return [_reversed(each) for each in value] if isinstance(value, list) else value


def _as_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_floats(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_floats(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@settings(max_examples=400, deadline=None)
@given(_TREES, _TREES, st.booleans(), st.sampled_from(_WRITERS), st.sampled_from(_WRITERS), st.sampled_from(["VARCHAR", "JSON"]))
def test_json(one: Any, other: Any, same: bool, write: Callable[[Any], str], write_other: Callable[[Any], str], kind: str) -> None:
    values = (write(one), write_other(one if same else other))
    expected = is_right("json", 0.0, values[1], values[0])
    assert by_sql("json", 0.0, (kind, "VARCHAR"), values) is expected
    assert expected or not same


@pytest.mark.parametrize(
    "text", ["", "no json", "{", '{"a":1,"a":2}', "[1,]", "NaN", "1 2", '{"a": 1e400}', "[" * 40 + "]" * 40, '"\\ud800"', "01", "'"]
)
def test_json_that_is_none_is_compared_as_text(text: str) -> None:
    for other in (text, "[]"):
        assert by_sql("json", 0.0, ("VARCHAR", "VARCHAR"), (text, other)) is is_right("json", 0.0, other, text), other


def test_the_log_uses_the_rule(tmp_path: Path) -> None:
    log_of_json = """task.kind = "json"\n[log]\n{paths}\nid = "id"\nprediction = "said"\noutcome = "truth"\n"""
    rows = """(0, '{"a":1,"b":2}', '{"b": 2.0, "a": 1}'), (1, '{"a":1}', '{"a":true}'), (2, NULL, '{}')"""
    query = f"SELECT * FROM (VALUES {rows}) v(id, said, truth)"
    with of_query(tmp_path, query, log_of_json) as log, log.reader() as reader:
        assert [row[0] for row in reader.cells(reader.view("", "id").addresses, ["result"])] == ["right", "wrong", "unknown"]
        assert (reader.counts().failures, reader.counts().right, reader.counts().unknown) == (1, 1, 1)
        assert reader.view("result = 'right'").addresses.tolist() == [0]
