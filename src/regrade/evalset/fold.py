"""From a set of events to registers: which decisions are live, which writes are heads, what they say.

The fold is a function of the *set* of events: their order of arrival, their files and repetitions do not matter. Adding events
touches only the registers that they, or the events that they undo, write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from regrade.errors import IntegrityError
from regrade.evalset.events import MODE_FIELDS, Event, Fact, Write
from regrade.log.content import JSON, canonical


class Register:
    """All writes to one field of one subject."""

    __slots__ = ("heads", "nodes", "values")

    def __init__(self) -> None:
        self.nodes: dict[str, Write] = {}
        """Event id to what it wrote."""
        self.heads: tuple[str, ...] = ()
        """Ids of live events that no live event has gone over, sorted."""
        self.values: tuple[JSON, ...] = ()
        """Distinct values of the heads; more than one: disputed."""


class Fold:
    """Registers and facts of a growing set of events."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.predictions: dict[str, dict[str, Register]] = {}
        self.modes: dict[str, dict[str, Register]] = {}
        self.facts: dict[str, list[tuple[str, Fact]]] = {}
        self.undoers: dict[str, list[str]] = {}
        """Event id, known or not, to the events that undo it."""
        self.dead: set[str] = set()
        """Known events that a live event undoes."""
        self.last_seq = 0
        self._prints: dict[str, int] = {}

    def add(self, events: Sequence[Event], lines: Sequence[bytes]) -> tuple[set[str], set[str]]:
        """Add events that came as ``lines``; return the keys and the modes that may read differently now.

        Raises
        ------
        IntegrityError
            An id is known with other bytes, or an event names one that is not older than itself (the only way to a cycle).
        """
        fresh = self._fresh(events, lines)
        keys: set[str] = set()
        modes: set[str] = set()
        touched: set[tuple[str, str]] = set()
        roots: list[str] = []
        for event in fresh:
            self.events[event.id] = event
            if event.seq > self.last_seq:
                self.last_seq = event.seq
            for write in event.writes:
                subject, field = write.subject, write.field
                by_subject = self.modes if field in MODE_FIELDS else self.predictions
                fields = by_subject.get(subject)
                if fields is None:
                    fields = by_subject[subject] = {}
                register = fields.get(field)
                if register is None:
                    register = fields[field] = Register()
                    register.heads = (event.id,)
                    register.values = (write.value,)
                    if write.over:
                        touched.add((subject, field))
                else:
                    touched.add((subject, field))
                register.nodes[event.id] = write
                (modes if by_subject is self.modes else keys).add(subject)
            for fact in event.facts:
                self.facts.setdefault(fact.subject, []).append((event.id, fact))
                keys.add(fact.subject)
            if event.undoes:
                roots.extend(event.undoes)
                for target in event.undoes:
                    self.undoers.setdefault(target, []).append(event.id)
        if self.undoers:
            roots.extend(event.id for event in fresh if event.id in self.undoers)
            for event in self._settle_lives(roots):
                for write in event.writes:
                    touched.add((write.subject, write.field))
                    (modes if write.field in MODE_FIELDS else keys).add(write.subject)
                keys.update(fact.subject for fact in event.facts)
        for subject, field in touched:
            by_subject = self.modes if field in MODE_FIELDS else self.predictions
            self._settle_heads(by_subject[subject][field], subject, field)
        return keys, modes

    def _fresh(self, events: Sequence[Event], lines: Sequence[bytes]) -> list[Event]:
        """Return the events that are not known yet, each once, in the order given."""
        prints = self._prints
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

    def _settle_heads(self, register: Register, subject: str, field: str) -> None:
        """Find the heads of a register, and what they say."""
        nodes, dead = register.nodes, self.dead
        hidden: set[str] = set()
        stack: list[str] = []
        for id, write in nodes.items():
            for older in write.over:
                if older in nodes and self.events[older].seq >= self.events[id].seq:
                    raise _not_older(id, older)
            if id not in dead:
                stack.extend(write.over)
        while stack:
            id = stack.pop()
            if id not in hidden and id in nodes:
                hidden.add(id)
                stack.extend(nodes[id].over)
        register.heads = tuple(sorted(id for id in nodes if id not in dead and id not in hidden))
        register.values = _distinct([nodes[id].value for id in register.heads])


def _distinct(values: list[JSON]) -> tuple[JSON, ...]:
    """Return each value once, in an order that depends on nothing but the values."""
    if len(values) < 2:
        return tuple(values)
    by_bytes = {canonical(value): value for value in values}
    return tuple(by_bytes[encoded] for encoded in sorted(by_bytes))


def _not_older(id: str, older: str) -> IntegrityError:
    return IntegrityError(
        f"goes over, or undoes, {older}, which is not older than itself",
        where=f"event {id}",
        hint="regrade writes no such event; `git log` says who changed it",
    )
