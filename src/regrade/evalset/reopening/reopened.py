"""A state that answers what screens ask first from a snapshot, and reads the files when anything else is asked."""

# ruff: noqa: D102 - every method is documented where State has it
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec

from regrade.evalset.cache_file import from_bytes
from regrade.evalset.events import Event
from regrade.evalset.examples import Example
from regrade.evalset.modes import Mode, ModeBook
from regrade.evalset.reopening.snapshot import Snapshot
from regrade.evalset.state import STATUSES, State
from regrade.evalset.touched import Touched
from regrade.log.content import JSON


class ReopenedState(State):
    """A :class:`State` whose fold comes later. Safe in several threads, as often as ``read`` is.

    What only the files know raises IntegrityError or DataError, as opening would have, where they are not what regrade wrote.

    Parameters
    ----------
    snapshot : Snapshot
    read : callable
        Reads every file and returns the state of now; called again, it returns the same.
    """

    def __init__(self, snapshot: Snapshot, read: Callable[[], State]) -> None:  # its own: nothing of State's may answer from nothing
        self._snapshot = snapshot
        self._read = read
        self._full: State | None = None
        self._touched = Touched()
        self._rows = dict(zip(snapshot.keys, range(len(snapshot.keys)), strict=True))
        self._modes_of = from_bytes(snapshot.modes_of)
        self._expected_of = from_bytes(snapshot.expected_of)

    def became(self, state: State, *, same: bool) -> None:
        """Answer as ``state`` from now on, which says the ``same`` where it was read from the files that the snapshot knows."""
        if same:
            state._touched = self._touched  # by nothing yet
        self._full = state

    # -- from the snapshot ----------------------------------------------------------------------------------------

    def status(self, key: str) -> str:
        if self._full is not None:
            return self._full.status(key)
        row = self._rows.get(key)
        return "open" if row is None else STATUSES[self._snapshot.statuses[row]]

    def mode(self, key: str) -> str | None:
        if self._full is not None:
            return self._full.mode(key)
        row = self._rows.get(key)
        number = 0 if row is None else self._modes_of[row]
        return self._snapshot.mode_ids[number - 1] if number else None

    def expected(self, key: str) -> list[JSON]:
        if self._full is not None:
            return self._full.expected(key)
        row = self._rows.get(key)
        number = 0 if row is None else self._expected_of[row]
        return list(self._answers[number - 1]) if number else []

    def values(self, subject: str, field: str) -> list[JSON]:
        if self._full is None:
            if field == "pinned":
                return list(self._values[field].get(subject, ()))
            if field == "expected":
                row = self._rows.get(subject)
                return self.expected(subject) if row is not None and self._snapshot.said[row] else []
            if field in self._snapshot.disputed.get(subject, ()):
                return list(self._values[field][subject])
        return self._fully().values(subject, field)

    def decided_keys(self) -> list[str]:
        return self._snapshot.keys[: self._snapshot.n_decided] if self._full is None else self._full.decided_keys()

    def counts(self) -> dict[str, int]:
        if self._full is not None:
            return self._full.counts()
        found = Counter(self._snapshot.statuses)
        return {status: found[number] for number, status in enumerate(STATUSES) if status != "open"}

    def mode_counts(self) -> dict[str, int]:
        if self._full is not None:
            return self._full.mode_counts()
        found = Counter(self._modes_of)
        return {id: found[number] for number, id in enumerate(self._snapshot.mode_ids, 1)}

    def members(self) -> list[str]:
        return self._snapshot.keys[: self._snapshot.n_members] if self._full is None else self._full.members()

    def is_member(self, key: str) -> bool:
        if self._full is not None:
            return self._full.is_member(key)
        return self._rows.get(key, self._snapshot.n_members) < self._snapshot.n_members

    def modes(self) -> list[Mode]:
        return list(self._snapshot.modes) if self._full is None else self._full.modes()

    @property
    def touched(self) -> Touched:
        return self._touched if self._full is None else self._full.touched

    def disputed_fields(self, subject: str) -> list[str]:
        return list(self._snapshot.disputed.get(subject, ())) if self._full is None else self._full.disputed_fields(subject)

    def disputed_modes(self) -> list[str]:
        return list(self._snapshot.disputed_modes) if self._full is None else self._full.disputed_modes()

    @property
    def n_events(self) -> int:
        return self._snapshot.n_events if self._full is None else self._full.n_events

    @property
    def known_version(self) -> str:
        return self._snapshot.version if self._full is None else self._full.known_version

    @property
    def version(self) -> str:
        return self.known_version or self._fully().version

    # -- from the files ---------------------------------------------------------------------------------------------

    def subjects(self, *fields: str) -> list[list[str]]:
        return self._fully().subjects(*fields)

    def heads(self, subject: str, field: str) -> list[str]:
        return self._fully().heads(subject, field)

    def seen(self, subject: str, field: str) -> tuple[str, ...]:
        return self._fully().seen(subject, field)

    def origins(self, key: str) -> frozenset[str]:
        return self._fully().origins(key)

    def version_lines(self) -> list[bytes]:
        return self._fully().version_lines()

    def example(self, key: str) -> Example:
        return self._fully().example(key)

    def examples(self) -> list[Example]:
        return self._fully().examples()

    @property
    def book(self) -> ModeBook:
        return self._fully().book

    def history(self, key: str) -> list[Event]:
        return self._fully().history(key)

    def notes(self, key: str) -> list[str]:
        return self._fully().notes(key)

    def events(self) -> list[Event]:
        return self._fully().events()

    def arrived(self, after: int) -> list[Event]:
        return self._fully().arrived(after)

    def events_of(self, person: str) -> list[Event]:
        return self._fully().events_of(person)

    def event(self, id: str) -> Event | None:
        return self._fully().event(id)

    def is_live(self, id: str) -> bool:
        return self._fully().is_live(id)

    def undoers(self, id: str) -> list[str]:
        return self._fully().undoers(id)

    @property
    def last_seq(self) -> int:
        return self._fully().last_seq

    def apply(self, events: Sequence[Event], lines: Sequence[bytes]) -> None:
        self._fully().apply(events, lines)

    def _fully(self) -> State:
        if self._full is None:
            self._full = self._read()
        return self._full

    @cached_property
    def _answers(self) -> list[list[JSON]]:
        found: list[list[JSON]] = msgspec.json.decode(self._snapshot.expected)
        return found

    @cached_property
    def _values(self) -> dict[str, dict[str, list[JSON]]]:
        found: dict[str, dict[str, list[JSON]]] = msgspec.json.decode(self._snapshot.values)
        return found
