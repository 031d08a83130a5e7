"""The app while real candidates misbehave: who is slow or hangs shows how far it is, who is done shows results, Esc keeps the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.candidates import trust
from regrade.config import load
from regrade.evalset import EvalSet
from tests.tui.harness import make_workspace
from tests.tui.terminal import Terminal
from tests.tui.test_real_engine import PROGRAM, children, engines
from tests.unit.candidates.conftest import SCHEMAS, contents

CODE = """
import time
def good(frame):
    return ["late"] * len(frame)
def hangs(frame):
    time.sleep(600)
"""
DIES = """
import os, sys
sys.stderr.write("\\x1b]52;c;ZXZpbA==\\x07 the last words\\n")
sys.stderr.flush()
os._exit(3)
"""


def make(folder: Path, *names: str) -> Path:
    """Make a workspace with one example and these candidates, trusted."""
    make_workspace(folder)
    (folder / "odd.py").write_text(CODE)
    (folder / "dies.py").write_text(DIES)
    toml = (folder / "regrade.toml").read_text()
    for name in names:
        toml += f'[candidates.{name}]\npython = "{"dies" if name == "crashes" else "odd"}:{name}"\n'
    (folder / "regrade.toml").write_text(toml.replace('[candidates.better]\npredictions = "better.csv"\n', ""))
    for name in names:
        trust(folder, name, load(folder / "regrade.toml"))
    with EvalSet.open(folder / "evalset", actor="Ada <ada@x.y>", task_kind="classification") as evalset:
        evalset.promote(contents(40), origin="failure", schemas=SCHEMAS)
    return folder


@pytest.fixture(autouse=True)
def own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is trusted in a folder of this test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_who_hangs_harms_nobody_is_stopped_and_who_crashed_says_why(tmp_path: Path) -> None:
    terminal = Terminal(str(make(tmp_path / "flights", "hangs", "crashes", "good")), program=PROGRAM)
    terminal.wait("⚠ cannot be loaded: its process ended by itself with exit code 3")
    terminal.wait("0 / 40   no answer for")
    assert "good" in terminal.text and "answered; r goes on" not in terminal.text
    before = engines(terminal.pid)
    terminal.press(b"\x1b", 0.3)
    terminal.wait("0 of 40 answered; r goes on")
    terminal.press(b"tl", 0.3)  # the second that has errors: the log holds no answer on these examples
    terminal.wait("the last words")
    assert "crashes · 40 examples without an answer" in terminal.text
    terminal.press(b"\x1b", 0.3)
    terminal.press(b"r", 0.3)
    terminal.wait("0 / 40   no answer for")  # although it hangs over the row under the cursor as well
    assert len(before) == 1 and engines(terminal.pid) == before
    assert terminal.leave() == 0
    assert children(terminal.pid) == {}
