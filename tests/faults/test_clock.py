"""A clock that was set back changes nothing but what is shown: order, undo and disputes rest on what was seen, not on time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regrade.evalset import EvalSet, session
from tests.faults.checking import check, fingerprint
from tests.faults.writers import TASK


class Clock:
    """Stands in for ``datetime`` where decisions get their time."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self, zone: object) -> datetime:
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(session, "datetime", clock)
    return clock


def test_a_clock_set_back_between_two_sessions(quick_folder: Path, clock: Clock) -> None:
    folder = quick_folder / "evalset"
    with EvalSet.open(folder, actor="ann", task_kind=TASK) as first:
        events = [first.label(["a"], "storm"), first.label(["b"], "storm")]
    clock.time -= timedelta(days=400)
    with EvalSet.open(folder, actor="ann", task_kind=TASK) as second:
        events.append(second.label(["a"], "crew"))
        assert events[-1].at < events[0].at
        assert [write.over for write in events[-1].writes if write.subject == "a"] == [(events[0].id,)]
        assert (second.state.mode("a"), second.state.status("a")) == ("crew", "labelled")
        assert [event.id for event in second.state.history("a")] == [events[0].id, events[2].id]
        events += second.undo(2)  # the newest decisions, not those with the greatest time
        assert [event.undoes for event in events[-2:]] == [(events[2].id,), (events[1].id,)]
        assert (second.state.mode("a"), second.state.status("b")) == ("storm", "open")
        events += second.redo(2)
        assert (second.state.mode("a"), second.state.status("b")) == ("crew", "labelled")
    assert sorted(path.name for path in (folder / "segments").iterdir()) == ["2025-01", "2026-03"]
    found = check(folder, [(event.id, fingerprint(event)) for event in events])
    found.assert_clean()
    assert (found.events, found.disputed) == (len(events), 0)


def test_a_clock_that_jumps_in_the_middle_of_a_session(quick_folder: Path, clock: Clock) -> None:
    folder = quick_folder / "evalset"
    days = [0, -30, 3650, -3650, 1]
    with EvalSet.open(folder, actor="ann", task_kind=TASK) as ann, EvalSet.open(folder, actor="bob", task_kind=TASK) as bob:
        events = []
        for n, day in enumerate(days):
            clock.time += timedelta(days=day)
            events.append((ann, bob)[n % 2].label(["a"], f"mode {n}"))
        ann.refresh()
        assert (ann.state.mode("a"), ann.state.status("a")) == ("mode-4", "labelled")
        assert [event.seq for event in events] == [1, 2, 3, 4, 5]
        bob.undo()
        ann.refresh()
        assert ann.state.mode("a") == "mode-4"  # bob's newest is hidden by ann's
        ann.undo()
        assert ann.state.mode("a") == "mode-2"
    found = check(folder, [(event.id, fingerprint(event)) for event in events])
    found.assert_clean()
    assert found.disputed == 0
