"""The event loop is never away for long, whatever is done: judged by what this process computes, for the clock tells of the machine."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from regrade.tui.garbage import Garbage
from tests.figures import Figures
from tests.tui.eval_sets import SCHEMAS, content
from tests.tui.harness import make_workspace, running
from tests.tui.loop_gaps import LoopGaps

MOST = 0.1
"""Seconds of the main thread's CPU between two turns. The guide is half of it (bench/stalls.py); work costs twice on a busy machine."""
EXAMPLES = 10_000


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    """Let Python's collector run as it does where the app is a program of its own."""
    collector = Garbage()
    collector.begin()
    yield collector
    collector.end()


def decide(folder: Path) -> None:
    """Put 10,000 examples into the eval set, 600 of them predictions of the log."""
    with EvalSet.open(folder / "evalset", actor="ann", task_kind="classification") as evalset:
        evalset.define_mode("storms")
        evalset.promote([(f"f{number:04}", content()) for number in range(EXAMPLES)], origin="failure", schemas=SCHEMAS)


def decide_elsewhere(folder: Path) -> None:
    """Label 10,000 predictions as somebody else."""
    with EvalSet.open(folder / "evalset", actor="bob", task_kind="classification") as evalset:
        for first in range(0, EXAMPLES, 1_000):
            evalset.label([f"f{number:04}" for number in range(first, first + 1_000)], "fog")


async def test_the_loop_goes_on_while_much_is_decided_read_and_shown(tmp_path: Path, garbage: Garbage, figures: Figures) -> None:
    folder = make_workspace(tmp_path / "flights")
    decide(folder)
    shutil.copytree(folder / "evalset", tmp_path / "theirs" / "evalset")
    decide_elsewhere(tmp_path / "theirs")
    async with running(folder) as app:
        service, everything = app.app.services.decisions, gc.get_stats()[2]["collections"]
        gaps = LoopGaps()
        gaps.begin()
        await app.press("1")
        await app.press("asterisk", "2", "y")
        await app.press("u")
        for key in ("question_mark", "escape", "colon", "escape", "f", "escape", "f3", "f6", "f5", "f4"):
            await app.press(key)
        screen = app.app.switching.opened["evalset"]
        assert len(screen.keys_shown) == EXAMPLES
        for kind in ("pin", "retire"):
            screen.decide(lambda targets, kind=kind: service.change_members(kind, targets, "old"), *screen.keys_shown)
            await app.settle()
        assert not screen.keys_shown
        service.undo()
        shutil.copytree(tmp_path / "theirs" / "evalset" / "segments", folder / "evalset" / "segments", dirs_exist_ok=True)
        await app.look_outside()
        assert service.evalset is not None and service.evalset.state.mode_counts()["fog"] > EXAMPLES - 600
        await app.press("f2")
        gaps.end()
    figures("the event loop", milliseconds_of_CPU_at_most=round(1e3 * gaps.longest.cpu))
    assert 0 < gaps.longest.cpu < MOST
    assert gc.get_stats()[2]["collections"] == everything, "nothing goes through all objects under somebody's keys"
    assert gaps.longest_collection < MOST


def test_the_collector_goes_through_what_is_new_once_nobody_is_there(garbage: Garbage, monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(gc.get_freeze_count()))
    monkeypatch.setattr(gc, "get_count", lambda: (0, 1, 0))
    clock = iter((100.0, 105.0, 131.0))
    monkeypatch.setattr("regrade.tui.garbage.time.monotonic", lambda: next(clock))
    garbage.touched()
    garbage.rest()
    assert not collected, "a key was pressed five seconds ago"
    garbage.rest()
    assert len(collected) == 1 and gc.get_freeze_count() > 0


def test_what_survived_is_looked_through_between_two_keys_if_it_is_little(garbage: Garbage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ring:
        def __init__(self) -> None:
            self.me = self

    now = 100.0
    monkeypatch.setattr("regrade.tui.garbage.time.monotonic", lambda: now)
    with monkeypatch.context() as patch:
        patch.setattr(gc, "get_count", lambda: (0, 0, 1))
        patch.setattr(gc, "collect", pytest.fail)
        garbage.pause()
    assert gc.get_freeze_count(), "what there was at the beginning is passed over"
    ring = Ring()
    gc.collect(1)  # it survives
    gone = weakref.ref(ring)
    del ring
    garbage.touched()
    garbage.pause()
    assert gone() is not None, "a key was pressed just now"
    now += 1
    garbage.pause()
    assert gone() is None
    many, before = [[] for _ in range(50_000)], gc.get_freeze_count()
    gc.collect(1)
    ring = Ring()
    gc.collect(1)
    gone = weakref.ref(ring)
    del ring
    garbage.pause()
    assert gone() is not None, "that would take long"
    assert gc.get_freeze_count() - before > len(many), "the next look passes over it"
    now += 100
    garbage.rest()
    assert gone() is None, "a rest does not"


def test_what_became_a_cycle_after_a_rest_is_found_once_enough_was_made(garbage: Garbage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Link:
        other: Link | None = None

    monkeypatch.setattr(gc, "get_count", lambda: (0, 1, 0))
    clock = iter(range(100, 1_000, 100))
    monkeypatch.setattr("regrade.tui.garbage.time.monotonic", lambda: next(clock))
    one, other = Link(), Link()
    garbage.rest()
    one.other, other.other = other, one
    gone = weakref.ref(one)
    del one, other
    garbage.rest()
    assert gone() is not None, "little was made since: only that was looked through"
    made = [[] for _ in range(gc.get_freeze_count() // 2)]  # kept alive until they are counted
    garbage.rest()
    garbage.rest()
    assert gone() is None and made
