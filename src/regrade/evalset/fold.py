"""From a set of events to registers: which decisions are live, which writes are heads, what they say.

The fold is a function of the *set* of events: their order of arrival, their files and repetitions do not matter. Adding events
touches only the registers that they, or the events that they undo, write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

import msgspec

from regrade.errors import IntegrityError
from regrade.evalset.events import OF_MODES, Event, Fact, Write, subjects_of
from regrade.evalset.plain import Fields, said_by
from regrade.log.content import JSON, canonical

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
        self.plain: dict[str, Event] = {}
        """Subject to the one event that speaks of it, where that is live and plain: of most, which then need no registers."""
        self.registers: dict[str, dict[str, Register]] = {}
        """Field to subject to register, of those that are not plain."""
        self.undoers: dict[str, list[str]] = {}
        """Event id, known or not, to the events that undo it."""
        self.dead: set[str] = set()
        """Known events that a live event undoes."""
        self.disputed: dict[str, set[str]] = {}
        """Subject to its registers that have several values."""
        self.last_seq = 0
        self._facts: dict[str, list[tuple[str, Fact]]] = {}
        """Of those that are not plain."""
        self.others: set[str] = set()
        """Those that are not plain."""
        self._prints: dict[str, int] = {}

    def fresh(self, events: Sequence[Event], lines: Sequence[bytes]) -> dict[str, Event]:
        """Take note of events that came as ``lines``; return those that were not known yet by id, in the order given.

        Whoever asks puts into ``plain`` those that belong there, and hands the others to :meth:`add`.

        Raises
        ------
        IntegrityError
            An id is known with other bytes.
        """
        prints = self._prints
        fresh = {event.id: event for event in events}
        if len(fresh) == len(events) and prints.keys().isdisjoint(fresh):
            prints.update(zip(fresh, map(hash, lines), strict=True))
        else:
            added: dict[str, int] = {}
            for event, line in zip(events, lines, strict=True):
                id, fingerprint = event.id, hash(line)
                known = prints.get(id, added.get(id))
                if known is None:
                    added[id] = fingerprint
                elif known != fingerprint:
                    raise IntegrityError(
                        "is there twice, with different bytes",
                        where=f"event {id}",
                        hint="one was edited: `regrade evalset verify` names the files",
                    )
            prints.update(added)
            fresh = {id: fresh[id] for id in added}
        self.events.update(fresh)
        self.last_seq = max(self.last_seq, max(map(attrgetter("seq"), fresh.values()), default=0))
        return fresh

    def add(self, fresh: Mapping[str, Event], others: Iterable[Event]) -> tuple[dict[str, None], dict[str, None]]:
        """Add what ``others`` of the ``fresh`` events say; return the keys and the modes that may read differently now.

        Raises
        ------
        IntegrityError
            An event names one that is not older than itself (the only way to a cycle).
        """
        keys: dict[str, None] = {}
        modes: dict[str, None] = {}
        touched: set[tuple[str, str]] = set()
        roots: list[str] = []
        for event in others:
            for target in event.undoes:
                self.undoers.setdefault(target, []).append(event.id)
            roots += event.undoes
            self._spread(event)
            touched |= self._register(event)
            _name(event, keys, modes)
        if self.undoers:
            for event in self._settle_lives([*roots, *(self.undoers.keys() & fresh.keys())]):
                self._spread(event)
                touched.update((write.field, write.subject) for write in event.writes)
                _name(event, keys, modes)
        for field, subject in touched:
            register = self.registers[field][subject]
            self._settle_heads(register, field)
            if len(register.values) > 1:
                self.disputed.setdefault(subject, set()).add(field)
            elif subject in self.disputed:
                self.disputed[subject].discard(field)
        return keys, modes

    def _spread(self, event: Event) -> None:
        """Give registers and facts to those whom an event speaks of, and who were plain."""
        for subject in self.plain.keys() & subjects_of(event):
            self._register(self.plain[subject])
            del self.plain[subject]  # only now: it may be read meanwhile

    def _register(self, event: Event) -> set[tuple[str, str]]:
        """Add what an event says to registers and facts; return the registers, by field and subject, whose heads are to be found."""
        touched = set()
        id = event.id
        alone = (id,)
        for write in event.writes:
            subject, field = write.subject, write.field
            of_field = self.registers.get(field)
            if of_field is None:
                of_field = self.registers[field] = {}
            register = of_field.get(subject)
            if register is None:
                of_field[subject] = Register(alone, (write,), alone, (write.value,))
                self.others.add(subject)
                if write.over:
                    touched.add((field, subject))
            else:
                register.ids += alone
                register.writes += (write,)
                touched.add((field, subject))
        for fact in event.facts:
            self._facts.setdefault(fact.subject, []).append((id, fact))
            self.others.add(fact.subject)
        return touched

    def said(self, key: str) -> Fields | None:
        """Return what was written to a prediction, where one plain event is all that speaks of it."""
        event = self.plain.get(key)
        return None if event is None else said_by(event)

    def register(self, field: str, subject: str) -> Register | None:
        """Return all writes to one field of one subject; ``None`` where there are none."""
        event = self.plain.get(subject)
        if event is not None:
            return next((_of_one(event, write) for write in event.writes if write.field == field), None)
        return self.registers.get(field, {}).get(subject)

    def values_of(self, key: str) -> dict[str, tuple[JSON, ...]]:
        """Return what the registers of a prediction say, by field; those that say nothing are left out."""
        event = self.plain.get(key)
        if event is not None:
            return {write.field: (write.value,) for write in event.writes}
        return {field: of_field[key].values for field, of_field in list(self.registers.items()) if key in of_field and of_field[key].values}

    def subjects(self, fields: Sequence[str]) -> list[list[str]]:
        """Return of each of some fields the subjects of which its registers say anything."""
        found = {field: [key for key, each in list(self.registers.get(field, {}).items()) if each.values] for field in fields}
        for event in list(self.plain.values()):
            for write in event.writes:
                if write.field in found:
                    found[write.field].append(write.subject)
        return list(found.values())

    def facts_of(self, key: str) -> list[tuple[str, Fact]]:
        """Return the facts of a prediction, each with the id of its event."""
        event = self.plain.get(key)
        return [(event.id, fact) for fact in event.facts] if event is not None else self._facts.get(key, [])

    def speak_of(self, subject: str) -> list[str]:
        """Return the ids of the events that say something of a prediction, or of a failure mode."""
        event = self.plain.get(subject)
        ids = [event.id] if event is not None else []
        ids += [id for of_field in list(self.registers.values()) if subject in of_field for id in of_field[subject].ids]
        return ids + [id for id, _ in self._facts.get(subject, ())]

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
        register.heads = tuple(sorted([id for id in nodes if id not in dead and id not in hidden]))
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
        register = self.register(field, subject)
        if register is None:
            return ()
        hidden = self._hidden(dict(zip(register.ids, register.writes, strict=True))) if register.ids != register.heads else set()
        known = sorted((id for id in hidden if id in self.events), key=lambda id: (-self.events[id].seq, id))
        return (*register.heads, *(known + sorted(hidden - set(known)))[:SEEN])


def _of_one(event: Event, write: Write) -> Register:
    """Return the register that one live event writes."""
    return Register((event.id,), (write,), (event.id,), (write.value,))


def _name(event: Event, keys: dict[str, None], modes: dict[str, None]) -> None:
    """Add the predictions and the modes that an event speaks of."""
    for write in event.writes:
        if write.field in OF_MODES:
            modes[write.subject] = None
        else:
            keys[write.subject] = None
    for fact in event.facts:
        keys[fact.subject] = None


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
