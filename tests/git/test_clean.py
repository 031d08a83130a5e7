"""`git clean -fd` removes what is not committed; a decision that was sealed and not committed yet is put back, and nothing else is."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import regrade.git
from regrade.evalset import EvalSet, session
from regrade.evalset.reopening.reopened import ReopenedState
from tests.git.repository import TASK, Repository

KEPT = ".open/.sealed"


@pytest.fixture
def repository(quick_folder: Path) -> Repository:
    repository = Repository.init(quick_folder / "first")
    with repository.open() as evalset:
        evalset.label(["k0"], "storm")
    repository.commit("begin")
    return repository


def clean(repository: Repository) -> None:
    repository.git("clean", "-q", "-f", "-d")


def clean_by_hand(repository: Repository) -> None:
    for path in repository.segments():
        if path.name in repository.git("status", "--porcelain", "--untracked-files=all"):
            path.unlink()


def reset(repository: Repository) -> None:
    repository.git("add", "evalset")
    repository.git("reset", "-q", "--hard")


@pytest.mark.parametrize("remove", [clean, clean_by_hand, reset])
def test_what_was_sealed_is_put_back(repository: Repository, remove: Callable[[Repository], None]) -> None:
    with repository.open() as evalset:
        events = [evalset.label(["k1"], "crew"), evalset.label(["k2", "k3"], "crew")]
    with repository.open("bob") as evalset:
        events.append(evalset.label(["k1"], "storm"))
    before = {path: path.read_bytes() for path in repository.segments()}
    remove(repository)
    assert len(repository.segments()) == 1
    with repository.open() as evalset:
        assert all(evalset.state.is_live(event.id) for event in events)
    assert {path: path.read_bytes() for path in repository.segments()} == before


def test_under_a_live_session_nothing_is_forgotten(repository: Repository) -> None:
    with repository.open() as evalset:
        first = evalset.label(["k1"], "crew")
        evalset.seal()
        clean(repository)
        second = evalset.label(["k1"], "storm")
        assert second.writes[0].over == (first.id,)
        evalset.seal()
        clean(repository)
        evalset.refresh()
        assert evalset.state.is_live(first.id) and evalset.state.is_live(second.id)
    assert len(repository.segments()) == 3


def test_before_the_first_commit(quick_folder: Path) -> None:
    repository = Repository.init(quick_folder / "new")
    with repository.open() as evalset:
        event = evalset.label(["k1"], "crew")
    clean(repository)
    with repository.open() as evalset:
        assert evalset.state.is_live(event.id)
    assert (repository.evalset_folder / ".gitattributes").read_text() == "* -text\n"


def test_what_git_has_is_not_put_back(repository: Repository) -> None:
    """On another branch, in a stash, or in a commit that was reset: git can bring it back, and must not find it in its way."""
    repository.git("branch", "older")
    with repository.open() as evalset:
        committed = evalset.label(["k1"], "crew")
        evalset.seal()
        repository.commit("k1")
        repository.git("switch", "-q", "older")
        evalset.refresh()
        assert evalset.state.event(committed.id) is None
        repository.git("switch", "-q", "main")
        stashed = evalset.label(["k2"], "crew")
        evalset.seal()
        repository.git("stash", "-q", "-u")
        evalset.refresh()
        assert (evalset.state.is_live(committed.id), evalset.state.event(stashed.id)) == (True, None)
        repository.git("reset", "-q", "--hard", "HEAD~")
        evalset.refresh()
        assert evalset.state.event(committed.id) is None
        assert repository.changes() == ""
        repository.git("reset", "-q", "--hard", "ORIG_HEAD")
        repository.git("stash", "pop", "-q")
        evalset.refresh()
        assert evalset.state.is_live(committed.id) and evalset.state.is_live(stashed.id)


@pytest.mark.parametrize("answer", ["exit 128", "exec sleep 60", None])
def test_where_git_does_not_answer_nothing_is_put_back(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str | None
) -> None:
    repository.git("branch", "older")
    with repository.open() as evalset:
        evalset.label(["k1"], "crew")
    repository.commit("k1")
    repository.git("switch", "-q", "older")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}" if answer else str(tmp_path))
        patch.setattr(regrade.git, "_PATIENCE", 0.2)
        if answer:
            answers = f'case "$*" in *" log "*) {answer};; esac'  # a repository it is, as far as git says
            (tmp_path / "git").write_text(f'#!/bin/sh\n{answers}\nexec {shutil.which("git")} "$@"\n')
            (tmp_path / "git").chmod(0o755)
        with repository.open() as evalset:
            assert len(evalset.state.decided_keys()) == 1
    assert len(repository.segments()) == 1 and list(repository.evalset_folder.glob(f"{KEPT}/*/*.jsonl"))
    repository.open().close()
    assert len(repository.segments()) == 1, "git has it: an answer is as good as none"


def test_a_clock_that_was_days_ahead_when_sealing_brings_nothing_onto_another_branch(repository: Repository) -> None:
    repository.git("branch", "older")
    with repository.open() as evalset:
        evalset.label(["k1"], "crew")
        evalset.seal()
        (second,) = repository.evalset_folder.glob(f"{KEPT}/*/*.jsonl")
        os.utime(second, (time.time() + 5 * 86_400,) * 2)
        repository.commit("k1")
        repository.git("switch", "-q", "older")
        evalset.refresh()
        assert len(repository.segments()) == 1
    assert repository.changes() == ""


def test_what_a_merge_alone_brought_in_is_git_s(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "side")
    repository.git("commit", "-q", "--allow-empty", "-m", "side")
    repository.git("switch", "-q", "-c", "merged", "main")
    with repository.open() as evalset:
        evalset.label(["k1"], "crew")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repository.commit("merge")
    repository.git("switch", "-q", "main")
    repository.open().close()
    assert len(repository.segments()) == 1


def test_what_was_removed_while_a_snapshot_answers_is_put_back(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WORTH_IT", 0)

    def opened() -> EvalSet:
        return EvalSet.open(repository.evalset_folder, actor="ann", task_kind=TASK, cache=repository.root / ".git" / "cache")

    with opened() as evalset:
        event = evalset.label(["k1"], "crew")
    opened().close()
    with opened() as evalset:
        assert isinstance(evalset.state, ReopenedState)
        clean(repository)
        evalset.refresh()
        assert evalset.state.is_live(event.id)
    assert len(repository.segments()) == 2


def test_a_stash_that_was_dropped_is_put_back(repository: Repository) -> None:
    with repository.open() as evalset:
        event = evalset.label(["k1"], "crew")
        evalset.seal()
        repository.git("stash", "-q", "-u")
        evalset.refresh()
        assert evalset.state.event(event.id) is None
        repository.git("stash", "drop", "-q")
    with repository.open() as evalset:
        assert evalset.state.is_live(event.id)


def test_second_names_go_once_git_has_the_segments(repository: Repository) -> None:
    kept = repository.evalset_folder / KEPT
    with repository.open() as evalset:
        evalset.label(["k1"], "crew")
        evalset.seal()
        assert len(list(kept.rglob("*.jsonl"))) == 1  # the fixture's is committed
        assert repository.git("status", "--porcelain", "--ignored").count(KEPT) == 0  # within .open/, which is one line
        repository.commit("k1")
        evalset.label(["k2"], "crew")
    assert [path.name for path in kept.rglob("*.jsonl")] == [path.name for path in repository.segments() if _untracked(repository, path)]
    repository.commit("k2")
    with repository.open() as evalset:
        evalset.seal()
    assert list(kept.rglob("*.jsonl")) == []


def test_without_a_repository_there_are_none(quick_folder: Path) -> None:
    plain = Repository(quick_folder / "plain")
    plain.root.mkdir()
    with plain.open() as evalset:
        evalset.label(["k1"], "crew")
    assert not (plain.evalset_folder / KEPT).exists()


def test_a_read_only_session_puts_nothing_back(repository: Repository) -> None:
    with repository.open() as evalset:
        evalset.label(["k1"], "crew")
    clean(repository)
    with repository.open(read_only=True) as evalset:
        assert evalset.state.n_events == 1
    assert len(repository.segments()) == 1


def _untracked(repository: Repository, path: Path) -> bool:
    return not repository.git("ls-files", str(path))


def take_journals(folder: Path) -> None:
    """As `git clean -fdX` does."""
    shutil.rmtree(folder / ".open")


def take_segments(folder: Path) -> None:
    """As `git clean -fd` does before the first commit."""
    shutil.rmtree(folder / "segments")
    for name in (".gitattributes", ".gitignore"):
        (folder / name).unlink(missing_ok=True)


@pytest.mark.parametrize("take", [take_journals, take_segments])
def test_whatever_is_removed_at_whichever_call_nothing_is_refused(
    take: Callable[[Path], None], quick_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Repository.init(quick_folder / "here").evalset_folder
    calls = left = 0

    def removed_before(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            nonlocal calls, left
            calls, left = calls + 1, left - 1
            if left == 0:
                with suppress(FileNotFoundError):
                    take(folder)
            return call(*arguments, **named)

        return wrapped

    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    for name in ("open", "rename", "link", "mkdir", "scandir", "listdir", "stat"):
        monkeypatch.setattr(os, name, removed_before(getattr(os, name)))
    for met in range(500):
        calls, left = 0, met
        with EvalSet.open(folder, actor="ann", task_kind=TASK) as evalset:
            events = [evalset.label(["a"], "storm")]
            evalset.seal()
            events.append(evalset.label(["a"], "crew"))
        if calls < met:
            break
        left = 0
        with EvalSet.open(folder, actor="eve", task_kind=TASK) as evalset:
            assert [evalset.state.is_live(each.id) for each in events] == [True, True], met
            assert evalset.state.status("a") == "labelled"
        shutil.rmtree(folder)
    assert 50 < calls < met
