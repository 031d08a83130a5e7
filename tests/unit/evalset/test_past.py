"""Moments of an eval set: git refs, dates, versions and now; with real git repositories."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regrade.errors import DataError, IntegrityError, RegradeError, UsageError
from regrade.evalset import Event, Write
from regrade.evalset.events import encode
from regrade.evalset.review import library
from regrade.evalset.review.comparing import compare
from regrade.evalset.review.past import Moment, Past
from regrade.evalset.segments import render
from tests.git.repository import TASK, Repository

from .conftest import SCHEMAS, item


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository whose main has the example `a`, and whose branch `storms` adds `b` and `c` on top."""
    made = Repository.init(tmp_path / "repo")
    promote(made, "a")
    made.commit("a")
    made.git("switch", "-q", "-c", "storms")
    promote(made, "b", "c")
    made.commit("b, c")
    return made


def promote(repository: Repository, *keys: str, actor: str = "ann") -> str:
    """Promote, seal, and return the version."""
    with repository.open(actor) as evalset:
        evalset.promote([item(key) for key in keys], origin="failure", schemas=SCHEMAS)
        return evalset.version


def pair(repository: Repository, a: str, b: str | None = None) -> tuple[Moment, Moment]:
    before, after = Past(repository.evalset_folder, TASK).pair(a, b)
    compare(before, after)  # reads them
    return before, after


def members(repository: Repository, a: str, b: str | None = None) -> tuple[list[str], list[str]]:
    before, after = pair(repository, a, b)
    return before.state.members(), after.state.members()


def refused(repository: Repository, a: str, b: str | None = None, kind: type[RegradeError] = UsageError) -> str:
    with pytest.raises(kind) as told:
        pair(repository, a, b)
    return str(told.value)


def test_refs_are_read_without_touching_the_work_tree(repository: Repository) -> None:
    (repository.root / "scratch.txt").write_text("not committed")
    before = (repository.changes(), repository.git("rev-parse", "HEAD"), repository.segments())
    index = (repository.root / ".git" / "index").read_bytes()
    assert members(repository, "main", "storms") == (["a"], ["a", "b", "c"])
    assert members(repository, "HEAD~1", "HEAD") == (["a"], ["a", "b", "c"])
    assert members(repository, "main..storms") == (["a"], ["a", "b", "c"])
    assert (repository.changes(), repository.git("rev-parse", "HEAD"), repository.segments()) == before
    assert (repository.root / ".git" / "index").read_bytes() == index


def test_now_has_what_is_not_sealed_and_not_committed(repository: Repository) -> None:
    with repository.open() as evalset:
        evalset.promote([item("d")], origin="failure", schemas=SCHEMAS)
        assert evalset.unsealed == 1
        before, after = pair(repository, "HEAD")
        assert (before.state.members(), after.state.members()) == (["a", "b", "c"], ["a", "b", "c", "d"])
        assert (before.kind, after.kind, after.commit) == ("commit", "now", None)
        assert before.commit == repository.git("rev-parse", "HEAD").strip()


def test_three_dots_start_where_the_branch_left(repository: Repository) -> None:
    repository.git("switch", "-q", "main")
    promote(repository, "m", actor="bob")
    repository.commit("m")
    assert members(repository, "main", "storms") == (["a", "m"], ["a", "b", "c"])
    before, after = pair(repository, "main...storms")
    assert (before.state.members(), after.state.members()) == (["a"], ["a", "b", "c"])
    assert before.label == f"main at {(before.commit or '')[:7]}" and after.label == "storms"
    repository.git("switch", "-q", "storms")
    assert members(repository, "main...") == (["a"], ["a", "b", "c"]), "HEAD where nothing is named"
    promote(repository, "d")
    assert members(repository, "main...now") == (["a"], ["a", "b", "c", "d"]), "with what is not committed"
    assert "two moments already" in refused(repository, "main...storms", "now")


def test_a_workspace_in_a_subfolder_is_read_where_it_is(tmp_path: Path) -> None:
    top = Repository.init(tmp_path / "repo")
    inner = Repository(top.root / "models" / "flügge")
    inner.root.mkdir(parents=True)
    promote(inner, "inner")
    promote(top, "outer")
    top.commit("two workspaces")
    assert members(inner, "HEAD") == (["inner"], ["inner"])
    assert members(top, "HEAD") == (["outer"], ["outer"])


def test_a_commit_without_an_eval_set_has_an_empty_one(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repo")
    (repository.root / "README").write_text("nothing yet")
    repository.commit("first")
    assert members(repository, "HEAD") == ([], []), "there is no folder either"
    promote(repository, "a")
    assert members(repository, "HEAD") == ([], ["a"])


def test_each_distinct_segment_is_parsed_once(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    started: list[int] = []
    real_parse, real_read = library.parse_segment, library.read_objects

    def parse(data: bytes, name: str, where: str) -> Any:
        parsed.append(name)
        return real_parse(data, name, where)

    def read(root: Path, objects: Any) -> Any:
        started.extend([1] if objects else [])
        return real_read(root, objects)

    monkeypatch.setattr(library, "parse_segment", parse)
    monkeypatch.setattr(library, "read_objects", read)
    assert members(repository, "storms", "storms") == (["a", "b", "c"], ["a", "b", "c"]) and not started, "the work tree has the same bytes"
    for path in repository.segments():
        path.write_bytes(path.read_bytes() + b"\n")
    del parsed[:]
    assert members(repository, "main", "storms") == (["a"], ["a", "b", "c"])
    assert sorted(parsed) == sorted(path.stem for path in repository.segments()) and len(started) == 1
    del parsed[:]
    repository.git("checkout", "--", ".")
    members(repository, "HEAD", "now")
    assert len(parsed) == len(repository.segments()) == 2


# --- dates ---


def write(repository: Repository, *events: Event) -> None:
    """Seal events as they are."""
    rendered = render(b"".join(encode(event) + b"\n" for event in events), "test")
    assert rendered is not None
    month, data = rendered
    path = repository.evalset_folder / "segments" / month / f"{hashlib.sha256(data).hexdigest()}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def labelled(n: int, at: str) -> Event:
    return Event(f"{'d' * 32}:{n}", at, "ann", "label", n + 1, (Write(f"k{n}", "mode", "storm"),))


@pytest.fixture
def dated(tmp_path: Path) -> Repository:
    """Return decisions of three days, in no repository."""
    made = Repository(tmp_path / "plain")
    times = ("2026-11-01T09:00:00.000Z", "2026-11-01T23:30:00.000Z", "2026-11-02T00:30:00.000Z", "2026-11-03T12:00:00.000Z")
    write(made, *(labelled(n, at) for n, at in enumerate(times)))
    return made


@pytest.mark.parametrize(
    ("date", "n"),
    [
        ("2026-10-31", 0),
        ("2026-11-01", 2),
        ("2026-11-01T09:00", 1),
        ("2026-11-01 08:59", 0),
        ("2026-11-02T01:00+01:00", 2),
        ("2026-11-02T00:00Z", 2),
        ("2026-11-03", 4),
        ("2030-01-01", 4),
    ],
)
def test_a_date_is_what_was_decided_until_then(dated: Repository, date: str, n: int) -> None:
    before, after = pair(dated, date)
    assert len(before.state.decided_keys()) == n and len(after.state.decided_keys()) == 4
    assert (before.kind, before.label) == ("date", date)


def test_two_dates_need_no_git_and_what_is_no_date_says_so(dated: Repository) -> None:
    before, after = pair(dated, "2026-11-01", "2026-11-02")
    assert (before.state.n_events, after.state.n_events) == (2, 3)
    assert "is no date" in refused(dated, "2026-13-01")
    told = refused(dated, "HEAD", kind=DataError)
    assert "not a git repository" in told and str(dated.root) in told


# --- versions ---


def test_a_version_is_found_now_in_an_old_commit_and_in_the_middle_of_a_session(repository: Repository) -> None:
    with repository.open() as evalset:
        versions = []
        for key in ("d", "e", "f"):
            evalset.promote([item(key)], origin="failure", schemas=SCHEMAS)
            evalset.label([key], "storm")  # changes no version
            versions.append(evalset.version)
    repository.commit("d, e, f in one segment")
    main = pair(repository, "main")[0].state.version
    assert members(repository, versions[2][:7]) == (["a", "b", "c", "d", "e", "f"],) * 2
    before, _ = pair(repository, main[:10])
    assert before.state.members() == ["a"] and before.commit == repository.git("rev-parse", "main").strip()
    before, _ = pair(repository, versions[0])
    assert before.state.members() == ["a", "b", "c", "d"] and before.commit is None
    assert members(repository, versions[1][:7].upper())[0] == ["a", "b", "c", "d", "e"]


def test_a_version_of_another_branch_is_found(repository: Repository) -> None:
    repository.git("switch", "-q", "main")
    version = promote(repository, "only on main", actor="bob")
    repository.commit("main goes on")
    repository.git("switch", "-q", "storms")
    assert members(repository, version[:12], "storms") == (["a", "only on main"], ["a", "b", "c"])


def test_a_version_that_is_nowhere_says_what_was_looked_through(repository: Repository, dated: Repository) -> None:
    told = refused(repository, "0123456")
    assert "no version starts with '0123456'" in told and "2 commits" in told and "all 2 decisions here" in told
    assert "commits" not in refused(dated, "0123456")
    assert "at least 7" in refused(repository, "012345")


def test_a_name_that_is_a_ref_and_a_version_is_the_ref(repository: Repository) -> None:
    version = pair(repository, "storms")[0].state.version[:7]
    repository.git("branch", version, "main")
    assert members(repository, version, "storms") == (["a"], ["a", "b", "c"])


# --- what cannot be read ---


def test_an_unknown_ref_lists_near_names_and_a_shallow_clone_says_so(repository: Repository, tmp_path: Path) -> None:
    told = refused(repository, "strom")
    assert "'strom' is no commit, branch or tag" in told and "did you mean 'storms'?" in told and "shallow" not in told
    assert "no commit, branch or tag" in refused(repository, "--output=x")
    shallow = repository.clone(tmp_path / "clone")
    (shallow.root / ".git" / "shallow").write_text(repository.git("rev-parse", "HEAD"))
    assert "git fetch --unshallow" in refused(shallow, "HEAD~1")


def test_a_repository_without_a_commit_says_so(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repo")
    promote(repository, "a")
    assert "there is no commit yet" in refused(repository, "HEAD")


def test_branches_that_never_met_have_no_base(repository: Repository) -> None:
    repository.git("switch", "-q", "--orphan", "alone")
    promote(repository, "z")
    repository.commit("alone")
    assert "have no commit in common" in refused(repository, "main...alone")
    assert members(repository, "main", "alone") == (["a"], ["z"])


def spoil(repository: Repository, change: Callable[[bytes], bytes]) -> str:
    """Change a segment and commit it; return its path."""
    path = repository.segments()[0]
    path.write_bytes(change(path.read_bytes()))
    repository.commit("spoilt")
    return str(path.relative_to(repository.root))


def test_a_corrupt_segment_of_a_ref_is_named_with_its_ref(repository: Repository) -> None:
    path = spoil(repository, lambda data: data.replace(b"ann", b"bob"))
    told = refused(repository, "main", "storms", kind=IntegrityError)
    assert f"storms:{path}: has changed" in told and f"git log -- {path}" in told
    repository.git("revert", "--no-edit", "-n", "HEAD")
    assert members(repository, "main", "now") == (["a"], ["a", "b", "c"]), "the ref is not asked for, and the work tree is whole"
    assert f"HEAD:{path}" in refused(repository, "now", "HEAD", kind=IntegrityError)


def test_a_pointer_of_lfs_is_called_one(repository: Repository) -> None:
    spoil(repository, lambda data: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    assert "is a pointer of Git LFS" in refused(repository, "main", "storms", kind=DataError)


def test_a_corrupt_file_here_is_named_by_its_path(repository: Repository) -> None:
    path = repository.segments()[0]
    path.write_bytes(path.read_bytes()[:-5])
    assert str(path) in refused(repository, "HEAD", "now", kind=IntegrityError)


def test_a_folder_that_may_not_be_read_is_an_error_not_a_loss(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    month, really = repository.segments()[0].parent, os.scandir

    def scandir(path: str | Path) -> object:
        if Path(path) == month:
            raise PermissionError(13, "Permission denied", str(path))
        return really(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        told = refused(repository, "HEAD", "now", kind=DataError)
    assert "cannot be read: Permission denied" in told and str(month) in told


def test_what_is_hidden_beside_journals_is_none(repository: Repository) -> None:
    (repository.root / "evalset/.open/.backup.jsonl").write_bytes(b"no decision\n")
    assert members(repository, "HEAD", "now")[1] == ["a", "b", "c"]
