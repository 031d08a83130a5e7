"""People who decide apart and merge, in memory; and the rules of the fold, read off the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import msgspec
from hypothesis import strategies as st

from regrade.errors import UsageError
from regrade.evalset import Added, add_drafts, drafts, mode_drafts, resolving, undo
from regrade.evalset.drafts import Draft
from regrade.evalset.events import Event, encode, parse
from regrade.evalset.state import State
from regrade.log.content import Content, canonical

KEYS = ("a", "b", "c")
KIND = "classification"


def content(x: int = 0, outcome: str | None = "late") -> Content:
    return Content(inputs={"x": x}, schema="s1", outcome=outcome)


class Replica:
    """One person's copy."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = State(KIND)
        self.lines: dict[str, bytes] = {}

    def decide(self, draft: Callable[[State], Draft | Iterable[Draft]]) -> list[Event]:
        drafted = draft(self.state)
        made = []
        for each in [drafted] if isinstance(drafted, Draft) else list(drafted):
            event = each.signed(f"{self.name}:{len(self.lines)}", "2026-11-22T00:00:00Z", self.name, self.state.last_seq + 1)
            self.add([encode(event)])
            made.append(event)
        return made

    def add(self, lines: Iterable[bytes]) -> None:
        parsed = parse(b"".join(line + b"\n" for line in lines), "test")
        self.state.apply(parsed.events, parsed.lines)
        self.lines.update(zip((event.id for event in parsed.events), parsed.lines, strict=True))

    def pull(self, other: Replica) -> None:
        self.add(list(other.lines.values()))


def label(state: State, keys: list[str], mode: str) -> Draft:
    id, new = mode_drafts.named(state, mode)
    return drafts.label(state, keys, id, new, msgspec.UNSET, None)


VERBS: dict[str, Callable[[State, str, str], Any]] = {
    "label": lambda state, key, who: label(state, [key], "storm"),
    "label other": lambda state, key, who: label(state, [key], "hop"),
    "label two": lambda state, key, who: label(state, ["a", key] if key != "a" else ["a"], "storm"),
    "relabel": lambda state, key, who: drafts.relabel(state, [key], "late", None),
    "relabel other": lambda state, key, who: drafts.relabel(state, [key], "on_time", None),
    "dismiss": lambda state, key, who: drafts.dismiss(state, [key], "noise"),
    "promote": lambda state, key, who: drafts.promote(state, [(key, content())], "failure", False, None, None),
    "promote changed": lambda state, key, who: drafts.promote(state, [(key, content(1, "on_time"))], "important", True, "fix", None),
    "sample": lambda state, key, who: drafts.sample(state, [(key, content())], [0.25], {"count": 4}),
    "retire": lambda state, key, who: drafts.retire(state, [key], None),
    "restore": lambda state, key, who: drafts.restore(state, [key]),
    "pin": lambda state, key, who: drafts.pin(state, [key], True),
    "unpin": lambda state, key, who: drafts.pin(state, [key], False),
    "note": lambda state, key, who: drafts.note([key], "seen"),
    "add": lambda state, key, who: add_drafts.add(state, [added(key, "storm"), added("d" + key, "New mode")], "from a file"),
    "add sampled": lambda state, key, who: add_drafts.add(state, [Added(key, content(), "sampled", probability=0.5)], None),
    "backfill": lambda state, key, who: add_drafts.backfill(state, [(key, content(2))], None),
    "backfill wider": lambda state, key, who: add_drafts.backfill(state, [(key, content(3, "on_time"))], None),
    "other schema": lambda state, key, who: add_drafts.backfill(state, [(key, under_another_schema(state, key))], None),
    "describe": lambda state, key, who: mode_drafts.describe(state, "storm", {"description": f"{key} by {who}", "priority": 1}),
    "describe other": lambda state, key, who: mode_drafts.describe(state, "storm", {"owner": who, "link": None, "priority": None}),
    "rename": lambda state, key, who: mode_drafts.rename(state, "storm", f"Storm of {who}"),
    "close": lambda state, key, who: mode_drafts.set_state(state, "hop", "closed"),
    "reopen": lambda state, key, who: mode_drafts.set_state(state, "hop", "open"),
    "digit": lambda state, key, who: mode_drafts.set_digit(state, "storm", 1 + len(who + key) % 9),
    "resolve": lambda state, key, who: resolve_first(state, key),
    "merge modes": lambda state, key, who: mode_drafts.merge(state, ["storm"], "hop"),
    "merge away": lambda state, key, who: mode_drafts.merge(state, ["storm"], "new-mode"),
    "merge back": lambda state, key, who: mode_drafts.merge(state, ["hop"], "storm"),
    "undo": lambda state, key, who: undo.undo(state, who, 1),
    "undo two": lambda state, key, who: undo.undo(state, who, 2),
    **{f"undo {n}": lambda state, key, who, n=n: undo.undo(state, who, n) for n in range(1, 5)},
    "redo": lambda state, key, who: undo.redo(state, who, 1),
    "undo oldest": lambda state, key, who: undo_nth(state, key, 0),
    "undo second": lambda state, key, who: undo_nth(state, key, 1),
}


def added(key: str, mode: str) -> Added:
    return Added(key, content(), "synthetic", expected="late", mode=mode, pinned=True)


def under_another_schema(state: State, key: str) -> Content:
    known = state.example(key).content
    return msgspec.structs.replace(known, schema="s2" if known.schema == "s1" else "s1")


def resolve_first(state: State, key: str) -> Draft:
    """End the first dispute of a prediction, else of a mode."""
    subject = key if state.disputed_fields(key) else next(iter(state.disputed_modes()), key)
    field = next(iter(state.disputed_fields(subject)), None)
    return resolving.resolve(state, subject, state.values(subject, field)[0] if field else None, field)


def undo_nth(state: State, key: str, n: int) -> Draft | list[Draft]:
    """Undo whosever decision on ``key`` it is, in the middle of what was decided since."""
    live = [event for event in state.history(key) if not event.undoes and state.is_live(event.id)]
    return undo.undo_event(state, live[n].id) if len(live) > n else []


def act(replica: Replica, verb: str, key: str) -> list[Event]:
    """Do what can be done; what is refused changes nothing."""
    try:
        return replica.decide(lambda state: VERBS[verb](state, key, replica.name))
    except UsageError:
        return []


PEOPLE = ("ann", "bob", "cem")
ABOUT_MODES = ("describe", "describe other", "rename", "close", "reopen", "digit", "merge modes", "merge away", "merge back", "resolve")
TAKING_BACK = ("undo", "undo two", "redo", "undo oldest", "undo second")
Story = list[tuple[str, str, str, str]]

OTHERS = tuple(sorted(VERBS.keys() - {*ABOUT_MODES, *TAKING_BACK}))


def _written(seed: int) -> Story:
    """Return a story in which people decide apart for a while before they meet; rolled, since drawn lists repeat themselves."""
    story: Story = []
    rng = Random(seed)
    if rng.random() < 0.5:
        story += [("ann", verb, key, "") for verb, key in (("label", "a"), ("label other", "b"), ("promote", "a"), ("promote", "b"))]
        story += [(name, "pull", "a", "ann") for name in PEOPLE[1:]]
    for _ in range(rng.randrange(10, 50)):
        verbs = rng.choices((("pull",), ABOUT_MODES, TAKING_BACK, OTHERS), (1, 5, 3, 6))[0]
        story.append((rng.choice(PEOPLE), rng.choice(verbs), rng.choice(KEYS), rng.choice(PEOPLE)))
    return story


steps = st.builds(_written, st.integers(0, 2**32)) | st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["pull", *VERBS]), st.sampled_from(KEYS), st.sampled_from(PEOPLE)), max_size=30
)
"""Stories of three people: long ones in which they disagree, and short ones, which become still shorter when one fails."""


def live_through(story: Story) -> dict[str, Replica]:
    """Let people decide, and pull from each other, as ``story`` says."""
    people = {name: Replica(name) for name in PEOPLE}
    for name, verb, key, other in story:
        if verb == "pull":
            people[name].pull(people[other])
        else:
            act(people[name], verb, key)
    return people


def everything(people: dict[str, Replica]) -> dict[str, bytes]:
    return {id: line for person in people.values() for id, line in person.lines.items()}


def fold(batches: Iterable[Iterable[bytes]]) -> State:
    replica = Replica("reader")
    for batch in batches:
        replica.add(batch)
    return replica.state


def at_a_glance(state: State) -> dict[str, Any]:
    """Return all that a snapshot answers."""
    subjects = [*KEYS, *sorted({"d" + key for key in KEYS} | {mode.id for mode in state.modes()})]
    return {
        "status": {key: state.status(key) for key in subjects},
        "decided": sorted(state.decided_keys()),
        "mode": {key: state.mode(key) for key in subjects},
        "expected": {key: state.expected(key) for key in subjects},
        "said": {key: state.values(key, "expected") for key in subjects},
        "pinned": {key: state.values(key, "pinned") for key in subjects},
        "members": (state.members(), [state.is_member(key) for key in subjects]),
        "disputed": {key: {field: state.values(key, field) for field in state.disputed_fields(key)} for key in subjects},
        "disputed modes": {id: state.disputed_fields(id) for id in state.disputed_modes()},
        "modes": state.modes(),
        "counts": (state.counts(), state.mode_counts()),
        "version": state.version,
    }


def snapshot(state: State) -> dict[str, Any]:
    """Return all that a reader sees."""
    return at_a_glance(state) | {
        "history": {key: [event.id for event in state.history(key)] for key in KEYS},
        "notes": {key: state.notes(key) for key in KEYS},
        "examples": state.examples(),
    }


def without_place(value: Any) -> Any:
    """Two contents are one where only the file, or the hash of the schema, differs."""
    if isinstance(value, dict) and "inputs" in value:
        return {name: each for name, each in value.items() if name not in ("source", "schema")}
    return value


def by_the_rules(lines: Iterable[bytes]) -> dict[tuple[str, str], tuple[list[str], list[bytes]]]:
    """Return heads and values of every register, by rules 5 to 7 as they are written, without a thought for speed."""
    events = {event.id: event for line in lines for event in parse(line, "test").events}

    def live(id: str) -> bool:
        return not any(id in event.undoes and live(event.id) for event in events.values())

    registers: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events.values():
        for write in event.writes:
            registers.setdefault((write.subject, write.field), {})[event.id] = write

    def reached(id: str, nodes: dict[str, Any]) -> set[str]:
        found = set()
        for older in nodes[id].over:
            if older in nodes:
                found |= {older} | reached(older, nodes)
        return found

    answer = {}
    for register, nodes in registers.items():
        hidden = {older for id in nodes if live(id) for older in reached(id, nodes)}
        heads = sorted(id for id in nodes if live(id) and id not in hidden)
        said: dict[bytes, bytes] = {}
        for encoded in sorted((canonical(nodes[id].value) for id in heads), reverse=True):
            said[canonical(without_place(msgspec.json.decode(encoded)))] = encoded
        answer[register] = (heads, [said[meaning] for meaning in sorted(said)])
    return answer
