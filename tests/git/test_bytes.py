"""What git may do to files leaves the bytes alone: line ends, cleaning, packing."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.git.repository import Repository


@pytest.fixture
def repository(quick_folder: Path) -> Repository:
    """Return a repository with three sealed and committed decisions, one of them with text that git might touch."""
    repository = Repository.init(quick_folder / "first")
    with repository.open() as evalset:
        for n in range(3):
            evalset.label([f"k{n}"], "storm", note="one\r\ntwo\nthree \u2028 $Id$")
            evalset.seal()
    (repository.root / "plain.txt").write_bytes(b"one\ntwo\n")
    repository.commit("begin")
    return repository


@pytest.mark.parametrize("settings", [("core.autocrlf=true",), ("core.eol=crlf", "core.autocrlf=false"), ("core.autocrlf=input",)])
def test_line_ends_settings_change_no_hash(repository: Repository, quick_folder: Path, settings: tuple[str, ...]) -> None:
    if settings[0] == "core.eol=crlf":
        (repository.root / ".gitattributes").write_text("* text=auto\n")
        repository.commit("all is text")
    clone = repository.clone(quick_folder / "clone", *settings)
    if settings[0] != "core.autocrlf=input":
        assert (clone.root / "plain.txt").read_bytes() == b"one\r\ntwo\r\n"  # the setting bites
    assert [path.read_bytes() for path in clone.segments()] == [path.read_bytes() for path in repository.segments()]
    assert [path.stem for path in clone.segments()] == [hashlib.sha256(path.read_bytes()).hexdigest() for path in clone.segments()]
    with clone.open("bob") as there, repository.open(read_only=True) as here:
        assert (there.version, there.state.n_events) == (here.version, 3)
        event = there.label(["k9"], "crew", note="a\r\nb")
    clone.commit("decided there")
    clone.git("push", "-q", "origin", "HEAD:there")
    repository.git("merge", "-q", "there")
    with repository.open(read_only=True) as here:
        assert here.state.notes("k9") == ["a\r\nb"]
        assert here.state.is_live(event.id)


def test_clean_takes_nothing_of_a_live_session(repository: Repository) -> None:
    with repository.open() as evalset:
        event = evalset.label(["k7"], "crew")
        repository.git("clean", "-q", "-f", "-d")
        assert list((repository.evalset_folder / ".open").glob("*.jsonl"))
        assert not evalset.refresh()
    with repository.open(read_only=True) as again:
        assert again.state.is_live(event.id)


@pytest.mark.parametrize("then", ["decide", "seal", "leave"])
def test_clean_of_ignored_files_takes_nothing_of_a_live_session(repository: Repository, then: str) -> None:
    with repository.open() as evalset:
        events = [evalset.label(["k7"], "crew"), evalset.label(["k8", "k9"], "crew")]
        repository.git("clean", "-q", "-f", "-d", "-X")
        assert not (repository.evalset_folder / ".open").exists()
        if then == "decide":
            events.append(evalset.label(["k7"], "storm"))
            assert events[-1].writes[0].over == (events[0].id,)
            with repository.open("bob", read_only=True) as other:
                assert all(other.state.is_live(event.id) for event in events)
        elif then == "seal":
            evalset.seal()
    with repository.open(read_only=True) as again:
        assert all(again.state.is_live(event.id) for event in events)
        assert again.state.n_events == 3 + len(events)
    assert not list((repository.evalset_folder / ".open").glob("*.jsonl"))


def test_two_live_sessions_survive_a_removed_folder(repository: Repository) -> None:
    """Even the lock that they take turns by is gone; they go on, and agree."""
    with repository.open() as ann, repository.open("bob") as bob:
        first, second = ann.label(["k7"], "crew"), bob.label(["k8"], "crew")
        shutil.rmtree(repository.evalset_folder / ".open")
        third = ann.label(["k7"], "storm")
        fourth = bob.label(["k7"], "crew")
        assert fourth.writes[0].over == (third.id, first.id)
    with repository.open(read_only=True) as again:
        assert all(again.state.event(event.id) == event for event in (first, second, third, fourth))
        assert again.state.counts()["disputed"] == 0


def test_packing_and_a_shallow_clone_change_nothing(repository: Repository, quick_folder: Path) -> None:
    repository.git("gc", "-q", "--aggressive", "--prune=now")
    shallow = Repository(quick_folder / "shallow")
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(shallow.root))
    with shallow.open(read_only=True) as there, repository.open(read_only=True) as here:
        assert (there.version, there.state.n_events) == (here.version, here.state.n_events)
