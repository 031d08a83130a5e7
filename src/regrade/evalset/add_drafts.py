"""What bringing in examples from elsewhere writes: a whole eval set, or new columns for the examples that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from regrade.errors import UsageError
from regrade.evalset.drafts import PARTITIONS, PROMOTED_AS, Draft, distinct, entering, refuse, write
from regrade.evalset.events import Fact, Write
from regrade.evalset.fold import meaning
from regrade.evalset.mode_drafts import definition, is_open
from regrade.evalset.modes import slug
from regrade.evalset.state import State
from regrade.log.content import JSON, Content, canonical

UNSET = msgspec.UNSET
ADDED_AS = ("failure", "important", "synthetic", "sampled")


@dataclass(frozen=True, slots=True)
class Added:
    """An example to bring in."""

    key: str
    content: Content
    origin: str
    """One of ``ADDED_AS``."""
    expected: JSON | msgspec.UnsetType = UNSET
    """Default: the outcome in the content."""
    mode: str | None = None
    """Id or name of its failure mode; one that is new is defined in the same decision."""
    pinned: bool = False
    """It must never regress; False leaves a pin as it is."""
    partition: str | None = None
    """``eval`` or ``fix``; default: the one it has, else ``eval``."""
    probability: float | None = None
    """Of a sampled one: with what probability it was drawn."""
    also: tuple[str, ...] = ()
    """Its other origins: a sampled one may be a failure too."""


def add(state: State, items: Sequence[Added], note: str | None) -> Draft:
    """Bring examples in. One that is in with the same content stays as it is, and gains the origin and what is said of it.

    Raises
    ------
    UsageError
        A key is in the eval set with other content, or was retired; an item says what cannot be.
    """
    distinct([item.key for item in items])
    for item in items:
        _check(item)
    hint = "leave them out, or `regrade evalset backfill` gives an example its new columns"
    refuse([item.key for item in items if _other_content(state, item)], "in the eval set with other content", hint)
    retired = [item.key for item in items if state.values(item.key, "member") == ["retired"]]
    refuse(retired, "retired: somebody took it out", "`regrade evalset restore` puts it back in; leave it out here")
    modes, writes = _modes(state, [item.mode for item in items if item.mode is not None])
    for item in items:
        key = item.key
        if not state.is_member(key):
            writes += entering(state, key, item.content, item.partition)
        elif item.partition is not None and state.values(key, "partition") != [item.partition]:
            writes.append(write(state, key, "partition", item.partition))
        if item.mode is not None:
            writes.append(write(state, key, "mode", modes[item.mode]))
        if item.expected is not UNSET:
            writes.append(write(state, key, "expected", item.expected))
        if item.pinned:
            writes.append(write(state, key, "pinned", True))
    return Draft("add", tuple(writes), tuple(fact for item in items for fact in _facts(item)), note=note)


def backfill(state: State, items: Sequence[tuple[str, Content]], note: str | None) -> Draft:
    """Give members of the eval set new content, as when the log got a column that they lack.

    What differs in the file's name alone is left as it is.

    Raises
    ------
    UsageError
        A key is no member, or people disagree on its content; or there is nothing new in any of them.
    """
    keys = distinct([key for key, _ in items])
    refuse([key for key in keys if not state.is_member(key)], "not in the eval set", "`regrade promote` puts a prediction in")
    refuse([key for key in keys if len(state.values(key, "content")) > 1], "disputed in content", "`regrade evalset resolve` first")
    changed = [(key, content) for key, content in items if _without_source(content) != _without_source(state.values(key, "content")[0])]
    if not changed:
        raise UsageError("nothing is new: the examples have this content already")
    return Draft("backfill", tuple(write(state, key, "content", content) for key, content in changed), note=note)


def _check(item: Added) -> None:
    odd = [each for each in (item.origin, *item.also) if each not in ADDED_AS]
    if odd:
        raise UsageError(f"{odd[0]!r} is no origin of an example", where=item.key, hint="there are: " + ", ".join(ADDED_AS))
    if item.partition is not None and item.partition not in PARTITIONS:
        raise UsageError(f"{item.partition!r} is no partition", where=item.key, hint="there are: " + ", ".join(PARTITIONS))
    probability = item.probability
    if item.origin in PROMOTED_AS:
        if probability is not None:
            raise UsageError("has a probability, but is not sampled", where=item.key, hint="its origin would be `sampled`")
    elif probability is None or not 0 < probability <= 1:
        raise UsageError(f"a sampling probability lies in (0, 1], not {probability}", where=item.key)


def _facts(item: Added) -> list[Fact]:
    sampled = [Fact(item.key, "sample", float(item.probability))] if item.probability is not None else []
    return sampled + [Fact(item.key, "origin", each) for each in dict.fromkeys((item.origin, *item.also)) if each != "sampled"]


def _modes(state: State, names: Iterable[str]) -> tuple[dict[str, str], list[Write]]:
    """Return the id of the mode that each name means, and the writes that define those that are new, each once.

    A digit is a name here: names come out of a file, not from under somebody's fingers.
    """
    ids: dict[str, str] = {}
    new: dict[str, list[Write]] = {}
    digits = iter(state.book.free_digits())
    for name in dict.fromkeys(names):
        found = state.book.called(name)
        ids[name] = id = is_open(found).id if found is not None else slug(name)
        if found is None and id not in new:
            new[id] = definition(state, name, next(digits, None), {})
    return ids, [each for writes in new.values() for each in writes]


def _other_content(state: State, item: Added) -> bool:
    if not state.is_member(item.key):
        return False
    said = {canonical(meaning(value)) for value in state.values(item.key, "content")}
    return canonical(meaning(msgspec.to_builtins(item.content))) not in said


def _without_source(content: JSON) -> bytes:
    return canonical({name: value for name, value in msgspec.to_builtins(content).items() if name != "source"})
