"""Examples from elsewhere, and new content for those that are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regrade.errors import DataError, UsageError
from regrade.evalset import Added, EvalSet
from regrade.log.content import Content

from .conftest import SCHEMAS, item


def added(key: str, x: int = 0, *, origin: str = "important", outcome: str | None = "late", **more: Any) -> Added:
    return Added(key, item(key, x, outcome)[1], origin, **more)


def add(evalset: EvalSet, *items: Added, **more: Any):
    return evalset.add(items, schemas=SCHEMAS, **more)


def test_an_eval_set_from_elsewhere_comes_in_as_one_decision(evalset: EvalSet) -> None:
    event = add(
        evalset,
        added("a", mode="Evening storm", pinned=True),
        added("b", mode="evening  storm", partition="fix", expected="on_time"),
        added("c", mode="Short hop", origin="sampled", probability=0.25, outcome=None, expected=None),
        note="from the old sheet",
    )
    state = evalset.state
    assert (event.kind, event.note, state.n_events) == ("add", "from the old sheet", 1)
    assert [(mode.id, mode.name, mode.digit) for mode in state.modes()] == [
        ("evening-storm", "Evening storm", 1),
        ("short-hop", "Short hop", 2),
    ]
    seen = [(each.key, each.expected, each.origin, each.weight, each.partition, each.pinned, each.mode) for each in state.examples()]
    assert seen == [
        ("a", ("late",), "important", 1.0, "eval", True, "evening-storm"),
        ("b", ("on_time",), "important", 1.0, "fix", False, "evening-storm"),
        ("c", (None,), "sampled", 4.0, "eval", False, "short-hop"),
    ]
    assert evalset.schemas == SCHEMAS


def test_what_is_in_with_the_same_content_gains_an_origin_and_keeps_the_rest(evalset: EvalSet) -> None:
    evalset.promote([item("a"), item("b")], origin="failure", pinned=True, partition="fix", schemas=SCHEMAS)
    elsewhere = Content(inputs={"x": 0}, schema="s1", outcome="late", source="sheet.csv")
    add(evalset, Added("a", elsewhere, "synthetic"), added("c"))
    example = evalset.state.example("a")
    assert (example.origins, example.partition, example.pinned, example.content.source) == ({"failure", "synthetic"}, "fix", True, None)
    assert len(evalset.state.heads("a", "content")) == len(evalset.state.heads("a", "member")) == 1
    add(evalset, added("a", partition="eval"))
    assert evalset.state.example("a").partition == "eval"


def test_what_was_dismissed_comes_in_and_goes_back_with_undo(evalset: EvalSet) -> None:
    evalset.dismiss(["a"], "noise")
    add(evalset, added("a", mode="storm"), added("b"))
    assert [evalset.state.status(key) for key in "ab"] == ["promoted", "promoted"]
    version = evalset.version
    evalset.undo()
    assert [evalset.state.status(key) for key in "ab"] == ["dismissed", "open"]
    assert evalset.state.modes() == []
    evalset.redo()
    assert evalset.version == version


def test_a_digit_in_a_file_is_the_name_of_a_mode(evalset: EvalSet) -> None:
    evalset.define_mode("storm", digit=3)
    add(evalset, added("a", mode="3"), added("b", mode="storm"))
    assert [evalset.state.mode(key) for key in "ab"] == ["3", "storm"]


def test_more_new_modes_than_free_digits(evalset: EvalSet) -> None:
    evalset.define_mode("asked", digit=2)
    add(evalset, *(added(f"k{n}", mode=f"mode {n}") for n in range(10)))
    digits = {mode.name: mode.digit for mode in evalset.state.modes()}
    assert [digits[f"mode {n}"] for n in range(10)] == [1, 3, 4, 5, 6, 7, 8, 9, None, None]
    assert not any(mode.disputed for mode in evalset.state.modes())


def test_backfill_writes_content_and_nothing_else(evalset: EvalSet) -> None:
    evalset.promote([item("a"), item("b")], origin="failure", pinned=True, schemas=SCHEMAS)
    evalset.relabel(["a"], "on_time")
    before, version = evalset.state.example("a"), evalset.version
    wider = Content(inputs={"x": 0, "temp": None}, schema="s2", outcome="late")
    event = evalset.backfill([("a", wider), item("b")], schemas={"s2": "wider"}, note="temp is logged now")
    after = evalset.state.example("a")
    assert [(write.subject, write.field) for write in event.writes] == [("a", "content")]
    assert (event.kind, after.content, after.expected, after.pinned) == ("backfill", wider, ("on_time",), True)
    assert after.content_hash != before.content_hash
    assert evalset.schemas == SCHEMAS | {"s2": "wider"}
    evalset.undo()
    assert (evalset.state.example("a"), evalset.version) == (before, version)


def test_another_dtype_of_the_same_values_can_be_backfilled(evalset: EvalSet) -> None:
    evalset.promote([item("a")], origin="failure", schemas=SCHEMAS)
    evalset.backfill([("a", Content(inputs={"x": 0}, schema="s2", outcome="late"))], schemas={"s2": "nullable"})
    assert evalset.state.example("a").content.schema == "s2"


BAD: dict[str, tuple[type[Exception], str, Callable[[EvalSet], object]]] = {
    "nothing": (UsageError, "no prediction", lambda e: add(e)),
    "twice": (UsageError, "named twice", lambda e: add(e, added("x"), added("x"))),
    "empty key": (UsageError, "not empty", lambda e: add(e, added(""))),
    "other content": (UsageError, "other content", lambda e: add(e, added("x"), added("in", 7))),
    "other outcome": (UsageError, "other content", lambda e: add(e, added("in", outcome="on_time"))),
    "retired": (UsageError, "retired", lambda e: add(e, added("x"), added("out"))),
    "closed mode": (UsageError, "closed", lambda e: add(e, added("x", mode="closed"))),
    "mode without a name": (UsageError, "no name", lambda e: add(e, added("x", mode="-"))),
    "unknown origin": (UsageError, "no origin", lambda e: add(e, added("x", origin="found"))),
    "unknown partition": (UsageError, "no partition", lambda e: add(e, added("x", partition="test"))),
    "sampled without probability": (UsageError, "probability", lambda e: add(e, added("x", origin="sampled"))),
    "probability 0": (UsageError, "probability", lambda e: add(e, added("x", origin="sampled", probability=0.0))),
    "probability NaN": (UsageError, "probability", lambda e: add(e, added("x", origin="sampled", probability=float("nan")))),
    "probability of a failure": (UsageError, "not sampled", lambda e: add(e, added("x", probability=0.5))),
    "schema that nobody gave": (DataError, "schema", lambda e: add(e, Added("x", Content(inputs={}, schema="s9"), "important"))),
    "NaN": (DataError, "nan", lambda e: add(e, added("x", expected=float("nan")))),
    "backfill nothing": (UsageError, "no prediction", lambda e: e.backfill([], schemas={})),
    "backfill a stranger": (UsageError, "not in the eval set", lambda e: e.backfill([item("in", 3), item("x")], schemas=SCHEMAS)),
    "backfill what was retired": (UsageError, "not in the eval set", lambda e: e.backfill([item("out", 3)], schemas=SCHEMAS)),
    "backfill what is there": (UsageError, "nothing is new", lambda e: e.backfill([item("in")], schemas=SCHEMAS)),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_changes_nothing(evalset: EvalSet, name: str) -> None:
    evalset.promote([item("in"), item("out")], origin="failure", schemas=SCHEMAS)
    evalset.retire(["out"])
    evalset.define_mode("closed")
    evalset.close_mode("closed")
    events, version = evalset.state.n_events, evalset.version
    error, words, verb = BAD[name]
    with pytest.raises(error, match=words):
        verb(evalset)
    assert (evalset.state.n_events, evalset.version, evalset.unsealed) == (events, version, events)


def test_backfill_ends_no_dispute(evalset: EvalSet, tmp_path) -> None:
    with EvalSet.open(tmp_path / "bob", actor="bob", task_kind="classification") as bob:
        bob.promote([item("a", 1)], origin="failure", schemas=SCHEMAS)
    evalset.promote([item("a", 2)], origin="failure", schemas=SCHEMAS)
    (tmp_path / "bob" / "segments").rename(tmp_path / "evalset" / "segments")
    evalset.refresh()
    assert evalset.state.disputed_fields("a") == ["content"]
    with pytest.raises(UsageError, match="disputed"):
        evalset.backfill([item("a", 3)], schemas=SCHEMAS)
