"""What each verb writes: checks the request against the state, and drafts the decision. Nothing here touches a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from regrade.errors import UsageError
from regrade.evalset.events import Event, Fact, Write
from regrade.evalset.state import State
from regrade.log.content import JSON, Content

PROMOTED_AS = ("failure", "important", "synthetic")
PARTITIONS = ("eval", "fix")


@dataclass(frozen=True)
class Draft:
    """A decision without its id, time, order and person."""

    kind: str
    writes: tuple[Write, ...] = ()
    facts: tuple[Fact, ...] = ()
    undoes: tuple[str, ...] = ()
    note: str | None = None
    reason: str | None = None
    population: JSON = None

    def signed(self, id: str, at: str, by: str, seq: int) -> Event:
        """Return the event of ``by``."""
        return Event(
            id, at, by, self.kind, seq, self.writes, self.facts, self.undoes, self.note or None, self.reason or None, self.population
        )


def write(state: State, subject: str, field: str, value: JSON) -> Write:
    """Return a write that goes over all heads of the register, and over what these went over."""
    return Write(subject, field, value, state.seen(subject, field))


def label(
    state: State,
    keys: Sequence[str],
    mode: str | None,
    new_mode: Sequence[Write],
    expected: JSON | msgspec.UnsetType,
    note: str | None,
) -> Draft:
    """Give ``keys`` the mode with id ``mode`` and/or an expected value; who labels what was dismissed takes the dismissal back."""
    keys = distinct(keys)
    if mode is None and expected is msgspec.UNSET:
        raise UsageError("a label has a failure mode, or an expected value, or both")
    writes = list(new_mode)
    for key in keys:
        if mode is not None:
            writes.append(write(state, key, "mode", mode))
        if expected is not msgspec.UNSET:
            writes.append(write(state, key, "expected", expected))
        if state.values(key, "member") == ["dismissed"]:
            writes.append(write(state, key, "member", None))
    return Draft("label", tuple(writes), note=note)


def relabel(state: State, keys: Sequence[str], expected: JSON, note: str | None) -> Draft:
    """Say what should have been answered."""
    return Draft("relabel", tuple(write(state, key, "expected", expected) for key in distinct(keys)), note=note)


def dismiss(state: State, keys: Sequence[str], reason: str) -> Draft:
    """Say that ``keys`` are no failures worth a label, and why."""
    keys = distinct(keys)
    if not reason.strip():
        raise UsageError("a dismissal has a reason", hint='for example --reason "outcome was entered wrongly"')
    refuse([key for key in keys if state.is_member(key)], "in the eval set", "`regrade evalset retire` takes an example out")
    return Draft("dismiss", tuple(write(state, key, "member", "dismissed") for key in keys), reason=reason.strip())


def note(keys: Sequence[str], text: str) -> Draft:
    """Add a note to each of ``keys``."""
    if not text.strip():
        raise UsageError("a note has a text")
    return Draft("note", facts=tuple(Fact(key, "note") for key in distinct(keys)), note=text.strip())


def promote(
    state: State, items: Sequence[tuple[str, Content]], origin: str, pinned: bool, partition: str | None, note: str | None
) -> Draft:
    """Put predictions into the eval set, with what an example needs of each."""
    if origin not in PROMOTED_AS:
        raise UsageError(f"{origin!r} is no origin of a promotion", hint="there are: " + ", ".join(PROMOTED_AS))
    if partition is not None and partition not in PARTITIONS:
        raise UsageError(f"{partition!r} is no partition", hint="there are: " + ", ".join(PARTITIONS))
    distinct([key for key, _ in items])
    writes = [each for key, content in items for each in entering(state, key, content, partition)]
    if pinned:
        writes += [write(state, key, "pinned", True) for key, _ in items]
    return Draft("promote", tuple(writes), tuple(Fact(key, "origin", origin) for key, _ in items), note=note)


def sample(state: State, items: Sequence[tuple[str, Content]], probabilities: Sequence[float], population: JSON) -> Draft:
    """Put a random sample into the eval set; what a person retired, or two dispute, stays as they said."""
    distinct([key for key, _ in items])
    if len(probabilities) != len(items):
        raise UsageError(f"{len(items)} sampled predictions with {len(probabilities)} probabilities")
    for (key, _), probability in zip(items, probabilities, strict=True):
        if not 0 < probability <= 1:
            raise UsageError(f"a sampling probability lies in (0, 1], not {probability}", where=key)
    writes = [
        each
        for key, content in items
        if state.values(key, "member") in ([], [None], ["in"], ["dismissed"])
        for each in entering(state, key, content, None)
    ]
    facts = tuple(Fact(key, "sample", float(probability)) for (key, _), probability in zip(items, probabilities, strict=True))
    return Draft("sample", tuple(writes), facts, population=population)


def pin(state: State, keys: Sequence[str], value: bool) -> Draft:
    """Say that an example must never regress, or no longer."""
    keys = _members(state, keys)
    return Draft("pin" if value else "unpin", tuple(write(state, key, "pinned", value) for key in keys))


def retire(state: State, keys: Sequence[str], reason: str | None) -> Draft:
    """Take examples out of the eval set."""
    keys = _members(state, keys)
    return Draft("retire", tuple(write(state, key, "member", "retired") for key in keys), reason=reason)


def restore(state: State, keys: Sequence[str]) -> Draft:
    """Put back what was retired or dismissed, with the content it had."""
    keys = distinct(keys)
    refuse([key for key in keys if not state.values(key, "content")], "without content: never promoted", "`regrade promote` puts it in")
    return Draft("restore", tuple(write(state, key, "member", "in") for key in keys))


def entering(state: State, key: str, content: Content, partition: str | None) -> list[Write]:
    """Return the writes that make ``key`` a member; its partition is kept where it has one."""
    known = state.values(key, "partition")
    kept = partition or (known[0] if len(known) == 1 else "eval")
    fields = {"member": "in", "content": content, "partition": kept}
    return [write(state, key, field, value) for field, value in fields.items()]


def _members(state: State, keys: Sequence[str]) -> Sequence[str]:
    keys = distinct(keys)
    refuse([key for key in keys if not state.is_member(key)], "not in the eval set", "`regrade promote` puts a prediction in")
    return keys


def distinct(keys: Sequence[str]) -> Sequence[str]:
    """Refuse no key, an empty key, and a key that is given twice."""
    if isinstance(keys, str):
        raise UsageError("keys are a list of texts, not one text", where=keys)
    if not keys:
        raise UsageError("no prediction is named")
    if not all(isinstance(key, str) and key for key in keys):
        raise UsageError("a key is a text that is not empty")
    if len(set(keys)) < len(keys):
        raise UsageError("is named twice", where=next(key for key, times in Counter(keys).items() if times > 1))
    return keys


def refuse(keys: Iterable[str], what: str, hint: str) -> None:
    """Raise UsageError, naming them, where there are any ``keys``."""
    refused = list(keys)
    if refused:
        more = f" and {len(refused) - 3:,} more" if len(refused) > 3 else ""
        raise UsageError(f"is {what}" if len(refused) == 1 else f"are {what}", where=", ".join(refused[:3]) + more, hint=hint)
