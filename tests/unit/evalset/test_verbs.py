"""What each verb does to what is read, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regrade.errors import DataError, UsageError
from regrade.evalset import EvalSet
from regrade.log.content import Content

from .conftest import SCHEMAS, item


def promote(evalset: EvalSet, *keys: str, origin: str = "failure", **more):
    return evalset.promote([item(key) for key in keys], origin=origin, schemas=SCHEMAS, **more)


def test_a_label_defines_its_mode_in_the_same_decision(evalset: EvalSet) -> None:
    event = evalset.label(["a", "b"], "Evening storm", note="rain")
    assert evalset.state.n_events == 1
    assert {evalset.state.status(key) for key in "ab"} == {"labelled"}
    assert evalset.state.mode("a") == "evening-storm"
    assert [(mode.id, mode.name, mode.digit) for mode in evalset.state.modes()] == [("evening-storm", "Evening storm", 1)]
    assert evalset.state.notes("b") == ["rain"]
    assert evalset.state.mode_counts() == {"evening-storm": 2}
    assert event.by == "ann"
    evalset.undo()
    assert evalset.state.modes() == []
    assert list(evalset.state.decided_keys()) == []


def test_a_label_may_be_an_expected_value_alone(evalset: EvalSet) -> None:
    evalset.label(["a"], None, expected="late")
    assert (evalset.state.status("a"), evalset.state.mode("a"), evalset.state.expected("a")) == ("labelled", None, ["late"])
    with pytest.raises(UsageError):
        evalset.label(["a"], None)


def test_the_caller_says_who_decides(evalset: EvalSet) -> None:
    assert evalset.label(["a"], "m", by="demo").by == "demo"
    assert evalset.undo() == []
    assert len(evalset.undo(by="demo")) == 1


def test_a_promotion_keeps_what_an_example_needs(evalset: EvalSet) -> None:
    promote(evalset, "a", pinned=True, note="bad one")
    example = evalset.state.example("a")
    assert example.content == item("a")[1]
    assert (example.expected, example.origin, example.weight, example.partition, example.pinned) == (
        ("late",),
        "failure",
        1.0,
        "eval",
        True,
    )
    assert evalset.schemas == SCHEMAS
    assert evalset.state.members() == ["a"]


def test_expected_is_what_somebody_said_else_the_logged_outcome(evalset: EvalSet) -> None:
    promote(evalset, "a")
    assert evalset.state.expected("a") == ["late"]
    before = evalset.state.example("a")
    evalset.relabel(["a"], "on_time")
    assert evalset.state.example("a").expected == ("on_time",)
    assert evalset.state.example("a").content_hash == before.content_hash
    evalset.promote([item("b", outcome=None)], origin="failure", schemas=SCHEMAS)
    assert evalset.state.example("b").expected == ()


def test_origins_add_up_and_a_sampled_row_stays_in_the_sample(evalset: EvalSet) -> None:
    evalset.sample([item("a"), item("b")], probabilities=[0.1, 0.5], population={"count": 20}, schemas=SCHEMAS)
    promote(evalset, "a", pinned=True)
    for probability in (0.2, 0.05):
        evalset.sample([item("a")], probabilities=probability, population={"count": 10}, schemas=SCHEMAS)
    example = evalset.state.example("a")
    assert (example.origin, example.origins, example.weight) == ("sampled", {"sampled", "failure"}, 5.0)
    assert evalset.state.example("b").origins == {"sampled"}
    evalset.undo(3)
    assert (evalset.state.example("a").origins, evalset.state.example("a").weight) == ({"sampled"}, 10.0)


@pytest.mark.parametrize(("first", "second", "named"), [("failure", "important", "important"), ("synthetic", "failure", "synthetic")])
def test_the_named_origin_is_the_first_in_rank(evalset: EvalSet, first: str, second: str, named: str) -> None:
    promote(evalset, "a", origin=first)
    promote(evalset, "a", origin=second)
    assert evalset.state.example("a").origin == named
    assert evalset.state.example("a").origins == {first, second}


def test_promoting_keeps_the_partition_and_the_pin(evalset: EvalSet) -> None:
    promote(evalset, "a", pinned=True, partition="fix")
    promote(evalset, "a")
    assert (evalset.state.example("a").partition, evalset.state.example("a").pinned) == ("fix", True)
    promote(evalset, "a", partition="eval")
    assert evalset.state.example("a").partition == "eval"


def test_retire_restore_pin_unpin(evalset: EvalSet) -> None:
    promote(evalset, "a", "b")
    evalset.pin(["a"])
    assert evalset.state.example("a").pinned
    evalset.unpin(["a"])
    assert not evalset.state.example("a").pinned
    evalset.retire(["a"], "a duplicate")
    assert (evalset.state.status("a"), evalset.state.members()) == ("retired", ["b"])
    evalset.sample([item("a")], probabilities=1.0, population={}, schemas=SCHEMAS)
    assert evalset.state.status("a") == "retired"
    evalset.restore(["a"])
    assert evalset.state.status("a") == "promoted"
    assert evalset.state.counts() == {"disputed": 0, "promoted": 2, "retired": 0, "dismissed": 0, "labelled": 0}


def test_who_labels_what_was_dismissed_takes_the_dismissal_back(evalset: EvalSet) -> None:
    evalset.dismiss(["a"], "sensor was off")
    assert evalset.state.status("a") == "dismissed"
    evalset.label(["a"], "m")
    assert evalset.state.status("a") == "labelled"
    evalset.undo()
    assert evalset.state.status("a") == "dismissed"


def test_history_names_every_event_undone_ones_and_undos_too(evalset: EvalSet) -> None:
    evalset.label(["a", "b"], "m")
    promote(evalset, "a")
    evalset.undo()
    evalset.note(["b"], "elsewhere")
    assert [event.kind for event in evalset.state.history("a")] == ["label", "promote", "undo"]
    assert [event.kind for event in evalset.state.history("m")] == ["label"]
    assert evalset.state.history("nobody") == []


REFUSED: dict[str, Callable[[EvalSet], object]] = {
    "no key": lambda e: e.label([], "m"),
    "one text": lambda e: e.label("abc", "m"),
    "empty key": lambda e: e.label(["in", ""], "m"),
    "twice": lambda e: e.label(["x", "y", "x"], "m"),
    "no mode name": lambda e: e.label(["x"], "?!"),
    "long mode name": lambda e: e.label(["x"], "m" * 201),
    "closed mode": lambda e: e.label(["x"], "closed"),
    "no reason": lambda e: e.dismiss(["x"], "  "),
    "dismiss a member": lambda e: e.dismiss(["x", "in"], "noise"),
    "empty note": lambda e: e.note(["x"], ""),
    "promote nothing": lambda e: promote(e),
    "promote twice": lambda e: promote(e, "x", "x"),
    "promote as sampled": lambda e: promote(e, "x", origin="sampled"),
    "unknown partition": lambda e: promote(e, "x", partition="test"),
    "probability 0": lambda e: e.sample([item("x")], probabilities=0.0, population={}, schemas=SCHEMAS),
    "probability NaN": lambda e: e.sample([item("x")], probabilities=float("nan"), population={}, schemas=SCHEMAS),
    "probability missing": lambda e: e.sample([item("x"), item("y")], probabilities=[0.5], population={}, schemas=SCHEMAS),
    "pin a stranger": lambda e: e.pin(["in", "x"]),
    "retire a stranger": lambda e: e.retire(["x"]),
    "restore what never was in": lambda e: e.restore(["x"]),
    "resolve what is not disputed": lambda e: e.resolve("in", "late"),
    "resolve what is not set": lambda e: e.resolve("in", "late", field="mode"),
    "undo none": lambda e: e.undo(0),
    "undo an unknown id": lambda e: e.undo_event("nobody:1"),
    "define again": lambda e: e.define_mode("OPEN"),
    "a digit that is taken": lambda e: e.define_mode("new", digit=1),
    "digit 0": lambda e: e.define_mode("new", digit=0),
    "digit 10": lambda e: e.set_digit("open", 10),
    "rename to another's name": lambda e: e.rename_mode("open", "closed"),
    "rename a stranger": lambda e: e.rename_mode("opne", "x"),
    "merge into itself": lambda e: e.merge_modes(["open"], "open"),
    "merge twice": lambda e: e.merge_modes(["closed", "closed"], "open"),
    "close what is closed": lambda e: e.close_mode("closed"),
}
UNSAVED: dict[str, Callable[[EvalSet], object]] = {
    "a schema that nobody gave": lambda e: e.promote([("x", Content(inputs={}, schema="s9"))], origin="failure", schemas={}),
    "NaN": lambda e: e.relabel(["x"], float("nan")),
    "NaN inside": lambda e: e.promote([("x", Content(inputs={"x": float("inf")}, schema="s1"))], origin="failure", schemas=SCHEMAS),
    "half a surrogate": lambda e: e.note(["x"], "\ud800"),
    "half a surrogate as key": lambda e: e.label(["\udfff"], "open"),
}


@pytest.mark.parametrize(("error", "verb"), [(UsageError, each) for each in REFUSED] + [(DataError, each) for each in UNSAVED])
def test_what_is_refused_leaves_everything_as_it_was(evalset: EvalSet, error: type[Exception], verb: str) -> None:
    promote(evalset, "in")
    evalset.define_mode("open")
    evalset.define_mode("closed")
    evalset.close_mode("closed")
    events, version = evalset.state.n_events, evalset.version
    with pytest.raises(error):
        (REFUSED | UNSAVED)[verb](evalset)
    assert (evalset.state.n_events, evalset.version, evalset.unsealed) == (events, version, events)
    evalset.label(["x"], "open")
    assert evalset.state.status("x") == "labelled"


def test_an_unknown_mode_lists_near_names(evalset: EvalSet) -> None:
    evalset.define_mode("Evening storm")
    with pytest.raises(UsageError, match="evening-storm"):
        evalset.close_mode("evening-strom")


def test_decisions_of_two_on_one_machine_follow_one_another_and_dispute_nothing(evalset: EvalSet, open_set: Callable[..., EvalSet]) -> None:
    bob = open_set("bob")
    evalset.label(["a"], "m")
    bob.label(["a"], "n")
    evalset.refresh()
    assert (evalset.state.mode("a"), evalset.state.status("a")) == ("n", "labelled")


def test_undo_of_another_persons_decision_needs_its_id(evalset: EvalSet, open_set: Callable[..., EvalSet]) -> None:
    bob = open_set("bob")
    event = bob.label(["a"], "m")
    assert evalset.undo() == []
    undo = evalset.undo_event(event.id)
    assert undo.undoes == (event.id,)
    assert evalset.state.status("a") == "open"
    with pytest.raises(UsageError, match="already"):
        bob.undo_event(event.id)
    with pytest.raises(UsageError, match="no decision but an undo"):
        bob.undo_event(undo.id)
    assert bob.redo() == []
    assert len(evalset.redo()) == 1
    assert evalset.state.status("a") == "labelled"


def test_a_redo_is_against_all_who_undid(evalset: EvalSet, open_set: Callable[..., EvalSet]) -> None:
    event = evalset.label(["a"], "m")
    evalset.undo()
    from regrade.evalset.drafts import Draft

    bob = open_set("bob")
    bob._decide(lambda state: Draft("undo", undoes=(event.id,)), None)  # as when both undid it apart
    redo = evalset.redo()
    assert len(redo[0].undoes) == 2
    assert evalset.state.status("a") == "labelled"


def test_undo_and_redo_survive_a_restart_and_a_new_decision_ends_redo(open_set: Callable[..., EvalSet]) -> None:
    first = open_set()
    for key in "abc":
        first.label([key], "m")
    first.undo(2)
    first.close()
    second = open_set()
    assert len(second.redo()) == 1
    assert [second.state.status(key) for key in "abc"] == ["labelled", "labelled", "open"]
    second.label(["d"], "m")
    second.close()
    third = open_set()
    assert third.redo() == []
    assert len(third.undo(9)) == 3
    assert list(third.state.decided_keys()) == []
