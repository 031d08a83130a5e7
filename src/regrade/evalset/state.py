"""What people have decided, as it reads now: status, mode, members, history. Only the store changes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from regrade.errors import UsageError
from regrade.evalset.collector import no_cycles
from regrade.evalset.events import MODE_FIELDS, PREDICTION_FIELDS, Event
from regrade.evalset.examples import Example, expected_values, origins_of, read_example
from regrade.evalset.fold import Fold, Register
from regrade.evalset.modes import Mode, ModeBook
from regrade.evalset.roll import Roll
from regrade.evalset.timeline import Timelines, order
from regrade.evalset.version import plain_line, version_line
from regrade.log.content import JSON

STATUSES = ("disputed", "promoted", "retired", "dismissed", "labelled", "open")


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
        self._registers = {name: self._fold.registers.setdefault(name, {}) for name in PREDICTION_FIELDS}
        self._mode_registers = {name: self._fold.registers.setdefault(name, {}) for name in MODE_FIELDS}
        self._status: dict[str, str] = {}
        self._mode: dict[str, str] = {}
        self._members: set[str] = set()
        self._examples: dict[str, Example] = {}
        self._version_lines: dict[str, bytes] = {}
        self._roll = Roll(self._members, self.example, self._version_line)

    # -- reading -------------------------------------------------------------------------------------------------

    def status(self, key: str) -> str:
        """Return the first that holds: disputed, promoted, retired, dismissed, labelled, open."""
        return self._status.get(key, "open")

    def mode(self, key: str) -> str | None:
        """Return the id of the failure mode, merges followed; the smallest of several that are disputed."""
        return self._mode.get(key)

    def expected(self, key: str) -> list[JSON]:
        """Return the distinct expected values: what somebody set, else the outcome that was logged with a promotion."""
        return list(expected_values(self._fields(key)))

    def values(self, subject: str, field: str) -> list[JSON]:
        """Return the distinct values of a register's heads: none is unset, several are disputed."""
        register = self._fold.registers.get(field, {}).get(subject)
        return list(register.values) if register else []

    def heads(self, subject: str, field: str) -> list[str]:
        """Return the ids of the events that a write to this register must go over."""
        register = self._fold.registers.get(field, {}).get(subject)
        return list(register.heads) if register else []

    def registers(self, field: str) -> Mapping[str, Register]:
        """Return the registers of one field by subject: to look at many, and to change none."""
        return self._fold.registers.get(field, {})

    def seen(self, subject: str, field: str) -> tuple[str, ...]:
        """Return the ids that a write to this register names in ``over``; see :meth:`Fold.seen`."""
        return self._fold.seen(field, subject)

    def decided_keys(self) -> list[str]:
        """Return every key whose status is not ``open``."""
        return list(self._status)

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
                self._fields(key),
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
        stack = [id for registers in list(self._fold.registers.values()) if key in registers for id in registers[key].ids]
        stack += [id for id, _ in self._fold.facts.get(key, ())]
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

    def _version_line(self, key: str) -> bytes:
        line = self._version_lines.get(key)
        if line is None and key not in self._examples:
            line = plain_line(key, self._registers, self._fold.facts.get(key, ()), self._fold.dead, self._task_kind)
        if line is None:
            line = version_line(self.example(key))
        self._version_lines[key] = line
        return line

    # -- changing: for the store only ------------------------------------------------------------------------------

    def apply(self, events: Sequence[Event], lines: Sequence[bytes]) -> None:
        """Add events that came as ``lines``, known ones included; raises IntegrityError as :meth:`Fold.add` does."""
        with no_cycles():
            keys, modes = self._fold.add(events, lines)
            if modes:
                before, self._book = self._book, ModeBook(self._mode_registers)
                if any(self._book.resolve(id) != before.resolve(id) for id in self._book.ids()):
                    keys.update(dict.fromkeys(self._registers["mode"]))
            if keys:
                self._summarise(keys)
                self._roll.touch(keys)

    def _summarise(self, keys: Iterable[str]) -> None:
        """Read status, mode and membership of predictions anew. One flat loop: it is half of what opening an eval set costs."""
        modes, expected, members, contents = (self._registers[name] for name in ("mode", "expected", "member", "content"))
        status_of, mode_of, inside_of = self._status, self._mode, self._members
        examples, version_lines, disputed = self._examples, self._version_lines, self._fold.disputed
        merged = self._book.merged
        for key in keys:
            if key in version_lines:
                del version_lines[key]
            if key in examples:
                del examples[key]
            mode = member = None
            if (register := modes.get(key)) is not None:
                values = register.values
                if len(values) == 1 and type(values[0]) is str:
                    mode = merged.get(values[0], values[0])
                elif readings := self._readings(register):
                    mode = readings[0]
            inside = False
            if (register := members.get(key)) is not None and register.values:
                member = register.values[0]
                inside = "in" in register.values and key in contents and contents[key].values != ()
            if key in disputed and self._disputed_fields(key):
                status_of[key] = "disputed"
            elif inside:
                status_of[key] = "promoted"
            elif member == "retired" or member == "dismissed":
                status_of[key] = member
            elif mode is not None or (key in expected and expected[key].values):
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

    def _disputed_fields(self, key: str) -> list[str]:
        """Return the disputed registers of a prediction alone: a mode's id may be the same text."""
        disputed = self._fold.disputed.get(key, ())
        return [
            name
            for name in PREDICTION_FIELDS
            if name in disputed and (name != "mode" or len(self._readings(self._registers[name][key])) > 1)
        ]

    def _readings(self, register: Register) -> Sequence[str]:
        """Return the distinct modes that a register says; two that were merged are one."""
        return sorted({self._book.resolve(value) for value in register.values if isinstance(value, str)})

    def _facts(self, key: str) -> list[tuple[str, JSON]]:
        """Return the live facts of a prediction."""
        dead = self._fold.dead
        return [(fact.kind, fact.value) for id, fact in self._fold.facts.get(key, ()) if id not in dead]

    def _fields(self, key: str) -> dict[str, Register]:
        """Return the registers of a prediction."""
        return {name: registers[key] for name, registers in self._registers.items() if key in registers}
