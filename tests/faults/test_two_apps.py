"""Two apps and a command line decide in one workspace at once: nothing lost, nothing doubled, nothing disputed."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from tests.command_line import regrade
from tests.conftest import log_lines
from tests.faults.checking import check, fingerprint
from tests.faults.test_app_faults import CONFIG
from tests.faults.writers import TASK
from tests.pty_app import PtyApp

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a pty")

EACH = 6


def test_two_apps_and_a_command_line_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flights.csv").write_text("\n".join(log_lines(400)) + "\n")
    (tmp_path / "regrade.toml").write_text(CONFIG.split("[candidates.rules]")[0])
    regrade(tmp_path, "log", "add", "flights.csv")
    for mode in ("short hop", "crew"):
        regrade(tmp_path, "modes", "define", mode)
    monkeypatch.setenv("REGRADE_ACTOR", "cem")
    with PtyApp(tmp_path, REGRADE_ACTOR="ann") as ann, PtyApp(tmp_path, REGRADE_ACTOR="bob") as bob:
        ann.until("400 of 400")
        bob.until("400 of 400")
        for n in range(EACH):
            ann.send("w1")  # the next failure that is not labelled: both may take the same
            bob.send("w2")
            if n % 3 == 0:
                regrade(tmp_path, "label", f"f{n:04d}", f"f{n + 1:04d}", "--mode", "short hop")
        wanted = {"ann": EACH, "bob": EACH, "cem": EACH // 3}
        _until_labelled(tmp_path / "evalset", wanted, ann, bob)
        for app in (ann, bob):
            app.send("q")
            assert app.wait() == 0
    with EvalSet.open(tmp_path / "evalset", actor="eve", task_kind=TASK, read_only=True) as evalset:
        events = evalset.state.events()
        assert Counter(event.by for event in events if event.kind == "label") == wanted
        assert evalset.unsealed == 0
    found = check(tmp_path / "evalset", [(event.id, fingerprint(event)) for event in events])
    found.assert_clean()
    assert found.disputed == 0


def _until_labelled(folder: Path, wanted: dict[str, int], *apps: PtyApp) -> None:
    """Wait until everybody's labels are on the disk; the apps' output must be read meanwhile, or they would stop."""
    end = time.monotonic() + 60
    while True:
        with EvalSet.open(folder, actor="eve", task_kind=TASK, read_only=True) as evalset:
            found = Counter(event.by for event in evalset.state.events() if event.kind == "label")
        if found == wanted:
            return
        assert time.monotonic() < end, f"{found}\n{apps[0].text()}\n{apps[1].text()}"
        for app in apps:
            app.rest(0.05)
