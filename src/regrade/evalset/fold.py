"""From a set of events to registers: which decisions are live, which writes are heads, what they say.

The fold is a function of the *set* of events: their order of arrival, their files and repetitions do not matter. Adding events
touches only the registers that they, or the events that they undo, write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from regrade.errors import IntegrityError
from regrade.evalset.events import MODE_FIELDS, Event, Fact, Write
from regrade.log.content import JSON, canonical

_OF_MODES = frozenset(MODE_FIELDS)


SEEN = 64
"""Of what the heads of a register have gone over, so many are named in a write: a line stays short where one key is decided often."""


class Register(msgspec.Struct, gc=False):
    """All writes to one field of one subject."""

    ids: tuple[str, ...]
    """The events that wrote it."""
    writes: tuple[Write, ...]
    """What each of them wrote."""
    heads: tuple[str, ...]
    """Ids of live events that no live event has gone over, sorted."""
    values: tuple[JSON, ...]
    """Distinct values of the heads; more than one: disputed."""


class Fold:
    """Registers and facts of a growing set of events."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.registers: dict[str, dict[str, Register]] = {}
        """Field to subject to register."""
        self.facts: dict[str, list[tuple[str, Fact]]] = {}
        self.undoers: dict[str, list[str]] = {}
        """Event id, known or not, to the events that undo it."""
        self.dead: set[str] = set()
        """Known events that a live event undoes."""
        self.disputed: dict[str, set[str]] = {}
        """Subject to its registers that have several values."""
        self.last_seq = 0
        self._prints: dict[str, int] = {}

    def add(self, events: Sequence[Event], lines: Sequence[bytes]) -> tuple[dict[str, None], dict[str, None]]:
        """Add events that came as ``lines``; return the keys and the modes that may read differently now.

        Raises
        ------
        IntegrityError
            An id is known with other bytes, or an event names one that is not older than itself (the only way to a cycle).
        """
        fresh = self._fresh(events, lines)
        keys: dict[str, None] = {}  # in the order of arrival, which is how their registers lie in memory
        modes: dict[str, None] = {}
        touched: set[tuple[str, str]] = set()
        roots: list[str] = []
        self.events.update((event.id, event) for event in fresh)
        self.last_seq = max([event.seq for event in fresh] + [self.last_seq])
        slots: dict[str, tuple[dict[str, Register], dict[str, None]]] = {}
        facts = self.facts
        for event in fresh:  # flat, and sparing with objects: a third of what opening a large eval set costs
            id = event.id
            alone = (id,)
            last = None
            for write in event.writes:
                subject, field = write.subject, write.field
                if subject == last:
                    subject = last  # one text for all its registers, hashed once
                last = subject
                slot = slots.get(field)
                if slot is None:
                    slot = slots[field] = (self.registers.setdefault(field, {}), modes if field in _OF_MODES else keys)
                of_field, named = slot
                register = of_field.get(subject)
                if register is None:
                    of_field[subject] = Register(alone, (write,), alone, (write.value,))
                    if write.over:
                        touched.add((field, subject))
                else:
                    register.ids += alone
                    register.writes += (write,)
                    touched.add((field, subject))
                named[subject] = None
            for fact in event.facts:
                subject = fact.subject
                if subject == last:
                    subject = last
                if (about := facts.get(subject)) is None:
                    facts[subject] = [(id, fact)]
                else:
                    about.append((id, fact))
                keys[subject] = None
            if event.undoes:
                roots.extend(event.undoes)
                for target in event.undoes:
                    self.undoers.setdefault(target, []).append(id)
        if self.undoers:
            roots.extend(event.id for event in fresh if event.id in self.undoers)
            for event in self._settle_lives(roots):
                for write in event.writes:
                    touched.add((write.field, write.subject))
                    (modes if write.field in _OF_MODES else keys)[write.subject] = None
                keys.update((fact.subject, None) for fact in event.facts)
        for field, subject in touched:
            register = self.registers[field][subject]
            self._settle_heads(register, field)
            if len(register.values) > 1:
                self.disputed.setdefault(subject, set()).add(field)
            elif subject in self.disputed:
                self.disputed[subject].discard(field)
        return keys, modes

    def _fresh(self, events: Sequence[Event], lines: Sequence[bytes]) -> list[Event]:
        """Return the events that are not known yet, each once, in the order given."""
        prints = self._prints
        ids = [event.id for event in events]
        if prints.keys().isdisjoint(ids) and len(set(ids)) == len(ids):
            prints.update(zip(ids, map(hash, lines), strict=True))
            return list(events)
        added: dict[str, int] = {}
        fresh = []
        for event, line in zip(events, lines, strict=True):
            id, fingerprint = event.id, hash(line)
            known = prints.get(id)
            if known is None:
                known = added.get(id)
                if known is None:
                    added[id] = fingerprint
                    fresh.append(event)
                    continue
            if known != fingerprint:
                raise IntegrityError("is there twice, with different bytes", where=f"event {id}", hint="one was edited: restore it")
        prints.update(added)
        return fresh

    def _settle_lives(self, roots: Iterable[str]) -> list[Event]:
        """Find out anew whether ``roots``, and all that they undo, are live; return those where it changed."""
        affected: dict[str, Event] = {}
        stack = list(roots)
        while stack:
            event = self.events.get(stack.pop())
            if event is not None and event.id not in affected:
                affected[event.id] = event
                stack.extend(event.undoes)
        changed = []
        # What undoes an event is newer than it, so one pass from the newest decides all.
        for event in sorted(affected.values(), key=lambda event: -event.seq):
            id = event.id
            undoers = self.undoers.get(id, ())
            for undoer in undoers:
                if self.events[undoer].seq <= event.seq:
                    raise _not_older(undoer, id)
            dead = any(undoer not in self.dead for undoer in undoers)
            if dead != (id in self.dead):
                (self.dead.add if dead else self.dead.remove)(id)
                changed.append(event)
        return changed

    def _settle_heads(self, register: Register, field: str) -> None:
        """Find the heads of a register, and what they say."""
        nodes, dead = dict(zip(register.ids, register.writes, strict=True)), self.dead
        for id, write in nodes.items():
            for older in write.over:
                if older in nodes and self.events[older].seq >= self.events[id].seq:
                    raise _not_older(id, older)
        hidden = self._hidden(nodes)
        register.heads = tuple(sorted(id for id in nodes if id not in dead and id not in hidden))
        register.values = _distinct([nodes[id].value for id in register.heads], meaning if field == "content" else _as_it_is)

    def _hidden(self, nodes: Mapping[str, Write]) -> set[str]:
        """Return what the live writes of a register have gone over, however many steps away; ids that are not known among it."""
        hidden: set[str] = set()
        stack = [older for id, write in nodes.items() if id not in self.dead for older in write.over]
        while stack:
            id = stack.pop()
            if id not in hidden:
                hidden.add(id)
                if id in nodes:
                    stack.extend(nodes[id].over)
        return hidden

    def seen(self, field: str, subject: str) -> tuple[str, ...]:
        """Return what a write to a register names in ``over``: its heads, then what these have gone over, newest first.

        The heads alone say the same as long as all of it is there. The others are for whoever gets this write without some that it
        rests on (a cherry-pick of the last of three commits): its writer had seen the first go. The :data:`SEEN` newest do.
        """
        register = self.registers.get(field, {}).get(subject)
        if register is None:
            return ()
        hidden = self._hidden(dict(zip(register.ids, register.writes, strict=True))) if register.ids != register.heads else set()
        known = sorted((id for id in hidden if id in self.events), key=lambda id: (-self.events[id].seq, id))
        return (*register.heads, *(known + sorted(hidden - set(known)))[:SEEN])


def _distinct(values: list[JSON], meaning: Callable[[JSON], JSON]) -> tuple[JSON, ...]:
    """Return each value once, in an order that depends on nothing but the values; of several that say the same, the smallest bytes."""
    if len(values) < 2:
        return tuple(values)
    by_bytes = {canonical(meaning(value)): value for value in sorted(values, key=canonical, reverse=True)}
    return tuple(by_bytes[encoded] for encoded in sorted(by_bytes))


def _as_it_is(value: JSON) -> JSON:
    return value


def _not_older(id: str, older: str) -> IntegrityError:
    return IntegrityError(
        f"goes over, or undoes, {older}, which is not older than itself",
        where=f"event {id}",
        hint="regrade writes no such event; `git log` says who changed it",
    )


def meaning(value: JSON) -> JSON:
    """Return what a content says: the same inputs out of differently named files, or of differently typed columns, are one content.

    A log that gets its first null in a column of integers has another dtype, and so another hash of its schema, for all its rows
    (docs/decisions/0008-one-content-under-two-schemas.md).
    """
    if isinstance(value, dict) and "inputs" in value and "schema" in value:
        return {name: each for name, each in value.items() if name not in ("source", "schema")}
    return value
