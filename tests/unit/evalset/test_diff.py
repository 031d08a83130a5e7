"""The diff of two states: every kind of change, who made it, and the laws that hold of any two."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given

from regrade.evalset import add_drafts, drafts, mode_drafts, undo
from regrade.evalset.resolving import resolve
from regrade.evalset.review.changes import Diff, Labels, Tally
from regrade.evalset.review.diff import diff
from regrade.evalset.state import State

from .replicas import KEYS, PEOPLE, Replica, content, label, live_through, steps

LISTS = ("relabelled", "pinned", "unpinned", "repartitioned", "reweighted", "new_origin", "new_content")


class Before:
    """What ann decided; then what bob did on top of it."""

    def __init__(self) -> None:
        self.ann = Replica("ann")
        self.ann.decide(lambda state: drafts.promote(state, [(key, content()) for key in KEYS], "failure", False, None, None))

    def then(self, *decisions: Callable[[State], Any]) -> Diff:
        """Return what ``decisions`` of bob change."""
        bob = Replica("bob")
        bob.pull(self.ann)
        for each in decisions:
            bob.decide(each)
        return diff(self.ann.state, bob.state, right=lambda expected, prediction: bool(expected == prediction))


@pytest.fixture
def before() -> Before:
    return Before()


def keys(rows: Iterable[Any]) -> list[str]:
    return [row.key for row in rows]


def changed(found: Diff) -> set[str]:
    """Return the lists that say something."""
    plain = msgspec.to_builtins(found)
    return {name for name, rows in plain.items() if rows and name not in ("unchanged", "by_mode", "by_origin", "outside", "new_decisions")}


def test_nothing_changes_between_a_state_and_itself(before: Before) -> None:
    found = diff(before.ann.state, before.ann.state)
    assert found.empty and changed(found) == set() and found.unchanged == list(KEYS)
    assert found.by_origin == [Tally("failure", 3, 3, 0, 0)] and found.by_mode == [Tally(None, 3, 3, 0, 0)]


def test_what_came_in_says_from_where_and_by_whom(before: Before) -> None:
    found = before.then(
        lambda state: label(state, ["n"], "storm"),
        lambda state: drafts.promote(state, [("n", content())], "important", True, "fix", "seen twice"),
        lambda state: drafts.sample(state, [("s", content(outcome=None))], [0.25], {"count": 4}),
    )
    new, drawn = found.added
    assert (new.key, new.origin, new.mode, new.expected, new.partition, new.pinned, new.again) == (
        "n", "important", "storm", ["late"], "fix", True, False,
    )  # fmt: skip
    assert new.cause is not None and (new.cause.by, new.cause.kind, new.cause.why, new.note) == (
        "bob",
        "promote",
        "seen twice",
        "seen twice",
    )
    assert (drawn.key, drawn.origin, drawn.weight, drawn.expected) == ("s", "sampled", 4.0, [])
    assert changed(found) == {"added", "modes"} and found.unchanged == list(KEYS)
    assert found.by_origin == [
        Tally("failure", 3, 3, 0, 0),
        Tally("important", 0, 1, 1, 0),
        Tally("sampled", 0, 1, 1, 0),
    ]
    assert found.by_mode == [Tally(None, 3, 4, 1, 0), Tally("storm", 0, 1, 1, 0)]


def test_what_was_retired_says_why_and_what_was_restored_was_there_before(before: Before) -> None:
    found = before.then(lambda state: drafts.retire(state, ["a"], "a duplicate"))
    (row,) = found.retired
    assert (row.key, row.how, row.cause and row.cause.why, row.behind) == ("a", "retired", "a duplicate", False)
    assert found.gone == [] and found.unchanged == ["b", "c"]
    before.ann.decide(lambda state: drafts.retire(state, ["a"], None))
    (back,) = before.then(lambda state: drafts.restore(state, ["a"])).added
    assert (back.key, back.again, back.cause and back.cause.kind) == ("a", True, "restore")


def test_a_promotion_undone_is_gone_not_retired(before: Before) -> None:
    event = before.ann.state.events()[0].id
    found = before.then(lambda state: undo.undo_event(state, event))
    assert keys(found.gone) == list(KEYS) and {row.how for row in found.gone} == {"undone"} and found.retired == []
    assert {row.cause and (row.cause.by, row.cause.kind) for row in found.gone} == {("bob", "undo")}


def test_a_flip_of_the_expected_value_says_what_becomes_of_productions_answer() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    said = msgspec.structs.replace(content(), prediction="on_time")
    ann.decide(lambda state: drafts.promote(state, [("a", said)], "failure", True, None, None))
    bob.pull(ann)
    bob.decide(lambda state: drafts.relabel(state, ["a"], "on_time", "the clock was wrong"))
    (row,) = diff(ann.state, bob.state, right=lambda expected, prediction: bool(expected == prediction)).relabelled
    assert row.flip and row.pinned and (row.before, row.after) == (Labels(["late"], []), Labels(["on_time"], []))
    assert (row.prediction, row.right_before, row.right_after) == ("on_time", False, True)
    assert row.cause is not None and (row.cause.by, row.cause.why) == ("bob", "the clock was wrong")


def test_each_change_is_told_of_who_made_it_not_of_who_came_last(before: Before) -> None:
    """A member that came in and was filled in later, a label that was flipped and got another mode later: two people each."""
    ann, bob, cid = before.ann, Replica("bob"), Replica("cid")
    ann.decide(lambda state: drafts.relabel(state, ["a"], "late", None))
    bob.pull(ann)
    bob.decide(lambda state: drafts.promote(state, [("n", content())], "important", False, None, "seen twice"))
    bob.decide(lambda state: drafts.relabel(state, ["a"], "on_time", "the log book"))
    bob.decide(lambda state: drafts.retire(state, ["b"], "twice there"))
    cid.pull(bob)
    other = msgspec.structs.replace(content(7), outcome="diverted")
    cid.decide(lambda state: add_drafts.backfill(state, [("n", content(7)), ("a", other), ("c", other)], "a new column"))
    cid.decide(lambda state: label(state, ["a"], "storm"))
    found = diff(ann.state, cid.state)
    (new,), (left,), (flipped, logged) = found.added, found.retired, found.relabelled
    assert new.cause and left.cause and flipped.cause and flipped.mode_cause and logged.cause
    assert (new.cause.by, new.cause.why, left.cause.by, left.cause.why) == ("bob", "seen twice", "bob", "twice there")
    assert (flipped.flip, flipped.cause.by, flipped.cause.why, flipped.mode_cause.by) == (True, "bob", "the log book", "cid")
    assert (logged.key, logged.cause.by, logged.cause.kind, logged.mode_cause) == ("c", "cid", "backfill", None)


def test_a_mode_and_a_first_expected_value_are_relabelled_without_a_flip(before: Before) -> None:
    before.ann.decide(lambda state: drafts.sample(state, [("s", content(outcome=None))], [0.5], None))
    found = before.then(lambda state: label(state, ["a"], "storm"), lambda state: drafts.relabel(state, ["s"], "late", None))
    assert [(row.key, row.flip, row.after) for row in found.relabelled] == [
        ("a", False, Labels(["late"], ["storm"])),
        ("s", False, Labels(["late"], [])),
    ]
    assert found.unchanged == ["b", "c"]


def test_saying_again_what_is_said_changes_nothing(before: Before) -> None:
    found = before.then(lambda state: drafts.relabel(state, ["a"], "late", None), lambda state: drafts.note(["b"], "seen"))
    assert changed(found) == set() and found.unchanged == list(KEYS) and found.new_decisions == 2


def test_renaming_and_merging_modes_relabels_no_example(before: Before) -> None:
    before.ann.decide(lambda state: label(state, ["a"], "strom"))
    before.ann.decide(lambda state: label(state, ["b"], "storm"))
    found = before.then(
        lambda state: mode_drafts.merge(state, ["strom"], "storm"),
        lambda state: mode_drafts.rename(state, "storm", "evening storm"),
        lambda state: label(state, ["c"], "hop"),
        lambda state: mode_drafts.set_state(state, "hop", "closed"),
        lambda state: mode_drafts.describe(state, "storm", {"owner": "dee", "priority": 1}),
    )
    assert keys(found.relabelled) == ["c"] and found.unchanged == ["a", "b"]
    told = {(change.mode, change.what, change.before, change.after) for change in found.modes}
    assert told == {
        ("strom", "merged", None, "evening storm"),
        ("storm", "renamed", "storm", "evening storm"),
        ("storm", "owner", None, "dee"),
        ("storm", "priority", None, 1),
        ("hop", "defined", None, "hop"),
        ("hop", "closed", "open", "closed"),
    }
    assert found.by_mode == [Tally("evening storm", 2, 2, 0, 0), Tally("hop", 0, 1, 1, 0), Tally(None, 1, 0, 0, 1)]
    assert all(change.cause and change.cause.by == "bob" for change in found.modes)


def test_pins_partitions_weights_origins_and_contents_are_lists_of_their_own(before: Before) -> None:
    before.ann.decide(lambda state: drafts.pin(state, ["b"], True))
    found = before.then(
        lambda state: drafts.pin(state, ["a"], True),
        lambda state: drafts.pin(state, ["b"], False),
        lambda state: drafts.promote(state, [("c", content(7))], "important", False, "fix", None),
        lambda state: drafts.sample(state, [("c", content(7))], [0.5], None),
    )
    assert (keys(found.pinned), keys(found.unpinned)) == (["a"], ["b"])
    (moved,), (weighed,), (origin,), (filled,) = found.repartitioned, found.reweighted, found.new_origin, found.new_content
    assert (moved.before, moved.after, weighed.before, weighed.after) == ("eval", "fix", 1.0, 2.0)
    assert (origin.before, origin.after) == (["failure"], ["failure", "important", "sampled"])
    assert filled.columns == ["x"] and found.relabelled == [] and found.unchanged == []


def test_a_new_column_and_one_that_is_gone_are_named(before: Before) -> None:
    new = msgspec.structs.replace(content(), inputs={"y": 1}, schema="s2")
    (row,) = before.then(lambda state: drafts.promote(state, [("a", new)], "failure", False, None, None)).new_content
    assert row.columns == ["-x", "y"]


def test_a_new_dispute_says_who_says_what_and_its_resolution_who_settled_it(before: Before) -> None:
    bob, cem = Replica("bob"), Replica("cem")
    for person, value in ((bob, "late"), (cem, "on_time")):
        person.pull(before.ann)
        person.decide(lambda state, value=value: drafts.relabel(state, ["a"], value, None))
    only_bob = Replica("reader")
    only_bob.pull(bob)
    bob.pull(cem)
    found = diff(only_bob.state, bob.state)
    (dispute,) = found.disputed
    assert (dispute.subject, dispute.field, dispute.member) == ("a", "expected", True)
    assert sorted((voice.value, voice.by) for voice in dispute.voices) == [("late", "bob"), ("on_time", "cem")]
    assert not found.relabelled[0].flip, "nobody has decided yet"
    later = Replica("dee")
    later.pull(bob)
    later.decide(lambda state: resolve(state, "a", "on_time", "expected"))
    (settled,) = diff(bob.state, later.state).settled
    assert settled.settled == ["on_time"] and settled.cause and settled.cause.by == "dee" and len(settled.voices) == 2


def test_a_digit_that_two_modes_claim_is_one_dispute_of_both() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    for person, name in ((ann, "storm"), (bob, "crew")):
        person.decide(lambda state, name=name: drafts.Draft("define", tuple(mode_drafts.define(state, name, 1)[1])))
    before, after = Replica("reader"), Replica("reader")
    before.pull(ann)
    for each in (ann, bob):
        after.pull(each)
    (dispute,) = diff(before.state, after.state).disputed
    assert (dispute.subject, dispute.field) == ("crew", "digit")
    assert sorted((voice.of, voice.value, voice.by) for voice in dispute.voices) == [("crew", 1, "bob"), ("storm", 1, "ann")]


def test_what_happens_outside_the_set_is_counted_apart(before: Before) -> None:
    before.ann.decide(lambda state: drafts.dismiss(state, ["z"], "noise"))
    dismissal = before.ann.state.events()[-1].id
    found = before.then(
        lambda state: label(state, ["x"], "storm"),
        lambda state: drafts.dismiss(state, ["y"], "noise"),
        lambda state: undo.undo_event(state, dismissal),
    )
    assert (found.outside.labelled, found.outside.dismissed, found.outside.reopened) == (["x"], ["y"], ["z"])
    assert changed(found) == {"modes"}


def test_what_somebody_decided_and_what_a_branch_lacks_are_two_rows(before: Before) -> None:
    head = Replica("bob")
    head.pull(before.ann)
    head.decide(lambda state: drafts.label(state, ["b"], "m2", [], msgspec.UNSET, None))
    main = before.ann
    main.decide(lambda state: drafts.relabel(state, ["b"], "on_time", None))
    rows = {row.behind: row for row in diff(main.state, head.state).relabelled}
    assert len(rows) == 2 and rows[True].flip and rows[True].before.modes == rows[True].after.modes
    assert not rows[False].flip and rows[False].before.expected == rows[False].after.expected
    assert rows[False].before.modes != rows[False].after.modes and rows[False].cause and rows[False].cause.by == "bob"


def test_a_branch_that_was_not_merged_is_behind_and_nobody_retired_what_it_lacks(before: Before) -> None:
    head = Replica("bob")
    head.pull(before.ann)
    head.decide(lambda state: drafts.pin(state, ["c"], True))
    main = before.ann
    main.decide(lambda state: drafts.promote(state, [("m", content())], "failure", False, None, None))
    main.decide(lambda state: drafts.retire(state, ["a"], "old"))
    main.decide(lambda state: drafts.relabel(state, ["b"], "on_time", None))
    found = diff(main.state, head.state)
    assert [(row.key, row.how, row.behind, row.cause) for row in found.gone] == [("m", "behind", True, None)]
    assert [(row.key, row.behind) for row in found.added] == [("a", True)] and found.retired == []
    assert [(row.key, row.behind) for row in found.relabelled] == [("b", True)]
    assert [(row.key, row.behind) for row in found.pinned] == [("c", False)]
    assert (found.new_decisions, found.missing_decisions) == (1, 3)


@given(story=steps)
def test_members_are_partitioned_and_a_state_does_not_differ_from_itself(story: list[tuple[str, str, str, str]]) -> None:
    people = live_through(story)
    for one in PEOPLE:
        assert diff(people[one].state, people[one].state).empty
        for other in PEOPLE:
            before, after = people[one].state, people[other].state
            found = diff(before, after)
            added, left = set(keys(found.added)), set(keys(found.retired)) | set(keys(found.gone))
            assert not added & set(before.members()) and left <= set(before.members())
            assert set(after.members()) == (set(before.members()) - left) | added
            both = set(before.members()) & set(after.members())
            touched = {key for name in LISTS for key in keys(getattr(found, name))}
            touched |= {each.subject for each in found.disputed + found.settled}
            assert set(found.unchanged) == both - touched
            back = diff(after, before)
            assert set(keys(back.retired)) | set(keys(back.gone)) == added and set(keys(back.added)) == left
            assert set(keys(back.relabelled)) == set(keys(found.relabelled)) and back.unchanged == found.unchanged
            assert before.version != after.version or not (added or left or any(row.flip for row in found.relabelled))
            for tallies, total in ((found.by_mode, after), (found.by_origin, after)):
                assert sum(row.after for row in tallies) == len(total.members())
                assert sum(row.before for row in tallies) == len(before.members())
                assert all(row.before + row.added - row.left == row.after for row in tallies)


@given(story=steps)
def test_what_somebody_decided_has_a_cause_that_only_the_later_side_knows(story: list[tuple[str, str, str, str]]) -> None:
    people = live_through(story)
    before, after = people["ann"].state, people["bob"].state
    found = diff(before, after)
    for name in ("added", "retired", "gone", *LISTS):
        for row in getattr(found, name):
            if row.cause is not None:
                assert not row.behind and after.event(row.cause.event) is not None and before.event(row.cause.event) is None
            else:
                assert row.behind and found.missing_decisions
