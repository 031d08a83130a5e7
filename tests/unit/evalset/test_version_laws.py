"""The version changes if and only if something in its definition does, whatever kind of decision was made."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import regrade.evalset
from regrade.evalset import drafts, mode_drafts, undo
from regrade.evalset.add_drafts import Added, add, backfill
from regrade.evalset.drafts import Draft
from regrade.evalset.resolving import resolve
from regrade.evalset.state import State

from .histories import act, elsewhere, live_through, stories
from .replicas import KEYS, Replica, content, everything, fold, label

VERBS_TO_UNDO = [
    "label",
    "relabel other",
    "promote changed",
    "sample",
    "add",
    "backfill",
    "retire",
    "restore",
    "pin",
    "unpin",
    "dismiss",
    "merge modes",
]


def definition(state: State) -> list[tuple[object, ...]]:
    """Return what the version is of, as the document says: 1 is no 1.0, and no True."""
    return [(each.key, each.content_hash, repr(each.expected), each.partition, each.weight, each.pinned) for each in state.examples()]


# -- random histories ----------------------------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None)
@given(stories)
def test_versions_are_equal_if_and_only_if_the_members_are(story) -> None:
    people = live_through(story)
    states = [person.state for person in people.values()]
    lines = list(everything(people).values())
    states += [fold([lines[:cut]]) for cut in range(0, len(lines) + 1, 3)]
    by_version: dict[str, list[tuple[object, ...]]] = {}
    for state in states:
        assert by_version.setdefault(state.version, definition(state)) == definition(state)
    assert len({repr(each) for each in by_version.values()}) == len(by_version)


@settings(max_examples=100, deadline=None)
@given(stories, st.data())
def test_undo_gives_the_version_before_and_redo_the_one_after(story, data: st.DataObject) -> None:
    ann = live_through(story)["ann"]
    before = ann.state.version
    made = act(ann, data.draw(st.sampled_from(VERBS_TO_UNDO)), data.draw(st.sampled_from(KEYS)))
    after = ann.state.version
    if made:
        act(ann, "undo", "a")
        assert ann.state.version == before
        act(ann, "redo", "a")
        assert ann.state.version == after


# -- every kind of decision ----------------------------------------------------------------------------------------------


def start() -> Replica:
    """Return members a (a failure with a mode), b (sampled) and c (in the part for fixing), d retired, e labelled, f dismissed."""
    ann = Replica("ann")
    for draft in (
        lambda state: label(state, ["a", "e"], "storm"),
        lambda state: label(state, ["b"], "hop"),
        lambda state: drafts.promote(state, [("a", content()), ("d", content(3))], "failure", False, None, None),
        lambda state: drafts.promote(state, [("c", content(2))], "important", True, "fix", None),
        lambda state: drafts.sample(state, [("b", content(1))], [0.25], None),
        lambda state: drafts.retire(state, ["d"], None),
        lambda state: drafts.dismiss(state, ["f"], "noise"),
    ):
        ann.decide(draft)
    return ann


def described(state: State, **details: object) -> Draft:
    return mode_drafts.describe(state, "storm", details)


Made = Callable[[State], Draft | list[Draft]]

CHANGES: dict[str, Made] = {
    "label with another expected value": lambda state: drafts.label(state, ["a"], None, [], "on_time", None),
    "relabel": lambda state: drafts.relabel(state, ["a"], "on_time", None),
    "relabel: nobody can know": lambda state: drafts.relabel(state, ["a"], None, None),
    "promote a new one": lambda state: drafts.promote(state, [("e", content(5))], "failure", False, None, None),
    "promote again, other inputs": lambda state: drafts.promote(state, [("a", content(9))], "failure", False, None, None),
    "promote again, other outcome": lambda state: drafts.promote(state, [("a", content(0, "on_time"))], "failure", False, None, None),
    "promote again, other schema": lambda state: drafts.promote(state, [("a", elsewhere())], "failure", False, None, None),
    "promote again, for fixing": lambda state: drafts.promote(state, [("a", content())], "failure", False, "fix", None),
    "promote again, pinned": lambda state: drafts.promote(state, [("a", content())], "failure", True, None, None),
    "sample a new one": lambda state: drafts.sample(state, [("e", content(5))], [0.5], None),
    "sample a failure": lambda state: drafts.sample(state, [("a", content())], [0.5], None),
    "sample again, likelier": lambda state: drafts.sample(state, [("b", content(1))], [0.5], None),
    "pin": lambda state: drafts.pin(state, ["a"], True),
    "unpin": lambda state: drafts.pin(state, ["c"], False),
    "retire": lambda state: drafts.retire(state, ["a"], None),
    "restore": lambda state: drafts.restore(state, ["d"]),
    "add a new one": lambda state: add(state, [Added("g", content(), "synthetic")], None),
    "add: known, expected": lambda state: add(state, [Added("a", content(), "important", expected="on_time")], None),
    "add: known, sampled": lambda state: add(state, [Added("a", content(), "sampled", probability=0.1)], None),
    "backfill": lambda state: backfill(state, [("a", content(7))], None),
    "undo of what counts": lambda state: undo.undo_event(state, "ann:2"),
}

CHANGES_NOT: dict[str, Made] = {
    "label": lambda state: label(state, ["a", "b"], "fog"),
    "label with the expected value it has": lambda state: drafts.label(state, ["a"], None, [], "late", None),
    "relabel to what it is": lambda state: drafts.relabel(state, ["a"], "late", "checked"),
    "relabel no member": lambda state: drafts.relabel(state, ["d", "e", "z"], "on_time", None),
    "note": lambda state: drafts.note(["a", "z"], "look at this"),
    "dismiss no member": lambda state: drafts.dismiss(state, ["e", "d"], "noise"),
    "promote again": lambda state: drafts.promote(state, [("a", content())], "synthetic", False, None, "again"),
    "sample again, less likely": lambda state: drafts.sample(state, [("b", content(1))], [0.125], None),
    "sample a retired one": lambda state: drafts.sample(state, [("d", content(3))], [0.5], None),
    "sample what is in, of all": lambda state: drafts.sample(state, [("a", content())], [1.0], None),
    "pin what is pinned": lambda state: drafts.pin(state, ["c"], True),
    "unpin what is not": lambda state: drafts.pin(state, ["a"], False),
    "restore what is in": lambda state: drafts.restore(state, ["a"]),
    "resolve what is not disputed": lambda state: resolve(state, "a", "in", "member"),
    "add: known": lambda state: add(state, [Added("a", elsewhere(), "important", mode="new one")], None),
    "define": lambda state: Draft("define", tuple(mode_drafts.define(state, "Fog", None, {"owner": "ann"})[1])),
    "describe": lambda state: described(state, description="when it pours", owner="bob", priority=0, link="https://example.org/1"),
    "rename": lambda state: mode_drafts.rename(state, "storm", "Evening storms"),
    "merge": lambda state: mode_drafts.merge(state, ["storm"], "hop"),
    "close": lambda state: mode_drafts.set_state(state, "storm", "closed"),
    "reopen": lambda state: [
        mode_drafts.set_state(state, "storm", "closed"),
        Draft("reopen", mode_drafts.set_state(state, "storm", "closed").writes),
    ],
    "key": lambda state: mode_drafts.set_digit(state, "storm", 9),
    "undo of what does not count": lambda state: undo.undo_event(state, "ann:0"),
    "undo": lambda state: undo.undo_event(state, "ann:6"),
    "redo": lambda state: [undo.undo_event(state, "ann:6"), Draft("redo", undoes=("ann:7",))],
}
"""``ann:0`` labels, ``ann:2`` promotes a and d, ``ann:6`` dismisses f."""


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_it(name: str) -> None:
    ann = start()
    before, version = definition(ann.state), ann.state.version
    (made,) = ann.decide(CHANGES[name])
    assert definition(ann.state) != before
    changed = ann.state.version
    assert changed != version
    undone = made.kind == "undo"
    assert ann.decide(lambda state: (undo.redo if undone else undo.undo)(state, "ann", 1))
    assert ann.state.version == version
    assert ann.decide(lambda state: undo.undo_event(state, "ann:2") if undone else undo.redo(state, "ann", 1))
    assert ann.state.version == changed


@pytest.mark.parametrize("name", CHANGES_NOT)
def test_what_does_not(name: str) -> None:
    ann = start()
    before, version = definition(ann.state), ann.state.version
    assert ann.decide(CHANGES_NOT[name])
    assert definition(ann.state) == before
    assert ann.state.version == version


def test_every_kind_of_decision_is_told_apart_here() -> None:
    known = {event.kind for made in (CHANGES, CHANGES_NOT) for each in made.values() for event in start().decide(each)}
    written = set()
    for path in Path(regrade.evalset.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Draft" and node.args:
                written |= {each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    assert {"label", "promote", "undo"} <= written
    assert written - {"closed"} == known


# -- routes --------------------------------------------------------------------------------------------------------------

ROUTES: dict[str, list[tuple[str, Made]]] = {
    "at once": [("ann", lambda state: drafts.promote(state, [("a", content()), ("b", content(1))], "failure", True, "fix", None))],
    "one after the other, by two": [
        ("bob", lambda state: drafts.promote(state, [("b", content(1))], "important", True, "fix", None)),
        ("ann", lambda state: drafts.promote(state, [("a", content())], "failure", True, "fix", "seen on Monday")),
    ],
    "brought in": [
        ("ann", lambda state: add(state, [Added("b", content(1), "synthetic", partition="fix", pinned=True)], None)),
        ("ann", lambda state: add(state, [Added("a", content(), "sampled", probability=1.0, partition="fix")], None)),
        ("ann", lambda state: drafts.pin(state, ["a"], True)),
    ],
    "with a detour": [
        (
            "ann",
            lambda state: drafts.promote(state, [("a", content(8)), ("b", content(8)), ("c", content())], "failure", False, "fix", None),
        ),
        ("ann", lambda state: backfill(state, [("a", content()), ("b", content(1))], None)),
        ("ann", lambda state: drafts.retire(state, ["b", "c"], None)),
        ("ann", lambda state: drafts.restore(state, ["b"])),
        ("ann", lambda state: drafts.pin(state, ["a", "b"], True)),
        ("ann", lambda state: drafts.relabel(state, ["a"], "on_time", None)),
        ("ann", lambda state: drafts.relabel(state, ["a"], "late", None)),
    ],
}


def test_equal_members_by_different_routes_have_one_version() -> None:
    found = {}
    for name, steps in ROUTES.items():
        people = {"ann": Replica("ann"), "bob": Replica("bob")}
        for who, draft in steps:
            people[who].decide(draft)
        people["ann"].pull(people["bob"])
        found[name] = people["ann"].state.version, definition(people["ann"].state)
    assert len({each for each, _ in found.values()}) == 1, found


def test_a_dispute_counts_by_what_is_disputed_and_a_resolved_one_not_at_all() -> None:
    ann = start()
    bob = Replica("bob")
    bob.pull(ann)
    ann.decide(lambda state: drafts.relabel(state, ["a"], "on_time", None))
    agreed = ann.state.version
    bob.decide(lambda state: drafts.relabel(state, ["a"], "cancelled", None))
    other = bob.state.version
    ann.pull(bob)
    bob.pull(ann)
    assert ann.state.version == bob.state.version not in (agreed, other)
    ann.decide(lambda state: resolve(state, "a", "on_time", None))
    assert ann.state.version == agreed


def test_modes_that_are_disputed_are_not_part_of_it() -> None:
    ann = start()
    bob = Replica("bob")
    bob.pull(ann)
    version = ann.state.version
    ann.decide(lambda state: label(state, ["a"], "fog"))
    bob.decide(lambda state: label(state, ["a"], "hail"))
    ann.pull(bob)
    assert ann.state.status("a") == "disputed"
    assert ann.state.version == version


def test_keys_are_in_the_order_of_code_points() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    keys = ["\U0001f600", "\uffff", "z", "Z", "e\u0301", "\u00e9", " ", "\n"]
    for replica, order in ((ann, keys), (bob, keys[::-1])):
        for key in order:
            replica.decide(lambda state, key=key: drafts.promote(state, [(key, content())], "failure", False, None, None))
    assert ann.state.members() == sorted(keys, key=lambda key: key.encode()) == sorted(keys)
    assert ann.state.version == bob.state.version
