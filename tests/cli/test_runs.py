"""`regrade runs`: what changed between two runs, as people read it; runs kept for git."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import skops.io
from msgspec import structs
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from regrade.engine.versus import kept_runs, versus
from regrade.errors import UsageError
from regrade.report.runs_diff import print_runs_diff
from regrade.scoring import environment
from regrade.scoring.run_record import Code, Data, Model, Work
from regrade.workspace import Workspace
from regrade.workspace.recalled import recalling
from regrade.workspace.runs import find_run
from regrade.workspace.runs_compared import Change, CodeChange, DataChange, EnvironmentChange, RunName, RunsCompared
from regrade.workspace.runs_diff import _model
from regrade.workspace.sides import again
from regrade.workspace.verdict import judged

from .conftest import Regrade, git


def scored(regrade: Regrade, *names: str) -> None:
    environment._KNOWN.clear()  # as in a process of its own: git is asked twice a minute at most
    assert regrade("score", *names, "--allow-code", "--json").code == 0


def test_a_diff_says_what_changed_and_how(regrade: Regrade, workspace: Path) -> None:
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "Begin")
    regrade("promote", "f0000", "f0005", "f0015")
    scored(regrade)
    config = workspace / "regrade.toml"
    config.write_text(config.read_text().replace("late_from = 15", "late_from = 12"))
    regrade("evalset", "relabel", "f0000", "on_time")
    regrade("evalset", "retire", "f0005", "--reason", "x")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "Say late [red]earlier[/]")
    scored(regrade)

    found = regrade("runs", "diff", "early~1", "early", "--json").json
    assert found["changed"] == ["data", "code", "model"]
    assert (found["same"], found["unknown"]) == (["environment", "hardware"], [])
    assert found["model"]["settings"] == [{"name": "parameters.late_from", "before": 15, "after": 12}]
    counts = {name: n for name, n in found["data"]["counts"].items() if n}
    assert counts == {"left": 1, "relabelled": 1, "unchanged": 1}
    assert (found["code"]["ahead"], found["code"]["behind"], found["code"]["files"]) == (1, 0, [])
    assert [each["subject"] for each in found["code"]["commits"]] == ["Say late [red]earlier[/]"]

    told = regrade("runs", "diff", "early~1", "early").out
    assert "parameters.late_from 15 → 12" in told and "1 left · 1 relabelled" in told
    assert "Say late [red]earlier[/]" in told and "the same: environment, hardware" in told
    assert regrade("runs", "diff", "early", "early", "--json").json["changed"] == []

    kept = regrade("runs", "keep", "early~1", "--note", "at 15", "--json").json["kept"]
    with Workspace.open(workspace, allow_code=True, read_only=True) as opened:
        _kept_runs_are_sides(opened, kept)


def _kept_runs_are_sides(workspace: Workspace, kept: str) -> None:
    """A run is compared as who answers like it: the candidate, the candidate at its commit, the cache; else by its record."""
    (choice,) = kept_runs(workspace)
    assert (choice["name"], choice["candidate"], choice["note"]) == (kept[:12], "early", "at 15")
    found = versus(workspace, kept[:7], "early", lambda: False, Unseen())
    at_commit = found["comparison"]
    assert at_commit["baseline"].startswith("early@") and at_commit["policy"]["ref"] == at_commit["baseline"].partition("@")[2]
    assert "of the same fingerprint" in found["notes"][0] and found["gate"] and not found["on_record"]
    assert [each["name"] for each in at_commit["changed"]["model"]] == ["parameters.late_from"]

    run = find_run(workspace, kept)
    assert again(workspace, find_run(workspace, "early")).name == "early"
    uncommitted = again(workspace, replace(run, record=structs.replace(run.record, code=Code())))
    assert uncommitted.recalled and "to 2 of 2 examples" in uncommitted.note
    with recalling(workspace, {uncommitted.name: run.record}):
        recalled = judged(workspace, uncommitted.name, "early", keep=False).comparison
    assert (recalled.fixed, recalled.broken) == (at_commit["fixed"], at_commit["broken"]) and not recalled.errors
    gone = again(workspace, replace(run, record=structs.replace(run.record, code=Code(), model=Model(fingerprint="0" * 64))))
    assert not gone.name and "the cache has none of its answers" in gone.note

    with pytest.raises(UsageError, match="there is no run 'fffffff'"):
        versus(workspace, "early", "fffffff", lambda: False, Unseen())


class Unseen:
    """A watcher that looks at nothing."""

    def standing(self, standing: object) -> None:
        """Nothing."""

    def finished(self, scored: object) -> None:
        """Nothing."""


def test_scores_stand_first_and_parameters_of_another_class_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    forest = {f"clf__{name}": 1 for name in "abcdefg"}
    logistic: dict[str, Any] = {"clf__C": 1.0, "clf__tol": None}
    before = Model(fingerprint="f", parameters={"clf": "RandomForest", "clf__seed": 1, **forest}, settings={"kind": "model"})
    after = Model(fingerprint="e", parameters={"clf": "Logistic", "clf__seed": None, **logistic}, settings={"kind": "model"})
    change = _model(before, after)
    assert (len(change.gone), change.new) == (7, ["clf.C", "clf.tol"])
    compared = RunsCompared(
        a=RunName("1", 1, None, "a", "2026-11-22"),
        b=RunName("2", 2, None, "b", "2026-11-22"),
        changed=["model"],
        same=[],
        unknown=[],
        data=DataChange(before=Data(), after=Data()),
        code=CodeChange(before=None, after=None),
        model=change,
        environment=EnvironmentChange(),
        hardware=[],
        metrics=[Change("sampled.accuracy", 0.5, 0.75)],
        work_before=Work(),
        work_after=Work(),
    )
    print_runs_diff(compared)
    told = " ".join(capsys.readouterr().out.split())
    assert told.index("sampled.accuracy") < told.index("clf RandomForest → Logistic") < told.index("clf.seed 1 → –")
    assert "7 parameters of RandomForest are gone, 2 of Logistic are new: --all lists them" in told and "clf.a" not in told
    print_runs_diff(compared, everything=True)
    assert "clf.g 1 → –" in capsys.readouterr().out


def test_runs_outlive_the_cache_where_they_were_kept(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0000")
    scored(regrade)
    kept = regrade("runs", "keep", "rules", "--note", "before the holidays", "--json").json
    assert regrade("runs", "keep", "rules", "--note", "before the holidays", "--json").json == kept  # one file
    told = regrade("runs", "show", "rules").out
    assert told.index("known ") < told.index("model ") < told.index("code ")
    before = regrade("runs", "show", "rules", "--json").json
    assert (before["kept"], before["note"]) == (kept["kept"], "before the holidays")

    shutil.rmtree(workspace / ".regrade")
    listed = regrade("runs", "list", "--json").json
    assert [(row["candidate"], row["kept"], row["id"]) for row in listed["rows"]] == [("rules", kept["kept"], None)]
    after = regrade("runs", "show", kept["kept"][:8], "--json").json
    assert {**after, "id": None, "run": None} == {**before, "id": None, "run": None}
    assert not (workspace / ".regrade/cache").exists()  # nothing is made only to be looked at


def test_a_kept_run_that_was_edited_is_not_believed(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0000")
    scored(regrade)
    path = workspace / regrade("runs", "keep", "rules", "--json").json["path"]
    path.write_bytes(path.read_bytes().replace(b'"errors":0', b'"errors":1'))
    (workspace / "runs" / "mine.json").write_text("{}")

    listed = regrade("runs", "list", "--json")
    assert listed.code == 4 and len(listed.json["problems"]) == 2
    assert {row["kept"] for row in listed.json["rows"]} == {None}
    shown = regrade("runs", "show", path.stem)
    assert shown.code == 4 and "its content is not what its name says" in shown.err


def test_what_names_no_run_is_refused_with_what_there_is(regrade: Regrade, workspace: Path) -> None:
    assert "`regrade score` makes the first" in regrade("runs", "show", "rules").err
    regrade("promote", "f0000")
    scored(regrade)
    for name in ("99", "abcdef12", "ruls", "rules~7"):
        ran = regrade("runs", "show", name)
        assert ran.code == 2 and ran.err
    assert "did you mean 'rules'" in regrade("runs", "show", "ruls").err


def test_costs_and_what_the_cache_saved_are_on_record(regrade: Regrade, workspace: Path) -> None:
    config = workspace / "regrade.toml"
    config.write_text(config.read_text() + "[cost]\nper_hour = 3600.0\nper_call = 2.0\n")
    regrade("promote", "f0000", "f0005")
    scored(regrade, "rules")
    first = regrade("runs", "show", "rules", "--json").json["work"]
    assert first["calls"] == 1 and abs(first["cost"] - first["seconds"] - 2.0) < 1e-9
    regrade("promote", "f0015", "f0020")
    scored(regrade, "rules")
    second: dict[str, Any] = regrade("runs", "show", "rules", "--json").json["work"]
    assert (second["predicted"], second["cached"]) == (2, 2)
    assert second["saved_cost"] == second["saved_seconds"] + 2 * 2.0 / 2  # two answers of the pace of this run: half a call each

    config.write_text(config.read_text().replace("per_call = 2.0", "per_call = 5.0"))
    regrade("promote", "f0030", "f0035")
    scored(regrade, "rules")
    assert "at 3,600.00 USD an hour · 5.00 USD a call" in regrade("runs", "show", "rules").out
    cost = regrade("runs", "diff", "rules~1", "rules", "--json").json["cost"]
    assert cost["rates"] == [{"name": "per_call", "before": 2.0, "after": 5.0}]
    assert (cost["by_rates"], cost["by_work"]) == (3.0, pytest.approx(cost["after"] - cost["before"] - 3.0))
    told = regrade("runs", "diff", "rules~1", "rules").out
    assert "per_call 2 → 5" in told and "USD: other rates make +3.00, other work" in told

    with sqlite3.connect(workspace / ".regrade/cache/workspace.db") as database:  # as an older regrade wrote it
        database.execute("update runs set rates = null where id = (select min(id) from runs)")
    assert regrade("runs", "show", "rules~2", "--json").json["work"] == {**first, "rates": None}
    assert "the first has no rates on record" in regrade("runs", "diff", "rules~2", "rules").out


def test_nested_parameters_are_compared_and_reported_tokens_cost(regrade: Regrade, workspace: Path) -> None:
    config = workspace / "regrade.toml"
    rows = pd.DataFrame({"hour": [1.0, 20.0, 3.0, 22.0], "distance": [100.0, 300.0, 200.0, 250.0]})

    def train(strength: float) -> None:
        pick = make_column_transformer((StandardScaler(with_mean=strength > 1), ["hour", "distance"]))
        model = make_pipeline(pick, LogisticRegression(C=strength)).fit(rows, ["on_time", "late"] * 2)
        skops.io.dump(model, workspace / "m.skops")

    (workspace / "ask.awk").write_text('{ print "{\\"prediction\\": \\"late\\", \\"tokens\\": 500, \\"cost\\": 0.25}" }\n')
    asks = '[candidates.asks]\ncommand = ["awk", "-f", "ask.awk"]\nversion = "1"\n'
    config.write_text(config.read_text() + f'[candidates.m]\nmodel = "m.skops"\n{asks}[cost]\nper_1k_tokens = 2.0\n')
    regrade("promote", "f0000", "f0005")
    train(1.0)
    scored(regrade, "m", "asks")
    work = regrade("runs", "show", "asks", "--json").json["work"]
    assert (work["tokens"], work["cost"]) == (1_000, 2.0 + 2 * 0.25)  # 500 each at 2.0 a thousand, and what it says that it paid
    train(2.0)
    scored(regrade, "m")

    found = regrade("runs", "diff", "m~1", "m", "--json").json
    assert found["changed"] == ["model"]
    named = {each["name"]: (each["before"], each["after"]) for each in found["model"]["parameters"]}
    assert named == {"logisticregression.C": (1.0, 2.0), "columntransformer.standardscaler.with_mean": (False, True)}
    told = regrade("runs", "diff", "m~1", "m").out
    assert "logisticregression.C 1 → 2" in told
    assert told.count("2 predicted in") == 2 and "1 call\n" in told  # what each took
    elsewhere = regrade("runs", "diff", "asks", "m", "--json").json
    assert "environment" in elsewhere["same"]  # a command's packages are not on record: none of them is new


def test_a_rate_below_nothing_is_refused(regrade: Regrade, workspace: Path) -> None:
    config = workspace / "regrade.toml"
    config.write_text(config.read_text() + "[cost]\nper_call = -1.0\n")
    ran = regrade("runs", "list")
    assert ran.code == 2 and "cost.per_call" in ran.err
