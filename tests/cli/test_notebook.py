"""`import regrade`: the facade as a notebook uses it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import regrade as package
from regrade.errors import DataError, UsageError

from .conftest import Regrade, asked


def test_predictions_keep_the_log_s_types(workspace: Path) -> None:
    with package.open(workspace) as ws:
        frame = ws.predictions(where="carrier = 'EV' and result = 'wrong'", sort="-distance", limit=5)
        assert frame.index.name == "key" and len(frame) == 5
        assert frame["distance"].dtype == "int64" and frame["distance"].is_monotonic_decreasing
        assert set(frame["result"]) == {"wrong"} and set(frame["status"]) == {"open"}
        assert pd.api.types.is_datetime64_any_dtype(frame["time"])


def test_the_loop_in_a_notebook(workspace: Path) -> None:
    with package.open(workspace) as ws:
        ws.sample(60)
        wrong = ws.predictions(where="result = 'wrong' and status = 'open'", limit=8)
        ws.label(list(wrong.index[:4]), "short hop")
        ws.promote(list(wrong.index))
        examples = ws.examples()
        assert len(examples) == 68 and examples.index.is_unique
        assert examples.loc[wrong.index, "origin"].eq("failure").all() and examples["sampled"].sum() == 60
        assert {"carrier", "hour", "distance"} <= set(examples.columns) and "p_late" not in examples.columns
        scores = ws.scores()
        assert scores.index.names == ["candidate", "metric"]
        assert 0.5 < scores.loc[("logged", "accuracy"), "sampled"] < 1.0
        comparison = ws.compare("logged", "early")
        assert comparison.verdict in ("pass", "inconclusive", "regression") and comparison.n_sampled > 40
        assert [row.name for row in comparison.modes] == ["short hop"]
        before = asked(workspace)
        ws.undo()
        assert len(ws.examples()) == 60
        ws.redo()
        ws.score()
        assert len(ws.examples()) == 68 and asked(workspace) == before


def test_filters_see_decisions_made_a_moment_ago(workspace: Path) -> None:
    with package.open(workspace) as ws:
        ws.label(["f0005"], "short hop", expected="late")
        ws.dismiss(["f0010"], "the sensor was broken")
        assert list(ws.predictions(where="mode = 'short hop'").index) == ["f0005"]
        where = "status = 'dismissed' or (status = 'labelled' and expected = 'late')"
        assert list(ws.predictions(where=where, sort="key").index) == ["f0005", "f0010"]


def test_a_file_of_answers_is_a_candidate(workspace: Path, regrade: Regrade) -> None:
    with package.open(workspace) as ws:
        ws.sample(30)
        keys = list(ws.examples().index)
    rows = [json.dumps({"id": key, "prediction": "late", "p_late": 0.9}) for key in keys[:-1]]
    (workspace / "nightly.jsonl").write_text("\n".join(rows) + "\n")
    config = workspace / "regrade.toml"
    config.write_text(config.read_text() + '\n[candidates.nightly]\npredictions = "nightly.jsonl"\n')
    document = regrade("score", "nightly", "--json").json["candidates"][0]
    assert document["errors"] == 1, "a missing row is an error"
    with (workspace / "nightly.jsonl").open("a") as file:
        file.write(json.dumps({"id": keys[-1], "prediction": "late", "p_late": 0.9}) + "\n")
    document = regrade("score", "nightly", "--json").json["candidates"][0]
    assert document["errors"] == 0 and 0 < document["metrics_all"]["accuracy"] < 1


def test_workspace_db_is_rebuilt_when_it_is_missing_or_broken(workspace: Path) -> None:
    database = workspace / ".regrade" / "cache" / "workspace.db"
    with package.open(workspace) as ws:
        ws.sample(30)
        ws.label(["f0005"], "short hop", note="seen twice")
        ws.promote(["f0005"])
        ws.score()
    want = _tables(database)
    assert want["examples"] in (30, 31) and want["decisions"] == 3 and want["runs"] == 3 and want["outputs"] > 0
    for damage in (database.unlink, lambda: database.write_bytes(b"no database " * 1000)):
        damage()
        with package.open(workspace) as ws:
            ws.score()
        assert _tables(database) == want


def test_workspace_db_follows_decisions(workspace: Path) -> None:
    database = workspace / ".regrade" / "cache" / "workspace.db"
    with package.open(workspace) as ws:
        ws.promote(["f0005", "f0015"])
        ws.score()
        ws.undo()
        ws.score()
    tables = _tables(database)
    assert (tables["examples"], tables["results"], tables["decisions"]) == (0, 0, 2)
    with sqlite3.connect(database) as connection:
        assert connection.execute("select live from decisions where kind = 'promote'").fetchall() == [(0,)]


def test_errors_are_regrade_s_own(workspace: Path, tmp_path: Path) -> None:
    with package.open(workspace) as ws:
        with pytest.raises(DataError, match="nobody"):
            ws.label(["nobody"], "x")
        with pytest.raises(UsageError, match="rulez"):
            ws.compare("rulez", "early")


def test_importing_regrade_imports_nothing_heavy() -> None:
    heavy = ("pandas", "sklearn", "duckdb", "pyarrow", "textual", "sqlite_utils", "numpy")
    code = f"import sys, regrade, regrade.cli; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def _tables(database: Path) -> dict[str, int]:
    with sqlite3.connect(database) as connection:
        names = ("examples", "decisions", "modes", "outputs", "runs", "scores", "results")
        return {name: connection.execute(f"select count(*) from {name}").fetchone()[0] for name in names}
