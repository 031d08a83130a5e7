"""Reading many objects out of one git process."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from regrade import git
from regrade.errors import DataError
from regrade.git import Objects, ask, files_at, read_objects
from tests.git.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository with more, and longer, files than pipes hold."""
    made = Repository.init(tmp_path / "repo")
    (made.root / "sub").mkdir()
    for i in range(2_000):
        (made.root / "sub" / f"{i}.txt").write_bytes(b"%d\n" % i * 40)
    (made.root / "other.txt").write_bytes(b"")
    (made.root / "sub" / "line\nend \xe9.txt").write_bytes(b"no line end")
    made.commit("all")
    return made


def test_every_object_comes_whole_and_in_order(repository: Repository) -> None:
    entries = files_at(repository.root, "HEAD", "sub")
    assert len(entries) == 2_001 and all(entry.path.startswith("sub/") for entry in entries)
    read = dict(read_objects(repository.root, [entry.object for entry in entries]))
    for entry in entries:
        assert read[entry.object] == (repository.root / entry.path).read_bytes(), entry.path
    with Objects(repository.root) as objects:
        assert dict(objects.read(read)) == read
        with pytest.raises(DataError, match="cannot read this object"):
            list(objects.read([*list(read)[:3], "0" * 40, *list(read)[3:9]]))
        stopped = objects.read(read)
        next(stopped)
        stopped.close()
        assert dict(objects.read(list(read)[:500])) == dict(list(read.items())[:500]), "what was not taken is not taken for an answer"


def test_a_reader_that_stops_early_leaves_no_process(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = [entry.object for entry in files_at(repository.root, "HEAD", "sub")] * 20
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: Any, **more: Any) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(*arguments, **more))
        return started[-1]

    monkeypatch.setattr(git, "subprocess", SimpleNamespace(Popen=start, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL))
    reading = read_objects(repository.root, objects)
    assert next(reading)[1]
    assert started[0].poll() is None, "it has more to say"
    reading.close()
    assert started[0].returncode is not None
    assert list(read_objects(repository.root, [])) == [] and len(started) == 1, "nothing is asked for nothing"


def test_an_object_that_is_not_there_is_named(repository: Repository) -> None:
    with pytest.raises(DataError, match="cannot read this object"):
        list(read_objects(repository.root, ["0" * 40]))


def test_what_git_refuses_is_said_in_its_words(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        files_at(repository.root, "nowhere", "sub")
    with pytest.raises(DataError, match="not a git repository"):
        ask(tmp_path, "rev-parse", "HEAD")
    assert files_at(repository.root, "HEAD", "not/there") == []


def test_a_hooks_environment_does_not_overrule_the_folder(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert files_at(repository.root, "HEAD", "other.txt")
