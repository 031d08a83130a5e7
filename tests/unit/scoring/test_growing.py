"""What is remembered from one scoring to the next: an example that came in is asked about alone, and nothing reads otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.compare import board
from regrade.compare.bootstrap import Weights
from regrade.compare.intervals import Difference, Pair, differences
from regrade.compare.sample import Sample
from regrade.scoring import OutputCache, Scored, remembered
from regrade.scoring.answers import answers
from regrade.scoring.growing import Grown, grow, grown
from regrade.scoring.remembered import Members
from regrade.scoring.side_by_side import SideBySide

from .conftest import COUNTING, SCHEMAS, Bench, contents

BY_NUMBER = """
def predict(frame):
    return [None if n == 60 else "late" if n % 2 else "on_time" for n in frame["n"]]
"""
TOML = '[task]\npositive = "late"\n' + "".join(f'[candidates.{name}]\npython = "{name}:predict"\n' for name in ("one", "two"))


@given(st.lists(st.integers(), max_size=8), st.lists(st.integers(), max_size=4), st.integers(0, 8))
def test_a_list_knows_what_it_grew_out_of(items: list[int], more: list[int], at: int) -> None:
    before = Grown([object() for _ in items])
    fresh, at = [object() for _ in more], min(at, len(items))
    after = grown(before, [*before[:at], *fresh, *before[at:]])
    assert (after is before) == (not more)
    if more:
        assert after.out_of(before) and after.fresh == fresh and after == [*before[:at], *fresh, *before[at:]]
    others = [object() for _ in items]
    assert not items or not grown(before, others).out_of(before)


def test_no_list_holds_all_that_were_before_it() -> None:
    first = Grown([object()])
    second = grow(first, 1, [object()])
    grow(second, 0, [object()])
    assert second.before is None


@pytest.fixture
def two(bench: Bench) -> Bench:
    for name in ("one", "two"):
        (bench.root / f"{name}.py").write_text(COUNTING)
    bench.toml = TOML
    return bench


def test_a_promotion_asks_each_candidate_about_one_example_and_looks_up_no_other(two: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    two.sample(6, prediction="late", outcome="late")
    two.promote(4, start=6, prediction="late", outcome="on_time")
    two.score()
    asked: list[int] = []
    made = Members.__init__
    monkeypatch.setattr(Members, "__init__", lambda self, members, *more: (asked.append(len(members)), made(self, members, *more))[1])
    two.promote(1, start=10, prediction="late", outcome="on_time")
    before = sum(two.calls)
    scored = two.score()
    assert sum(two.calls) - before == 2
    assert {name: (run.predicted, run.cached) for name, run in scored.runs.items()} == {"one": (1, 10), "two": (1, 10), "logged": (0, 11)}
    assert sorted(asked) == [1, 1, 1, 11]
    assert_same(scored, anew(two))


def test_a_promotion_looks_twice_what_a_candidate_is_and_asks_all_at_once(two: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    two.promote(3)
    two.score()
    pool, looked, at_once = two.part("pool", two.pool), [], []
    fingerprint, made = pool.fingerprint, SideBySide.__init__
    monkeypatch.setattr(pool, "fingerprint", lambda name: (looked.append(name), fingerprint(name))[1])
    monkeypatch.setattr(SideBySide, "__init__", lambda self, *given: (at_once.append(given[-2]), made(self, *given))[1])
    two.promote(1, start=3)
    two.score()
    assert sorted(name for name in looked if name != "logged") == ["one", "one", "two", "two"]
    two.promote(400, start=10)
    two.score()
    assert at_once == [3, 0]


def test_what_is_remembered_of_a_candidate_ends_with_its_file(two: Bench) -> None:
    two.promote(5)
    two.score()
    (two.root / "one.py").write_text(COUNTING + "\n# changed\n")
    two.promote(1, start=5)
    scored = two.score()
    assert (scored.runs["one"].predicted, scored.runs["two"].predicted) == (6, 1)
    assert_same(scored, anew(two))


def test_an_estimate_is_drawn_again_only_where_a_sampled_example_changed(two: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, drawn = Weights(), []

    def counted(pairs: Sequence[Pair], sample: Sample, alpha: float) -> list[Difference]:
        drawn.append(len(pairs))
        return differences(pairs, sample, alpha)

    monkeypatch.setattr("regrade.compare.board.differences", counted)
    two.sample(30, prediction="late", outcome="late")
    two.promote(3, start=30, outcome="on_time")
    relabel = partial(two.evalset.relabel, ["k3"], "on_time")
    for step, expected in ((lambda: None, 2), (partial(two.promote, 1, start=40), 0), (relabel, 2)):
        drawn.clear()
        step()
        scored = two.score()
        shown = board.scoreboard(scored, two.settings(), cache=cache)
        assert sum(drawn) == expected
        assert shown == board.scoreboard(scored, two.settings(), cache=Weights())


def test_a_scoreboard_that_grew_is_the_one_of_all_examples(two: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (two.root / "two.py").write_text(BY_NUMBER)
    cache, looked, evalset = Weights(), list[int](), two.evalset
    made = board._rows
    monkeypatch.setattr(board, "_rows", lambda scored, *more: (looked.append(len(scored.members)), made(scored, *more))[1])
    steps: list[tuple[Callable[[], object], bool]] = [
        (partial(two.sample, 20, prediction="on_time", outcome="late"), True),
        (partial(two.promote, 3, start=30, prediction="on_time", outcome="late"), False),
        (partial(two.promote, 1, start=25, prediction="late", outcome="on_time"), False),
        (
            partial(evalset.promote, contents(2, 41, prediction="late", outcome="on_time"), origin="failure", pinned=True, schemas=SCHEMAS),
            False,
        ),
        (partial(two.promote, 1, start=50, prediction="late", origin="important"), False),  # nobody knows what it should have been
        (partial(evalset.note, ["k30"], "seen"), True),
        (partial(two.promote, 1, start=60, prediction="on_time", outcome="late"), True),  # one has no answer to it
        (partial(evalset.relabel, ["k30"], "on_time"), True),
        (partial(evalset.pin, ["k31"]), True),
        (partial(two.sample, 1, start=70, prediction="on_time", outcome="late"), True),
        (partial(evalset.retire, ["k25"]), True),
        (evalset.undo, False),
        (partial(two.promote, 2, start=80, prediction="on_time", outcome="late"), False),
    ]
    for step, all_of_them in steps:
        step()
        scored = two.score()
        looked.clear()
        shown = board.scoreboard(scored, two.settings(), cache=cache)
        assert bool(looked) == all_of_them
        assert shown == board.scoreboard(scored, two.settings(), cache=Weights())


def test_a_promotion_of_what_the_candidates_were_asked_about_asks_nobody_and_waits_for_none(
    two: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.sample(6, prediction="late", outcome="late")
    two.score()
    pool, waited = two.part("pool", two.pool), list[list[str]]()
    made = SideBySide.__init__
    monkeypatch.setattr(SideBySide, "__init__", lambda self, *given: (waited.append(given[0]), made(self, *given))[1])

    def look(key: str, number: int) -> None:
        answers(key, contents(1, number)[0][1], SCHEMAS, two.evalset, two.settings(), pool, two.cache)

    def predicted() -> list[int]:
        return [run.predicted for run in two.score().runs.values()]

    look("k10", 10)
    before = sum(two.calls)
    two.promote(1, start=10, prediction="late", outcome="late")
    assert (predicted(), sum(two.calls) - before, waited) == ([0, 0, 0], 0, [[]])
    two.evalset.undo()
    two.evalset.redo()
    two.evalset.relabel(["k10"], "on_time")
    assert (predicted(), sum(two.calls) - before) == ([0, 0, 0], 0)
    look("k11", 11)
    (two.root / "one.py").write_text(COUNTING + "\n# changed\n")
    two.promote(1, start=11, prediction="late", outcome="late")
    assert (predicted(), waited[-1]) == ([8, 0, 0], ["one"])  # what the old one said is not the new one's
    assert_same(two.score(), anew(two))


def anew(bench: Bench) -> Scored:
    """Score with nothing remembered."""
    remembered._REMEMBERED.clear()
    bench.parts["cache"] = OutputCache(bench.database)
    return bench.score()


def assert_same(one: Scored, other: Scored) -> None:
    assert one.examples.equals(other.examples)
    for name in one.outputs:
        assert one.outputs[name].equals(other.outputs[name])
        assert one.labels[name].tolist() == other.labels[name].tolist()
