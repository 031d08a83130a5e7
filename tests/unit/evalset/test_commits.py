"""Which commits brought a decision, and the story of a prediction or a mode as it is read off its events."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from regrade.errors import UsageError
from regrade.evalset import EvalSet
from regrade.evalset.state import State
from regrade.evalset.story.commits import standing
from regrade.evalset.story.disputes import disputes
from regrade.evalset.story.history import history, history_events
from regrade.evalset.story.short_ids import find_event, short_id
from tests.git.repository import Repository

from .conftest import SCHEMAS, item
from .replicas import Replica, label
from .verifying import event, forge, make, segment_of


def ids_of(repository: Repository, key: str) -> list[str]:
    with repository.open(read_only=True) as evalset:
        return [each.id for each in evalset.state.history(key)]


def subjects(repository: Repository, id: str) -> list[str]:
    return [commit.subject for commit in standing(repository.evalset_folder, {id}).commits.get(id, [])]


def test_a_decision_is_of_the_commit_that_added_its_segment(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    with repository.open("cem") as evalset:
        evalset.dismiss(["c"], "noise")
    repository.commit("dismiss noise – with a blank, \t a tab")
    first, last = ids_of(repository, "a")[0], ids_of(repository, "c")[0]
    found = standing(repository.evalset_folder, {first, last})
    (commit,) = found.commits[last]
    assert (commit.subject, commit.by, commit.cut) == ("dismiss noise – with a blank, \t a tab", "Ann", False)
    assert commit.hash == repository.git("rev-parse", "--short", "HEAD").strip()
    assert commit.at == repository.git("log", "-1", "--format=%aI").strip()
    assert subjects(repository, first) == ["begin"]
    assert found.sealed[first] == [segment_of(repository, "ann").name]


def test_all_commits_are_shown_that_brought_it_by_cherry_pick_and_merge(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    repository.git("switch", "-q", "-c", "topic")
    with repository.open("bob") as evalset:
        evalset.label(["z"], "storm")
    repository.commit("label z")
    repository.git("switch", "-q", "main")
    repository.git("commit", "-q", "--allow-empty", "-m", "main goes on")
    (id,) = ids_of(repository, "z") if (repository.git("switch", "-q", "topic") == "") else ()
    repository.git("switch", "-q", "main")
    assert subjects(repository, id) == [], "not on this branch"
    repository.git("cherry-pick", "-x", "topic")
    repository.git("merge", "-q", "--no-ff", "-m", "merge topic", "topic")
    assert subjects(repository, id) == ["label z", "label z"]
    assert len({commit.hash for commit in standing(repository.evalset_folder, {id}).commits[id]}) == 2


def test_what_a_merge_itself_added_is_of_the_merge(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    repository.git("switch", "-q", "-c", "topic")
    repository.git("commit", "-q", "--allow-empty", "-m", "topic")
    repository.git("switch", "-q", "main")
    repository.git("commit", "-q", "--allow-empty", "-m", "other")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    forge(repository.root, event())
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "merge and more")
    assert subjects(repository, "e:1") == ["merge and more"]


def test_a_file_that_was_renamed_is_of_the_commit_that_renamed_it_too(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    path = segment_of(repository, "ann")
    (path.parent.parent / "undated").mkdir()
    repository.git("config", "diff.renames", "copies")
    repository.git("mv", str(path), str(path.parent.parent / "undated" / path.name))
    repository.commit("move it")
    assert subjects(repository, ids_of(repository, "a")[0]) == ["move it"]


def test_a_decision_in_two_segments_is_of_the_commits_of_both(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    forge(repository.root, event(1), event(2))
    repository.commit("first")
    forge(repository.root, event(2), event(3))
    repository.commit("second")
    assert subjects(repository, "e:2") == ["first", "second"]
    assert len(standing(repository.evalset_folder, {"e:2"}).sealed["e:2"]) == 2


def test_an_id_inside_a_note_is_no_decision(tmp_path: Path) -> None:
    forge(tmp_path, event(1, note='see "id":"e:7"'))
    assert standing(tmp_path / "evalset", {"e:7", "e:1"}).sealed.keys() == {"e:1"}


def test_what_is_not_committed_not_sealed_or_without_git_is_told(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    with repository.open("cem") as evalset:
        evalset.dismiss(["c"], "noise")
    with repository.open("cem") as evalset:
        evalset.label(["c"], "storm")
        state = evalset.state
        steps = history(state, "c", "prediction", standing(repository.evalset_folder, set(ids_of(repository, "c"))))
        assert [step.stands for step in steps] == ["sealed", "unsealed"]
    root = tmp_path / "plain"
    forge(root, event())
    with EvalSet.open(root / "evalset", actor="ann", task_kind="classification", read_only=True) as evalset:
        where = standing(root / "evalset", {"e:1"})
        assert (where.git, [step.stands for step in history(evalset.state, "k", "prediction", where)]) == (False, ["unknown"])


def test_a_shallow_clone_says_that_its_first_commit_may_not_be_the_one(tmp_path: Path) -> None:
    repository = make(tmp_path / "w")
    repository.git("commit", "-q", "--allow-empty", "-m", "later")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{repository.root}", tmp_path / "c"], check=True)
    id = ids_of(repository, "a")[0]
    assert [(each.subject, each.cut) for each in standing(tmp_path / "c" / "evalset", {id}).commits[id]] == [("later", True)]


def test_one_process_of_git_whatever_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make(tmp_path / "w")
    for n in range(20):
        forge(repository.root, event(n))
    repository.commit("more")
    asked: list[tuple[str, ...]] = []
    from regrade.evalset.story import commits

    def counted(*arguments: str) -> bytes:
        asked.append(arguments)
        return ask(*arguments)

    ask = commits.ask
    monkeypatch.setattr(commits, "ask", counted)
    found = standing(repository.evalset_folder, {f"e:{n}" for n in range(20)})
    assert (len(asked), len(found.commits)) == (1, 20)
    monkeypatch.setattr(commits, "_PATHS", 5)
    assert standing(repository.evalset_folder, {f"e:{n}" for n in range(20)}).commits == found.commits


# -- the story ------------------------------------------------------------------------------------------------------


def story(evalset: EvalSet, folder: Path, subject: str, of: str = "prediction") -> list[str]:
    """Return each step as ``kind field before→after …``."""
    where = standing(folder, {each.id for each in history_events(evalset.state, subject, of)})
    lines = []
    for step in history(evalset.state, subject, of, where):
        changes = [f"{each.field} {'|'.join(map(str, each.before))}→{each.after}" for each in step.changes if each.field != "content"]
        undone = [f"undone by {each.by}" for each in step.undone_by]
        lines.append(" ".join([step.by, step.kind, *changes, *(f"undoes {each.kind} of {each.by}" for each in step.undoes), *undone]))
    return lines


def test_the_story_of_a_prediction_says_from_what_to_what_and_who_took_it_back(
    evalset: EvalSet, folder: Path, open_set: Callable[..., EvalSet]
) -> None:
    evalset.label(["a", "b"], "storm")
    evalset.promote([item("a")], origin="failure", schemas=SCHEMAS)
    evalset.relabel(["a"], "on_time", note="the clock")
    bob = open_set("bob")
    bob.undo_event(evalset.state.history("a")[0].id)
    evalset.retire(["a"], "old")
    evalset.restore(["a"])
    evalset.refresh()
    assert story(evalset, folder, "a") == [
        "ann label mode →storm undone by bob",
        "ann promote member →in partition →eval",
        "ann relabel expected late→on_time",
        "bob undo undoes label of ann",
        "ann retire member in→retired",
        "ann restore member retired→in",
    ]
    where = standing(folder, set())
    label, promote, relabel, *_ = history(evalset.state, "a", "prediction", where)
    assert (label.subjects, label.live, promote.facts) == (3, False, (("origin", "failure"),))
    assert relabel.changes[0].logged and relabel.note == "the clock"
    assert story(evalset, folder, "storm", "mode") == [
        "ann label name →storm state →open digit →1 undone by bob",
        "bob undo undoes label of ann",
    ]


def test_a_redo_is_part_of_the_story(evalset: EvalSet, folder: Path) -> None:
    evalset.label(["a"], "storm")
    evalset.undo()
    evalset.redo()
    assert story(evalset, folder, "a") == [
        "ann label mode →storm",
        "ann undo undoes label of ann undone by ann",
        "ann redo undoes undo of ann",
    ]


def test_a_prediction_and_a_mode_of_one_name_have_stories_of_their_own(evalset: EvalSet, folder: Path) -> None:
    evalset.define_mode("storm")
    evalset.dismiss(["storm"], "a key that is called so")
    evalset.note(["storm"], "odd")
    evalset.close_mode("storm")
    assert story(evalset, folder, "storm") == ["ann dismiss member →dismissed", "ann note"]
    assert story(evalset, folder, "storm", "mode") == ["ann define name →storm state →open digit →1", "ann close state open→closed"]


# -- disputes -------------------------------------------------------------------------------------------------------


def apart(
    ann: Callable[[Replica], object], bob: Callable[[Replica], object], begin: Callable[[Replica], object] = lambda each: None
) -> State:
    """Return what a third reads after two decided apart."""
    people = Replica("ann"), Replica("bob")
    begin(people[0])
    people[1].pull(people[0])
    ann(people[0])
    bob(people[1])
    reader = Replica("reader")
    for each in people:
        reader.pull(each)
    return reader.state


def test_a_dispute_has_each_view_with_who_when_and_why() -> None:
    state = apart(
        lambda ann: ann.decide(lambda state: label(state, ["a"], "storm")), lambda bob: bob.decide(lambda state: label(state, ["a"], "hop"))
    )
    found = {(each.subject, each.of, each.field): each for each in disputes(state)}
    views = found[("a", "prediction", "mode")].views
    assert [(view.value, view.by, view.kind, view.subject) for view in views] == [
        ("storm", "ann", "label", "a"),
        ("hop", "bob", "label", "a"),
    ]
    assert all(state.event(view.event) for view in views)
    digit = found[("hop", "mode", "digit")]  # both took the next digit that was free
    assert [(view.subject, view.value) for view in digit.views] == [("storm", 1), ("hop", 1)]
    assert len(found) == 2, "a digit that two modes claim is one dispute"


def test_merges_in_a_circle_are_one_dispute() -> None:
    from regrade.evalset import mode_drafts

    state = apart(
        lambda ann: ann.decide(lambda state: mode_drafts.merge(state, ["storm"], "hop")),
        lambda bob: bob.decide(lambda state: mode_drafts.merge(state, ["hop"], "storm")),
        lambda both: both.decide(lambda state: label(state, ["a"], "storm")) and both.decide(lambda state: label(state, ["b"], "hop")),
    )
    (dispute,) = [each for each in disputes(state) if each.field == "into"]
    assert {(view.subject, view.value, view.by) for view in dispute.views} == {("storm", "hop", "ann"), ("hop", "storm", "bob")}


def test_nothing_disputed_is_nothing(evalset: EvalSet) -> None:
    evalset.label(["a"], "storm")
    assert disputes(evalset.state) == []


# -- ids ------------------------------------------------------------------------------------------------------------


def test_a_decision_is_found_by_its_id_its_short_id_and_their_beginnings(evalset: EvalSet) -> None:
    for n in range(12):
        evalset.label([f"k{n}"], "storm")
    first, tenth = evalset.state.events()[0], evalset.state.events()[9]
    assert short_id(first.id) == first.id[:8] + ":1"
    for typed in (first.id, short_id(first.id), first.id[:4] + ":1"):
        assert find_event(evalset.state, typed) == first
    assert find_event(evalset.state, short_id(tenth.id)) == tenth
    assert find_event(evalset.state, tenth.id) == tenth
    for typed, words in (
        ("nobody:1", "no decision"),
        ("", "no decision"),
        (first.id[:6], "12 decisions have ids"),
        (first.id[:6] + ":99", "no decision"),
    ):
        with pytest.raises(UsageError, match=words):
            find_event(evalset.state, typed)
