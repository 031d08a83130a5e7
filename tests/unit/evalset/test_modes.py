"""Failure modes: ids, digits, names, merges."""

from __future__ import annotations

import pytest

from regrade.errors import UsageError
from regrade.evalset import EvalSet, mode_drafts, slug
from regrade.evalset.drafts import Draft

from .replicas import Replica, act


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Evening storm", "evening-storm"),
        ("  short__hop / 2 ", "short-hop-2"),
        ("Größe ≠ ﬁn", "grösse-fin"),
        ("日本 の 天気", "日本-の-天気"),
        ("a\x1b[31m", "a-31m"),
    ],
)
def test_slugs(name: str, id: str) -> None:
    assert slug(name) == id


def test_a_name_without_a_letter_is_refused() -> None:
    with pytest.raises(UsageError):
        slug("– !")


def test_digits_are_the_next_free_until_there_is_none(evalset: EvalSet) -> None:
    evalset.define_mode("asked", digit=2)
    given = [evalset.define_mode(f"m{n}").digit for n in range(9)]
    assert given == [1, 3, 4, 5, 6, 7, 8, 9, None]
    evalset.close_mode("m1")
    assert evalset.define_mode("late comer").digit == 3
    assert next(mode for mode in evalset.state.modes() if mode.id == "m1").digit is None


def test_a_mode_is_found_by_id_name_or_slug(evalset: EvalSet) -> None:
    evalset.define_mode("Evening storm")
    evalset.rename_mode("evening-storm", "Thunder")
    for n, name in enumerate(["evening-storm", "thunder", " THUNDER ", "Evening Storm!"]):
        evalset.label([str(n)], name)
        assert evalset.state.mode(str(n)) == "evening-storm"
    assert [(mode.id, mode.name) for mode in evalset.state.modes()] == [("evening-storm", "Thunder")]
    evalset.set_digit("thunder", 7)
    assert evalset.state.modes()[0].digit == 7


def test_merged_modes_read_as_one(evalset: EvalSet) -> None:
    evalset.label(["a"], "storm")
    evalset.label(["b"], "rain")
    evalset.label(["c"], "weather")
    evalset.merge_modes(["storm", "rain"], "weather")
    assert [evalset.state.mode(key) for key in "abc"] == ["weather"] * 3
    assert [mode.id for mode in evalset.state.modes()] == ["weather"]
    evalset.label(["d"], "storm")
    assert evalset.state.values("d", "mode") == ["weather"]
    with pytest.raises(UsageError, match="already"):
        evalset.define_mode("rain")
    evalset.undo(2)
    assert [evalset.state.mode(key) for key in "abc"] == ["storm", "rain", "weather"]


def test_two_modes_that_were_merged_are_no_dispute() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "label", "a")
    act(ann, "label other", "b")
    bob.decide(lambda state: Draft("label", (ann.state.event("ann:1").writes[-1].__class__("a", "mode", "hop"),)))
    ann.pull(bob)
    assert ann.state.status("a") == "disputed"
    act(ann, "merge modes", "a")
    assert (ann.state.status("a"), ann.state.mode("a")) == ("labelled", "hop")


def test_a_cycle_of_two_merges_reads_as_the_smallest_id_disputed() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "label", "a")
    act(ann, "label other", "b")
    bob.pull(ann)
    act(ann, "merge modes", "a")
    act(bob, "merge back", "a")
    ann.pull(bob)
    assert [(mode.id, mode.disputed) for mode in ann.state.modes()] == [("hop", True)]
    assert [ann.state.mode(key) for key in "ab"] == ["hop", "hop"]


def test_a_clash_of_digits_reads_as_the_smallest_ids_and_is_disputed() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "label", "a")
    act(bob, "label other", "b")
    ann.pull(bob)
    assert [(mode.id, mode.digit, mode.disputed) for mode in ann.state.modes()] == [("hop", 1, True), ("storm", None, True)]
    ann.decide(lambda state: mode_drafts.set_digit(state, "storm", 2))
    assert [(mode.id, mode.digit, mode.disputed) for mode in ann.state.modes()] == [("hop", 1, False), ("storm", 2, False)]


def test_a_mode_that_only_a_label_names_is_still_listed() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "label", "a")
    bob.pull(ann)
    act(bob, "label", "b")
    act(ann, "undo", "a")
    bob.pull(ann)
    assert [(mode.id, mode.name) for mode in bob.state.modes()] == [("storm", "storm")]
    act(bob, "label", "c")
    assert bob.state.modes()[0].digit == 1
