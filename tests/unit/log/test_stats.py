"""What `log stats` finds: planted faults, and nothing in logs that are only restless."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from regrade.errors import ExpressionError
from regrade.log import PredictionLog
from regrade.log.stats import Finding, LogStats, log_stats
from regrade.log.stats.chance import find_runs
from regrade.paths import Paths
from tests.unit.log.logs import config, of_query, write

LATE = "CASE WHEN hash(i + {salt}) % 4 = 0 THEN 'late' ELSE 'on_time' END"
TRUTH, SAID = LATE.format(salt=1_000_000), LATE.format(salt=2_000_000)
TIME = "TIMESTAMP '2013-07-01' + to_seconds(CAST(i * 864 AS BIGINT))"
"""A hundred predictions a day."""


def text(kind: str = "classification", *, time: str = 'time = "time"', more: str = "") -> str:
    tolerance = "tolerance = 1.0" if kind == "regression" else ""
    return f'[task]\nkind = "{kind}"\n{tolerance}\n[log]\n{{paths}}\nid = "id"\n{time}\nprediction = "said"\noutcome = "truth"\n{more}'


def query(n: int = 6_000, *, truth: str = TRUTH, said: str = SAID, time: str = TIME, more: str = "") -> str:
    return f"SELECT 'k' || i AS id, {time} AS time, {said} AS said, {truth} AS truth{more} FROM range({n}) t(i)"


def look(folder: Path, sql: str, settings: str = "", where: str = "") -> LogStats:
    """Look a log over; every finding has as many rows as its filter finds, and days add up."""
    with of_query(folder, sql, settings or text()) as log, log.reader() as reader:
        stats = log_stats(reader, where)
        for each in stats.findings:
            if each.where:
                assert len(reader.view(each.where)) == each.rows > 0, each
        assert stats.rows == len(reader.view(where)) >= sum(day.n for day in stats.days)
        assert stats.wrong == len(reader.view(f"({where or 'true'}) and result = 'wrong'"))
        return stats


def only(stats: LogStats) -> Finding:
    assert len(stats.findings) == 1, stats.findings
    return stats.findings[0]


def test_a_quiet_log_is_summed_up_without_findings(tmp_path: Path) -> None:
    more = ", i % 7 AS weekday, NULL::INTEGER AS nothing, 'x' AS always, CASE WHEN i % 4 = 0 THEN 'nan'::DOUBLE ELSE i % 9 END AS odd"
    stats = look(tmp_path, query(more=more))
    assert stats.findings == () and stats.notes == ()
    assert (stats.rows, stats.imported, stats.in_place, stats.time, stats.unit) == (6_000, 0, 1, "time", "day")
    assert (stats.since, stats.until) == ("2013-07-01", "2013-08-29 23:45:36")
    assert len(stats.days) == 60 and {day.n for day in stats.days} == {100} and stats.without_outcome == 0
    columns = {each.name: each for each in stats.columns}
    assert (columns["weekday"].distinct, columns["odd"].missing, columns["odd"].distinct) == (7, 1_500, 9)
    assert [name for name, each in columns.items() if each.constant] == ["nothing", "always"]
    assert columns["nothing"].missing == 6_000


def test_outcomes_that_are_all_of_one_class_are_a_broken_feed(tmp_path: Path) -> None:
    found = only(look(tmp_path, query(truth=f"CASE WHEN i BETWEEN 3000 AND 3299 THEN 'on_time' ELSE {TRUTH} END")))
    assert (found.code, found.column, found.since, found.until, found.rows) == (
        "outcome-one-class",
        "truth",
        "2013-07-31",
        "2013-08-02",
        300,
    )
    assert found.what.startswith("all 300 outcomes are on_time (2") and "late elsewhere): a broken feed, not a bad model?" in found.what
    assert found.where == "time >= '2013-07-31' and time < '2013-08-03' and truth is not null"


def test_a_few_hours_are_enough_where_there_are_many_predictions(tmp_path: Path) -> None:
    truth = f"CASE WHEN i BETWEEN 12_000 AND 12_999 THEN 'late' ELSE {TRUTH} END"
    time = "TIMESTAMP '2013-07-01' + to_seconds(i * 36)"
    found = only(look(tmp_path, query(24_000, truth=truth, time=time)))
    assert (found.code, found.since, found.until, found.rows) == ("outcome-one-class", "2013-07-06", "2013-07-06 09:59", 1_000)


PLANTED = {
    "outcome-missing": ({"truth": f"CASE WHEN i BETWEEN 3050 AND 3450 THEN NULL ELSE {TRUTH} END"}, "2013-08-01", "2013-08-03"),
    "outcome-waiting": ({"truth": f"CASE WHEN i > 5550 THEN NULL ELSE {TRUTH} END"}, "2013-08-26", None),
    "result-all-right": ({"truth": f"CASE WHEN i BETWEEN 3000 AND 3399 THEN {SAID} ELSE {TRUTH} END"}, "2013-07-31", "2013-08-03"),
    "prediction-one-class": ({"said": f"CASE WHEN i >= 5500 THEN 'on_time' ELSE {SAID} END"}, "2013-08-25", None),
}


@pytest.mark.parametrize("code", PLANTED)
def test_other_periods_that_are_all_alike(tmp_path: Path, code: str) -> None:
    columns, since, until = PLANTED[code]
    found = only(look(tmp_path, query(**columns)))
    assert (found.code, found.since, found.until) == (code, since, until)


def test_a_class_spelled_otherwise_is_new_and_makes_everything_wrong(tmp_path: Path) -> None:
    stats = look(tmp_path, query(truth=f"CASE WHEN i >= 4000 THEN upper({TRUTH}) ELSE {TRUTH} END"))
    assert [(each.code, each.since, each.until) for each in stats.findings] == [
        ("outcome-new-class", "2013-08-10", None),
        ("result-all-wrong", "2013-08-10", None),
    ]
    assert stats.findings[0].where == "truth = 'ON_TIME'" and stats.findings[1].rows == 2_000


def test_one_of_many_classes_takes_all_or_none(tmp_path: Path) -> None:
    classes = "['a', 'b', 'c', 'd'][CAST(hash(i + 1_000_000) % 4 AS INTEGER) + 1]"
    truth = f"CASE WHEN i BETWEEN 2000 AND 2499 THEN 'b' WHEN i BETWEEN 4000 AND 4999 AND {classes} = 'c' THEN 'd' ELSE {classes} END"
    stats = look(tmp_path, query(truth=truth))
    found = {(each.code, each.since, each.until): each.what for each in stats.findings if each.column == "truth"}
    assert list(found) == [("outcome-one-class", "2013-07-21", "2013-07-25"), ("outcome-no-class", "2013-08-10", "2013-08-19")]
    assert "all 500 outcomes are b" in found["outcome-one-class", "2013-07-21", "2013-07-25"]
    assert "none of the 1,000 outcomes is c" in found["outcome-no-class", "2013-08-10", "2013-08-19"]


@pytest.mark.parametrize(
    ("kind", "truth", "constant"),
    [("regression", "hash(i + 1_000_000) % 10_000 / 7.0", "0.0"), ("text", "'answer ' || hash(i + 1_000_000) % 10_000", "'N/A'")],
)
def test_outcomes_without_classes_that_are_constant(tmp_path: Path, kind: str, truth: str, constant: str) -> None:
    sql = query(truth=f"CASE WHEN i BETWEEN 3000 AND 3299 THEN {constant} ELSE {truth} END", said=truth)
    found = [each for each in look(tmp_path, sql, text(kind)).findings if each.column == "truth"]
    assert [(each.code, each.since, each.until, each.rows) for each in found] == [("outcome-constant", "2013-07-31", "2013-08-02", 300)]


def test_one_of_two_models_beside_each_other_goes_constant(tmp_path: Path) -> None:
    sql = query(said=f"CASE WHEN i >= 4000 AND i % 2 = 0 THEN 'late' ELSE {SAID} END", more=", ['new', 'old'][1 + i % 2] AS model")
    stats = look(tmp_path, sql, text(time='time = "time"\nmodel = "model"'))
    found = only(stats)
    assert (found.code, found.since, found.rows) == ("prediction-one-class", "2013-08-10", 1_000) and "of new" in found.what
    assert [(each.model, each.n) for each in stats.models] == [("new", 3_000), ("old", 3_000)]


CHANGES = {
    "column-missing": ("CASE WHEN i < 4000 THEN i % 50 END", "2013-08-10", "x is null"),
    "column-constant": ("CASE WHEN i >= 4500 THEN 7 ELSE hash(i) % 50 END", "2013-08-15", "x = 7"),
    "column-range": ("(hash(i) % 1000) / 10.0 * CASE WHEN i >= 3000 THEN 2.2 ELSE 1 END", "2013-07-31", "x is not null"),
    "column-format": ("CAST(hash(i) % 100 AS VARCHAR) || CASE WHEN i >= 3000 THEN ' m' ELSE '' END", "2013-07-31", "try_cast(x as double)"),
    "column-new-value": ("CASE WHEN i >= 4000 AND i % 9 = 0 THEN 'new' ELSE ['a', 'b'][1 + i % 2] END", "2013-08-10", "x = 'new'"),
}


@pytest.mark.parametrize("code", CHANGES)
def test_columns_that_change_part_way(tmp_path: Path, code: str) -> None:
    column, since, where = CHANGES[code]
    found = only(look(tmp_path, query(more=f", {column} AS x")))
    assert (found.code, found.column, found.since, found.until) == (code, "x", since, None) and where in found.where


def test_values_of_private_columns_are_never_said(tmp_path: Path) -> None:
    more = ", ".join(f"{column} AS c{at}" for at, (column, *_) in enumerate(CHANGES.values()))
    settings = text(more='[privacy]\nkey_env = "NONE_SUCH"\ndrop = ["c0", "c1", "c4"]\nhash = ["c2", "c3"]')
    stats = look(tmp_path, query(more=f", {more}"), settings)
    assert {each.code for each in stats.findings} == {"column-missing", "column-constant", "column-range", "column-format"}
    said = " ".join(f"{each.what} {each.where}" for each in stats.findings)
    assert "c1 = 7" not in said and ", 7" not in said and "median" not in said and "new" not in said


def test_what_changes_by_nature_is_no_finding(tmp_path: Path) -> None:
    more = f""", month({TIME}) AS month, day({TIME}) AS day, i AS running, sin(i / 700.0) * 20 + hash(i) % 10 AS temperature,
        CASE WHEN hash(i // 100) % 3 = 0 THEN hash(i) % 10 ELSE 0 END AS rain, i // 500 AS version, hash(i) % 400 = 0 AS rare"""
    assert look(tmp_path, query(more=more)).findings == ()


def test_a_log_without_times_is_cut_in_the_order_of_its_files(tmp_path: Path) -> None:
    sql = query(truth=f"CASE WHEN i BETWEEN 3000 AND 3599 THEN 'on_time' ELSE {TRUTH} END")
    stats = look(tmp_path, sql, text(time=""))
    found = only(stats)
    assert (found.code, found.since, found.until, found.rows, found.where) == ("outcome-one-class", "row 3,001", "row 3,600", 600, "")
    assert (stats.unit, stats.time, len(stats.days)) == ("part", None, 60) and "in the order of the files" in stats.notes[0]


@pytest.mark.parametrize(
    ("time", "bound"),
    [
        (f"CAST({TIME} AS DATE)", "time >= '2013-07-31'"),
        (f"to_timestamp(epoch({TIME}))", "time >= '2013-07-31'"),
        (f"strftime({TIME}, '%Y-%m-%dT%H:%M:%S')", "try_cast(time as timestamp) >= '2013-07-31'"),
        ("(1372636800 + i * 864) * 1000", "time >= 1375228800000"),
    ],
    ids=["date", "zone", "text", "milliseconds"],
)
def test_times_of_any_type(tmp_path: Path, time: str, bound: str) -> None:
    found = only(look(tmp_path, query(truth=f"CASE WHEN i BETWEEN 3000 AND 3299 THEN 'late' ELSE {TRUTH} END", time=time)))
    assert (found.since, found.until, found.rows) == ("2013-07-31", "2013-08-02", 300) and found.where.startswith(bound)


def test_stray_times_are_said_and_spoil_nothing(tmp_path: Path) -> None:
    odd = "CASE i WHEN 7 THEN TIMESTAMP '1970-01-01' WHEN 8 THEN 'infinity'::TIMESTAMP WHEN 9 THEN NULL ELSE " + TIME + " END"
    stats = look(tmp_path, query(time=odd))
    assert [(each.code, each.rows) for each in stats.findings] == [("time-missing", 2), ("time-far-off", 1)]
    assert stats.unit == "day" and len(stats.days) == 61


FLIGHTS = Path(__file__).parents[3] / "sample_data" / "flights.parquet"
DEMO = """[log]
{paths}
id = "flight_id"
time = "sched_time"
model = "model"
prediction = "prediction"
score = "p_late"
outcome = "outcome"
ignore = ["arr_delay"]
"""


def test_real_flights_are_quiet_until_their_feed_breaks(tmp_path: Path) -> None:
    assert look(tmp_path, f"SELECT * FROM '{FLIGHTS}'", DEMO).findings == ()
    broken = "sched_time >= '2013-08-03' AND sched_time < '2013-08-06'"
    sql = f"SELECT * REPLACE (CASE WHEN {broken} THEN 'on_time' ELSE outcome END AS outcome) FROM '{FLIGHTS}'"
    found = only(look(tmp_path, sql, DEMO))
    assert (found.code, found.since, found.until) == ("outcome-one-class", "2013-08-03", "2013-08-05")


def test_the_last_hours_are_not_taken_for_a_day(tmp_path: Path) -> None:
    said = "CASE WHEN i % 480 < 200 THEN 'late' ELSE 'on_time' END"
    time = "TIMESTAMP '2013-07-01' + to_seconds(CAST(i * 180 AS BIGINT))"
    assert look(tmp_path, query(480 * 60 + 180, said=said, time=time)).findings == ()


def test_small_and_odd_logs(tmp_path: Path) -> None:
    more = """, {'a': [i]} AS nested, MAP {'k': i} AS "a ""map"" of", 'b'::BLOB AS blob, uuid() AS "it's", i AS status,
        repeat('long', 99) AS prompt"""
    one = look(tmp_path, query(1, more=more))
    assert (one.rows, len(one.days), one.findings) == (1, 1, ())
    none = look(tmp_path, query(1, more=more), where="id = 'other'")
    assert (none.rows, none.days, none.rate, none.findings, none.notes) == (0, (), None, (), ())
    unknown = look(tmp_path, query(600, truth="NULL::VARCHAR", more=more), where="log.status >= 100 and status = 'open'")
    assert (unknown.rows, unknown.unknown, unknown.rate, unknown.without_outcome) == (500, 500, None, 500)
    assert {each.name: each.distinct for each in unknown.columns}["nested"] == 500
    with pytest.raises(ExpressionError, match="'said'"):
        look(tmp_path, query(1), where="sayd = 'late'")


def test_the_filter_is_part_of_what_shows_a_finding(tmp_path: Path) -> None:
    sql = query(truth=f"CASE WHEN i BETWEEN 3000 AND 3299 THEN 'late' ELSE {TRUTH} END")
    found = only(look(tmp_path, sql, where="id like '%1' or id like '%2'"))
    assert found.rows == 60 and found.where.startswith("(id like '%1' or id like '%2') and time >=")


def test_two_thousand_columns_are_cut_short_and_it_is_said(tmp_path: Path) -> None:
    wide = "".join(f", i % {at + 2} AS c{at}" for at in range(1_996))
    stats = look(tmp_path, query(60, more=wide))
    assert len(stats.columns) == 200 and stats.notes == ("200 of 2,000 columns are looked at",)
    assert {"truth", "said", "time"} <= {each.name for each in stats.columns}


def test_large_logs_are_sampled_for_changes_and_counted_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.log.stats.fields._MOST_ROWS", 1_500)
    monkeypatch.setattr("regrade.log.stats.fields._LEAST_ROWS", 1_500)
    stats = look(tmp_path, query(more=", CASE WHEN i < 4000 OR i = 5000 THEN i % 50 END AS x"))
    found = only(stats)
    assert (found.code, found.since, found.rows) == ("column-missing", "2013-08-10", 1_999) and "nearly all rows" in found.what
    assert "sample" in stats.notes[0]


def test_a_column_that_some_files_lack(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a.parquet", query(50)), write(tmp_path / "b.parquet", query(40, more=", i % 3 AS x").replace("'k'", "'m'"))]
    with PredictionLog.open(Paths(tmp_path), config(paths, text())) as log, log.reader() as reader:
        stats = log_stats(reader)
    found = only(stats)
    assert (found.code, found.column, found.rows, found.where) == ("column-absent", "x", 50, "x is null") and "a.parquet" in found.what
    assert stats.in_place == 2


# --- chance ---


def restless(draw: np.random.Generator, days: int, per_day: float, rate: float, sway: float, memory: float) -> list[np.ndarray]:
    """Cases and hits by day, of a rate whose log-odds follow an autoregression: nothing is broken."""
    level, levels = 0.0, []
    for _ in range(days):
        level = memory * level + float(np.sqrt(1 - memory**2)) * float(draw.normal())
        levels.append(level)
    odds = np.log(rate / (1 - rate)) + sway * np.array(levels)
    n = draw.poisson(per_day, days)
    return [n, draw.binomial(n, 1 / (1 + np.exp(-odds)))]


@pytest.mark.parametrize(
    ("days", "per_day", "rate", "sway", "memory"),
    [
        (60, 100, 0.24, 0.0, 0.0),
        (60, 5, 0.24, 0.3, 0.0),
        (365, 200, 0.005, 0.3, 0.3),
        (200, 50, 0.1, 1.0, 0.9),
        (90, 40, 0.05, 1.5, 0.8),
        (12, 40, 0.2, 0.5, 0.0),
    ],
)
def test_no_alarm_where_nothing_is_broken(days: int, per_day: float, rate: float, sway: float, memory: float) -> None:
    draw = np.random.default_rng(4)
    alarms = 0
    for _ in range(200):
        n, x = restless(draw, days, per_day, rate, sway, memory)
        alarms += bool(find_runs(n, {"late": x, "on_time": n - x}))
    assert alarms <= 2  # 1%


def planted(draw: np.random.Generator, breaks: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int, str, str]]:
    n, x = restless(draw, 90, 100, 0.24, 0.3, 0.3)
    for first, last, everything in breaks:
        x[first : last + 1] = n[first : last + 1] if everything else 0
    return sorted((run.first, run.last, run.kind, run.value) for run in find_runs(n, {"late": x, "on_time": n - x}))


def test_planted_breaks_are_found_where_they_are() -> None:
    draw = np.random.default_rng(5)
    for _ in range(20):
        assert planted(draw, [(30, 32, False)]) == [(30, 32, "all", "on_time")]
        assert planted(draw, [(87, 89, True), (10, 14, False)]) == [(10, 14, "all", "on_time"), (87, 89, "all", "late")]
        assert planted(draw, [(0, 5, True)]) == [(0, 5, "all", "late")]


def test_what_comes_around_is_usual() -> None:
    draw = np.random.default_rng(6)
    n, x = restless(draw, 120, 20, 0.24, 0.3, 0.3)
    x[60:66] = 0
    assert [(run.first, run.last) for run in find_runs(n, {"late": x})] == [(60, 65)]
    x[[3, 20, 34, 50, 80, 97, 110]] = 0
    assert find_runs(n, {"late": x}) == []


def test_a_day_of_few_cases_proves_nothing() -> None:
    n = np.full(60, 6)
    x = np.where(np.arange(60) == 30, 0, 2)
    assert find_runs(n, {"late": x}) == []
    assert find_runs(np.array([100, 100]), {"late": np.array([0, 50])}) == []
