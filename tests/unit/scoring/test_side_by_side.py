"""Candidates side by side: results as they come, nobody kept waiting, an end when none is wanted, nothing told of what is short."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from regrade.scoring import side_by_side
from regrade.scoring.side_by_side import SideBySide
from regrade.scoring.watching import Standing, Watching


def asked(names: str, answer: Callable[[str], str], told: list[Standing], **more) -> SideBySide[str]:
    stop = threading.Event()
    watching = Watching(list(names), 100, told.append)
    return SideBySide(list(names), answer, stop, more.get("stopped", stop.is_set), more.get("interrupt", lambda name: stop.set()), watching)


def test_what_is_short_comes_at_once_and_nothing_is_told() -> None:
    told: list[Standing] = []
    assert list(asked("abc", str.upper, told).each()) == [{"a": "A", "b": "B", "c": "C"}]
    assert told == []


def test_who_hangs_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "_LONG", 0.0)
    monkeypatch.setattr(side_by_side, "_LOOK", 0.01)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    free, told = threading.Event(), []
    batches = asked("hxy", lambda name: name if name != "h" or free.wait(30) else "", told).each()
    found: dict[str, str] = {}
    while len(found) < 2:
        found |= next(batches)
    assert set(found) == {"x", "y"} and {each.candidate for each in told} == {"h", "x", "y"}
    free.set()
    assert list(batches) == [{"h": "h"}]


def test_who_does_not_stop_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "_GRACE", 0.0)
    ended = threading.Event()
    given = asked("h", lambda name: str(ended.wait(30)), [], stopped=lambda: True, interrupt=lambda name: ended.set())
    assert list(given.each()) == [{"h": "True"}]


def test_an_error_ends_the_others_and_is_raised() -> None:
    ended = threading.Event()

    def answer(name: str) -> str:
        if name == "b":
            raise KeyboardInterrupt
        return str(ended.wait(30))

    with pytest.raises(KeyboardInterrupt):
        list(asked("ab", answer, [], interrupt=lambda name: ended.set()).each())
    assert ended.is_set()


def test_rate_and_time_left_rest_on_what_was_asked_not_on_what_was_known(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = [0.0], []
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    watching = Watching(["a"], 1_000, told.append)
    watching.open()
    watching.starting("a", rounds=2)
    watching.known("a", 0, 400)
    for done in (100, 300):
        clock[0] += 1.0
        watching.answered("a", done, 300)  # 300 distinct inputs stand for 600 examples
    assert (told[-1].done, told[-1].total, told[-1].cached) == (1_000, 2_000, 400)
    assert told[-1].rate == 300.0 and told[-1].left == pytest.approx(1_000 / 300)
    watching.known("a", 1, 1_000)
    watching.ended("a", 0)
    assert (told[-1].state, told[-1].done, told[-1].cached) == ("done", 2_000, 1_400)
    n = len(told)
    clock[0] += 60
    watching.tick()
    assert len(told) == n
