"""What is unusual about a value beside the log's distribution."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.config import load
from regrade.log import PredictionLog
from regrade.log.stats import fields
from regrade.log.usual import TAIL, Usual, usual
from regrade.paths import Paths

TOML = '[log]\npaths = ["log.parquet"]\nid = "id"\nprediction = "said"\noutcome = "said"\n'


def looked(folder: Path, rows: int = 4_000) -> dict[str, Usual]:
    """Look at a log whose columns are known."""
    columns = (
        "i AS id, 'a' AS said, i / 4 AS number, i % 24 AS hour, CASE WHEN i % 50 = 0 THEN 0.5 ELSE 0.0 END AS rain,"
        " CASE WHEN i % 500 = 0 THEN 'odd' WHEN i % 3 = 0 THEN 'B6' ELSE 'EV' END AS carrier, i % 400 = 0 AS flag,"
        " CASE WHEN i % 400 <> 0 THEN 1.5 WHEN i = 0 THEN 'nan'::DOUBLE END AS seldom_missing, CASE WHEN i = 7 THEN 3 END AS seldom_set,"
        " 'name ' || i AS name, repeat('x', 100) || (i % 2) AS long, [i] AS list, 42 AS constant"
    )
    (folder / "regrade.toml").write_text(TOML, encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns} FROM range({rows}) t(i)) TO '{folder / 'log.parquet'}' (FORMAT parquet)")
    paths = Paths(folder)
    log = PredictionLog.open(paths, load(paths.config))
    try:
        return usual(log.reader())
    finally:
        log.close()


def test_what_lies_in_the_tails_is_told_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = looked(tmp_path)
    assert [found["number"].remark(value) for value in (999.75, 990, 500.0, 3.0, 0)] == ["p99.9", "p99.0", "", "p0.4", "p0.1"]
    assert {found["hour"].remark(value) for value in range(24)} == {""}, "each hour has 4%"
    assert found["rain"].remark(0.5) == "p98.0" and found["rain"].remark(0.0) == ""
    assert found["carrier"].remark("odd") == "0.2%" and found["carrier"].remark("EV") == found["carrier"].remark("B6") == ""
    assert found["flag"].remark(True) == "0.2%" and found["flag"].remark(False) == ""
    assert found["seldom_missing"].remark(None) == "missing in 0.2%" and found["seldom_missing"].remark(1.5) == ""
    assert found["seldom_set"].remark(3) == "set in <0.1%" and found["seldom_set"].remark(None) == ""
    assert not any(found[name].remark(value) for name, value in (("name", "name 7"), ("long", "x" * 100 + "0"), ("constant", 42)))
    assert "list" not in found
    monkeypatch.setattr(fields, "_CELLS", 0)
    monkeypatch.setattr(fields, "_LEAST_ROWS", 1_000)
    (again := tmp_path / "sampled").mkdir()
    found = looked(again, 8_000)
    assert 700 < found["hour"].n < 1_300 and found["number"].remark(5e9) == "p99.9", "beyond what the sample holds"


def test_few_predictions_say_nothing(tmp_path: Path) -> None:
    found = looked(tmp_path, 150)
    assert not any(each.remark(value) for each in found.values() for value in (None, 0, 1e9, "odd", True))


@given(st.lists(st.integers(0, 60), min_size=200, max_size=400))
def test_a_mark_on_a_number_holds_what_it_says(values: list[int]) -> None:
    ordered = sorted(values)
    ends = [at / 1_000 for at in (*range(1, 26), *range(975, 1_000))]
    quantiles = tuple((share, ordered[max(-(-int(share * 1_000) * len(ordered) // 1_000) - 1, 0)]) for share in ends)
    column = Usual(len(values), len(values), quantiles)
    for value in set(values):
        said = column.remark(value)
        below, up_to = (sum(each < value for each in values) / len(values), sum(each <= value for each in values) / len(values))
        if said:
            share = float(said.removeprefix("p")) / 100
            assert share <= below + 1e-9 if share > 0.5 else share >= up_to - 1e-9
        else:
            assert below < 1 - TAIL + 0.001 or up_to > TAIL
