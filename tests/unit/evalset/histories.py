"""Random histories with every verb that there is, for the laws of the format and of the version."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from regrade.errors import UsageError
from regrade.evalset import drafts, mode_drafts
from regrade.evalset.add_drafts import Added, add, backfill
from regrade.evalset.drafts import Draft
from regrade.evalset.events import Event
from regrade.evalset.resolving import resolve
from regrade.evalset.state import State
from regrade.log.content import Content

from .replicas import KEYS, PEOPLE, VERBS, Replica, content


def elsewhere() -> Content:
    """Return the usual content, out of another file and under another schema."""
    return msgspec.structs.replace(content(), source="other.csv", schema="s0")


def sampled(key: str) -> Added:
    return Added(key, content(), "sampled", expected="on_time", mode="fog", probability=0.125, partition="fix")


def _resolve(state: State, subject: str) -> list[Draft]:
    return [resolve(state, subject, state.values(subject, field)[-1], field) for field in state.disputed_fields(subject)[:1]]


ALL_VERBS = VERBS | {
    "promote from elsewhere": lambda state, key, who: drafts.promote(state, [(key, elsewhere())], "synthetic", False, None, "again"),
    "add": lambda state, key, who: add(state, [sampled(key)], None),
    "backfill": lambda state, key, who: backfill(state, [(key, content(7))], None),
    "nobody can know": lambda state, key, who: drafts.relabel(state, [key], None, None),
    "a small number": lambda state, key, who: drafts.relabel(state, [key], 1.5e-5, None),
    "a deep one": lambda state, key, who: drafts.relabel(state, [key], {"b": [1e22, {"é": "\u2028"}], "a": -0.0}, None),
    "no mode": lambda state, key, who: resolve(state, key, None, "mode"),
    "resolve": lambda state, key, who: _resolve(state, key),
    "define": lambda state, key, who: Draft("define", tuple(mode_drafts.define(state, "Fog", 4, {"owner": who})[1])),
    "describe": lambda state, key, who: mode_drafts.describe(state, "storm", {"priority": 1, "description": f"by {who}"}),
    "rename": lambda state, key, who: mode_drafts.rename(state, "storm", f"storms of {who}"),
    "close": lambda state, key, who: mode_drafts.set_state(state, "hop", "closed"),
    "reopen": lambda state, key, who: mode_drafts.set_state(state, "hop", "open"),
    "digit": lambda state, key, who: mode_drafts.set_digit(state, "hop", 7),
    "merge a third": lambda state, key, who: mode_drafts.merge(state, ["fog"], "storm"),
    "merge round": lambda state, key, who: mode_drafts.merge(state, ["storm"], "fog"),
    "resolve a mode": lambda state, key, who: _resolve(state, "storm"),
}
"""Name → what is drafted for (state, key, who)."""

BEGINNING = [
    *[("ann", verb, key, "ann") for verb, key in (("label", "a"), ("label other", "b"), ("promote", "a"), ("promote changed", "b"))],
    *[(name, "pull", "a", "ann") for name in PEOPLE[1:]],
]
"""What everybody knows when they part: two modes, two members."""

_steps = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["pull", "pull", *ALL_VERBS]), st.sampled_from(KEYS), st.sampled_from(PEOPLE))
stories = st.lists(_steps, max_size=12) | st.lists(_steps, min_size=15, max_size=40).map(lambda steps: BEGINNING + steps)
"""Who does what to which key (or pulls from whom)."""


def act(replica: Replica, verb: str, key: str) -> list[Event]:
    """Do what can be done; what is refused changes nothing."""
    try:
        return replica.decide(lambda state: ALL_VERBS[verb](state, key, replica.name))
    except UsageError:
        return []


def live_through(story: list[tuple[str, str, str, str]]) -> dict[str, Replica]:
    """Let people decide, and pull from each other, as ``story`` says."""
    people: dict[str, Any] = {name: Replica(name) for name in PEOPLE}
    for name, verb, key, other in story:
        if verb == "pull":
            people[name].pull(people[other])
        else:
            act(people[name], verb, key)
    return people
