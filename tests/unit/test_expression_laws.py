"""The law of the expression language: whatever is accepted is one harmless expression, as the engine itself reads it."""

from __future__ import annotations

import json

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regrade.errors import ExpressionError
from regrade.expressions import FUNCTIONS, parse, quote_identifier, quote_text
from regrade.expressions.language import PASSED_ON
from tests.unit.test_expressions import COLUMNS

_HARMLESS_CLASSES = {"COMPARISON", "CONJUNCTION", "OPERATOR", "CONSTANT", "COLUMN_REF", "FUNCTION", "CASE", "CAST", "BETWEEN", "TYPE"}
_OPERATORS = (
    "+", "-", "*", "/", "//", "%", "||", "**", "~~", "!~~", "~~*", "!~~*", "like_escape", "ilike_escape", "not_like_escape",
    "not_ilike_escape", "->>", "regexp_full_match", "concat",
)  # fmt: skip
_FUNCTIONS = {
    *FUNCTIONS, *PASSED_ON, *_OPERATORS, "strpos", "to_days", "to_hours", "to_minutes", "to_seconds", "to_years", "to_months", "to_weeks",
    "to_milliseconds", "to_microseconds", "to_quarters", "datepart", "len", "ceiling", "dayofmonth", "pow", "to_decades", "to_centuries",
}  # fmt: skip
_engine = duckdb.connect()


def _nodes(tree: object) -> list[dict[str, object]]:
    waiting, found = [tree], []
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found += [node] if "class" in node else []
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


def assert_harmless(sql: str) -> None:
    serialized = _engine.execute("SELECT json_serialize_sql(?)", [f"SELECT {sql}"]).fetchall()[0][0]
    document = json.loads(serialized)
    assert not document["error"], (sql, document)
    assert len(document["statements"]) == 1
    node = document["statements"][0]["node"]
    assert node["type"] == "SELECT_NODE"
    assert node["from_table"]["type"] == "EMPTY"
    assert len(node["select_list"]) == 1
    for each in _nodes(node["select_list"]):
        assert each["class"] in _HARMLESS_CLASSES, (sql, each["class"])
        if each["class"] == "FUNCTION":
            assert str(each["function_name"]).lower() in _FUNCTIONS, (sql, each["function_name"])


_leaf = st.one_of(
    st.sampled_from(
        ["carrier", "hour", "precip", "sched", "late", "payload", "status", "log.status", "prod.prediction", "result", "null", "true"]
    ),
    st.integers(0, 10**20).map(str),
    st.floats(0, 1e300).map(repr),
    st.text(max_size=6).filter(lambda text: not any(each < " " or "\ud800" <= each <= "\udfff" for each in text)).map(quote_text),
    st.text("ab\"'; ", max_size=5).map(quote_identifier),
)
_functions = [*FUNCTIONS, *PASSED_ON, "read_csv", "count", "getenv", "list_transform", "unnest", "current_setting", "sum", "query"]


def _combine(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = [
        "=",
        "<>",
        "<",
        ">=",
        "and",
        "or",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "||",
        "like",
        "ilike",
        "is distinct from",
        "~",
        "->>",
        "**",
        "in",
        "::",
    ]
    return st.one_of(
        st.tuples(inner, st.sampled_from(operators), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        st.tuples(st.sampled_from(["not ", "-", "+", "~", "*", "@"]), inner).map("".join),
        st.tuples(st.sampled_from(_functions), st.lists(inner, max_size=3)).map(lambda pair: f"{pair[0]}({', '.join(pair[1])})"),
        st.tuples(inner, st.lists(inner, min_size=1, max_size=3)).map(lambda pair: f"{pair[0]} in ({', '.join(pair[1])})"),
        st.tuples(inner, inner, inner).map(lambda three: f"case when {three[0]} then {three[1]} else {three[2]} end"),
        st.tuples(inner, inner, inner).map(lambda three: f"{three[0]} between {three[1]} and {three[2]}"),
        st.tuples(inner, st.sampled_from(["int", "varchar", "json", "int[]", "decimal(5,2)", "date", "blob", "x.y"])).map(
            lambda p: f"cast({p[0]} as {p[1]})"
        ),
        inner.map(lambda text: f"{text} is not null"),
        inner.map(lambda text: f"(select {text})"),
        inner.map(lambda text: f"{text} -- {text}"),
        inner.map(lambda text: f"{text}; {text}"),
        inner.map(lambda text: f"interval {text} day"),
        inner.map(lambda text: f"extract(year from {text})"),
        inner.map(lambda text: f"date_trunc('month', {text})"),
    )


@settings(max_examples=600, deadline=None)
@given(st.recursive(_leaf, _combine, max_leaves=12))
@example("carrier between carrier and not carrier is not null")
@example("carrier + not - not carrier is not null")
@example("carrier between carrier and carrier in (carrier) is not null")
def test_whatever_is_accepted_is_harmless(text: str) -> None:
    try:
        expression = parse(text, COLUMNS)
    except ExpressionError:
        return
    assert expression.columns <= COLUMNS.keys()
    assert_harmless(expression.sql({}))
    for term in expression.terms():
        assert_harmless(term.sql({}))


_SCRAPS = """carrier hour late ( ) [ ] { } , ; . * = <> < > + - / // % || :: := -> ->> ' " '' \\ $$ $1 ? : @ # -- /* */ select from
    where union all in is not null and or case when then else end cast as int json over filter with lambda x read_csv count values set
    copy attach 'a' 1 0.5 1e9 interval day like escape"""
_scraps = st.sampled_from(_SCRAPS.split())


@settings(max_examples=600, deadline=None)
@given(st.lists(_scraps, min_size=1, max_size=14).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])))
def test_scraps_are_refused_or_harmless(text: str) -> None:
    try:
        expression = parse(text, COLUMNS)
    except ExpressionError:
        return
    assert_harmless(expression.sql({}))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_refused_or_harmless(text: str) -> None:
    try:
        expression = parse(text, COLUMNS)
    except ExpressionError:
        return
    assert_harmless(expression.sql({}))
