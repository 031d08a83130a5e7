"""What people have decided, as it reads now: status, mode, members, history. Only the store changes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from regrade.errors import UsageError
from regrade.evalset.collector import no_cycles
from regrade.evalset.events import MODE_FIELDS, PREDICTION_FIELDS, Event
from regrade.evalset.examples import Example, expected_values, largest_probability, origins_of, read_example
from regrade.evalset.fold import Fold
from regrade.evalset.modes import Mode, ModeBook
from regrade.evalset.plain import plainly, said_by
from regrade.evalset.roll import Roll
from regrade.evalset.timeline import Timelines, order
from regrade.evalset.touched import Touched
from regrade.evalset.version import PlainMembers, version_line
from regrade.log.content import JSON

STATUSES = ("disputed", "promoted", "retired", "dismissed", "labelled", "open")
_MANY = 1_000
_SUMMARISED = ("mode", "member", "content", "expected")
"""Fields that say what a prediction's status and mode are."""


class State:
    """The fold of all events, answered from dictionaries: ``status`` and ``mode`` cost one look-up each.

    Parameters
    ----------
    task_kind : str
        ``classification``, ``regression``, ``text`` or ``json``: part of the content hash.
    """

    def __init__(self, task_kind: str) -> None:
        self._task_kind = task_kind
        self._fold = Fold()
        self._timelines = Timelines(self._fold.events)
        self._book = ModeBook({})
        registers = self._fold.registers
        self._summarised = [registers.setdefault(name, {}) for name in _SUMMARISED]
        self._mode_registers = {name: registers.setdefault(name, {}) for name in MODE_FIELDS}
        self._status: dict[str, str] = {}
        self._mode: dict[str, str] = {}
        self._members: set[str] = set()
        self._examples: dict[str, Example] = {}
        self._version_lines: dict[str, bytes] = {}
        self._touched = Touched()
        self._roll = Roll(self._members, self._examples_of, self._lines_of)

    # -- reading -------------------------------------------------------------------------------------------------

    def status(self, key: str) -> str:
        """Return the first that holds: disputed, promoted, retired, dismissed, labelled, open."""
        return self._status.get(key, "open")

    def mode(self, key: str) -> str | None:
        """Return the id of the failure mode, merges followed; the smallest of several that are disputed."""
        return self._mode.get(key)

    def expected(self, key: str) -> list[JSON]:
        """Return the distinct expected values: what somebody set, else the outcome that was logged with a promotion."""
        return list(expected_values(self._fold.values_of(key)))

    def values(self, subject: str, field: str) -> list[JSON]:
        """Return the distinct values of a register's heads: none is unset, several are disputed."""
        register = self._fold.register(field, subject)
        return list(register.values) if register else []

    def heads(self, subject: str, field: str) -> list[str]:
        """Return the ids of the events that a write to this register must go over."""
        register = self._fold.register(field, subject)
        return list(register.heads) if register else []

    def seen(self, subject: str, field: str) -> tuple[str, ...]:
        """Return the ids that a write to this register names in ``over``; see :meth:`Fold.seen`."""
        return self._fold.seen(field, subject)

    def subjects(self, *fields: str) -> list[list[str]]:
        """Return of each of some fields every prediction, or mode, of which it has a value."""
        return self._fold.subjects(fields)

    def decided_keys(self) -> list[str]:
        """Return every key whose status is not ``open``."""
        return list(self._status)

    @property
    def touched(self) -> Touched:
        """Which predictions came to read differently."""
        return self._touched

    def counts(self) -> dict[str, int]:
        """Return how many keys have each status; ``open`` is not counted: the log knows how many predictions there are."""
        found = Counter(list(self._status.values()))
        return {status: found[status] for status in STATUSES if status != "open"}

    def mode_counts(self) -> dict[str, int]:
        """Return how many keys carry each mode, merges followed."""
        return dict(Counter(list(self._mode.values())))

    def members(self) -> list[str]:
        """Return the keys of the eval set, sorted."""
        return self._roll.keys()

    def is_member(self, key: str) -> bool:
        """Return whether ``key`` is in the eval set; a member that is disputed stays in."""
        return key in self._members

    def example(self, key: str) -> Example:
        """Return a member of the eval set. Raises UsageError where ``key`` is none."""
        found = self._examples.get(key)
        if found is None:
            if key not in self._members:
                raise UsageError("is not in the eval set", where=key, hint="`regrade promote` puts a prediction in")
            found = read_example(
                key,
                self._fold.values_of(key),
                self._facts(key),
                mode=self.mode(key),
                disputed=self.status(key) == "disputed",
                task_kind=self._task_kind,
            )
            self._examples[key] = found
        return found

    def examples(self) -> list[Example]:
        """Return all members, sorted by key."""
        return self._roll.examples()

    def origins(self, key: str) -> frozenset[str]:
        """Return the origins of a member, as its example has them, without reading the example."""
        return origins_of(self._facts(key))

    def modes(self) -> list[Mode]:
        """Return the failure modes by digit, then name; merged ones are left out, ones that only a label names are kept."""
        defined = self._book.defined()
        known = {mode.id for mode in defined}
        return defined + [Mode(id, id) for id in sorted(set(self._mode.values()) - known)]

    @property
    def book(self) -> ModeBook:
        """The failure modes, to look up."""
        return self._book

    def disputed_fields(self, subject: str) -> list[str]:
        """Return the registers of a prediction, or of a mode, that people disagree on; modes that were merged are one."""
        return self._disputed_fields(subject) + self._book.disputed(subject)

    def disputed_modes(self) -> list[str]:
        """Return the ids of the modes that people disagree on: on what is said of them, or on where they were merged into."""
        return [id for id in self._book.ids() if self._book.disputed(id)]

    def history(self, key: str) -> list[Event]:
        """Return every event that touches a prediction or a mode, and what undid and redid them, oldest first."""
        stack = self._fold.speak_of(key)
        found: dict[str, Event] = {}
        while stack:
            id = stack.pop()
            if id not in found:
                found[id] = self._fold.events[id]
                stack.extend(self._fold.undoers.get(id, ()))
        return sorted(found.values(), key=order)

    def notes(self, key: str) -> list[str]:
        """Return the notes on a prediction that are live, oldest first."""
        return [event.note for event in self.history(key) if event.note and self.is_live(event.id)]

    def events(self) -> list[Event]:
        """Return all events, oldest first."""
        return sorted(self._fold.events.values(), key=order)

    def arrived(self, after: int) -> list[Event]:
        """Return the events that were read after the first ``after`` of them, in the order in which they were."""
        return list(islice(self._fold.events.values(), after, None))

    def events_of(self, person: str) -> list[Event]:
        """Return the events of one person, oldest first."""
        return self._timelines.of(person)

    def event(self, id: str) -> Event | None:
        """Return an event by its id."""
        return self._fold.events.get(id)

    def is_live(self, id: str) -> bool:
        """Return whether an event is known and no live event undoes it."""
        return id in self._fold.events and id not in self._fold.dead

    def undoers(self, id: str) -> list[str]:
        """Return the live events that undo ``id``."""
        return [each for each in self._fold.undoers.get(id, ()) if each not in self._fold.dead]

    @property
    def n_events(self) -> int:
        """How many events are known."""
        return len(self._fold.events)

    @property
    def last_seq(self) -> int:
        """The greatest ``seq`` of any event."""
        return self._fold.last_seq

    @property
    def known_version(self) -> str:
        """The version, where it was asked for since the last change; else empty."""
        return self._roll.known_version

    @property
    def version(self) -> str:
        """SHA-256, in hex, over the sorted members: key, content hash, expected values, partition, weight, pinned."""
        return self._roll.version()

    def version_lines(self) -> list[bytes]:
        """Return what the version says of each member, in the order of :meth:`members`."""
        return self._roll.lines()

    def _examples_of(self, keys: Sequence[str]) -> list[Example]:
        found = self._examples.get
        return [found(key) or self.example(key) for key in keys]

    def _lines_of(self, keys: Sequence[str]) -> list[bytes]:
        lines, plain = self._version_lines, PlainMembers()
        missing = set(keys).difference(lines)
        # Of many in the order of arrival, in which they lie in memory: that takes less time.
        for key in filter(missing.__contains__, self._status) if len(missing) > _MANY else missing:
            if key in self._examples or not self._add_to(plain, key):
                lines[key] = version_line(self.example(key))
        lines.update(zip(plain.keys, plain.lines(self._task_kind), strict=True))
        return [lines[key] for key in keys]

    def _add_to(self, plain: PlainMembers, key: str) -> bool:
        """Add to ``plain`` what is said of a member; ``False`` where that takes a closer look."""
        event = self._fold.plain.get(key)
        if event is not None:
            return plain.add_said(key, said_by(event), largest_probability(event.facts))
        values = self._fold.values_of(key)
        content, partition = values["content"], values.get("partition", ("eval",))[0]
        pinned = any(value is True for value in values.get("pinned", ()))
        sampled = largest_probability(fact for id, fact in self._fold.facts_of(key) if id not in self._fold.dead)
        return len(content) == 1 and plain.add(key, content[0], values.get("expected", ()), str(partition), pinned, sampled)

    # -- changing: for the store only ------------------------------------------------------------------------------

    def apply(self, events: Sequence[Event], lines: Sequence[bytes]) -> None:
        """Add events that came as ``lines``, known ones included; raises IntegrityError as :meth:`Fold.add` does."""
        with no_cycles():
            fresh, plain = self._fold.fresh(events, lines), self._fold.plain
            known = len(plain)
            others, came = self._take_plain(fresh.values())
            spoken = list(islice(reversed(plain), len(plain) - known))
            keys, modes = self._fold.add(fresh, others)
            if modes:
                before, self._book = self._book, ModeBook(self._mode_registers)
                if any(self._book.resolve(id) != before.resolve(id) for id in self._book.ids()):
                    keys |= dict.fromkeys(self._mode)
            self._summarise(keys)
            if came or keys:
                self._roll.touch([*came, *keys])
            self._touched.add([*spoken, *keys])  # last: whoever asks meanwhile would read them as they were

    def _take_plain(self, events: Iterable[Event]) -> tuple[list[Event], list[str]]:
        """Read what plain events say of predictions that nobody has spoken of; return the other events, and which became members.

        Most are so. One flat loop, and sparing with objects: it is half of what folding a large eval set costs.
        """
        plain, known = self._fold.plain, self._fold.others
        status_of, mode_of, inside_of, merged = self._status, self._mode, self._members, self._book.merged
        others: list[Event] = []
        came: list[str] = []
        for event in events:
            said = plainly(event)
            if said is None or (key := said[0]) in plain or key in known:
                others.append(event)
                continue
            plain[key] = event
            fields = said[1]
            mode, member = fields.get("mode"), fields.get("member")
            if type(mode) is str:
                mode_of[key] = merged.get(mode, mode)
                status_of[key] = "labelled"
            elif "expected" in fields:
                status_of[key] = "labelled"
            if member == "in" and "content" in fields:
                status_of[key] = "promoted"
                came.append(key)
            elif member == "retired" or member == "dismissed":
                status_of[key] = member
        inside_of.update(came)
        return others, came

    def _summarise(self, keys: Mapping[str, None]) -> None:
        """Read status, mode and membership of predictions anew."""
        for cache in (self._examples, self._version_lines):
            for key in cache.keys() & keys.keys():
                del cache[key]
        status_of, mode_of, inside_of = self._status, self._mode, self._members
        for key in keys:
            mode, member, inside, expected, disputed = self._look_at(key)
            if disputed:
                status_of[key] = "disputed"
            elif inside:
                status_of[key] = "promoted"
            elif member == "retired" or member == "dismissed":
                status_of[key] = member
            elif mode is not None or expected:
                status_of[key] = "labelled"
            elif key in status_of:
                del status_of[key]
            if mode is not None:
                mode_of[key] = mode
            elif key in mode_of:
                del mode_of[key]
            if inside:
                inside_of.add(key)
            else:
                inside_of.discard(key)

    def _look_at(self, key: str) -> tuple[str | None, JSON, bool, bool, bool]:
        """Return mode and member of a prediction, whether it is inside, whether anything is expected of it, whether it is disputed."""
        if key in self._fold.plain:
            said = self._fold.values_of(key)
            modes, members, contents, expected = (said.get(name, ()) for name in _SUMMARISED)
        else:
            found = (of_field.get(key) for of_field in self._summarised)
            modes, members, contents, expected = (register.values if register is not None else () for register in found)
        mode = None
        if len(modes) == 1 and type(modes[0]) is str:
            mode = self._book.resolve(modes[0])
        elif readings := self._readings(modes):
            mode = readings[0]
        inside, disputed = "in" in members and contents != (), key in self._fold.disputed and bool(self._disputed_fields(key))
        return mode, members[0] if members else None, inside, expected != (), disputed

    def _disputed_fields(self, key: str) -> list[str]:
        """Return the disputed registers of a prediction alone: a mode's id may be the same text."""
        disputed = self._fold.disputed.get(key, ())
        return [
            name for name in PREDICTION_FIELDS if name in disputed and (name != "mode" or len(self._readings(self.values(key, name))) > 1)
        ]

    def _readings(self, values: Iterable[JSON]) -> Sequence[str]:
        """Return the distinct modes that a register says; two that were merged are one."""
        return sorted({self._book.resolve(value) for value in values if isinstance(value, str)})

    def _facts(self, key: str) -> list[tuple[str, JSON]]:
        """Return the live facts of a prediction."""
        dead = self._fold.dead
        return [(fact.kind, fact.value) for id, fact in self._fold.facts_of(key) if id not in dead]
