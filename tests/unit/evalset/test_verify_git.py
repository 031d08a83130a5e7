"""What git has and the folder has not, what git will not keep, and what was there at the base: with real repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from regrade.errors import UsageError
from tests.git.repository import Repository

from .conftest import SCHEMAS, item
from .verifying import checked, event, forge, make, run_hint, segment_of, told


def name_of(repository: Repository, path: Path) -> str:
    return path.relative_to(repository.root).as_posix()


def test_a_deleted_segment_is_missing_and_the_hint_brings_it_back(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    path = segment_of(repository, "bob")
    ways = (
        (lambda: path.unlink(), "git checkout -- "),
        (lambda: repository.git("rm", "-q", str(path)), "git checkout HEAD -- "),
    )
    for delete, restore in ways:
        delete()
        verified = checked(repository.root)
        assert told(verified) == [("missing", name_of(repository, path))]
        assert "2 decisions" in verified.problems[0].what and restore in verified.problems[0].hint
        run_hint(repository.root, verified.problems[0].hint)
        assert checked(repository.root).ok


def test_what_a_sparse_checkout_leaves_out_is_told_once(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    repository.git("sparse-checkout", "set", "--cone", "docs")
    verified = checked(repository.root)
    assert (
        told(verified)[0] == ("missing", "evalset")
        and len(verified.problems) == 1
        and "2 segments are left out" in verified.problems[0].what
    )
    run_hint(repository.root, verified.problems[0].hint)
    assert checked(repository.root).ok


def test_all_of_it_deleted_is_all_missing(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    shutil.rmtree(repository.evalset_folder)
    assert [code for code, _ in told(checked(repository.root)) if code == "missing"] == ["missing", "missing"]


def test_a_deleted_segment_whose_decisions_stand_elsewhere_is_a_warning(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    first, second = segment_of(repository, "ann"), segment_of(repository, "bob")
    forge(repository.root, *first.read_bytes().split(b"\n")[1:-1], *second.read_bytes().split(b"\n")[1:-1])
    first.unlink()
    second.unlink()
    verified = checked(repository.root, base="HEAD")
    assert told(verified) == sorted([("replaced", name_of(repository, path)) for path in (first, second)])
    assert verified.ok


def test_what_is_not_committed_is_counted(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    forge(repository.root, event(1))
    repository.git("add", "-A")
    forge(repository.root, event(2))
    verified = checked(repository.root)
    assert (verified.ok, verified.warnings, verified.checked["uncommitted"]) == (True, (), 2)


@pytest.mark.parametrize(("rule", "hidden"), [("*.jsonl", True), ("evalset/", True), ("evalset/segments/2026-*", True), ("2000-01", False)])
def test_a_rule_that_keeps_segments_out_of_git_is_named_by_its_line(tmp_path: Path, rule: str, hidden: bool) -> None:
    repository = make(tmp_path / "w")
    (repository.root / ".gitignore").write_text(f"# what git ignores\n{rule}\n")
    shutil.rmtree(repository.root / ".git")
    repository.git("init", "-q")
    verified = checked(repository.root)
    assert told(verified) == [("ignored", ".gitignore:2")]
    assert rule in verified.problems[0].what
    assert ("the 2 segments" in verified.problems[0].what) == hidden


def test_segments_that_are_in_git_in_spite_of_a_rule_are_told_for_the_next_ones(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    (repository.root / ".gitignore").write_text("*.jsonl\n")
    verified = checked(repository.root)
    assert told(verified) == [("ignored", ".gitignore:1")]
    assert "what is decided here" in verified.problems[0].what


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (None, "converting the line ends"),
        ("*.jsonl text eol=crlf\n", "converting the line ends"),
        ("* -text filter=lfs\n", "filter=lfs"),
        ("* -text ident\n", "ident=set"),
        ("* -text working-tree-encoding=UTF-16\n", "working-tree-encoding=UTF-16"),
    ],
)
def test_attributes_that_let_git_change_bytes_are_a_warning(tmp_path: Path, attributes: str | None, words: str) -> None:
    repository = make(tmp_path / "w")
    path = repository.evalset_folder / ".gitattributes"
    repository.git("rm", "-q", str(path))
    if attributes is not None:
        path.write_text(attributes)
    verified = checked(repository.root)
    assert (verified.ok, told(verified)) == (True, [("attributes", "evalset/.gitattributes")])
    assert words in verified.warnings[0].what


def test_journals_that_git_would_carry_are_a_warning(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    (repository.evalset_folder / ".gitignore").unlink()
    (repository.evalset_folder / ".open").mkdir(exist_ok=True)
    (repository.evalset_folder / ".open" / ".gitignore").unlink(missing_ok=True)
    (repository.evalset_folder / ".open" / "x.jsonl").write_bytes(event() + b"\n")
    repository.git("add", "-A")
    named = ["evalset/.gitignore", "evalset/.open/.lock", "evalset/.open/x.jsonl"]
    assert told(checked(repository.root)) == [("journals-in-git", each) for each in named]


def test_bytes_that_git_changed_when_it_took_them_are_a_problem(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    path = segment_of(repository, "ann")
    (repository.evalset_folder / ".gitattributes").write_text("* -text ident\n")
    repository.git("rm", "-q", "--cached", str(path))
    repository.commit("take it anew")  # git cuts what stands between $Id: and $
    verified = checked(repository.root)
    assert ("git-differs", name_of(repository, path)) in told(verified) and not verified.ok
    (repository.evalset_folder / ".gitattributes").write_text("* -text\n")
    run_hint(repository.root, "`git " + verified.problems[0].hint.split("`git ")[1])
    assert checked(repository.root).ok


def test_line_ends_converted_in_a_clone_are_told_for_every_segment(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    (repository.evalset_folder / ".gitattributes").unlink()
    repository.commit("forget the attributes")
    clone = repository.clone(tmp_path / "c", "core.autocrlf=true")
    verified = checked(clone.root)
    assert [code for code, _ in told(verified)] == ["line-ends", "line-ends", "attributes"]


def test_a_workspace_below_the_top_of_its_repository(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    outer = tmp_path / "outer"
    shutil.copytree(repository.root / "evalset", outer / "a folder" / "evalset")
    top = Repository(outer)
    top.git("init", "-q")
    top.commit("begin")
    root = outer / "a folder"
    path = next(path for path in root.glob("evalset/segments/*/*") if b'"by":"ann"' in path.read_bytes())
    name, kept = path.relative_to(root).as_posix(), path.read_bytes()
    path.write_bytes(kept[:-30])
    verified = checked(root, base="HEAD")
    assert [(each.code, each.where) for each in verified.problems if each.code != "json"] == [
        ("base-missing", f"HEAD:a folder/{name}:5"),
        ("truncated", f"{name}:5"),
    ]
    run_hint(root, verified.problems[-1].hint)
    assert path.read_bytes() == kept
    path.unlink()
    assert ("missing", name) in told(checked(root))


def test_decisions_of_the_base_that_are_gone_are_named_by_ref_path_and_line(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    ann, bob = segment_of(repository, "ann"), segment_of(repository, "bob")
    lines = ann.read_bytes().split(b"\n")
    repository.git("rm", "-q", str(ann), str(bob))
    forge(repository.root, lines[1], lines[2], lines[4])  # one of Ann's is gone, all of Bob's are
    repository.commit("tidy up")
    repository.git("branch", "release", "HEAD~1")
    verified = checked(repository.root, base="release")
    assert told(verified) == sorted(
        [("base-missing", f"release:{name_of(repository, ann)}:4"), ("base-missing", f"release:{name_of(repository, bob)}:2–3")],
        key=lambda each: each[1],
    )
    assert {each.what for each in verified.problems} == {"1 decision is not here", "2 decisions are not here"}
    assert verified.checked["base"] == 5
    assert checked(repository.root).ok, "what is committed here agrees with itself"
    for each in verified.problems:
        run_hint(repository.root, each.hint)
    assert checked(repository.root, base="release").ok


def test_decisions_with_other_bytes_than_at_the_base_are_told_with_both_places(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    ann = segment_of(repository, "ann")
    lines = ann.read_bytes().split(b"\n")[1:-1]
    repository.git("rm", "-q", str(ann))
    other = forge(repository.root, *lines[:2], lines[2].replace(b'"storm"', b'"hail"'), lines[3])
    repository.commit("make it hail")
    verified = checked(repository.root, base="HEAD~1")
    assert told(verified) == [("base-changed", f"HEAD~1:{name_of(repository, ann)}:4")]
    assert f"{other}:4" in verified.problems[0].what


def test_decisions_that_moved_to_another_file_are_there(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    files = [segment_of(repository, each) for each in ("ann", "bob")]
    lines = [line for path in files for line in path.read_bytes().split(b"\n")[1:-1]]
    for path in files:
        repository.git("rm", "-q", str(path))
    forge(repository.root, *reversed(lines))
    repository.commit("one file of two")
    assert told(checked(repository.root, base="HEAD~1")) == []


def test_the_base_is_where_the_branches_parted(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    parted = repository.git("rev-parse", "--short", "HEAD").strip()
    repository.git("switch", "-q", "-c", "topic")
    repository.git("switch", "-q", "main")
    with repository.open("cem") as evalset:
        evalset.promote([item("later")], origin="failure", schemas=SCHEMAS)
    repository.commit("main goes on")
    repository.git("switch", "-q", "topic")
    verified = checked(repository.root, base="main")
    assert (verified.ok, verified.checked["base"]) == (True, 5), "what came to main later is not missed"
    bob = segment_of(repository, "bob")
    bob.unlink()
    assert ("base-missing", f"{parted}:{name_of(repository, bob)}:2–3") in told(checked(repository.root, base="main"))


def test_a_line_that_was_broken_at_the_base_is_a_warning(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    name = forge(repository.root, event(1), b"{")
    repository.commit("somebody forged")
    assert ("base-unreadable", f"HEAD:{name}:3") in told(checked(repository.root, base="HEAD"))


def test_a_base_that_is_none_is_an_error_with_near_names(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    for ref in ("mian", "--all", "HEAD~7", "HEAD:evalset"):
        with pytest.raises(UsageError, match="git knows no commit") as raised:
            checked(repository.root, base=ref)
        assert raised.value.exit_code == 2
    with pytest.raises(UsageError, match="did you mean 'main'"):
        checked(repository.root, base="mian")
    repository.git("switch", "-q", "--orphan", "island")
    repository.git("commit", "-q", "--allow-empty", "-m", "alone")
    with pytest.raises(UsageError, match="no common commit"):
        checked(repository.root, base="main")


def test_without_git_only_a_base_is_an_error(tmp_path: Path) -> None:
    forge(tmp_path, event())
    assert checked(tmp_path).ok
    with pytest.raises(UsageError, match="no git repository"):
        checked(tmp_path, base="main")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert checked(tmp_path).checked["uncommitted"] == 1
    with pytest.raises(UsageError, match="nothing is committed"):
        checked(tmp_path, base="main")


def test_a_shallow_clone_says_so(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    repository.git("switch", "-q", "-c", "topic")
    repository.git("commit", "-q", "--allow-empty", "-m", "more")
    repository.git("switch", "-q", "main")
    repository.git("commit", "-q", "--allow-empty", "-m", "other")
    subprocess.run(["git", "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{repository.root}", tmp_path / "c"], check=True)
    with pytest.raises(UsageError, match="fetch --unshallow"):
        checked(tmp_path / "c", base="origin/topic")
    with pytest.raises(UsageError, match="knows no commit") as caught:
        checked(tmp_path / "c", base="origin/gone")
    assert "fetch --unshallow" in caught.value.hint
    forge(tmp_path / "c", event(undoes=["gone:1"], kind="undo", writes=None))
    assert "shallow" in checked(tmp_path / "c").warnings[0].hint


def test_a_hook_does_not_lead_astray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, other = make(tmp_path / "w"), make(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert told(checked(repository.root, base="HEAD")) == []


AS_NOBODY = """
import os, sys
from pathlib import Path
from regrade.evalset.verify.check import verify

root = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)  # root may read anything
verified = verify(root / "evalset", root, task_kind="classification")
print(sorted({each.code for each in (*verified.problems, *verified.warnings)}), verified.checked["git"])
for each in verified.problems:
    print(each.where, each.what)
"""


def test_what_may_not_be_read_is_told_and_so_is_a_git_that_does_not_answer() -> None:
    with tempfile.TemporaryDirectory() as folder:  # tmp_path is hidden from whom the process becomes
        repository = make(Path(folder) / "w")
        locked = segment_of(repository, "ann")
        Path(folder).chmod(0o755)
        locked.chmod(0)
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, repository.root], capture_output=True, text=True, check=True)
        said, *problems = done.stdout.splitlines()
        if os.geteuid() == 0:
            assert said == "['git', 'unreadable'] False", "git trusts no repository of somebody else's"
        assert f"{name_of(repository, locked)} cannot be read: Permission denied" in problems
