"""The laws of the fold, on random histories of three people who decide apart and merge."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.errors import IntegrityError
from regrade.evalset import Event, Write, resolving, undo
from regrade.evalset.events import encode
from regrade.evalset.reopening.reopened import ReopenedState
from regrade.evalset.reopening.snapshot import Snapshot
from regrade.evalset.reopening.snapshot_of import snapshot_of
from regrade.evalset.version import version_line, version_of
from regrade.log.content import canonical

from .replicas import KEYS, PEOPLE, VERBS, Replica, act, at_a_glance, by_the_rules, everything, fold, live_through, snapshot, steps


def registers(state):
    written = {(write.subject, write.field) for event in state.events() for write in event.writes}
    return {each: (state.heads(*each), [canonical(value) for value in state.values(*each)]) for each in written}


@settings(max_examples=150, deadline=None)
@given(steps, st.randoms(use_true_random=False))
def test_any_order_any_batches_any_repetition_read_the_same_and_as_the_rules_say(story, rng: random.Random) -> None:
    lines = list(everything(live_through(story)).values())
    expected = snapshot(fold([lines]))
    rng.shuffle(lines)
    cuts = sorted(rng.randrange(len(lines) + 1) for _ in range(3))
    batches = [lines[: cuts[0]], lines[cuts[0] : cuts[1]], lines[: cuts[2]], lines[cuts[1] :]]
    state = fold(batches)
    assert snapshot(state) == expected
    assert registers(state) == by_the_rules(lines)


@settings(max_examples=100, deadline=None)
@given(steps, st.randoms(use_true_random=False))
def test_a_part_of_the_events_reads_as_the_rules_say(story, rng: random.Random) -> None:
    lines = list(everything(live_through(story)).values())
    some = rng.sample(lines, rng.randrange(len(lines) + 1))
    state = fold([[line] for line in some])
    assert registers(state) == by_the_rules(some)
    snapshot(state)  # unknown ids in `over` and `undoes` break nothing that is read


@settings(max_examples=100, deadline=None)
@given(steps)
def test_merging_is_commutative_associative_and_idempotent(story) -> None:
    ann, bob, cem = (list(person.lines.values()) for person in live_through(story).values())
    merged = snapshot(fold([ann, bob, cem]))
    assert snapshot(fold([cem, ann, bob])) == merged
    assert snapshot(fold([bob + cem, ann])) == merged
    assert snapshot(fold([ann, bob, cem, ann, cem, bob])) == merged


@settings(max_examples=400, deadline=None)
@given(steps, st.randoms(use_true_random=False))
def test_every_dispute_ends_with_one_write_over_all_heads(story, rng: random.Random) -> None:
    people = live_through(story)
    judge = Replica("judge")
    for person in people.values():
        judge.pull(person)
    state = judge.state
    open_disputes = [*KEYS, *state.disputed_modes()]
    assert any(mode.disputed for mode in state.modes()) == any(state.book.get(id) for id in state.disputed_modes())
    while open_disputes:
        subject = open_disputes.pop()
        for field in state.disputed_fields(subject):
            if field not in state.disputed_fields(subject):
                continue  # ended with one before it
            chosen = rng.choice(state.values(subject, field))
            judge.decide(lambda state, subject=subject, field=field, chosen=chosen: resolving.resolve(state, subject, chosen, field))
            assert state.values(subject, field) == [chosen]
            assert field not in state.disputed_fields(subject)
        open_disputes += [id for id in state.disputed_modes() if id not in open_disputes]
    assert not any(mode.disputed for mode in state.modes())
    assert state.counts()["disputed"] == 0
    for person in people.values():
        person.pull(judge)
    everybody = Replica("everybody")
    for person in people.values():
        everybody.pull(person)
    assert snapshot(everybody.state) == snapshot(judge.state)


@settings(max_examples=100, deadline=None)
@given(steps)
def test_a_snapshot_answers_as_the_state_does(story) -> None:
    state = fold([everything(live_through(story)).values()])
    wanted = at_a_glance(state)  # which asks for the version
    taken = msgspec.msgpack.encode(snapshot_of(state, stand="here", task_kind="classification", unsealed=0))
    again = ReopenedState(msgspec.msgpack.decode(taken, type=Snapshot), lambda: state)
    assert at_a_glance(again) == wanted
    assert again._full is None, "all of it out of the snapshot"


@settings(max_examples=100, deadline=None)
@given(steps)
def test_the_version_is_of_the_examples_whichever_way_it_is_found(story) -> None:
    lines = list(everything(live_through(story)).values())
    state = fold([lines])
    assert state.version == version_of(version_line(example) for example in fold([lines]).examples())


def what_one_sees(state):
    return (
        {key: (state.status(key), state.mode(key), state.expected(key), state.notes(key), state.values(key, "pinned")) for key in KEYS},
        state.modes(),
        state.version,
    )


often_undone = st.sampled_from([*(verb for verb in VERBS if not verb.startswith("undo ")), "undo two"]) | st.sampled_from(["undo", "redo"])


def rolled(seed: int) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    verbs = [verb for verb in VERBS if not verb.startswith("undo ")]
    return [(rng.choice(rng.choice((verbs, ("undo", "undo two", "redo")))), rng.choice(KEYS)) for _ in range(60)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(often_undone, st.sampled_from(KEYS)), max_size=40) | st.builds(rolled, st.integers(0, 2**32)))
def test_one_person_alone_has_an_ordinary_undo_stack(story) -> None:
    ann = Replica("ann")
    past, future = [], []
    for verb, key in story:
        before = what_one_sees(ann.state)
        made = act(ann, verb, key)
        if verb.startswith("undo"):
            assert len(made) == min(len(past), 2 if verb == "undo two" else 1)
            for _ in made:
                future.append(before)
                before = past.pop()
            assert what_one_sees(ann.state) == before
        elif verb == "redo":
            assert len(made) == min(len(future), 1)
            if made:
                past.append(before)
                assert what_one_sees(ann.state) == future.pop()
        elif made:
            past.append(before)
            future.clear()
        ann.state = fold([list(ann.lines.values())])  # a restart forgets nothing


@settings(max_examples=200, deadline=None)
@given(steps, st.sampled_from(PEOPLE), st.integers(1, 4), st.randoms(use_true_random=False))
def test_after_a_merge_too_redo_takes_back_what_was_undone_whosever_it_was(story, name: str, n: int, rng: random.Random) -> None:
    people = live_through(story)
    ann = people[name]
    for person in people.values():
        ann.pull(person)
    before = at_a_glance(ann.state)
    newest = [event.id for event in undo.undoable(ann.state, name)][:n]
    undone = act(ann, f"undo {n}", "a")
    assert [event.undoes for event in undone] == [(id,) for id in newest]
    ann.state = fold([list(ann.lines.values())])
    for _ in undone:
        assert len(act(ann, "redo", "a")) == 1
    assert at_a_glance(ann.state) == before
    live = [event.id for event in ann.state.events() if not event.undoes and ann.state.is_live(event.id)]
    if live:
        chosen = rng.choice(live)
        ann.decide(lambda state: undo.undo_event(state, chosen))
        assert not ann.state.is_live(chosen)
        act(ann, "redo", "a")
        assert at_a_glance(ann.state) == before


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(VERBS)), st.sampled_from(KEYS)), max_size=25) | st.builds(rolled, st.integers(0, 2**32)))
def test_the_version_changes_when_what_it_is_of_changes_and_only_then(story) -> None:
    ann = Replica("ann")
    known: dict[str, list] = {}
    for verb, key in story:
        act(ann, verb, key)
        definition = [
            (each.key, each.content_hash, each.expected, each.partition, each.weight, each.pinned) for each in ann.state.examples()
        ]
        assert known.setdefault(ann.state.version, definition) == definition
    assert len({repr(definition) for definition in known.values()}) == len(known)


def test_what_was_gone_over_stays_hidden_when_the_middle_is_undone() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    (first,) = act(ann, "label", "a")
    act(ann, "label other", "a")
    bob.pull(ann)
    (last,) = act(bob, "label", "a")
    act(ann, "undo", "a")
    ann.pull(bob)
    assert ann.state.heads("a", "mode") == [last.id]
    act(bob, "undo", "a")
    ann.pull(bob)
    assert ann.state.heads("a", "mode") == [first.id]


def test_what_two_decide_apart_without_disagreeing_is_no_dispute() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "label", "a")
    act(bob, "label", "a")
    ann.pull(bob)
    assert (ann.state.status("a"), ann.state.mode("a")) == ("labelled", "storm")
    assert len(ann.state.heads("a", "mode")) == 2


def test_retired_against_promoted_again_is_disputed_and_stays_in() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "promote", "a")
    bob.pull(ann)
    act(ann, "retire", "a")
    act(bob, "promote", "a")
    ann.pull(bob)
    assert ann.state.status("a") == "disputed"
    assert ann.state.members() == ["a"]
    assert ann.state.example("a").disputed


def test_retired_here_and_relabelled_there_both_hold() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "promote", "a")
    bob.pull(ann)
    act(ann, "retire", "a")
    act(bob, "relabel other", "a")
    ann.pull(bob)
    assert (ann.state.status("a"), ann.state.expected("a")) == ("retired", ["on_time"])


def test_promoted_with_other_content_is_disputed_with_both_outcomes() -> None:
    ann, bob = Replica("ann"), Replica("bob")
    act(ann, "promote", "a")
    act(bob, "promote changed", "a")
    ann.pull(bob)
    assert ann.state.disputed_fields("a") == ["content", "partition"]
    assert ann.state.example("a").expected == ("late", "on_time")


def event(id: str, seq: int, *writes: Write, undoes: tuple[str, ...] = ()) -> bytes:
    return encode(Event(id, "2026-11-22T00:00:00Z", "eve", "label", seq, writes, undoes=undoes))


def test_one_id_with_other_bytes_is_an_integrity_error_wherever_it_comes_from() -> None:
    one, other = event("e:1", 1, Write("a", "mode", "m")), event("e:1", 1, Write("a", "mode", "n"))
    for batches in ([[one, other]], [[one], [other]]):
        with pytest.raises(IntegrityError, match="twice") as raised:
            fold(batches)
        assert raised.value.exit_code == 4
        assert "e:1" in str(raised.value)


@pytest.mark.parametrize(
    "forged",
    [
        [event("e:1", 1, undoes=("e:2",)), event("e:2", 2, undoes=("e:1",))],
        [event("e:1", 1, undoes=("e:1",))],
        [event("e:1", 1, Write("a", "mode", "m", ("e:2",))), event("e:2", 2, Write("a", "mode", "n", ("e:1",)))],
        [event("e:1", 1, Write("a", "mode", "m", ("e:1",)))],
        [
            event("e:1", 1, Write("a", "mode", "m", ("e:3",))),
            event("e:2", 1, Write("a", "mode", "n")),
            event("e:3", 1, Write("a", "mode", "n")),
        ],
    ],
)
def test_a_cycle_is_an_integrity_error_in_any_order(forged: list[bytes]) -> None:
    for batches in ([forged], [forged[::-1]], [[line] for line in forged], [[line] for line in forged[::-1]]):
        with pytest.raises(IntegrityError, match="not older"):
            fold(batches)
