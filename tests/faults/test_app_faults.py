"""Processes are killed under the app, and the app is killed: what was acknowledged stays, nothing is left running."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from tests.command_line import regrade
from tests.conftest import log_lines
from tests.pty_app import PtyApp, alive, descendants, labelled_rows

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

CONFIG = """
[task]
positive = "late"
[log]
id = "id"
time = "time"
model = "model"
prediction = "prediction"
score = "p_late"
outcome = "outcome"
ignore = ["arr_delay"]
[candidates.rules]
python = "rules:predict"
[gate]
champion = "logged"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with one trusted candidate, made by the command line."""
    (tmp_path / "flights.csv").write_text("\n".join(log_lines(400)) + "\n")
    (tmp_path / "regrade.toml").write_text(CONFIG)
    (tmp_path / "rules.py").write_text("def predict(frame):\n    return ['late' if hour >= 15 else 'on_time' for hour in frame['hour']]\n")
    for command in (["log", "add", "flights.csv"], ["modes", "define", "short hop"], ["trust", "rules"], ["sample", "40"]):
        regrade(tmp_path, *command)
    return tmp_path


def test_a_killed_engine_is_noticed_said_and_started_again(workspace: Path) -> None:
    with PtyApp(workspace) as app:
        app.until("40 sampled")
        app.until(_scored)
        engine = _pid_of(app, "regrade.engine.server")
        os.kill(engine, signal.SIGKILL)
        app.until("engine ended")
        app.send("w")
        app.send("p")
        app.until("41 examples")
        app.until(lambda screen: "0 / 1" in screen or "1 / 1" in screen)
        assert _pid_of(app, "regrade.engine.server") != engine


def test_a_terminal_that_goes_ends_the_app_where_sighup_is_ignored_too(workspace: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        app = PtyApp(workspace)
    finally:
        signal.signal(signal.SIGHUP, before)
    with app:
        app.until("40 sampled")
        os.close(app.fd)
        app.fd = -1
        assert os.waitstatus_to_exitcode(os.waitpid(app.pid, 0)[1]) == -signal.SIGKILL
        app.exit_code = -signal.SIGKILL


def test_a_killed_candidate_hurts_nobody(workspace: Path) -> None:
    with PtyApp(workspace) as app:
        app.until("40 sampled")
        app.until(_scored)
        for pid, command in descendants(app.pid).items():
            if "regrade.engine.server" not in command:
                with suppress(ProcessLookupError):  # it went with the one that started it
                    os.kill(pid, signal.SIGKILL)
        app.send("w")
        app.send("p")
        app.until("41 examples")
        app.until(lambda screen: re.search(r"rules .*[01] / 1", screen))


def test_nothing_is_left_running_when_the_app_is_killed(workspace: Path) -> None:
    with PtyApp(workspace) as app:
        app.until("40 sampled")
        app.until(_scored)
        below = descendants(app.pid)
        assert any("regrade.engine.server" in command for command in below.values())
        app.kill()
        end = time.monotonic() + 60
        while any(map(alive, below)) and time.monotonic() < end:
            time.sleep(0.05)
        assert [command for pid, command in below.items() if alive(pid)] == []


def test_leaving_leaves_nothing_running_and_seals(workspace: Path) -> None:
    with PtyApp(workspace) as app:
        app.until(_scored)
        app.send("w1")
        app.until("◐")
        below = descendants(app.pid)
        app.send("q")
        assert app.wait() == 0
        end = time.monotonic() + 60
        while any(map(alive, below)) and time.monotonic() < end:
            time.sleep(0.05)
        assert [command for pid, command in below.items() if alive(pid)] == []
    assert list((workspace / "evalset" / ".open").glob("*.jsonl")) == []
    with EvalSet.open(workspace / "evalset", actor="ann", task_kind="classification", read_only=True) as evalset:
        assert evalset.state.counts()["labelled"] == 1


def test_what_the_screen_showed_as_labelled_is_there_after_kill_9(workspace: Path) -> None:
    """Five times: label as fast as keys come, kill at some moment, and count."""
    for kills in range(1, 6):
        with PtyApp(workspace, rows=160) as app:  # nothing scrolls: half drawn, a row would be there twice
            app.until("400 of 400")
            for _ in range(3 * kills):
                app.send("w1")
            shown = labelled_rows(app.until(lambda screen, wanted=kills: labelled_rows(screen) >= wanted))
            app.kill()
        with EvalSet.open(workspace / "evalset", actor="ann", task_kind="classification", read_only=True) as evalset:
            assert evalset.state.counts()["labelled"] >= shown


def _scored(screen: str) -> bool:
    """Does the scoreboard show an estimate for the candidate."""
    return re.search(r"rules +accuracy +\d", screen) is not None


def _pid_of(app: PtyApp, name: str) -> int:
    return next(pid for pid, command in descendants(app.pid).items() if name in command)
