"""What nobody waits for gives way to what somebody does: writing the tables, the replay check, a row beside a long scoring."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from operator import length_hint
from types import SimpleNamespace
from typing import Any

import pytest

from regrade.engine import chores
from regrade.engine.chores import Chores, GaveWay
from regrade.projection import project
from regrade.scoring.answers import BUSY, answers
from regrade.scoring.pausing import paced
from regrade.scoring.replay import answered, compared, replay

from .conftest import COUNTING, SCHEMAS, Bench, contents

HANGING = """
import time
from pathlib import Path

def predict(frame):
    if Path("hang").exists():
        Path("asked").touch()
        time.sleep(300)
    return ["late"] * len(frame)
"""


def toml(name: str) -> str:
    return f'[task]\npositive = "late"\n[candidates.{name}]\npython = "{name}:predict"\n'


def test_tables_hold_all_of_what_was_scored_or_nothing_of_it(bench: Bench) -> None:
    (bench.root / "one.py").write_text(COUNTING)
    bench.toml = toml("one")
    bench.promote(3, prediction="late", outcome="late")
    scored, calls, last = bench.score(), 0, 0

    def look() -> list[int]:
        return [int(str(bench.database.rows(f"select count(*) from {table}")[0][0])) for table in ("examples", "runs", "results")]

    def pause() -> None:
        nonlocal calls
        calls += 1
        if calls == last:
            raise GaveWay

    while not any(look()):
        calls, last = 0, last + 1
        with suppress(GaveWay):
            project(bench.database, bench.evalset, bench.settings(), scored, pause)
            break
    assert calls == last - 1 and last > 5 and look() == [3, 2, 6]


class Made:
    """A workspace for chores, and what became of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, steps: list[Any]) -> None:
        self.done: list[str] = []
        self.said: list[dict[str, Any]] = []
        self.waited = 0.0
        self.asked: list[tuple[str, Any]] = []
        self.workspace: Any = SimpleNamespace(
            cache=SimpleNamespace(flush=lambda: self.done.append("kept")),
            pool=SimpleNamespace(warm=self.warm, predict=lambda name, examples, schemas: self.asked.append((name, examples))),
            config=SimpleNamespace(champion="prod", candidates={}),
        )
        monkeypatch.setattr(chores, "project", self.project)
        monkeypatch.setattr(chores, "replay_steps", lambda workspace, unwanted: iter(steps))
        monkeypatch.setattr(chores, "read_ahead", lambda workspace: iter(()))
        monkeypatch.setattr(chores, "without_key", lambda workspace: "")
        monkeypatch.setattr(chores, "unclear_model", lambda workspace: "")
        self.chores = Chores(self.said.append, lambda: self.waited)
        self.scored = SimpleNamespace(members=[SimpleNamespace(key=key, content=key.upper()) for key in "ab"], schemas={})
        self.chores.after_scoring(self.workspace, self.scored)  # type: ignore[arg-type]

    def warm(self) -> dict[str, str]:
        self.done.append("warm")
        return {"broken": "no such file"}

    def project(self, workspace: Any, scored: Any, pause: Callable[[], None]) -> None:
        pause()
        self.done.append("projected")

    def run(self, steps: int = 50) -> None:
        while self.chores.pending and steps:
            steps -= 1
            self.chores.step()
            for thread in threading.enumerate():
                if thread.name == "warm":
                    thread.join()


def test_tables_are_written_once_nobody_waits_and_of_the_newest_scores_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(monkeypatch, [True])
    made.waited = 0.01
    made.run()
    assert made.done == ["kept", "warm"] and made.chores.pending == ["project", "diff"]
    made.chores.after_scoring(made.workspace, None)  # type: ignore[arg-type]
    made.waited = 0.0
    made.run()
    assert made.done == ["kept", "warm", "kept", "projected"]


def test_models_are_asked_once_before_anybody_waits_and_what_may_cost_something_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(monkeypatch, [])
    models = {"broken": "b.skops", "code": None, "model": "m.skops"}
    made.workspace.config.candidates = {name: SimpleNamespace(model=model) for name, model in models.items()}
    made.run()
    assert made.asked == [("model", [("a", "A")])]


def test_long_work_pauses_every_few_rows() -> None:
    pauses: list[int] = []
    rows = iter(range(1_000))
    left = list(paced(rows, lambda: pauses.append(length_hint(rows))))
    assert left == list(range(1_000)) and max(before - after for before, after in pairwise([1_000, *pauses, 0])) <= 250


def test_a_champion_that_never_answers_in_time_is_let_alone_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(monkeypatch, [True, False, True, False, AssertionError])
    made.run()
    assert [each["event"] for each in made.said] == ["notice"] and "did not answer in time" in made.said[0]["what"]
    assert made.done[-1] == "projected"


def test_a_chore_that_fails_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(monkeypatch, [])
    made.workspace.cache.flush = lambda: (_ for _ in ()).throw(OSError("full"))
    with pytest.raises(OSError, match="full"):
        made.chores.step()
    assert made.chores.pending == ["warm", "replay", "project", "diff"]


def test_the_replay_check_asks_in_pieces_and_a_request_ends_one_that_hangs(bench: Bench) -> None:
    (bench.root / "prod.py").write_text(HANGING)
    bench.toml = toml("prod")
    pool, root = bench.part("pool", bench.pool), bench.root
    logged = contents(100, prediction="late")
    assert len(pool.predict("prod", logged[:1], SCHEMAS)) == 1  # it is loaded
    (root / "hang").touch()
    pieces = answered("prod", logged, SCHEMAS, pool, (root / "asked").exists)
    assert next(pieces) is False
    (root / "hang").unlink()
    (root / "asked").unlink()
    found = list(pieces)
    assert found[:-1] == [True] * (len(found) - 1) and len(found) > 2
    assert compared(logged, found[-1], bench.settings()) == replay("prod", logged, SCHEMAS, bench.settings(), pool)


def test_a_row_waits_for_no_candidate_that_is_being_scored(bench: Bench) -> None:
    for name in ("one", "two"):
        (bench.root / f"{name}.py").write_text(COUNTING)
    bench.toml = toml("one") + '[candidates.two]\npython = "two:predict"\n'
    pool = bench.part("pool", bench.pool)
    key, content = contents(1, prediction="late")[0]
    pool.warm()
    scoring, done = threading.Event(), threading.Event()

    def hold() -> None:
        with pool.held("one", None):
            scoring.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    scoring.wait(30)
    rows = answers(key, content, SCHEMAS, bench.evalset, bench.settings(), pool, bench.cache, patience=0.0)
    done.set()
    thread.join()
    said = {row["name"]: (row["prediction"], row["error"]) for row in rows}
    assert said["one"] == (None, BUSY.error) and said["two"][1] is None and said["logged"] == ("late", None)
    rows = answers(key, content, SCHEMAS, bench.evalset, bench.settings(), pool, bench.cache, patience=0.0)
    assert [row["error"] for row in rows] == [None] * 3


def test_a_slow_candidate_keeps_what_it_has_answered_before_it_is_through(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.root / "one.py").write_text(COUNTING)
    bench.toml = toml("one")
    bench.promote(300)
    clock = iter(range(0, 10_000, 60))
    monkeypatch.setattr("regrade.scoring.answering.time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    kept: list[int] = []

    def progress(name: str, done: int, total: int) -> None:
        kept.append(int(str(bench.database.rows("select count(*) from outputs")[0][0])))

    bench.score(["one"], progress=progress)
    assert kept[:4] == [0, 32, 40, 48] and len(kept) == 1 + -(-268 // 8)
