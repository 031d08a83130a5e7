"""Facets: every row counts what its expression finds, and together they count everything."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regrade.config import parse
from regrade.errors import ExpressionError
from regrade.log import Decided, PredictionLog, Reader
from regrade.log.facet_terms import narrowing
from regrade.log.facets import Facets
from regrade.log.few_values import count
from regrade.paths import Paths
from regrade.safe_text import safe_text
from tests.unit.log.logs import of_query


def holds(reader: Reader, found: Facets, where: str = "") -> None:
    """Each row's expression finds as many rows as it says, and none is counted twice or left out."""
    for row in found.rows:
        if row.term:
            both = f"({where}) and ({row.term})" if where else row.term
            assert len(reader.view(both)) == row.n, row
            assert len(reader.view(f"{both} and result = 'wrong'")) == row.failures, row
            assert len(reader.view(f"{both} and result <> 'unknown'")) == row.known, row
    assert sum(row.n for row in found.rows) + found.others == found.n == len(reader.view(where))


def test_values_are_counted_with_rate_and_lift(reader: Reader) -> None:
    found = reader.facets("carrier")
    holds(reader, found)
    assert {row.value: row.n for row in found.rows} == {"EV": 20, "UA": 20, "B6": 20}
    by_value = {row.value: row for row in found.rows}
    assert by_value["EV"].rate == 1.0 and by_value["EV"].lift == pytest.approx(2.0)
    assert (by_value["UA"].rate, by_value["UA"].lift) == (0.0, 0.0)
    assert (by_value["B6"].known, by_value["B6"].rate, by_value["B6"].lift) == (0, None, None)
    assert found.rate == 0.5


def test_few_values_are_named_and_the_others_counted(reader: Reader) -> None:
    found = reader.facets("carrier", limit=2)
    assert (len(found.rows), found.others) == (2, 20)


@pytest.mark.parametrize("column", ["hour", "precip", "maybe", "p", "time", "delay", "margin", "result", "status", "mode", "key", "said"])
@pytest.mark.parametrize("where", ["", "hour > 6 and carrier <> 'EV'", "status = 'open' or hour = 3"])
def test_every_column_adds_up(log: PredictionLog, reader: Reader, column: str, where: str) -> None:
    log.set_decided([Decided("k3", "labelled", "storm"), Decided("k4", "promoted", None), Decided("k9", "dismissed", None)])
    holds(reader, reader.facets(column, where, limit=100), where)


def test_decisions_are_facets_too(log: PredictionLog, reader: Reader) -> None:
    log.set_decided([Decided("k3", "labelled", "storm"), Decided("k4", "promoted", "storm")])
    assert {row.value: row.n for row in reader.facets("mode").rows} == {None: 58, "storm": 2}
    assert {row.value: row.n for row in reader.facets("status", "carrier = 'EV'").rows} == {"open": 19, "labelled": 1}


def test_nothing_matches(reader: Reader) -> None:
    for column in ("carrier", "delay", "time"):
        found = reader.facets(column, "hour > 100")
        assert (found.n, found.rows, found.rate) == (0, (), None)


def test_an_unknown_column_is_refused_with_near_names(reader: Reader) -> None:
    with pytest.raises(ExpressionError, match="carrier"):
        reader.facets("carier")


def test_numbers_in_order_where_they_are_few(reader: Reader) -> None:
    values = [row.value for row in reader.facets("hour", "hour < 15").rows]
    assert values == sorted(values) and len(values) == 15


def test_odd_names_and_values_are_found_again(tmp_path: Path) -> None:
    query = """SELECT 'k' || i AS id, 'x' AS said, ['it''s', '"', '', 'a; drop', NULL][1 + i % 5] AS "order by", i % 3 = 0 AS "Ünï",
               {'a': i % 2} AS nested, [i % 2] AS list, DATE '2020-02-29' + CAST(i AS INTEGER) AS day FROM range(50) t(i)"""
    with of_query(tmp_path, query) as log, log.reader() as reader:
        for column in ("order by", "Ünï", "nested", "list", "day"):
            holds(reader, reader.facets(column))
        assert {row.term for row in reader.facets("nested").rows} == {""}


def test_a_column_called_like_a_built_in_one(tmp_path: Path) -> None:
    with of_query(tmp_path, "SELECT 'k' || i AS id, 'x' AS said, i % 2 AS status FROM range(10) t(i)") as log, log.reader() as reader:
        found = reader.facets("log.status")
        holds(reader, found)
        assert [row.value for row in found.rows] == [0, 1]


def test_times_have_a_span_for_every_step_even_an_empty_one(tmp_path: Path) -> None:
    query = """SELECT 'k' || i AS id, 'x' AS said, TIMESTAMP '2013-01-15 12:00:00' + to_days(CAST(i * 100 AS INTEGER)) AS at
               FROM range(4) t(i)
               UNION ALL SELECT 'none', 'x', NULL"""
    with of_query(tmp_path, query) as log, log.reader() as reader:
        found = reader.facets("at")
        holds(reader, found)
        assert [row.n for row in found.rows if row.value in ("2013-01-14", "2013-01-21")] == [1, 0]
        assert found.rows[-1].value is None and len(found.rows) == 45


def test_dates_are_found_by_day_and_made_up_ones_too(tmp_path: Path) -> None:
    query = """SELECT 'k' || i AS id, 'x' AS said, DATE '2013-01-01' + CAST(i % 2 AS INTEGER) AS near,
                      [DATE '0001-01-01', '2013-05-05', '9999-12-31', '20000-01-01', 'infinity', NULL][1 + i % 6]::DATE AS far,
                      ([TIME '01:02:03', '23:59:59.000005', NULL])[1 + i % 3] AS clock FROM range(12) t(i)"""
    with of_query(tmp_path, query) as log, log.reader() as reader:
        for column, n in (("near", 2), ("far", 6), ("clock", 3)):
            found = reader.facets(column)
            holds(reader, found)
            assert sum(1 for row in found.rows if row.n and row.term) == n
            for row in found.rows:
                assert count(reader, found.without(row)) == 12 - row.n


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.floats(allow_nan=True, allow_infinity=True),
            st.integers(-1000, 1000).map(float),
            st.floats(0, 1),
            st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324, 0.1, math.pi]),
        ),
        min_size=1,
        max_size=80,
    )
)
def test_bins_of_any_floats_add_up(values: list[float | None]) -> None:
    listed = ", ".join("NULL" if each is None else f"'{each!r}'::DOUBLE" for each in values)
    query = f"SELECT 'k' || i AS id, 'x' AS said, [{listed}][i + 1] AS x FROM range({len(values)}) t(i)"
    with tempfile.TemporaryDirectory() as folder, of_query(Path(folder), query) as log, log.reader() as reader:
        found = reader.facets("x")
        assert sum(row.n for row in found.rows) + found.others == len(values)
        assert len(found.rows) <= 60
        found_again = [(row.term, count(reader, row.term)) for row in found.rows]
        assert found_again == [(row.term, row.n) for row in found.rows]


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT", "DECIMAL(9, 3)"])
@pytest.mark.parametrize("step", ["0.1", "0.01", "0.001"])
def test_a_number_on_the_bound_of_a_bin_is_counted_where_it_is_found(tmp_path: Path, kind: str, step: str) -> None:
    query = f"SELECT 'k' || i AS id, 'x' AS said, CAST(i * {step} AS {kind}) AS x FROM range(300) t(i)"
    with of_query(tmp_path, query) as log, log.reader() as reader:
        holds(reader, reader.facets("x"))


def test_what_arrow_does_not_say_of_nan_is_found(tmp_path: Path) -> None:
    numbers = [float(number) for number in range(30)] + [math.nan, math.nan, math.inf, None]
    columns = {"id": [f"k{at}" for at in range(34)], "said": ["x"] * 34, "truth": ["x"] * 34, "x": numbers, "few": [1.0, math.nan] * 17}
    (tmp_path / "hive" / "day=1").mkdir(parents=True)
    for path in (tmp_path / "log.parquet", tmp_path / "hive" / "day=1" / "log.parquet"):
        pq.write_table(pa.table(columns), path)
        text = f'[log]\npaths = ["{path.relative_to(tmp_path)}"]\nid = "id"\nprediction = "said"\noutcome = "truth"\n'
        with PredictionLog.open(Paths(tmp_path), parse(text)) as log, log.reader() as reader:
            for name in ("x", "few"):
                found = reader.facets(name)
                holds(reader, found)
                assert next(row.n for row in found.rows if row.term == f"isnan({name})") == (2 if name == "x" else 17)
            assert len(reader.view("x >= 20 and x < 40")) == 10


def test_one_far_value_does_not_hide_the_others(tmp_path: Path) -> None:
    query = "SELECT 'k' || i AS id, 'x' AS said, CASE WHEN i = 0 THEN 1e9 ELSE i / 100.0 END::DOUBLE AS x FROM range(1000) t(i)"
    with of_query(tmp_path, query) as log, log.reader() as reader:
        found = reader.facets("x")
        holds(reader, found)
        assert len(found.rows) >= 8 and found.rows[-1].value.startswith("≥")


HOSTILE = (
    "\x1b]52;c;aGFja2Vk\x07",
    "a\nb\tc\rd",
    "\u202egnp.exe",
    'it\'s \\ "q"\n[.*]',
    "x\x00y",
    "%_\x7f",
    "",
    " ",
    "[/]",
    "é" * 400,
    "ab\x1b" * 200,
)


def test_any_text_is_found_again_by_an_expression_that_can_be_shown(tmp_path: Path) -> None:
    texts = ", ".join("'" + each.replace("'", "''").replace("\x00", "' || chr(0) || '") + "'" for each in HOSTILE)
    query = f"""SELECT 'k' || i AS id, 'x' AS said, [{texts}, repeat('y', 1000000), repeat('y', 1000001), NULL][1 + i % 14] AS t
                FROM range(28) t(i)"""
    with of_query(tmp_path, query) as log, log.reader() as reader:
        found = reader.facets("t")
        holds(reader, found)
        assert len(found.rows) == len(HOSTILE) + 2 and max(len(str(row.value)) for row in found.rows) <= 301
        for row in found.rows:
            assert safe_text(row.term, 10_000) == row.term
            assert len(reader.view(found.without(row))) == found.n - row.n, row


@pytest.mark.parametrize("column", ["carrier", "hour", "precip", "maybe", "p", "time", "delay", "margin", "result", "mode", "said"])
def test_all_but_one_value_is_everything_else(reader: Reader, column: str) -> None:
    found = reader.facets(column)
    for row in found.rows:
        assert len(reader.view(found.without(row))) == found.n - row.n, found.without(row)


@pytest.mark.parametrize(
    "where",
    [
        "hour > 6",
        "hour > 6 or carrier = 'EV'",
        "hour > 6 -- late",
        "(hour > 6 or hour = 1) and carrier = 'EV'",
        "  ",
        "EV",
        "!EV x",
        "! hour > 6",
    ],
)
def test_a_filter_is_narrowed_whatever_it_is(log: PredictionLog, reader: Reader, where: str) -> None:
    before = narrowing(log, where)
    both = set(reader.view(where).addresses.tolist()) & set(reader.view("carrier = 'EV' and hour < 20").addresses.tolist())
    assert set(reader.view(f"{before}carrier = 'EV' and hour < 20").addresses.tolist()) == both
    assert before in ("", f"{where} and ", f"({where}) and ", '("hour" > 6) and ', f"has('{where}') and ", "(hour > 6) is not true and ")


def test_times_past_all_times_have_a_row_of_their_own(tmp_path: Path) -> None:
    query = (
        "SELECT 'k' || i AS id, 'x' AS said, ['2013-01-01', 'infinity', '-infinity', NULL][1 + i % 4]::TIMESTAMP AS at FROM range(8) t(i)"
    )
    with of_query(tmp_path, query) as log, log.reader() as reader:
        found = reader.facets("at")
        holds(reader, found)
        assert {row.value: row.n for row in found.rows} == {"2013-01-01 00:00": 2, "±∞": 4, None: 2}


def test_a_rate_says_how_sure_it_is(reader: Reader) -> None:
    row = next(row for row in reader.facets("carrier").rows if row.value == "EV")
    assert row.interval is not None and row.small
    assert (round(row.interval[0], 2), row.interval[1]) == (0.84, 1.0)
