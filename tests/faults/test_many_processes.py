"""Many processes decide in one folder at once: they take turns, and nobody waits for ever for one that was stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from tests.faults.checking import check
from tests.faults.herd import PYTHON, Herd
from tests.faults.writers import TASK
from tests.figures import Figures

PROCESSES = 8


def test_eight_processes_a_hundred_decisions_each(quick_folder: Path, figures: Figures) -> None:
    _decide(100, 12, quick_folder / "evalset", figures)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_eight_processes_a_thousand_decisions_each(quick_folder: Path, figures: Figures) -> None:
    _decide(1000, 1000, quick_folder / "evalset", figures)


def _decide(decisions: int, keys: int, folder: Path, figures: Figures) -> None:
    with Herd() as herd:
        for n in range(PROCESSES):
            herd.start("some", f"w{n}", folder=str(folder), actor=f"w{n}", seed=n, decisions=decisions, keys=keys)
        herd.until(lambda: len(herd.finished) == PROCESSES, seconds=1800)
        said = herd.of("w")
    found = check(folder, said)
    found.assert_clean()
    assert (len(said), found.events, found.unsaid) == (PROCESSES * decisions, PROCESSES * decisions, [])
    assert found.disputed == 0
    with EvalSet.open(folder, actor="eve", task_kind=TASK, read_only=True) as evalset:
        events = evalset.state.events()
        assert len({event.seq for event in events}) == len(events)  # one after the other
        turns = sum(before.by != after.by for before, after in pairwise(events))
        assert turns > PROCESSES  # and really mixed
        assert {event.by for event in events} == {f"w{n}" for n in range(PROCESSES)}
    figures(
        "many processes at once",
        processes=PROCESSES,
        acknowledged=len(said),
        lost=len(found.lost),
        doubled=len(found.doubled),
        disputes=found.disputed,
    )


def test_processes_that_meet_at_every_call(quick_folder: Path, figures: Figures) -> None:
    _meet(15, quick_folder, 1, figures)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 6))
def test_processes_that_meet_at_every_call_for_long(seed: int, quick_folder: Path, figures: Figures) -> None:
    _meet(200, quick_folder, seed, figures)


def _meet(folders: int, root: Path, seed: int, figures: Figures) -> None:
    """What one process makes, renames and removes for a moment is met by seven others between any two of their calls."""
    first = time.time() + 0.2
    at = [first + n * 0.12 for n in range(folders)]
    with Herd() as herd:
        for n in range(PROCESSES):
            herd.start("meet", f"w{n}", root=str(root), actor=f"w{n}", seed=seed * PROCESSES + n, at=at)
        herd.until(lambda: len(herd.finished) == PROCESSES, seconds=600)
        said = herd.of("w")
    there: list[str] = []
    for n in range(folders):
        found = check(root / f"{n}" / "evalset", [])
        found.assert_clean()
        there += found.unsaid
    assert sorted(there) == sorted(id for id, _ in said)
    figures("processes that meet at every call", folders=folders, processes=PROCESSES, acknowledged=len(said))


STOPS_ITSELF = """
import os, signal, sys
from pathlib import Path
from regrade.evalset import EvalSet

call, calls = getattr(os, sys.argv[2]), []

def stops(*arguments):
    calls.append(arguments)
    if len(calls) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGSTOP)
    return call(*arguments)

with EvalSet.open(Path(sys.argv[1]), actor="bob", task_kind="classification") as evalset:
    evalset.label(["bob 1"], "storm")
    setattr(os, sys.argv[2], stops)
    print(evalset.label(["bob 2", "both"], "storm").id)
"""


@contextmanager
def stopped(folder: Path, call: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process that stops itself in the middle of its turn, when it makes this call of the operating system."""
    process = subprocess.Popen([sys.executable, "-c", STOPS_ITSELF, str(folder), call, "1"], stdout=subprocess.PIPE, text=True, env=PYTHON)
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_writer_that_is_stopped_in_its_turn_holds_nobody_up(call: str, quick_folder: Path) -> None:
    folder = quick_folder / "evalset"
    with stopped(folder, call) as bob, EvalSet.open(folder, actor="ann", task_kind=TASK) as ann:
        events = [ann.label(["ann 1"], "crew"), ann.label(["both"], "crew")]
        ann.seal()
        os.kill(bob.pid, signal.SIGCONT)
        assert bob.stdout is not None
        his = bob.stdout.readline().strip()
        assert bob.wait(30) == 0
        ann.refresh()
        assert all(ann.state.is_live(id) for id in [his, *[event.id for event in events]])
        # Stopped before its line was written, it could not be seen: two people have decided on one key without each other.
        assert ann.state.status("both") == ("disputed" if call == "write" else "labelled")
        assert [ann.state.status(key) for key in ("bob 1", "bob 2", "ann 1")] == ["labelled"] * 3
        events.append(ann.label(["both"], "crew"))
        assert ann.state.status("both") == "labelled"
    found = check(folder, [])
    assert found.events == len(events) + 2


def test_a_writer_that_is_killed_in_its_turn_holds_nobody_up(quick_folder: Path) -> None:
    folder = quick_folder / "evalset"
    with stopped(folder, "write") as bob, EvalSet.open(folder, actor="ann", task_kind=TASK) as ann:
        bob.kill()
        bob.wait()
        event = ann.label(["both"], "crew")
        ann.seal()
        ann.refresh()
        assert ann.unsealed == 0  # his journal, too, was sealed
        assert ann.state.status("bob 1") == "labelled"
        assert ann.state.is_live(event.id)
