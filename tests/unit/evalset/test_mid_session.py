"""Files that change under an open eval set, as pull, checkout, rebase, squash and cherry-pick change them: what was decided here stays."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from regrade.errors import IntegrityError
from regrade.evalset import EvalSet, reader, session
from regrade.evalset.events import parse

from .conftest import SCHEMAS, item

Opener = Callable[..., EvalSet]
HEADER = b'{"regrade":"evalset","version":1}\n'


def segments(folder: Path) -> list[Path]:
    return sorted((folder / "segments").rglob("*.jsonl"))


def write_segment(folder: Path, lines: list[bytes], month: str = "2026-11") -> Path:
    data = HEADER + b"".join(line + b"\n" for line in lines)
    path = folder / "segments" / month / (hashlib.sha256(data).hexdigest() + ".jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def cut_anew(folder: Path, cut: Callable[[list[bytes]], list[list[bytes]]]) -> None:
    """Replace all segments by others that hold the same lines."""
    old = segments(folder)
    lines = [line for path in old for line in path.read_bytes().splitlines()[1:]]
    kept = {write_segment(folder, part) for part in cut(lines)}
    for path in set(old) - kept:
        path.unlink()


CUTS: dict[str, Callable[[list[bytes]], list[list[bytes]]]] = {
    "one file (a squash)": lambda lines: [lines],
    "a file a line": lambda lines: [[line] for line in lines],
    "overlapping": lambda lines: [lines[:3], lines[1:], lines[:1]],
    "backwards": lambda lines: [lines[::-1]],
    "every line twice": lambda lines: [[*lines, *lines]],
}


@pytest.fixture
def history(folder: Path) -> list[tuple[str, ...]]:
    """Write three segments of another person."""
    for number in range(3):
        with EvalSet.open(folder, actor="bob", task_kind="classification") as bob:
            bob.label([f"k{number}", "shared"], f"mode {number}")
            bob.promote([item(f"k{number}")], origin="failure", schemas=SCHEMAS)
    return [("k0",), ("k1",), ("k2",)]


def seen(evalset: EvalSet) -> object:
    state = evalset.state
    return (
        {key: (state.status(key), state.mode(key)) for key in sorted(state.decided_keys())},
        state.modes(),
        [event.id for event in state.events()],
        state.version,
    )


@pytest.mark.parametrize("cut", CUTS)
def test_the_same_decisions_in_other_files_read_the_same(evalset: EvalSet, folder: Path, history: object, cut: str) -> None:
    evalset.label(["mine"], "mode 0")
    before = seen(evalset)
    cut_anew(folder, lambda lines: CUTS[cut]([line for line in lines if not line.startswith(b'{"encoded')]))
    evalset.refresh()
    assert seen(evalset) == before
    evalset.label(["shared"], "mine after all")
    assert evalset.state.mode("shared") == "mine-after-all"
    assert evalset.state.counts()["disputed"] == 0
    evalset.close()
    assert EvalSet.open(folder, actor="x", task_kind="classification", read_only=True).state.status("mine") == "labelled"


def test_checkout_of_an_older_commit_and_back(evalset: EvalSet, folder: Path, history: object) -> None:
    evalset.refresh()
    evalset.label(["shared"], "mode 0")  # goes over Bob's, in a segment that is about to be gone
    evalset.label(["mine"], "mode 2")
    before = seen(evalset)
    aside = folder.parent / "aside"
    shutil.move(folder / "segments", aside)
    assert evalset.refresh()
    assert sorted(evalset.state.decided_keys()) == ["mine", "shared"]
    assert evalset.state.mode("mine") == "mode-2", "named by its id where its name is not here"
    evalset.label(["there"], "mode 0")
    shutil.move(aside, folder / "segments")
    assert evalset.refresh()
    evalset.undo()
    assert seen(evalset)[0] == before[0]
    assert evalset.state.counts()["disputed"] == 0


def test_undo_reaches_what_was_decided_before_a_branch_was_left(evalset: EvalSet, folder: Path) -> None:
    evalset.label(["a"], "m")
    evalset.seal()
    evalset.label(["b"], "m")
    shutil.move(folder / "segments", folder.parent / "aside")
    assert [len(evalset.undo()), len(evalset.undo())] == [1, 0]
    shutil.move(folder.parent / "aside", folder / "segments")
    assert len(evalset.undo()) == 1
    assert evalset.state.decided_keys() == []
    assert [len(evalset.redo()) for _ in range(3)] == [1, 1, 0]
    assert sorted(evalset.state.decided_keys()) == ["a", "b"]


def test_a_part_of_a_branch_can_be_picked(evalset: EvalSet, folder: Path, history: object) -> None:
    paths = segments(folder)
    for path in paths:
        path.rename(folder.parent / path.name)
    for n, path in enumerate(paths, 1):
        shutil.copy(folder.parent / path.name, path)
        assert evalset.refresh()
        assert len(evalset.state.members()) == n
        assert evalset.state.disputed_fields("shared") in ([], ["mode"])
    assert evalset.state.counts()["disputed"] == 0


def test_what_is_not_sealed_outlives_the_journals_folder(evalset: EvalSet, folder: Path, history: object) -> None:
    evalset.label(["mine"], "mode 0")
    shutil.rmtree(folder / ".open")
    shutil.move(segments(folder)[0], folder.parent / "gone")
    assert evalset.refresh()
    assert (evalset.state.mode("mine"), evalset.unsealed) == ("mode-0", 1)
    event = evalset.label(["mine"], "another")
    assert event.writes[-1].over != (), "it saw its own decision"
    shutil.rmtree(folder / ".open")
    evalset.refresh()
    assert len(list((folder / ".open").glob("*.jsonl"))) == 1, "a crash now would lose nothing"


def test_journals_that_git_clean_removed_are_back_at_the_next_look(evalset: EvalSet, open_set: Opener, folder: Path) -> None:
    evalset.label(["a"], "m")
    other = open_set("bob")
    (folder / ".open").rename(folder.parent / "cleaned")
    assert not other.refresh()
    assert other.state.status("a") == "labelled"
    evalset.refresh()
    assert (evalset.unsealed, len(list((folder / ".open").glob("*.jsonl")))) == (1, 1)


def test_a_segment_that_git_is_writing_is_waited_for_as_long_as_it_grows(
    evalset: EvalSet, folder: Path, history: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    evalset.refresh()
    whole = (folder / "segments").rglob("*.jsonl").__next__().read_bytes()
    line = whole.splitlines()[-1].replace(b'"kind":"promote"', b'"kind":"label"')
    path = write_segment(folder, [line.replace(parse(line, "").events[0].id.encode(), b"new:1")])
    data = path.read_bytes()
    path.write_bytes(data[:100])
    pauses = iter(range(110, len(data) + 10, 10))
    monkeypatch.setattr(reader, "time", SimpleNamespace(time_ns=time.time_ns, sleep=lambda _: path.write_bytes(data[: next(pauses)])))
    assert evalset.refresh()
    assert evalset.state.event("new:1") is not None and list(pauses) == [] and len(data) > 300


def test_a_segment_that_goes_while_the_folder_is_read_is_no_error(
    evalset: EvalSet, folder: Path, history: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = reader.read_segment

    def pulled_away(path: Path):
        for each in segments(folder):
            if each.name > path.name:
                each.unlink()
        return really(path)

    monkeypatch.setattr(reader, "read_segment", pulled_away)
    assert evalset.refresh(anew=True)
    assert len(evalset.state.members()) == len(segments(folder)) == 1
    assert not evalset.refresh()


def test_a_segment_that_is_put_back_while_it_is_read_is_read_again(
    evalset: EvalSet, folder: Path, history: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, met = reader.read_segment, []

    def put_back(path: Path):
        if met:
            return really(path)
        met.append(path)
        aside = path.rename(folder / "aside")
        os.utime(aside, (0, 0))
        try:
            return really(path)
        finally:
            aside.rename(path)

    monkeypatch.setattr(reader, "read_segment", put_back)
    assert evalset.refresh(anew=True)
    assert len(evalset.state.members()) == len(segments(folder))


def test_an_old_file_that_was_changed_is_said_at_once(
    evalset: EvalSet, folder: Path, history: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = segments(folder)[0]
    path.write_bytes(path.read_bytes()[:-5])
    os.utime(path, (0, 0))
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("waited for nobody"))
    with pytest.raises(IntegrityError, match="has changed"):
        evalset.refresh(anew=True)


class Clock:
    """A clock that somebody sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = "2026-11-22T10:00:00+00:00"
        real = session.datetime
        monkeypatch.setattr(session, "datetime", self)
        self.parse = real.fromisoformat

    def now(self, zone: object) -> object:
        return self.parse(self.at)


def test_a_clock_that_is_set_back_changes_no_order(
    evalset: EvalSet, open_set: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    evalset.label(["a"], "first")
    evalset.seal()
    clock.at = "1999-01-01T00:00:00+00:00"
    evalset.label(["a"], "second")
    evalset.seal()
    assert [path.parent.name for path in segments(folder)] == ["1999-01", "2026-11"]
    assert evalset.state.mode("a") == "second"
    evalset.undo()
    assert evalset.state.mode("a") == "first"
    evalset.seal()
    again = open_set("bob")
    assert again.state.mode("a") == "first"
    assert [event.kind for event in again.state.history("a")] == ["label", "label", "undo"]
    evalset.redo()
    assert evalset.state.mode("a") == "second"


def test_folders_from_the_future_are_looked_through_every_time(evalset: EvalSet, folder: Path, history: object) -> None:
    future = time.time() + 86_400
    for month in (folder / "segments").iterdir():
        os.utime(month, (future, future))
    evalset.refresh()
    (month,) = (folder / "segments").iterdir()
    write_segment(folder, [b'{"at":"x","by":"eve","id":"e:1","kind":"note","seq":99}'], month.name)
    os.utime(month, (future, future))
    assert evalset.refresh()
    assert evalset.state.event("e:1") is not None


def test_a_folder_that_becomes_read_only_keeps_what_was_decided(evalset: EvalSet, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regrade.errors import DataError

    evalset.label(["a"], "m")

    def refused(*arguments: object, **more: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refused)
        with pytest.raises(DataError, match="could not be sealed"):
            evalset.seal()
        with pytest.raises(DataError, match="not saved"):
            evalset.label(["b"], "m")
    assert evalset.state.decided_keys() == ["a"]
    evalset.label(["b"], "m")
    evalset.close()
    assert sorted(EvalSet.open(folder, actor="x", task_kind="text", read_only=True).state.decided_keys()) == ["a", "b"]
