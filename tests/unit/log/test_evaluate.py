"""Expressions on rows in memory mean what they mean on the log."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.errors import ExpressionError
from regrade.expressions import parse
from regrade.log import PredictionLog, evaluate
from regrade.log.evaluate import sql_types
from regrade.log.stats import log_stats
from regrade.paths import Paths
from tests.unit.log.logs import PLAIN, config, of_query

TABLE = pa.table({"a": [1, None, 3], "prod.prediction": ["x", "y", None], "flag": [True, False, None], 'odd "name"': [1.5, None, 2.5]})


def ask(text: str, table: pa.Table = TABLE) -> list[object]:
    return evaluate(parse(text, sql_types(table)), table)


def test_types() -> None:
    assert sql_types(TABLE) == {"a": "BIGINT", "prod.prediction": "VARCHAR", "flag": "BOOLEAN", 'odd "name"': "DOUBLE"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > 1", [False, None, True]),
        ("not (a > 1)", [True, None, False]),
        ("a > 1 and prod.prediction <> 'x'", [False, None, None]),
        ("a > 1 or flag", [True, None, True]),
        ("case when prod.prediction = 'x' then 0 else -40 end", [0, -40, -40]),
        ("coalesce(a, 0) * 2", [2, 0, 6]),
        ('"odd ""name""" + 1', [2.5, None, 3.5]),
        ("1", [1, 1, 1]),
        ("true", [True, True, True]),
        ("upper(prod.prediction)", ["X", "Y", None]),
    ],
)
def test_values(text: str, expected: list[object]) -> None:
    assert ask(text) == expected


def test_an_instant_in_nanoseconds_can_be_asked_like_any_other(tmp_path: Path) -> None:
    moments = pa.array([1_372_655_700_000_000_001, None, 1_372_788_000_000_000_000], pa.timestamp("ns", "UTC"))
    table = pa.table({"id": [1, 2, 3], "said": ["a", "b", "a"], "t": moments})
    pq.write_table(table, tmp_path / "log.parquet")
    with PredictionLog.open(Paths(tmp_path), config([tmp_path / "log.parquet"], f'{PLAIN}time = "t"\n')) as log, log.reader() as reader:
        for text in ("hour(t) = 5", "date_trunc('day', t) = '2013-07-01'", "t < '2013-07-02'", "not t > '2013-07-01 05:15:00Z'"):
            assert ask(text, table) == [True, None, False]
            assert reader.view(text).addresses.tolist() == [0]
        assert log.types()["t"] == "TIMESTAMP WITH TIME ZONE"
        assert reader.facets("t").rows[0].n == 1
        assert log_stats(reader).days[0].n == 1
        first, *_ = reader.contents(reader.view("id = 1").addresses)
        assert (first.time, first.inputs) == ("2013-07-01T05:15:00Z", {})


def test_no_rows() -> None:
    assert ask("a > 1", TABLE.slice(0, 0)) == []
    assert ask("1", TABLE.slice(0, 0)) == []


def test_a_missing_column_and_a_bad_value_are_expression_errors() -> None:
    with pytest.raises(ExpressionError, match="there is no column 'b'"):
        evaluate(parse("b > 1", {"b": "BIGINT"}), TABLE)
    with pytest.raises(ExpressionError, match="convert"):
        ask("prod.prediction::integer > 1")


def test_a_column_of_a_strange_type_does_no_harm_unless_it_is_used() -> None:
    table = TABLE.append_column("strange", pa.array([None, None, None], pa.list_view(pa.int64())))
    assert evaluate(parse("a > 1", {"a": "BIGINT"}), table) == [False, None, True]


_NUMBERS = st.tuples(st.integers(-5, 5) | st.none(), st.floats(-2, 2) | st.none(), st.sampled_from(["a", "b", ""]) | st.none())
_CONDITIONS = [
    "x > y", "not x > y", "x in (1, 2, null)", "x between -2 and y", "t like 'a%' or x is null", "x + y > 1 and t <> 'b'",
    "coalesce(x, y) < 0", "nullif(x, 1) is null", "least(x, y) < 0", "case when t = 'a' then x > 0 end", "t is distinct from 'a'",
    "abs(y) >= 1 or t in ('b')",
]  # fmt: skip


def literal(value: object) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else repr(value)


@settings(max_examples=25, deadline=None)
@given(st.lists(_NUMBERS, min_size=1, max_size=12), st.sampled_from(_CONDITIONS))
def test_a_filter_finds_the_rows_for_which_the_value_is_true(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[object, ...]], text: str
) -> None:
    listed = ", ".join(
        f"({n}, {literal(x)}::BIGINT, {literal(y)}::DOUBLE, {literal(t)}::VARCHAR, 's')" for n, (x, y, t) in enumerate(drawn)
    )
    folder: Path = tmp_path_factory.mktemp("log")
    with of_query(folder, f"SELECT * FROM (VALUES {listed}) v(id, x, y, t, said)") as log, log.reader() as reader:
        found = reader.view(text).addresses.tolist()
    kinds = {"x": pa.int64(), "y": pa.float64(), "t": pa.string()}
    table = pa.table({name: pa.array(column, kind) for (name, kind), column in zip(kinds.items(), zip(*drawn, strict=True), strict=True)})
    assert found == [at for at, value in enumerate(ask(text, table)) if value is True]
