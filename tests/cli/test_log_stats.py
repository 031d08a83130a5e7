"""`regrade log stats`."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import regrade as package
from regrade.log.stats import LogStats
from tests.unit.log.test_stats import TRUTH, query

from .conftest import Regrade

BROKEN = query(truth=f"CASE WHEN i BETWEEN 3000 AND 3299 THEN 'on_time' ELSE {TRUTH} END")


def broken_log(folder: Path, sql: str = BROKEN) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql}) TO '{folder / 'log.parquet'}' (FORMAT parquet)")
    config = '[log]\npaths = ["log.parquet"]\nid = "id"\ntime = "time"\nprediction = "said"\noutcome = "truth"\n'
    (folder / "regrade.toml").write_text(config, encoding="utf-8")


def test_the_document_says_everything_and_its_filters_hold(regrade: Regrade, tmp_path: Path) -> None:
    broken_log(tmp_path)
    document = regrade("log", "stats", "--json").json
    keys = "where rows files time span models results rate without_outcome by_feedback unit days columns findings notes"
    assert set(document) == set(keys.split())
    assert document["rows"] == 6_000 == sum(document["results"].values()) == sum(day["n"] for day in document["days"])
    assert set(document["days"][0]) == {"day", "n", "known", "failures", "unknown", "without_outcome"}
    assert set(document["columns"][0]) == {"name", "type", "role", "missing", "distinct", "constant"}
    [finding] = document["findings"]
    assert set(finding) == {"code", "column", "what", "since", "until", "rows", "where"}
    assert regrade("predictions", "--where", finding["where"], "--json").json["total"] == finding["rows"] == 300
    narrowed = regrade("log", "stats", "--where", "time < '2013-07-15'", "--json").json
    assert (narrowed["rows"], narrowed["findings"]) == (1_400, [])


def test_a_page_for_people(regrade: Regrade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_log(tmp_path)
    page = regrade("log", "stats")
    assert page.code == 0 and "6,000 predictions in 1 file (1 read in place)" in page.out and "▇" in page.out
    [line] = [line for line in page.out.splitlines() if "broken feed" in line]
    assert "truth: 2013-07-31 to 2013-08-02 all 300 outcomes are on_time" in line
    assert line.endswith("· filter: time >= '2013-07-31' and time < '2013-08-03' and truth is not null")
    assert "no prediction matches" in regrade("log", "stats", "--where", "said = 'never'").out
    refused = regrade("log", "stats", "--where", "sayd = 'late'")
    assert refused.code == 2 and "'said'" in refused.err
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = subprocess.run([sys.executable, "-m", "regrade", "log", "stats"], capture_output=True, check=True)
    assert done.stdout.isascii() and b"###" in done.stdout and b"! truth: 2013-07-31" in done.stdout


def test_an_imported_log_and_the_notebook(regrade: Regrade, workspace: Path) -> None:
    document = regrade("log", "stats", "--json").json
    assert document["rows"] == 120 and document["findings"] == []
    with package.open(workspace) as opened:
        stats = opened.log_stats("hour >= 18")
    assert isinstance(stats, LogStats) and stats.rows == regrade("predictions", "--where", "hour >= 18", "--json").json["total"]
    assert stats.rate is not None and stats.models[0].model == "hgb 1"


def test_control_characters_of_the_log_stay_out_of_the_terminal(regrade: Regrade, tmp_path: Path) -> None:
    broken_log(tmp_path, query(truth=f"CASE WHEN i >= 4000 THEN 'x' || chr(27) || '[2J' ELSE {TRUTH} END", more=', 1 AS "c\x1b[2J"'))
    page = regrade("log", "stats")
    assert page.code == 0 and "\x1b[2J" not in page.out and "[2J" in page.out


LONG = """
from regrade.cli.main import main
from regrade.log.reader import Reader
ask = Reader.ask
def long(self, query):
    print("now", flush=True)
    return ask(self, "SELECT count(*) FROM range(2000000000) t(i) WHERE hash(i) = 7")
Reader.ask = long
main(["log", "stats"])
"""


def test_ctrl_c_in_the_middle_of_a_query_ends_it_with_one_line(tmp_path: Path) -> None:
    broken_log(tmp_path)
    # DuckDB's own threads may finish what they have begun, so the query has an end.
    with subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as child:
        assert child.stdout is not None and child.stdout.readline() == "now\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
    assert (child.returncode, out, err) == (130, "", "\nerror: interrupted\n")
