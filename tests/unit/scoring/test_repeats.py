"""Candidates that are asked several times: the majority counts, agreement is told, and a repeat is asked once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.compare import compare
from regrade.config import parse
from regrade.errors import ConfigError
from regrade.log.scorers import right_rule
from regrade.report.scores import score_document
from regrade.scoring import Output
from regrade.scoring.judge import judge_all
from regrade.scoring.repeats import Repeated, agreement

from .conftest import Bench

TASK = '[task]\nkind = "text"\n'
MOODY = """
from pathlib import Path

def predict(frame):
    calls = Path("calls.txt")
    turn = len(calls.read_text().split()) if calls.exists() else 0
    with calls.open("a") as file:
        file.write(f"{len(frame)}\\n")
    return ["yes" if n < 4 or turn % 3 == 0 or (n < 8 and turn % 3 == 1) else "no" for n in frame["n"]]
"""


def judged(expected: object, *answers: str | None) -> tuple[object, bool | None, str | None]:
    config = parse(TASK)
    outputs = tuple(Output(each, None, "failed" if each is None else None) for each in answers)
    row, _ = judge_all(config, expected, Repeated(outputs), right_rule(config))
    return row.prediction, row.right, row.error


@pytest.mark.parametrize(
    ("answers", "prediction", "right"),
    [
        (("a", "a", "b"), "a", True),
        (("a", "b", "b"), "b", False),
        (("a", "b"), "b", False),  # a tie is wrong, and shows the wrong answer
        (("a", "b", "c"), "b", False),
        (("a", "a ", None), "a", True),
        (("a", "b", None), "b", False),
    ],
)
def test_the_majority_decides(answers: tuple[str | None, ...], prediction: str, right: bool) -> None:
    assert judged("a", *answers) == (prediction, right, None)


def test_an_example_that_half_of_the_repeats_do_not_answer_is_an_error() -> None:
    assert judged("a", "a", None) == (None, None, "1 of 2 repeats have no answer: failed")
    assert judged("a", None, None) == (None, None, "failed")
    assert judged(None, "a", "b", "b") == ("b", None, None)


@given(st.lists(st.lists(st.sampled_from("ab"), min_size=3, max_size=3), min_size=1, max_size=20))
def test_agreement_is_the_share_of_examples_and_of_pairs(rows: list[list[str]]) -> None:
    found = agreement("text", [Repeated(tuple(Output(each, None, None) for each in row)) for row in rows])
    assert found.all == pytest.approx(sum(len(set(row)) == 1 for row in rows) / len(rows))
    pairs = [(row[0] == row[1]) + (row[0] == row[2]) + (row[1] == row[2]) for row in rows]
    assert found.pairwise == pytest.approx(sum(pairs) / 3 / len(rows))


def test_each_repeat_is_asked_once_and_more_repeats_ask_for_those_alone(bench: Bench) -> None:
    bench.toml = TASK
    bench.python("llm", MOODY, repeats=3)
    bench.sample(12, outcome="yes")
    scored = bench.score(["llm"])
    assert bench.calls == [12, 12, 12]
    assert scored.outputs["llm"]["right"].tolist() == [int(key[1:]) < 8 for key in scored.examples.index]
    (row,) = score_document(scored, bench.settings())["candidates"]
    assert (row["repeats"], row["agreement"]) == (3, {"n": 12, "all": 4 / 12, "pairwise": pytest.approx((4 + 8 / 3) / 12)})
    assert row["metrics"]["accuracy"] == pytest.approx(8 / 12) and row["predicted"] == 36

    bench.restart()
    assert bench.score(["llm"]).runs["llm"].cached == 36
    assert bench.calls == [12, 12, 12]
    bench.toml = bench.toml.replace("repeats = 3", "repeats = 4")
    bench.restart()
    assert bench.score(["llm"]).runs["llm"].repeats == 4
    assert bench.calls == [12, 12, 12, 12]


def test_repeats_do_not_make_intervals_narrower(bench: Bench) -> None:
    bench.toml = TASK
    bench.python("once", "def predict(frame):\n    return ['yes' if n % 2 else 'no' for n in frame['n']]\n")
    bench.python("often", "def predict(frame):\n    return ['yes' if n % 2 else 'no' for n in frame['n']]\n", repeats=5)
    bench.sample(12, outcome="yes")
    found = [compare(bench.score(), "logged", name, bench.settings()).metrics["accuracy"] for name in ("once", "often")]
    assert found[0] == found[1] and found[0].n == found[1].n


def test_repeats_belong_to_what_may_answer_differently() -> None:
    with pytest.raises(ConfigError, match="says nothing about a candidate that is a model"):
        parse('[candidates.m]\nmodel = "m.skops"\nrepeats = 3')
    with pytest.raises(ConfigError, match="between 1 and 100"):
        parse('[candidates.m]\npython = "m:f"\nrepeats = 0')
