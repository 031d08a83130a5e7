"""What people have decided, as it reads now: status, mode, members, history. Only the store changes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from regrade.errors import UsageError
from regrade.evalset.events import MODE_FIELDS, PREDICTION_FIELDS, Event
from regrade.evalset.examples import Example, expected_values, read_example
from regrade.evalset.fold import Fold, Register
from regrade.evalset.modes import Mode, ModeBook
from regrade.evalset.version import version_line, version_of
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
        self._book = ModeBook({})
        self._status: dict[str, str] = {}
        self._mode: dict[str, str] = {}
        self._members: dict[str, None] = {}
        self._sorted_members: list[str] | None = []
        self._examples: dict[str, Example] = {}
        self._version_lines: dict[str, bytes] = {}
        self._version: str | None = None

    # -- reading -------------------------------------------------------------------------------------------------

    def status(self, key: str) -> str:
        """Return the first that holds: disputed, promoted, retired, dismissed, labelled, open."""
        return self._status.get(key, "open")

    def mode(self, key: str) -> str | None:
        """Return the id of the failure mode, merges followed; the smallest of several that are disputed."""
        return self._mode.get(key)

    def expected(self, key: str) -> list[JSON]:
        """Return the distinct expected values: what somebody set, else the outcome that was logged with a promotion."""
        return list(expected_values(self._fold.predictions.get(key, {})))

    def values(self, subject: str, field: str) -> list[JSON]:
        """Return the distinct values of a register's heads: none is unset, several are disputed."""
        register = self._register(subject, field)
        return list(register.values) if register else []

    def heads(self, subject: str, field: str) -> list[str]:
        """Return the ids of the events that a write to this register must go over."""
        register = self._register(subject, field)
        return list(register.heads) if register else []

    def decided_keys(self) -> Iterable[str]:
        """Return every key whose status is not ``open``."""
        return self._status.keys()

    def counts(self) -> dict[str, int]:
        """Return how many keys have each status; ``open`` is not counted: the log knows how many predictions there are."""
        found = Counter(self._status.values())
        return {status: found[status] for status in STATUSES if status != "open"}

    def mode_counts(self) -> dict[str, int]:
        """Return how many keys carry each mode, merges followed."""
        return dict(Counter(self._mode.values()))

    def members(self) -> list[str]:
        """Return the keys of the eval set, sorted."""
        if self._sorted_members is None:
            self._sorted_members = sorted(self._members)
        return list(self._sorted_members)

    def is_member(self, key: str) -> bool:
        """Return whether ``key`` is in the eval set; a member that is disputed stays in."""
        return key in self._members

    def example(self, key: str) -> Example:
        """Return a member of the eval set. Raises UsageError where ``key`` is none."""
        found = self._examples.get(key)
        if found is None:
            if key not in self._members:
                raise UsageError("is not in the eval set", where=key, hint="`regrade promote` puts a prediction in")
            facts = [(fact.kind, fact.value) for id, fact in self._fold.facts.get(key, ()) if id not in self._fold.dead]
            found = read_example(
                key,
                self._fold.predictions[key],
                facts,
                mode=self.mode(key),
                disputed=self.status(key) == "disputed",
                task_kind=self._task_kind,
            )
            self._examples[key] = found
        return found

    def examples(self) -> list[Example]:
        """Return all members, sorted by key."""
        return [self.example(key) for key in self.members()]

    def modes(self) -> list[Mode]:
        """Return the failure modes by digit, then name; merged ones are left out, ones that only a label names are kept."""
        defined = self._book.defined()
        known = {mode.id for mode in defined}
        return defined + [Mode(id, id) for id in sorted(set(self._mode.values()) - known)]

    @property
    def book(self) -> ModeBook:
        """The failure modes, to look up."""
        return self._book

    def disputed_fields(self, key: str) -> list[str]:
        """Return the registers of a prediction that have several values."""
        fields = self._fold.predictions.get(key, {})
        return [name for name in PREDICTION_FIELDS if name in fields and len(self._readings(name, fields[name])) > 1]

    def history(self, key: str) -> list[Event]:
        """Return every event that touches a prediction or a mode, and what undid and redid them, oldest first."""
        by_subject = [self._fold.predictions.get(key, {}), self._fold.modes.get(key, {})]
        stack = [id for fields in by_subject for register in fields.values() for id in register.nodes]
        stack += [id for id, _ in self._fold.facts.get(key, ())]
        found: dict[str, Event] = {}
        while stack:
            id = stack.pop()
            if id not in found:
                found[id] = self._fold.events[id]
                stack.extend(self._fold.undoers.get(id, ()))
        return sorted(found.values(), key=_order)

    def notes(self, key: str) -> list[str]:
        """Return the notes on a prediction that are live, oldest first."""
        return [event.note for event in self.history(key) if event.note and self.is_live(event.id)]

    def events(self, by: str | None = None) -> list[Event]:
        """Return all events, or those of one person, oldest first."""
        return sorted((event for event in self._fold.events.values() if by is None or event.by == by), key=_order)

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
    def version(self) -> str:
        """SHA-256, in hex, over the sorted members: key, content hash, expected values, partition, weight, pinned."""
        if self._version is None:
            lines = self._version_lines
            members = self.members()
            for key in members:
                if key not in lines:
                    lines[key] = version_line(self.example(key))
            self._version = version_of([lines[key] for key in members])
        return self._version

    # -- changing: for the store only ------------------------------------------------------------------------------

    def apply(self, events: Sequence[Event], lines: Sequence[bytes]) -> None:
        """Add events that came as ``lines``, known ones included; raises IntegrityError as :meth:`Fold.add` does."""
        keys, modes = self._fold.add(events, lines)
        if modes:
            merged_before = {id: self._book.resolve(id) for id in self._fold.modes}
            self._book = ModeBook(self._fold.modes)
            if any(self._book.resolve(id) != merged for id, merged in merged_before.items()):
                keys.update(self._fold.predictions)
        if keys:
            self._version = self._sorted_members = None
        for key in keys:
            self._summarise(key)

    def _summarise(self, key: str) -> None:
        """Read status, mode and membership of one prediction anew."""
        self._examples.pop(key, None)
        self._version_lines.pop(key, None)
        mode = member = None
        disputed = labelled = has_content = False
        members: Sequence[JSON] = ()
        for name, register in self._fold.predictions.get(key, {}).items():
            values: Sequence[JSON] = register.values
            if not values:
                continue
            if name == "mode":
                values = self._readings(name, register)
                mode = values[0] if values else None
                labelled = labelled or mode is not None
            elif name == "expected":
                labelled = True
            elif name == "member":
                members, member = values, values[0]
            elif name == "content":
                has_content = True
            if len(values) > 1:
                disputed = True
        inside = has_content and "in" in members
        if disputed:
            status = "disputed"
        elif inside:
            status = "promoted"
        elif member in ("retired", "dismissed"):
            status = member
        else:
            status = "labelled" if labelled else "open"
        _put(self._status, key, None if status == "open" else status)
        _put(self._mode, key, mode)
        if inside:
            self._members[key] = None
        else:
            self._members.pop(key, None)

    def _readings(self, field: str, register: Register) -> Sequence[JSON]:
        """Return the distinct values of a register; two modes that were merged are one."""
        if field != "mode":
            return register.values
        if len(register.values) == 1 and isinstance(register.values[0], str):
            return (self._book.resolve(register.values[0]),)
        return sorted({self._book.resolve(value) for value in register.values if isinstance(value, str)})

    def _register(self, subject: str, field: str) -> Register | None:
        by_subject = self._fold.modes if field in MODE_FIELDS else self._fold.predictions
        return by_subject.get(subject, {}).get(field)


def _order(event: Event) -> tuple[int, str]:
    return event.seq, event.id


def _put(index: dict[str, str], key: str, value: str | None) -> None:
    if value is None:
        index.pop(key, None)
    else:
        index[key] = value
