"""Metrics of one's own: expressions and functions, under old answers, with intervals; and what goes wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regrade.compare import compare, scoreboard
from regrade.compare.statistics import REDRAWN
from regrade.errors import ConfigError
from regrade.report.scores import score_document
from regrade.scoring import Scored
from regrade.scoring.functions import Functions
from regrade.scoring.metrics import metrics
from regrade.scoring.watching import Standing

from .conftest import COUNTING, SCHEMAS, Bench, contents

COST = '[metrics.custom.cost]\nexpression = "case when prediction = expected then 0 when n > 9 then 5 else 1 end"\nbetter = "lower"\n'
FUNCTIONS = """
import numpy as np

def share(frame):
    return np.average(frame["prediction"] == frame["expected"], weights=frame["weight"])

def columns(frame):
    assert list(frame.columns) == ["x", "n", "s", "expected", "prediction", "mode", "weight"], list(frame.columns)
    frame["weight"] = 0.0
    return len(frame)

def nan(frame):
    return float("nan")

def text(frame):
    return "good"

def raising(frame):
    raise RuntimeError("no such thing")

def ending(frame):
    import os
    os._exit(3)

def endless(frame):
    return float("inf")

def told(frame):
    with open("told.txt", "a") as file:
        file.write(".")
    return share(frame)

def late(frame):
    from own_late import FACTOR
    return FACTOR * share(frame)
"""


class Counted(Bench):
    def say(self, more: str) -> None:
        """Write the configuration anew, as a person would between two runs of the program."""
        self.toml = '[task]\npositive = "late"\n'
        self.python("old", COUNTING)
        self.python("new", "def predict(frame):\n    return ['late' if x > 0.6 else 'on_time' for x in frame['x']]\n")
        self.toml += more
        self.close()
        self.restart()

    def functions(self, *names: str) -> None:
        (self.root / "own.py").write_text(FUNCTIONS)
        tables = "".join(f'[metrics.custom.{name}]\nfunction = "own:{name}"\nbetter = "higher"\n' for name in names)
        self.say(f"[metrics]\nshow = {list(names)!r}\n{tables}")

    def of(self, name: str = "old") -> dict[str, float | None]:
        return metrics(self.score(), name, self.settings())


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "workspace").mkdir()
    bench = Counted(tmp_path / "workspace")
    bench.say("")
    for number in range(20):
        truth = "late" if number > 7 else "on_time"
        made = contents(1, number, outcome=truth)
        bench.evalset.sample(made, probabilities=0.1 if number % 2 else 0.5, population={}, schemas=SCHEMAS)
    yield bench
    bench.close()


@pytest.fixture
def redrawn(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how often a function is called for an interval: seldom here."""
    monkeypatch.setattr("regrade.compare.metrics.REDRAWN", 40)
    return 40


def truth_and_weights(scored: Scored, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    right = scored.outputs[name]["right"].to_numpy(bool)
    return right, scored.weights, np.array([int(key[1:]) for key in scored.examples.index])


def test_an_expression_is_the_weighted_mean_of_old_answers(counted: Counted) -> None:
    counted.of()
    assert counted.calls == [20]
    counted.say('[metrics]\nprimary = "cost"\n' + COST)
    found, scored = counted.of(), counted.score()
    right, weights, numbers = truth_and_weights(scored, "old")
    assert found["cost"] == pytest.approx(np.average(np.where(right, 0, np.where(numbers > 9, 5, 1)), weights=weights))
    assert counted.calls == [20]  # no prediction was made again


def test_it_can_decide_the_verdict_with_a_paired_interval(counted: Counted) -> None:
    counted.say('[metrics]\nprimary = "cost"\n' + COST)
    scored, config = counted.score(), counted.settings()
    row = compare(scored, "old", "new", config).metrics["cost"]
    assert row.higher_is_better is False
    assert row.delta == pytest.approx((counted.of("new")["cost"] or 0) - (counted.of("old")["cost"] or 0))
    assert row.low is not None and row.high is not None and row.low <= (row.delta or 0) <= row.high
    board = {each.name: each for each in scoreboard(scored, config)}
    assert board["old"].primary == "cost" and board["old"].estimate.value == pytest.approx(counted.of()["cost"])
    assert not board["old"].higher_is_better


@pytest.mark.usefixtures("redrawn")
def test_a_function_sees_all_and_equals_accuracy(counted: Counted) -> None:
    counted.functions("share", "columns")
    found, scored = counted.of(), counted.score()
    assert found["share"] == pytest.approx(found["accuracy"]) and found["columns"] == 20
    compared = compare(scored, "old", "new", counted.settings()).metrics
    assert compared["share"].delta == pytest.approx(compared["accuracy"].delta)
    low, high = compared["share"].low, compared["share"].high
    assert low is not None and high is not None and low < (compared["share"].delta or 0) < high
    assert counted.calls == [20]


def test_a_function_is_asked_again_only_about_what_changed(counted: Counted, redrawn: int) -> None:
    counted.functions("told")
    counted.toml = counted.toml.replace("[metrics]\n", '[metrics]\nprimary = "told"\n')
    counted.restart()

    def asked() -> int:
        before = len(told.read_text()) if told.exists() else 0
        scoreboard(counted.score(["old", "new"]), counted.settings())
        return len(told.read_text()) - before

    told = counted.root / "told.txt"
    assert asked() == 2 * (1 + redrawn)  # of each: its value, and once a resample
    counted.promote(3, start=50, outcome="late")  # known failures are no part of an estimate
    assert asked() == 0
    counted.evalset.relabel(["k3"], "late")
    assert asked() > redrawn
    (counted.root / "own.py").write_text(FUNCTIONS + "\n# changed\n")
    assert asked() == 2 * (1 + redrawn)


def test_an_open_workspace_notices_a_change_of_what_a_function_imports_late(counted: Counted) -> None:
    (counted.root / "own_late.py").write_text("FACTOR = 1.0\n")
    counted.functions("late")
    first = counted.of()["late"]
    assert first is not None and first > 0 and counted.of()["late"] == first
    (counted.root / "own_late.py").write_text("FACTOR = 10.0\n")
    assert counted.of()["late"] == pytest.approx(10 * first)
    other = counted.pool(allow_code=True)  # another process of regrade, which has not asked it yet
    assert "own_late.py" in other.function("metric:late").fingerprint().parts["imported"]


def test_an_interval_tells_how_far_it_is_and_can_be_stopped(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.scoring.course.PATIENCE", 0.0)
    monkeypatch.setattr("regrade.scoring.course._PART", 0.02)
    counted.functions("share")
    counted.toml = counted.toml.replace("[metrics]\n", '[metrics]\nprimary = "share"\n')
    counted.restart()
    scored, config, told = counted.score(["old"]), counted.settings(), list[Standing]()
    parts = counted.parts["pool"], config, told.append
    scored.functions = Functions(*parts, lambda: sum(each.done > 0 for each in told) > 1)
    (row,) = scoreboard(scored, config)
    assert row.estimate.value is not None and (row.estimate.low, row.estimate.high) == (None, None)
    assert "share of old: it was stopped" in scored.troubles["share", "old"]
    assert 0 < told[-1].done < REDRAWN

    scored, before = counted.score(["old"]), len(told)
    scored.functions = Functions(*parts)
    (row,) = scoreboard(scored, config)
    assert row.estimate.low is not None and not scored.troubles
    done = [each.done for each in told[before:]]
    assert done == sorted(done) and len(done) > 3 and done[-1] == REDRAWN
    assert {(each.candidate, each.state, each.total, each.what) for each in told} == {("old", "measuring", REDRAWN, "share")}


@pytest.mark.parametrize(
    ("name", "said"),
    [("nan", ""), ("text", "returned a str"), ("raising", "no such thing"), ("ending", "exit code 3"), ("endless", "inf")],
)
def test_what_a_function_does_wrong_is_said_and_no_number(counted: Counted, name: str, said: str) -> None:
    counted.functions(name)
    document = score_document(counted.score(["old"]), counted.settings())
    (row,) = document["candidates"]
    assert row["metrics"][name] is None and row["metrics"]["accuracy"] is not None
    assert said in " ".join(document["metrics_missing"]) and bool(document["metrics_missing"]) == bool(said)


def test_a_primary_without_a_value_is_not_evaluated(counted: Counted) -> None:
    counted.functions("raising")
    counted.toml = counted.toml.replace("[metrics]\n", '[metrics]\nprimary = "raising"\n')
    counted.restart()
    verdict = compare(counted.score(), "old", "new", counted.settings())
    assert verdict.verdict == "not_evaluated" and any("no such thing" in note for note in verdict.notes)


def test_code_that_nobody_trusted_is_not_run(counted: Counted) -> None:
    counted.functions("share")
    with counted.pool(allow_code=False) as pool:
        counted.parts["pool"] = pool
        document = score_document(counted.score(["logged"]), counted.settings())
    assert document["candidates"][0]["metrics"]["share"] is None
    assert all("regrade trust metric:share" in said for said in document["metrics_missing"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[metrics]\nshow = ["cost"]\n' + COST.replace("n > 9", "m > 9"), "m"),
        ('[metrics]\nshow = ["cost"]\n' + COST.replace("case when", "s || case when"), "no number"),
        ('[metrics]\nshow = ["accuracy"]\n' + COST.replace("cost", "accuracy"), "another metric"),
        ('[metrics]\nshow = ["neg_max_error"]\n', "takes no weights"),
        ('[metrics]\nshow = ["f1_samples"]\n', "several labels"),
        ('[metrics]\nshow = ["explained_variance"]\n', "no metric of a classification task"),
        ('[metrics]\nshow = ["acuracy"]\n', "no metric 'acuracy'"),
    ],
)
def test_what_cannot_be_a_metric_is_named(counted: Counted, more: str, said: str) -> None:
    counted.say(more)
    with pytest.raises(ConfigError) as raised:
        counted.of()
    assert said in raised.value.what
    assert "accuracy" in raised.value.hint or "acuracy" not in more


def test_scorers_of_a_text_task_are_metrics_and_the_first_decides(tmp_path: Path, bench: Bench) -> None:
    bench.toml = '[task]\nkind = "text"\nscorers = ["polite", "exact"]\n'
    bench.toml += '[scorers.polite]\nfunction = "own:polite"\nthreshold = 0.5\n'
    (bench.root / "own.py").write_text("def polite(frame):\n    return [0.75 if 'please' in each else 0 for each in frame['prediction']]\n")
    bench.python("llm", "def predict(frame):\n    return ['yes please' if n % 2 else 'no' for n in frame['n']]\n")
    bench.sample(8, outcome="no")
    scored = bench.score(["llm"])
    found: dict[str, Any] = metrics(scored, "llm", bench.settings())
    assert found == {"accuracy": 0.5, "polite": 0.375, "exact": 0.5}
    assert scored.outputs["llm"]["right"].tolist() == [number % 2 == 1 for number in (0, 1, 2, 3, 4, 5, 6, 7)]
    row = compare(bench.score(), "logged", "llm", bench.settings()).metrics
    assert set(row) == {"accuracy", "polite", "exact"}
