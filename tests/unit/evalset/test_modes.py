"""Failure modes: ids, digits, names, merges."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regrade.errors import UsageError
from regrade.evalset import EvalSet, State, drafts, mode_drafts, resolving, slug
from regrade.evalset.drafts import Draft

from .replicas import Replica, act, content, label


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


# -- what is said of a mode ----------------------------------------------------------------------------------------------------


def test_a_mode_is_described_when_it_is_defined_and_later(evalset: EvalSet) -> None:
    mode = evalset.define_mode("Storm", digit=4, description=" Rain\nor hail ", owner="ann", priority=0, link="https://tickets/7")
    said = (mode.digit, mode.description, mode.owner, mode.priority, mode.link, mode.disputed)
    assert said == (4, "Rain\nor hail", "ann", 0, "https://tickets/7", False)
    event = evalset.describe_mode("STORM", owner="bob", priority=None, link="")
    assert (event.kind, {write.field for write in event.writes}) == ("describe", {"owner", "priority", "link"})
    (mode,) = evalset.state.modes()
    assert (mode.description, mode.owner, mode.priority, mode.link) == ("Rain\nor hail", "bob", None, "")
    evalset.undo()
    assert (evalset.state.modes()[0].owner, evalset.state.modes()[0].priority) == ("ann", 0)


def test_a_mode_that_nobody_described_has_empty_details(evalset: EvalSet) -> None:
    mode = evalset.define_mode("storm")
    assert (mode.description, mode.owner, mode.priority, mode.link) == ("", "", None, "")
    assert {write.field for write in evalset.state.history("storm")[0].writes} == {"name", "state", "digit"}


def test_who_says_nothing_or_too_much_of_a_mode_is_refused(evalset: EvalSet) -> None:
    evalset.define_mode("storm")
    with pytest.raises(UsageError, match="nothing is said"):
        evalset.describe_mode("storm")
    for field, value, words in (
        ("description", "x" * 2_001, "2,000"),
        ("owner", "x" * 201, "200"),
        ("owner", "a\nb", "one line"),
        ("link", "x" * 501, "500"),
        ("link", "https://a\x1b[2J", "control"),
        ("priority", 4, "0, the most urgent"),
        ("priority", -1, "0, the most urgent"),
        ("priority", True, "0, the most urgent"),
        ("description", 7, "a text"),
    ):
        with pytest.raises(UsageError, match=words):
            evalset.describe_mode("storm", **{field: value})
        with pytest.raises(UsageError, match=words):
            evalset.define_mode("new", **{field: value})
    assert evalset.state.n_events == 1


# -- disputes about modes ------------------------------------------------------------------------------------------------------


def decided_apart(first: Callable[[State], Draft], second: Callable[[State], Draft]) -> Replica:
    """Return what Ann sees once Bob's decision is merged with hers; both know a storm (1) and a hop (2)."""
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "label", "a")
    act(ann, "label other", "b")
    bob.pull(ann)
    ann.decide(first)
    bob.decide(second)
    ann.pull(bob)
    return ann


def say(**details: object) -> Callable[[State], Draft]:
    return lambda state: mode_drafts.describe(state, "storm", details)


@pytest.mark.parametrize(
    ("field", "one", "other", "shown"),
    [("description", "rain", "hail", "hail"), ("owner", "ann", "bob", "ann"), ("link", "b", "a", "a"), ("priority", 3, 1, 1)],
)
def test_two_who_describe_a_mode_differently_disagree(field: str, one: object, other: object, shown: object) -> None:
    ann = decided_apart(say(**{field: one}), say(**{field: other}))
    mode = ann.state.book.get("storm")
    assert mode is not None and mode.disputed and getattr(mode, field) == shown
    assert (ann.state.disputed_modes(), ann.state.disputed_fields("storm")) == (["storm"], [field])
    assert ann.state.status("a") == "labelled"
    ann.decide(lambda state: resolving.resolve(state, "storm", one, None))
    mode = ann.state.book.get("storm")
    assert mode is not None and not mode.disputed and getattr(mode, field) == one
    assert ann.state.disputed_modes() == []


def test_two_who_describe_different_things_do_not_disagree() -> None:
    ann = decided_apart(say(owner="ann", priority=1), say(description="rain", priority=1))
    assert ann.state.disputed_modes() == []


def test_two_who_merged_a_mode_into_different_ones_disagree() -> None:
    ann = decided_apart(
        lambda state: mode_drafts.merge(state, ["storm"], "hop"),
        lambda state: Draft("merge", (drafts.write(state, "storm", "into", "rain"), *mode_drafts.define(state, "rain", None)[1])),
    )
    assert [(mode.id, mode.disputed) for mode in ann.state.modes()] == [("hop", True), ("rain", False)]
    assert ann.state.disputed_modes() == ["storm"]
    assert ann.state.disputed_fields("storm") == ["into"]
    ann.decide(lambda state: resolving.resolve(state, "storm", "Rain", None))
    assert [ann.state.mode(key) for key in "ab"] == ["rain", "hop"]
    assert ann.state.disputed_modes() == []


def test_two_merges_into_modes_that_are_one_by_now_are_no_dispute() -> None:
    ann = decided_apart(
        lambda state: mode_drafts.merge(state, ["storm"], "hop"),
        lambda state: Draft("merge", (drafts.write(state, "storm", "into", "rain"), *mode_drafts.define(state, "rain", None)[1])),
    )
    ann.decide(lambda state: mode_drafts.merge(state, ["rain"], "hop"))
    assert ann.state.disputed_modes() == []


@pytest.mark.parametrize(
    ("subject", "value", "reads_as"),
    [("storm", "hop", ["hop", "hop"]), ("hop", "storm", ["storm", "storm"]), ("hop", None, ["hop", "hop"])],
)
def test_a_circle_of_merges_is_resolved_either_way(subject: str, value: str | None, reads_as: list[str]) -> None:
    ann = decided_apart(lambda state: mode_drafts.merge(state, ["storm"], "hop"), lambda state: mode_drafts.merge(state, ["hop"], "storm"))
    assert ann.state.disputed_modes() == ["hop", "storm"]
    ann.decide(lambda state: resolving.resolve(state, subject, value, None))
    assert [ann.state.mode(key) for key in "ab"] == reads_as
    assert ann.state.disputed_modes() == []


def test_a_digit_that_two_modes_claim_goes_to_the_one_that_is_named() -> None:
    ann = decided_apart(lambda state: mode_drafts.set_digit(state, "storm", 7), lambda state: mode_drafts.set_digit(state, "hop", 7))
    assert ann.state.disputed_modes() == ["hop", "storm"]
    ann.decide(lambda state: resolving.resolve(state, "storm", 7, None))
    assert {mode.id: mode.digit for mode in ann.state.modes()} == {"hop": None, "storm": 7}
    assert ann.state.disputed_modes() == []


@pytest.mark.parametrize(
    ("subject", "field", "value"),
    [
        ("storm", "name", "?"),
        ("storm", "state", "gone"),
        ("storm", "digit", 10),
        ("storm", "digit", 2),
        ("storm", "priority", 9),
        ("storm", "into", "storm"),
        ("storm", "into", "nobody"),
        ("a", "mode", "nobody"),
        ("a", "member", "here"),
        ("a", "pinned", "yes"),
        ("a", "partition", "test"),
        ("a", "content", {"inputs": {}, "schema": "s"}),
    ],
)
def test_a_dispute_does_not_end_in_nonsense(subject: str, field: str, value: object) -> None:
    ann = decided_apart(
        lambda state: mode_drafts.describe(state, "storm", {"priority": 1}),
        lambda state: drafts.promote(state, [("a", content())], "failure", True, None, None),
    )
    with pytest.raises(UsageError):
        ann.decide(lambda state: resolving.resolve(state, subject, value, field))


def test_a_dispute_may_end_in_what_neither_said() -> None:
    ann = decided_apart(lambda state: label(state, ["c"], "storm"), lambda state: label(state, ["c"], "hop"))
    ann.decide(lambda state: Draft("define", tuple(mode_drafts.define(state, "Wet runway", None)[1])))
    ann.decide(lambda state: resolving.resolve(state, "c", "wet RUNWAY", None))
    assert ann.state.mode("c") == "wet-runway"


def test_a_prediction_may_be_called_like_its_mode() -> None:
    ann = decided_apart(lambda state: label(state, ["storm"], "storm"), lambda state: label(state, ["storm"], "hop"))
    ann.decide(say(owner="ann"))
    assert (ann.state.status("storm"), ann.state.disputed_modes()) == ("disputed", [])
    ann.decide(lambda state: resolving.resolve(state, "storm", "storm", "mode"))
    assert (ann.state.status("storm"), ann.state.mode("storm")) == ("labelled", "storm")
