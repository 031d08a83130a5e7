"""Threshold and rules are applied to raw answers that are kept: changing them asks no model again."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from .conftest import Bench

PROBABLE = """
from pathlib import Path
import pandas as pd

def predict(frame):
    with Path("calls.txt").open("a") as file:
        file.write(f"{len(frame)}\\n")
    p = (frame["n"] / 20).clip(0, 1)
    return pd.DataFrame({"late": p, "on_time": 1 - p})
"""
RULES = """
from pathlib import Path

def apply(inputs, answers):
    with Path("ruled.txt").open("a") as file:
        file.write(f"{len(inputs)}\\n")
    answers.loc[inputs["n"] == LIMIT, "prediction"] = "on_time"
    return answers["prediction"]
"""


class Refined(Bench):
    def say(self, **settings: Any) -> None:
        """Write the candidate's settings, as a person would between two runs of the program."""
        self.toml = '[task]\npositive = "late"\n'
        self.python("rules", PROBABLE, **settings)
        self.restart()

    def late(self) -> list[int]:
        answers = self.score(["rules"]).outputs["rules"]["prediction"]
        return sorted(int(key[1:]) for key, value in answers.items() if value == "late")

    @property
    def ruled(self) -> list[int]:
        path = self.root / "ruled.txt"
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def refined(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "workspace").mkdir()
    bench = Refined(tmp_path / "workspace")
    bench.say()
    bench.promote(20)
    yield bench
    bench.close()


def test_a_new_threshold_makes_no_predict_call(refined: Refined) -> None:
    assert refined.late() == list(range(10, 20))
    assert refined.calls == [20]

    for threshold, first in ((0.25, 5), (0.8, 16), (0.0, 0), (1.0, 20)):
        refined.say(threshold=threshold)
        assert refined.late() == list(range(first, 20))
        assert refined.calls == [20]


def test_a_promotion_under_a_threshold_asks_about_the_new_example_alone(refined: Refined) -> None:
    refined.say(threshold=0.25)
    refined.late()
    refined.promote(1, start=30)
    run = refined.score(["rules"]).runs["rules"]

    assert refined.calls == [20, 1]
    assert (run.predicted, run.cached) == (1, 20)


def test_two_candidates_on_one_model_share_its_answers(refined: Refined) -> None:
    refined.late()
    refined.toml += refined.toml.split("\n", 2)[2].replace("candidates.rules", "candidates.strict") + "threshold = 0.9\n"
    refined.restart()
    scored = refined.score(["strict", "rules"])

    assert refined.calls == [20]
    assert (scored.outputs["strict"]["prediction"] == "late").sum() == 2
    assert scored.runs["strict"].fingerprint != scored.runs["rules"].fingerprint
    assert (scored.runs["strict"].predicted, scored.runs["strict"].cached) == (0, 20)


def test_rules_are_asked_once_and_other_rules_ask_no_model(refined: Refined) -> None:
    (refined.root / "fix.py").write_text(RULES.replace("LIMIT", "15"))
    refined.say(threshold=0.5, postprocess="fix:apply")
    assert refined.late() == [10, 11, 12, 13, 14, 16, 17, 18, 19]
    refined.restart()
    assert refined.late() == [10, 11, 12, 13, 14, 16, 17, 18, 19]
    assert (refined.calls, refined.ruled) == ([20], [20])

    (refined.root / "fix.py").write_text(RULES.replace("LIMIT", "16"))
    refined.restart()
    run = refined.score(["rules"]).runs["rules"]
    assert (run.predicted, run.cached) == (0, 20)
    assert refined.late() == [10, 11, 12, 13, 14, 15, 17, 18, 19]
    assert (refined.calls, refined.ruled) == ([20], [20, 20])


def test_a_change_of_the_model_asks_it_again(refined: Refined) -> None:
    refined.say(threshold=0.5)
    refined.late()
    (refined.root / "rules.py").write_text(PROBABLE.replace("/ 20", "/ 40"))
    refined.restart()

    assert refined.late() == []
    assert refined.calls == [20, 20]


def test_the_models_probabilities_stay_where_rules_return_predictions_alone(refined: Refined) -> None:
    (refined.root / "fix.py").write_text(RULES.replace("LIMIT", "15"))
    refined.say(postprocess="fix:apply")
    answers = refined.score(["rules"]).answers["rules"]

    assert answers[0].scores == {"late": 0.0, "on_time": 1.0}


def test_answers_of_the_threshold_alone_are_not_on_the_disk(refined: Refined) -> None:
    refined.say(threshold=0.3)
    refined.late()
    with sqlite3.connect(refined.database.path) as connection:
        assert connection.execute("select count(*) from outputs").fetchone() == (20,)


def test_rules_that_fail_on_a_row_are_an_error_of_it_and_cost_no_predict_call(refined: Refined) -> None:
    (refined.root / "fix.py").write_text("def apply(inputs, answers):\n    assert 3 not in set(inputs['n'])\n    return answers\n")
    refined.say(postprocess="fix:apply")
    errors = refined.score(["rules"]).outputs["rules"]["error"].dropna()

    assert list(errors.index) == ["k3"]
    assert "AssertionError" in errors["k3"]
    assert "fix.py:2" in errors["k3"]
    assert refined.calls == [20]


ASK = """
/./ { print "asked" >> "asked.txt"; print "{\\"prediction\\": \\"late\\"}" }
"""


@pytest.mark.parametrize(("settings", "again"), [('version = "1"\n', 0), ("", 3)])
def test_without_a_version_no_answer_outlives_the_session(bench: Bench, settings: str, again: int) -> None:
    (bench.root / "ask.awk").write_text(ASK)
    bench.toml += f'[candidates.ask]\ncommand = ["awk", "-f", "ask.awk"]\n{settings}'
    bench.promote(3)

    def asked() -> int:
        return len((bench.root / "asked.txt").read_text().split())

    bench.score(["ask"])
    bench.score(["ask"])  # within one session, as the app does after each promotion
    assert asked() == 3
    bench.restart()
    assert bench.score(["ask"]).runs["ask"].predicted == again
    assert asked() == 3 + again


def test_another_version_is_asked_again_and_another_manner_is_not(bench: Bench) -> None:
    (bench.root / "ask.awk").write_text(ASK)
    before = bench.toml
    bench.promote(3)
    found = []
    for said in ('version = "1"\n', 'version = "1"\ntimeout = 5\nmemory_mb = 900\n', 'version = "2"\n'):
        bench.toml = before + f'[candidates.ask]\ncommand = ["awk", "-f", "ask.awk"]\n{said}'
        bench.restart()
        bench.score(["ask"])
        found.append(len((bench.root / "asked.txt").read_text().split()))

    assert found == [3, 3, 6]


def test_a_threshold_on_what_cannot_be_decided_is_an_error_of_each_row(bench: Bench) -> None:
    (bench.root / "ask.awk").write_text(ASK)
    bench.toml += '[candidates.ask]\ncommand = ["awk", "-f", "ask.awk"]\nversion = "1"\nthreshold = 0.5\n'
    bench.promote(2)

    assert set(bench.score(["ask"]).outputs["ask"]["error"]) == {"the threshold has no probability of 'late' to go by"}


def test_a_threshold_holds_for_a_file_of_answers(bench: Bench) -> None:
    (bench.root / "answers.csv").write_text("key,prediction,p_late\nk0,on_time,0.4\nk1,on_time,0.2\nk2,late,0.1\n")
    bench.toml += '[candidates.file]\npredictions = "answers.csv"\nthreshold = 0.3\n'
    bench.promote(3)
    answers = bench.score(["file"]).outputs["file"]

    assert answers["prediction"].tolist()[:2] == ["late", "on_time"]
    assert "the class beside 'late' is not known" in str(answers["error"]["k2"])
