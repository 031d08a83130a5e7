"""The app with the real engine behind it: scores after a promotion, an engine that dies, nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import duckdb

from tests.tui.harness import make_workspace
from tests.tui.terminal import Terminal

PROGRAM = "import sys; from pathlib import Path; from regrade.tui import run; sys.exit(run(Path(sys.argv[1])))"


def make_scored(folder: Path, n: int = 600, *, notes: tuple[str, ...] = ()) -> Path:
    """Make a workspace with one candidate, a file of answers that are all right."""
    make_workspace(folder, n, notes=notes)
    with duckdb.connect() as connection:
        source, target = folder / "log.parquet", folder / "better.csv"
        connection.execute(f"COPY (SELECT id, coalesce(outcome, prediction) AS prediction FROM '{source}') TO '{target}' (HEADER)")
    return folder


def processes() -> dict[int, tuple[int, str]]:
    """Return every process that runs: its id → its parent's id, its command."""
    lines = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    rows = [line.split(None, 3) for line in lines]
    return {int(row[0]): (int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")}


def children(pid: int) -> dict[int, str]:
    """Return the processes that a process started, and those that they started: id → command."""
    running = processes()
    found: dict[int, str] = {}
    parents = [pid]
    while parents:
        parent = parents.pop()
        fresh = {child: command for child, (of, command) in running.items() if of == parent}
        found.update(fresh)
        parents += fresh
    return found


def engines(pid: int) -> list[int]:
    """Return the engines that an app started itself: what an engine starts has its command line for a moment, too."""
    return [child for child, (parent, command) in processes().items() if parent == pid and "regrade.engine" in command]


def test_a_promotion_is_scored_a_dead_engine_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    terminal = Terminal(str(make_scored(tmp_path / "flights")), program=PROGRAM)
    terminal.wait("600 of 600")
    terminal.press(b"ep", 0.3)
    terminal.wait("1 / 1")
    terminal.press(b"ep", 0.3)
    terminal.wait("2 / 2 (+1)")
    (engine,) = engines(terminal.pid)
    os.kill(engine, signal.SIGKILL)
    terminal.wait("the engine ended (signal 9)")
    terminal.press(b"ep", 0.3)
    terminal.wait("3 / 3")
    left = children(terminal.pid)
    assert left
    terminal.kill()
    end = time.monotonic() + 60
    while (still := [pid for pid, (_, command) in processes().items() if left.get(pid) == command]) and time.monotonic() < end:
        time.sleep(0.1)
    assert still == []


def test_the_candidates_answer_about_the_prediction_under_the_cursor(tmp_path: Path) -> None:
    terminal = Terminal(str(make_scored(tmp_path / "flights")), program=PROGRAM)
    terminal.wait("600 of 600")
    terminal.press(b"e", 0.3)
    terminal.wait("▲ better")
    assert terminal.leave() == 0
    assert children(terminal.pid) == {}
