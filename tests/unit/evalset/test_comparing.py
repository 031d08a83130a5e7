"""Comparing by way of what two moments have in common says what comparing them whole says."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade import __version__
from regrade.errors import IntegrityError
from regrade.evalset import drafts, mode_drafts, undo
from regrade.evalset.events import Event, SchemaLine, Write, encode, parse, parse_about
from regrade.evalset.review import comparing, reading, second, trunk_of
from regrade.evalset.review.changes import Diff
from regrade.evalset.review.comparing import Compared, Totals, compare, totals
from regrade.evalset.review.diff import diff
from regrade.evalset.review.library import Library, Place, Shelf
from regrade.evalset.review.past import Moment, Past
from regrade.evalset.review.trunk import FILE, load
from regrade.evalset.segments import render
from regrade.log.content import canonical
from tests.git.repository import TASK, Repository

from .conftest import SCHEMAS, item
from .replicas import KIND, PEOPLE, Replica, content, label, live_through, steps

SCHEMA = encode(SchemaLine(content().schema, "encoded"))


def right(expected: Any, prediction: Any) -> bool:
    return bool(expected == prediction)


def shelf(folder: Path, person: Replica, size: int, unsealed: int) -> Shelf:
    """Return a person's decisions as segments of ``size`` decisions of one person each; the last of them as a journal."""
    places = {}
    lines = list(person.lines.values())
    sealed, rest = (lines[:-unsealed], lines[-unsealed:]) if unsealed else (lines, [])
    by_author = sorted(sealed, key=lambda line: parse(line, "test").events[0].by)
    for start in range(0, len(by_author), size):
        rendered = render(b"".join(line + b"\n" for line in [SCHEMA, *by_author[start : start + size]]), "test")
        assert rendered is not None
        name = hashlib.sha256(rendered[1]).hexdigest()
        (folder / name).write_bytes(rendered[1])
        places[name] = Place(str(folder / name))
    return Shelf(places, (parse(b"\n".join(rest), "test"),) if rest else ())


@contextmanager
def here(queue: int, work: Any, asked: Any) -> Iterator[Any]:
    """Stand in for the second process, which takes every other part; what goes there and back goes through the same bytes."""
    parts = iter(range(0, reading.PARTS, 2))
    with patch.object(reading, "_taken", lambda _: parts):
        said = reading.answer(asked(), queue)
    with patch.object(reading, "_taken", lambda _: iter(range(1, reading.PARTS, 2))):
        yield lambda: said


@contextmanager
def read_in(shares: int) -> Iterator[None]:
    """Read segments with care (0), or quickly in so many shares."""
    few, many = (0 if shares else 1_000), (0 if shares == 2 else 1_000)
    with (
        patch.object(trunk_of, "FEW", few),
        patch.object(comparing, "FEW", few),
        patch.object(reading, "MANY", many),
        patch.object(reading, "second_process", here),
    ):
        yield


@given(story=steps, size=st.integers(1, 4), unsealed=st.integers(0, 2), remember=st.booleans(), shares=st.integers(0, 2))
def test_by_way_of_a_trunk_is_the_same_as_whole(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, str, str, str]], size: int, unsealed: int, remember: bool, shares: int
) -> None:
    people = live_through(story)
    folder = tmp_path_factory.mktemp("law")
    cache = folder / "cache" if remember else None
    shelves = {name: shelf(folder, people[name], size, unsealed if name == "bob" else 0) for name in PEOPLE}
    for one in PEOPLE:
        for other in PEOPLE:
            library = Library(folder, KIND)
            before, after = (Moment(name, "now", library, shelves[name]) for name in (one, other))
            with read_in(shares):
                found = compare(before, after, right=right, cache=cache, worth=0, slices="X > 1" if shares else "")
            states = people[one].state, people[other].state
            if found.asked is not None:
                assert found.trunk is not None and found.asked.encoded == "encoded"
                picked = dict(zip(found.trunk.keys, found.asked.columns["x"], strict=True))
                same = [found.trunk.keys[at] for at in found.untouched]
                assert [picked[key] for key in same] == [states[0].example(key).content.inputs["x"] for key in same]
            assert found.diff == diff(*states, right=right), (one, other)
            assert (found.before, found.after) == (totals(states[0]), totals(states[1])), (one, other)


def both_ways(folder: Path, before: Shelf, after: Shelf) -> Compared:
    """Compare by way of a trunk, however it is read, and hold it to the whole."""

    def found(worth: int) -> Compared:
        moments = (Moment(name, "now", Library(folder, KIND), each) for name, each in (("before", before), ("after", after)))
        return compare(*moments, worth=worth)

    whole = found(1_000_000)
    for shares in (0, 1, 2):
        with read_in(shares):
            by_trunk = found(0)
        assert by_trunk.trunk is not None and whole.trunk is None
        assert (by_trunk.diff, by_trunk.before, by_trunk.after) == (whole.diff, whole.before, whole.after)
    return by_trunk


def test_a_merge_of_modes_settles_disputes_that_no_new_decision_names(tmp_path: Path) -> None:
    ann, bob = Replica("ann"), Replica("bob")
    ann.decide(lambda state: drafts.promote(state, [("a", content()), ("b", content())], "failure", False, None, None))
    bob.pull(ann)
    ann.decide(lambda state: label(state, ["a"], "storm"))
    bob.decide(lambda state: label(state, ["a"], "hop"))
    ann.pull(bob)
    before = shelf(tmp_path, ann, 1, 0)
    ann.decide(lambda state: mode_drafts.merge(state, ["storm"], "hop"))
    found = both_ways(tmp_path, before, shelf(tmp_path, ann, 1, 0))
    assert ("a", "mode") in {(each.subject, each.field) for each in found.diff.settled} and found.diff.unchanged == ["b"]


def test_a_decision_that_stands_in_two_files_is_one(tmp_path: Path) -> None:
    ann = Replica("ann")
    for key in ("a", "b"):
        ann.decide(lambda state, key=key: drafts.promote(state, [(key, content())], "failure", False, None, None))
    ann.decide(lambda state: undo.undo(state, "ann", 1))
    before, again = shelf(tmp_path, ann, 1, 0), shelf(tmp_path, ann, 3, 0)
    found = both_ways(tmp_path, before, Shelf({**before.places, **again.places}))
    assert found.diff.empty and found.after.decisions == 3


@pytest.fixture
def repository(grown: Repository, tmp_path: Path) -> Repository:
    """Return 40 segments on main; a branch with three more."""
    return Repository(Path(shutil.copytree(grown.root, tmp_path / "repo")))


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return what each test is given a copy of."""
    made = Repository.init(tmp_path_factory.mktemp("grown") / "repo")
    for i in range(40):
        with made.open() as evalset:
            evalset.promote([item(f"k{i}")], origin="failure", schemas=SCHEMAS)
            evalset.label([f"k{i}"], "storm")
    made.commit("main")
    made.git("switch", "-q", "-c", "branch")
    decide(made, lambda evalset: evalset.retire(["k3"], "old"))
    decide(made, lambda evalset: evalset.relabel(["k5"], "on_time"))
    decide(made, lambda evalset: evalset.promote([item("new")], origin="important", schemas=SCHEMAS))
    made.commit("branch")
    return made


def decide(repository: Repository, decision: Any) -> None:
    with repository.open() as evalset:
        decision(evalset)


def compared(repository: Repository, cache: Path | None, a: str = "main", b: str = "branch") -> tuple[Diff, Totals, Totals]:
    found = compare(*Past(repository.evalset_folder, TASK).pair(a, b), right=right, cache=cache, worth=0)
    return found.diff, found.before, found.after


def test_the_second_time_only_what_is_needed_is_read(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compared(repository, None)
    asked: list[int] = []
    real, real_about = Library._read, Library.about

    def read(self: Library, wanted: Any, unparsed: Any = ()) -> None:
        wanted = list(wanted)
        asked.append(len(wanted))
        real(self, wanted, unparsed)

    def about(self: Library, shelf: Shelf, wanted: Any) -> Any:
        asked.append(len(wanted))
        return real_about(self, shelf, wanted)

    def read_all(order: reading.Order, meanwhile: Any) -> list[reading.Answer]:
        asked.append(len(order.items))
        return reading.read_shares(order)

    monkeypatch.setattr(Library, "_read", read)
    monkeypatch.setattr(Library, "about", about)
    monkeypatch.setattr(trunk_of, "read_shares", read_all)
    assert compared(repository, tmp_path / "cache") == whole and sum(asked) == 40 + 3 + 3
    del asked[:]
    assert compared(repository, tmp_path / "cache") == whole
    assert sum(asked) == 3 + 3, "the branch's own, and those that say what it changed was before (and what defined the mode)"


def test_a_trunk_serves_as_main_goes_on_and_is_built_anew_when_it_says_too_little(repository: Repository, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    compared(repository, cache)
    first = (cache / FILE).read_bytes()
    repository.git("switch", "-q", "main")
    for i in range(3):
        decide(repository, lambda evalset, i=i: evalset.promote([item(f"later {i}")], origin="failure", schemas=SCHEMAS))
    repository.commit("later")
    repository.git("merge", "-q", "--no-edit", "branch")
    found, _, after = compared(repository, cache, "branch", "main")
    assert [row.key for row in found.added] == ["later 0", "later 1", "later 2"] and after.examples == 43
    assert (cache / FILE).read_bytes() == first, "it still says most of it"
    assert compared(repository, cache, "HEAD", "now")[0].empty
    for i in range(20):
        decide(repository, lambda evalset, i=i: evalset.label([f"k{i}"], "hop"))
    repository.commit("much more")
    assert compared(repository, cache, "HEAD", "now")[0].empty
    assert (cache / FILE).read_bytes() != first


@pytest.mark.parametrize("harm", ["torn", "edited", "other format", "other version", "folder"])
def test_a_spoilt_trunk_is_passed_over(repository: Repository, tmp_path: Path, harm: str) -> None:
    cache = tmp_path / "cache"
    whole = compared(repository, cache)
    file = cache / FILE
    data = file.read_bytes()
    if harm == "torn":
        file.write_bytes(data[:-7])
    elif harm == "edited":
        file.write_bytes(data.replace(b"k7", b"k8"))
    elif harm == "other format":
        file.write_bytes(data.replace(b"trunk 2 ", b"trunk 1 ", 1))
    elif harm == "other version":
        file.write_bytes(data.replace(f" {__version__}\n".encode(), b" 0.0.9\n", 1))
    else:
        file.unlink()
        file.mkdir()
    assert load(cache, TASK) is None
    assert compared(repository, cache) == whole
    assert load(cache, "regression") is None


def test_an_edited_segment_is_found_although_the_trunk_knows_its_name(repository: Repository, tmp_path: Path) -> None:
    compared(repository, tmp_path / "cache")
    path = next(each for each in repository.segments() if b"failure" in each.read_bytes())
    path.write_bytes(path.read_bytes().replace(b"failure", b"Failure"))
    with pytest.raises(IntegrityError, match="has changed"):
        compared(repository, tmp_path / "cache", "main", "now")
    repository.commit("edited")
    with pytest.raises(IntegrityError, match="has changed"):
        compared(repository, tmp_path / "cache", "main", "branch")


@pytest.mark.parametrize("harm", ["none", "killed", "started anew", "no process", "nothing said"])
def test_a_second_process_reads_what_is_left_and_is_not_needed(repository: Repository, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    whole = compared(repository, None)
    read: list[list[int]] = []
    real_read, real_taken, me = reading.read_share, reading._taken, os.getpid()

    def read_share(order: reading.Order, parts: Iterable[int]) -> reading.Answer:
        if os.getpid() != me and harm == "killed":
            os.kill(os.getpid(), 9)
        found = real_read(order, parts)
        read.append(found.parts)
        return found

    monkeypatch.setattr(reading, "MANY", 10)
    monkeypatch.setattr(reading, "read_share", read_share)
    monkeypatch.setattr(reading, "_taken", lambda queue: iter(()) if os.getpid() == me else real_taken(queue))
    monkeypatch.setattr(second, "_is_alone", lambda: harm in ("none", "killed"))
    if harm in ("no process", "nothing said"):
        monkeypatch.setattr(second.sys, "executable", {"no process": "/nowhere/python", "nothing said": "/bin/true"}[harm])
    assert compared(repository, None) == whole
    everything = list(range(reading.PARTS))
    assert read == ([[]] if harm in ("none", "started anew") else [[], everything]), "who was slow leaves it to the other one"


@pytest.mark.parametrize("key", ["k3", 'a "quoted" one', "tab\tbed", "Ünïcode \u2028", "evalset"])
def test_what_names_a_prediction_is_found_in_lines_that_are_not_taken_apart(key: str) -> None:
    events = [Event(f"j:{i}", "", "ann", "label", i, (Write(each, "mode", "m"),)) for i, each in enumerate([key, "other", key])]
    data = b"\n".join([b'{"regrade":"evalset","version":1}', SCHEMA, *map(encode, events)])
    found = parse_about(data, "test", [key])
    assert found is not None and found.events == [events[0], events[2]] and found.lines == [encode(events[0]), encode(events[2])]
    other_spelling = data.replace(canonical(key)[1:2], b"\\u%04x" % ord(key[0])) if key[0] < "\x7f" else data.replace(b"other", b"a\\/b")
    assert parse_about(other_spelling, "test", [key]) is None, "who wants it must take everything apart"


def test_few_decisions_make_no_trunk(repository: Repository, tmp_path: Path) -> None:
    before, after = Past(repository.evalset_folder, TASK).pair("main", "branch")
    compare(before, after, cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
