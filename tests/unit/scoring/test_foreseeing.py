"""What will probably be promoted is asked about before: by models alone, once, and so that a promotion finds the answers."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from regrade.scoring import foreseeing
from regrade.scoring.answers import answers
from regrade.scoring.foreseeing import Foreseeing

from .conftest import COUNTING, SCHEMAS, Bench, contents

TOML = '[task]\npositive = "late"\n' + "".join(f'[candidates.{name}]\npython = "{name}:predict"\n' for name in ("one", "two"))

HANGING = """
answer = predict

def predict(frame):
    if max(frame["n"]) >= 50:
        Path("asked.txt").write_text(".")
        import time
        time.sleep(600)
    return answer(frame)
"""


def test_models_are_asked_about_what_comes_next_and_a_promotion_asks_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (bench.root / f"{name}.py").write_text(COUNTING)
    bench.toml = TOML
    bench.promote(3, prediction="late", outcome="late")
    bench.score()
    monkeypatch.setattr(foreseeing, "_QUICK", 60.0)
    pool, made = bench.part("pool", bench.pool), Foreseeing()
    candidates = {"one": model(), "two": model(model=None), "three": model(repeats=3)}
    config: Any = SimpleNamespace(task=bench.settings().task, candidates=candidates)

    def steps(first: int) -> int:
        before = sum(bench.calls)
        made.take(contents(4, first), SCHEMAS)
        while made.pending:
            made.step(config, pool, bench.cache)
        return sum(bench.calls) - before

    assert steps(10) == 4  # one of the two is no model: asking it may cost something
    assert steps(12) == 2  # the others were asked about
    bench.promote(2, start=12, prediction="late", outcome="on_time")
    assert {name: run.predicted for name, run in bench.score().runs.items()} == {"one": 0, "two": 2, "logged": 0}
    (bench.root / "one.py").write_text(COUNTING + "\n# changed\n")
    assert steps(12) == 4
    bench.promote(1, start=14, prediction="late", outcome="on_time")
    assert bench.score().runs["one"].predicted == 3  # the changed one was not asked about the first three
    monkeypatch.setattr(foreseeing, "_QUICK", 0.0)
    assert [steps(first) for first in (20, 30, 40, 50)] == [4, 4, 4, 0]  # of one that is slow whoever promotes would wait for it


def test_a_model_that_hangs_on_what_comes_next_is_ended_once_somebody_waits_and_soon_left_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreseeing, "_TIMES", 1)
    (bench.root / "one.py").write_text(COUNTING + HANGING)
    bench.toml = TOML.partition("[candidates.two]")[0]
    bench.promote(3, prediction="late", outcome="late")
    bench.score()
    pool, made, asked = bench.part("pool", bench.pool), Foreseeing(), bench.root / "asked.txt"
    config: Any = SimpleNamespace(task=bench.settings().task, candidates={"one": model()})
    made.take(contents(2, 50), SCHEMAS)
    made.step(config, pool, bench.cache, asked.exists)
    asked.unlink()
    made.take(contents(2, 60), SCHEMAS)
    made.step(config, pool, bench.cache)
    assert not asked.exists()
    bench.promote(1, start=20, prediction="late", outcome="late")
    assert bench.score().runs["one"].predicted == 1


def test_a_promotion_that_waits_for_a_candidate_does_not_ask_what_it_was_asked_meanwhile(bench: Bench) -> None:
    (bench.root / "one.py").write_text(COUNTING)
    bench.toml = TOML.partition("[candidates.two]")[0]
    bench.promote(3, prediction="late", outcome="late")
    bench.score()
    pool, before = bench.part("pool", bench.pool), sum(bench.calls)
    bench.promote(1, start=5, prediction="late", outcome="late")
    predicted: list[int] = []
    with pool.held("one", None):
        scoring = threading.Thread(target=lambda: predicted.append(bench.score().runs["one"].predicted))
        scoring.start()
        answers("k5", contents(1, 5)[0][1], SCHEMAS, bench.evalset, bench.settings(), pool, bench.cache)
    scoring.join()
    assert (predicted, sum(bench.calls) - before) == ([0], 1)


def model(**other: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"model": "one.skops", "repeats": 1, **other})
