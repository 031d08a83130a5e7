"""Two people, two clones, real git: what a merge brings is seen and settled in the real app, on a real pseudo-terminal."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from regrade.evalset import EvalSet, State
from tests.command_line import regrade
from tests.tui.harness import make_workspace
from tests.tui.terminal import Terminal

ADA, GRACE = "Ada <ada@x.y>", "Grace <grace@x.y>"
KEYS = ("f0027", "f0055", "f0083")
"""The first rows of the log, newest first."""


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=ada", "-c", "user.email=ada@x.y"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "decisions")


def state_of(folder: Path) -> State:
    return EvalSet.open(folder / "evalset", actor="zoe", task_kind="classification", read_only=True).state


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """Return two clones of a repository with two failure modes."""
    ada, grace = make_workspace(tmp_path / "ada", 120), tmp_path / "grace"
    (ada / ".gitignore").write_text(".regrade/\n")
    with EvalSet.open(ada / "evalset", actor=ADA, task_kind="classification") as evalset:
        evalset.define_mode("storms")
        evalset.define_mode("short hop")
    git(ada, "init", "-q", "-b", "main")
    commit(ada)
    git(tmp_path, "clone", "-q", str(ada), str(grace))
    return ada, grace


def test_a_merge_while_the_app_is_open_is_noticed_and_settled_by_two_keys(clones: tuple[Path, Path]) -> None:
    ada, grace = clones
    regrade(ada, "label", KEYS[0], "--mode", "storms", actor=ADA)
    commit(ada)
    regrade(grace, "label", KEYS[0], "--mode", "short hop", "--note", "419 miles only", actor=GRACE)
    regrade(grace, "label", KEYS[1], "--mode", "storms", actor=GRACE)
    commit(grace)
    terminal = Terminal(str(ada), REGRADE_ACTOR=ADA)
    terminal.wait("120 of 120")
    terminal.settle()
    git(ada, "pull", "-q", "--no-rebase", "--no-edit", str(grace), "main")
    assert len(git(ada, "log", "-1", "--format=%P").split()) == 2, "a merge"
    terminal.wait("2 decisions came in from outside (Grace 2), 1 disputed (D)")
    terminal.wait("≠ 1 disputed")
    terminal.wait("419 miles only")
    # In one go: the second key is meant for the dialog that the first one opens.
    terminal.press(b"R2", 0.6)
    terminal.wait(f"resolved {KEYS[0]}: short hop (failure mode)")
    assert "≠" not in terminal.text.split("\n")[0]
    assert state_of(ada).mode(KEYS[0]) == "short-hop"
    terminal.press(b"u", 0.6)
    terminal.wait("≠ 1 disputed")
    assert state_of(ada).status(KEYS[0]) == "disputed"
    terminal.press(b"gR1\x12", 0.6)
    assert terminal.leave() == 0
    state = state_of(ada)
    assert (state.mode(KEYS[0]), state.mode(KEYS[1]), state.counts()["disputed"]) == ("storms", "storms", 0)
    commit(ada)
    git(grace, "pull", "-q", "--no-rebase", "--no-edit", str(ada), "main")
    assert state_of(grace).version == state.version and state_of(grace).mode(KEYS[0]) == "storms", "settled for both"


def test_decisions_that_are_not_sealed_yet_meet_those_that_a_rebase_brings(clones: tuple[Path, Path]) -> None:
    ada, grace = clones
    regrade(ada, "label", KEYS[1], "--mode", "short hop", actor=ADA)
    commit(ada)
    for key in KEYS:
        regrade(grace, "label", key, "--mode", "storms", actor=GRACE)
    regrade(grace, "label", KEYS[0], "--mode", "storms", "--expected", "late", actor=GRACE)
    commit(grace)
    terminal = Terminal(str(ada), REGRADE_ACTOR=ADA, columns=80, rows=24)
    terminal.wait("120 of 120")
    terminal.press(b"g2", 0.6)
    terminal.wait("◐")
    git(ada, "pull", "-q", "--rebase", str(grace), "main")
    terminal.wait("4 decisions came in from outside (Grace 4), 2 disputed (D)")
    terminal.press(b"gRjk\r", 0.6)
    terminal.press(b"DR", 0.6)
    terminal.wait(f"≠ {KEYS[1]}")
    assert "Grace" in terminal.text and "Ada" in terminal.text
    terminal.press(b"1", 0.6)
    terminal.wait("resolved")
    assert terminal.leave() == 0
    state = state_of(ada)
    assert state.counts()["disputed"] == 0
    assert [state.mode(key) for key in KEYS] == ["storms", "short-hop", "storms"]
    assert state.expected(KEYS[0]) == ["late"]


def test_somebody_elses_decision_is_taken_back_after_a_question(clones: tuple[Path, Path]) -> None:
    ada, grace = clones
    regrade(grace, "label", *KEYS, "--mode", "storms", actor=GRACE)
    commit(grace)
    git(ada, "pull", "-q", str(grace), "main")
    terminal = Terminal(str(ada), REGRADE_ACTOR=ADA)
    terminal.wait("120 of 120")
    terminal.wait("◐")
    terminal.press(b"gU1", 0.6)
    terminal.wait("This is Grace's decision of ")
    terminal.press(b"n", 0.6)
    assert state_of(ada).counts()["labelled"] == 3
    terminal.press(b"gU1", 0.6)
    terminal.wait("This is Grace's decision of ")
    terminal.press(b"y", 0.6)
    terminal.wait("undid: labelled storms (3 predictions)")
    assert state_of(ada).counts()["labelled"] == 0
    assert terminal.leave() == 0
