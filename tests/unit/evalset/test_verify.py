"""Segments that were edited, cut or converted; decisions that nobody could have made: each is found, with its file and line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.evalset import EvalSet
from regrade.log.content import canonical

from .replicas import everything, fold, live_through, steps
from .verifying import checked, die, event, forge, make, run_hint, segment_of, told, write


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git/" not in str(path)}


def test_what_regrade_wrote_is_clean_and_stays_as_it_is(tmp_path: Path) -> None:
    root = make(tmp_path / "w").root
    before = tree(root)
    verified = checked(root, base="main")
    assert (verified.ok, told(verified)) == (True, [])
    assert verified.checked == {
        "segments": 2,
        "events": 5,
        "contents": 2,
        "schemas": 1,
        "journals": 0,
        "unsealed": 0,
        "torn": 0,
        "disputed": 0,
        "uncommitted": 0,
        "base": 5,
        "git": True,
    }
    assert tree(root) == before


def test_no_eval_set_at_all_is_clean(tmp_path: Path) -> None:
    verified = checked(tmp_path)
    assert (verified.ok, verified.checked["segments"], verified.checked["git"]) == (True, 0, False)
    assert list(tmp_path.iterdir()) == []


CHANGES: dict[str, tuple[Callable[[bytes], bytes], str, str, str]] = {
    "a value": (lambda data: data.replace(b'"storm"', b'"hail"'), "changed", ":4", "this line is not what git has"),
    "two lines": (lambda data: data.replace(b'"ann"', b'"eve"'), "changed", ":3", "3 lines from this one on"),
    "a line gone": (lambda data: data.replace(data.split(b"\n")[3] + b"\n", b""), "changed", ":4", "6 lines have become 5"),
    "a line more": (lambda data: data + event() + b"\n", "changed", ":6", "1 line was added at its end"),
    "cut in a line": (lambda data: data[:-20], "truncated", ":5", "4 of 5 lines"),
    "cut after a line": (lambda data: b"\n".join([*data.split(b"\n")[:3], b""]), "truncated", ":4", "3 of 5 lines"),
    "emptied": (lambda data: b"", "truncated", ":1", "is empty"),
    "CRLF": (lambda data: data.replace(b"\n", b"\r\n"), "line-ends", "", "CRLF"),
    "no last line end": (lambda data: data[:-1], "line-ends", "", "lost its last line end"),
    "blank lines": (lambda data: data + b"\n\n", "line-ends", "", "empty lines at its end"),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "line-ends", "", "byte order mark"),
    "a pointer": (lambda data: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "changed", ":1", "git-lfs"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_segment_is_told_and_the_hint_restores_it(tmp_path: Path, change: str) -> None:
    repository = make(tmp_path / "w")
    path = segment_of(repository, "ann")
    name, kept = path.relative_to(repository.root).as_posix(), path.read_bytes()
    how, code, line, words = CHANGES[change]
    if change == "a line gone":
        words = "5 lines have become 4"
    path.write_bytes(how(kept))
    verified = checked(repository.root)
    assert not verified.ok
    (finding,) = [each for each in verified.problems if each.code == code]
    assert (finding.where, words in finding.what) == (name + line, True), finding
    if change != "a pointer":
        run_hint(repository.root, finding.hint)
        assert path.read_bytes() == kept
        assert checked(repository.root).ok


def test_a_segment_that_was_edited_and_committed_is_found_in_an_older_commit(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    path = segment_of(repository, "ann")
    kept = path.read_bytes()
    path.write_bytes(kept.replace(b'"storm"', b'"hail"'))
    repository.commit("make it hail")
    first = repository.git("rev-parse", "--short=12", "HEAD~1").strip()
    (finding,) = [each for each in checked(repository.root).problems if each.code == "changed"]
    assert finding.where.endswith(".jsonl:4") and f"git checkout {first} -- " in finding.hint
    run_hint(repository.root, finding.hint)
    assert path.read_bytes() == kept


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [("a value", "changed", ""), ("a line more", "changed", ":6"), ("cut in a line", "truncated", ":5"), ("CRLF", "line-ends", "")],
)
def test_without_git_a_change_is_found_too(tmp_path: Path, change: str, code: str, line: str) -> None:
    repository = make(tmp_path / "w")
    shutil.rmtree(repository.root / ".git")
    path = segment_of(repository, "ann")
    path.write_bytes(CHANGES[change][0](path.read_bytes()))
    verified = checked(repository.root)
    assert (code, path.relative_to(repository.root).as_posix() + line) in told(verified)
    assert verified.checked["git"] is False


def test_blocks_that_never_reached_the_disk_are_a_cut(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    shutil.rmtree(repository.root / ".git")
    path = segment_of(repository, "ann")
    data = path.read_bytes()
    path.write_bytes(data[:-100] + b"\0" * 100)
    assert ("truncated", f"{path.relative_to(repository.root).as_posix()}:5") in told(checked(repository.root))


@settings(max_examples=15)
@given(at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255), whose=st.sampled_from(["ann", "bob"]))
def test_any_byte_that_flips_is_found_in_its_line(tmp_path_factory: pytest.TempPathFactory, at: float, flip: int, whose: str) -> None:
    repository = make(tmp_path_factory.mktemp("flip") / "w")
    path = segment_of(repository, whose)
    data = bytearray(path.read_bytes())
    place = int(at * len(data))
    line = bytes(data).count(b"\n", 0, place) + 1
    data[place] ^= flip
    path.write_bytes(data)
    verified = checked(repository.root)
    assert not verified.ok
    assert ("changed", f"{path.relative_to(repository.root).as_posix()}:{line}") in told(verified) or ("line-ends" in dict(told(verified)))


def test_what_does_not_belong_is_told_and_never_opened(tmp_path: Path) -> None:
    forge(tmp_path, event(1))
    folder = tmp_path / "evalset" / "segments"
    name = Path(forge(tmp_path, event(2))).name
    inside = folder / "2026-11"
    (folder / name).write_bytes((inside / name).read_bytes())
    (folder / "README.md").write_text("x")
    (inside / f"{name}.orig").write_text("x")
    (inside / "copy.jsonl").write_text("x")
    (inside / ("0" * 64 + ".jsonl")).symlink_to(inside / name)
    (inside / ("1" * 64 + ".jsonl")).mkdir()
    os.mkfifo(inside / ("2" * 64 + ".jsonl"))
    (folder / "2026-12").symlink_to(inside)
    (folder / "july").mkdir()
    (folder / "july" / name).write_bytes((inside / name).read_bytes())
    (folder / "2027-01").mkdir()
    verified = checked(tmp_path)
    at = "evalset/segments"
    assert told(verified) == [
        ("not-a-file", f"{at}/2026-11/{'0' * 64}.jsonl"),
        ("not-a-file", f"{at}/2026-11/{'1' * 64}.jsonl"),
        ("not-a-file", f"{at}/2026-11/{'2' * 64}.jsonl"),
        ("name", f"{at}/2026-11/copy.jsonl"),
        ("not-a-file", f"{at}/2026-12"),
        ("misplaced", f"{at}/{name}"),
        ("stray", f"{at}/2026-11/{name}.orig"),
        ("stray", f"{at}/README.md"),
        ("stray", f"{at}/july"),
        ("misplaced", f"{at}/july/{name}"),
    ]
    assert [each.what for each in verified.problems[:3]] == [
        "is a symbolic link",
        "is a folder, where only segments belong",
        "is a pipe, socket or device, where only segments belong",
    ]
    assert verified.checked["events"] == 2


def test_segments_that_stand_behind_a_link_are_not_in_git(tmp_path: Path) -> None:
    root = make(tmp_path / "w").root
    segments = root / "evalset/segments"
    segments.rename(tmp_path / "elsewhere")
    segments.symlink_to(tmp_path / "elsewhere")
    found = checked(root).problems
    assert ("not-a-file", "evalset/segments", "is a symbolic link") in {(each.code, each.where, each.what) for each in found}


def test_journals_are_read_torn_ends_are_none_and_broken_lines_are_problems(tmp_path: Path) -> None:
    evalset = EvalSet.open(tmp_path / "evalset", actor="ann", task_kind="classification")
    for key in "abc":
        evalset.label([key], "storm")
    die(evalset)
    (journal,) = (tmp_path / "evalset" / ".open").glob("*.jsonl")
    name = journal.relative_to(tmp_path).as_posix()
    with journal.open("ab") as file:
        file.write(b'{"at":"2026-11-22T00:00:00.000Z","by":"ann","id":"to')
    verified = checked(tmp_path)
    assert (verified.ok, verified.warnings) == (True, ())
    assert [verified.checked[each] for each in ("segments", "journals", "unsealed", "torn")] == [0, 1, 3, 1]
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([lines[0], lines[1][:-9], *lines[2:]]))
    verified = checked(tmp_path)
    assert told(verified) == [("json", f"{name}:2")]
    assert verified.checked["unsealed"] == 2


def test_a_decision_in_journal_and_segment_is_one(tmp_path: Path) -> None:
    evalset = EvalSet.open(tmp_path / "evalset", actor="ann", task_kind="classification")
    evalset.label(["a"], "storm")
    (journal,) = (tmp_path / "evalset" / ".open").glob("*.jsonl")
    kept = journal.read_bytes()
    evalset.close()
    journal.write_bytes(kept)  # killed between the two
    verified = checked(tmp_path)
    assert (verified.ok, verified.checked["events"], verified.checked["segments"], verified.checked["journals"]) == (True, 1, 1, 1)


def test_disputes_are_counted_and_no_problem(tmp_path: Path) -> None:
    forge(tmp_path, write("mode", "storm"), write("mode", "hop").replace(b"e:1", b"e:2"), write("name", "X").replace(b"e:1", b"e:3"))
    forge(tmp_path, write("name", "Y").replace(b"e:1", b"e:4"))
    verified = checked(tmp_path)
    assert (verified.ok, verified.checked["disputed"]) == (True, 2)


def test_progress_is_told(tmp_path: Path) -> None:
    for n in range(40):
        forge(tmp_path, event(n))
    seen: list[tuple[int, int | None]] = []
    checked(tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 40) and len(seen) > 1


def test_many_segments_with_problems_each_are_all_told(tmp_path: Path) -> None:
    names = [forge(tmp_path, event(n), b"{", canonical(n)) for n in range(30)]
    assert told(checked(tmp_path)) == [("json", f"{name}:{line}") for name in sorted(names) for line in (3, 4)]


@settings(max_examples=30)
@given(story=steps)
def test_whatever_people_decide_apart_and_merge_is_clean(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("story")
    people = live_through(story)
    for person in people.values():
        if person.lines:
            forge(root, *(b'{"encoded":"x","hash":"%s"}' % name for name in (b"s1", b"s2")), *person.lines.values())
    verified = checked(root)
    assert told(verified) == []
    assert verified.checked["events"] == len(everything(people))
    state = fold([everything(people).values()])
    disputed = state.counts()["disputed"] + len(state.disputed_modes())
    assert bool(verified.checked["disputed"]) == bool(disputed)
