"""Opening again from a snapshot: the same answers, no file read, and no trust in what does not fit."""

from __future__ import annotations

import importlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import regrade
from regrade.errors import DataError, IntegrityError
from regrade.evalset import EvalSet, State, reader, session
from regrade.evalset.reopening import snapshot
from regrade.evalset.reopening.reopened import ReopenedState

from .conftest import SCHEMAS, item


class Kept:
    """An eval set of one who closed it, and what was kept of it."""

    def __init__(self, root: Path) -> None:
        self.folder, self.cache = root / "evalset", root / "cache"
        self.file = self.cache / snapshot.FILE

    def open(self, **more) -> EvalSet:
        return EvalSet.open(self.folder, **({"actor": "ann", "task_kind": "classification", "cache": self.cache} | more))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(session, "WORTH_IT", 0)
    kept = Kept(tmp_path)
    with kept.open() as evalset:
        evalset.promote([item("a"), item("b", outcome=None)], origin="failure", pinned=True, schemas=SCHEMAS)
        evalset.label(["a", "c"], "Evening storm")
        evalset.relabel(["c"], 2**70)
        evalset.unpin(["b"])
        assert evalset.version
    return kept


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the segments that are read from now on."""
    paths: list[Path] = []
    really = reader.read_segment
    monkeypatch.setattr(reader, "read_segment", lambda path: paths.append(path) or really(path))
    return paths


@pytest.fixture
def opened(kept: Kept, read: list[Path]) -> Iterator[EvalSet]:
    evalset = kept.open()
    assert isinstance(evalset.state, ReopenedState)
    yield evalset
    evalset.close()


def first_questions(evalset: EvalSet) -> dict[str, object]:
    state, keys = evalset.state, ["a", "b", "c", "nobody"]
    return {
        "status": [state.status(key) for key in keys],
        "mode": [state.mode(key) for key in keys],
        "expected": [state.expected(key) for key in keys],
        "said": [state.values(key, "expected") for key in keys],
        "pinned": [state.values(key, "pinned") for key in keys],
        "disputed": [state.disputed_fields(key) for key in keys],
        "members": (state.members(), [state.is_member(key) for key in keys]),
        "decided": sorted(state.decided_keys()),
        "counts": (state.counts(), state.mode_counts()),
        "modes": (state.modes(), state.disputed_modes()),
        "size": (state.n_events, evalset.unsealed, evalset.version),
    }


def test_one_decision_on_many_is_worth_a_snapshot_and_a_few_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WORTH_IT", 3)
    kept = Kept(tmp_path)
    for keys, there in (("abc", False), ("abcd", True)):
        with kept.open() as evalset:
            evalset.promote([item(key) for key in keys], origin="failure", schemas=SCHEMAS)
            assert evalset.version
        assert kept.file.exists() is there, keys


def test_the_first_questions_are_answered_alike_and_without_a_segment(kept: Kept, opened: EvalSet, read: list[Path]) -> None:
    answers = first_questions(opened)
    assert not opened.refresh()
    assert read == []
    assert answers == first_questions(EvalSet.open(kept.folder, actor="x", task_kind="classification", read_only=True))
    assert answers["expected"] == [["late"], [], [2**70], []]


@pytest.mark.parametrize(
    "ask",
    [
        lambda evalset: evalset.state.heads("a", "mode"),
        lambda evalset: evalset.state.example("a"),
        lambda evalset: evalset.state.history("a"),
        lambda evalset: evalset.state.book,
        lambda evalset: evalset.state.values("a", "content"),
        lambda evalset: evalset.schemas,
        lambda evalset: evalset.read(),
        lambda evalset: evalset.label(["d"], "Evening storm"),
        lambda evalset: evalset.refresh(anew=True),
    ],
)
def test_anything_else_reads_every_file_once(kept: Kept, opened: EvalSet, read: list[Path], ask: Callable[[EvalSet], object]) -> None:
    held = opened.state
    ask(opened)
    assert len(read) == len(list(kept.folder.glob("segments/*/*"))) > 0
    assert not isinstance(opened.state, ReopenedState)
    opened.dismiss(["e"], "noise")
    assert held.status("e") == "dismissed", "who holds the state of before sees what happened since"
    assert held.history("a") == opened.state.history("a")


def test_every_question_of_a_state_has_its_own_answer() -> None:
    """One that was inherited would answer out of nothing."""
    asked = {name for name in vars(State) if not name.startswith("_")}
    assert asked - vars(ReopenedState).keys() == set()


def test_many_threads_that_ask_at_once_read_once(opened: EvalSet, read: list[Path]) -> None:
    state, found = opened.state, []
    threads = [threading.Thread(target=lambda: found.append(len(state.history("a")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 8
    assert len(read) == len(set(read))


def other_segment(kept: Kept) -> None:
    with EvalSet.open(kept.folder, actor="bob", task_kind="classification") as bob:
        bob.label(["new"], "Evening storm")


def growing_journal(kept: Kept) -> None:
    bob = EvalSet.open(kept.folder, actor="bob", task_kind="classification")
    bob.label(["new"], "Evening storm")
    bob._session._journal.close()  # as if killed: nothing sealed


def missing_segment(kept: Kept) -> None:
    next(kept.folder.glob("segments/*/*.jsonl")).unlink()


@pytest.mark.parametrize("change", [other_segment, growing_journal, missing_segment])
@pytest.mark.parametrize("when", ["before opening", "after opening"])
def test_other_files_than_the_snapshot_knows_are_read(kept: Kept, change: Callable[[Kept], None], when: str) -> None:
    if when == "before opening":
        change(kept)
    evalset = kept.open(read_only=True)
    assert isinstance(evalset.state, ReopenedState) == (when == "after opening")
    if when == "after opening":
        change(kept)
        assert evalset.refresh()
    status = ("open", "promoted") if change is not missing_segment else ("open", "open")
    assert (evalset.state.status("nobody"), evalset.state.status("a")) == status
    assert evalset.state.status("new") == ("open" if change is missing_segment else "labelled")


def edit(kept: Kept) -> Path:
    path = next(kept.folder.glob("segments/*/*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"Evening", b"Morning"))
    return path


def test_an_edited_segment_is_found_before_anything_is_decided_or_scored(kept: Kept, opened: EvalSet) -> None:
    path = edit(kept)
    assert opened.state.status("a") == "promoted"
    for ask in (
        lambda: opened.label(["d"], "m"),
        lambda: opened.state.examples(),
        lambda: opened.read(),
        lambda: opened.refresh(anew=True),
    ):
        with pytest.raises(IntegrityError, match="has changed") as raised:
            ask()
        assert raised.value.where == str(path)
    assert list((kept.folder / ".open").glob("*.jsonl")) == []
    path.write_bytes(path.read_bytes().replace(b"Morning", b"Evening"))
    assert opened.label(["d"], "m")


def test_nothing_is_kept_of_an_eval_set_that_cannot_be_read(kept: Kept) -> None:
    known = kept.file.read_bytes()
    evalset = kept.open()
    edit(kept)
    with pytest.raises(IntegrityError):
        evalset.read()
    evalset.close()
    assert kept.file.read_bytes() == known


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-7]),
        lambda file: file.write_bytes(file.read_bytes()[:100] + b"\x00" + file.read_bytes()[101:]),
        lambda file: file.write_bytes(file.read_bytes().replace(b"snapshot 1 ", b"snapshot 2 ")),
        lambda file: file.write_bytes(file.read_bytes().replace(regrade.__version__.encode() + b"\n", b"0.0.9\n", 1)),
        lambda file: file.write_bytes(snapshot.KEPT.framed(b"\xc1")),
        lambda file: file.write_bytes(snapshot.KEPT.framed(b"\x93\x01\x02\x03")),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: shutil.rmtree(file.parent),
    ],
)
def test_a_spoilt_snapshot_is_passed_over_and_made_anew(kept: Kept, spoil: Callable[[Path], object]) -> None:
    spoil(kept.file)
    with kept.open() as evalset:
        assert not isinstance(evalset.state, ReopenedState)
        assert evalset.state.status("a") == "promoted"
    if not kept.file.is_dir():
        assert isinstance(kept.open(read_only=True).state, ReopenedState)
    assert [path.name for path in kept.cache.iterdir()] == [snapshot.FILE]


def test_a_snapshot_for_another_kind_of_task_is_passed_over(kept: Kept) -> None:
    assert not isinstance(kept.open(task_kind="text", read_only=True).state, ReopenedState)


def test_a_file_where_the_cache_should_be_is_no_error(kept: Kept) -> None:
    shutil.rmtree(kept.cache)
    kept.cache.write_text("in the way")
    with kept.open() as evalset:
        evalset.label(["d"], "m")
    assert kept.cache.read_text() == "in the way"


def test_what_is_the_same_is_not_written_again(kept: Kept) -> None:
    before = kept.file.stat().st_ino
    for read_only in (False, True):
        with kept.open(read_only=read_only) as evalset:
            evalset.read()
            assert evalset.version
        assert kept.file.stat().st_ino == before
    with kept.open() as evalset:
        evalset.label(["d"], "m")
    assert kept.file.stat().st_ino != before
    assert kept.open(read_only=True).state.status("d") == "labelled"


def test_a_version_that_nobody_asked_for_is_found_when_somebody_does(kept: Kept, read: list[Path]) -> None:
    with kept.open() as evalset:
        evalset.pin(["b"])
    read.clear()
    with kept.open() as evalset:
        assert isinstance(evalset.state, ReopenedState)
        version = evalset.version
        assert len(read) == 2
    assert kept.open(read_only=True).state.known_version == version


def test_few_decisions_and_no_cache_keep_nothing(tmp_path: Path) -> None:
    importlib.import_module("tests.faults.writers")  # keeps every snapshot, in processes of its own: importing it must not
    for cache in (None, tmp_path / "cache"):
        with EvalSet.open(tmp_path / "evalset", actor="ann", task_kind="text", cache=cache) as evalset:
            evalset.label(["a"], "m")
    assert [path.name for path in tmp_path.iterdir()] == ["evalset"]


def test_reading_only_makes_no_folder(kept: Kept) -> None:
    shutil.rmtree(kept.cache)
    with kept.open(read_only=True) as evalset, pytest.raises(DataError):
        evalset.label(["d"], "m")
    assert not kept.cache.exists()
