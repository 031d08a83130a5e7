"""What a share of the segments says of each prediction, in columns that are joined with those of other shares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from regrade.errors import RegradeError
from regrade.evalset.events import Event, Fact, Write
from regrade.evalset.examples import ORIGINS, origins_of, probability
from regrade.evalset.review.excerpt import OF_MODES, only, subjects_of
from regrade.evalset.review.index import journal_of
from regrade.evalset.state import State
from regrade.evalset.version import plain_row
from regrade.log.content import JSON, encode_lines

Fields: TypeAlias = dict[str, JSON]
"""Register to value."""


class Rows(msgspec.Struct, array_like=True):
    """What is said of some predictions: columns of one length."""

    keys: list[str]
    lines: list[bytes]
    """What the version says of them; empty: no member."""
    labels: list[str | None]
    """The mode that they were labelled with, of several the first; merges are not followed."""
    origins: list[str]
    """All of them, sorted, a blank between."""
    delicate: list[str]
    """Those that were labelled with several modes, which may read otherwise as soon as modes are merged or parted."""

    @classmethod
    def empty(cls, keys: list[str]) -> Rows:
        """Return rows that say nothing."""
        n = len(keys)
        return cls(keys, [b""] * n, [None] * n, [""] * n, [])

    def extend(self, others: Rows, besides: Collection[str]) -> None:
        """Add what ``others`` say of any but ``besides``."""
        kept = [at for at, key in enumerate(others.keys) if key not in besides] if besides else range(len(others.keys))
        self.keys += [others.keys[at] for at in kept]
        self.lines += [others.lines[at] for at in kept]
        self.labels += [others.labels[at] for at in kept]
        self.origins += [others.origins[at] for at in kept]
        self.delicate += [key for key in others.delicate if key not in besides]

    def put(self, others: Rows) -> None:
        """Take what ``others`` say of their predictions, all of which are here, in place of what was said."""
        places = dict(zip(self.keys, range(len(self.keys)), strict=True))
        for key, line, label, origins in zip(others.keys, others.lines, others.labels, others.origins, strict=True):
            at = places[key]
            self.lines[at], self.labels[at], self.origins[at] = line, label, origins
        replaced = set(others.keys)
        self.delicate = [key for key in self.delicate if key not in replaced] + others.delicate


class Share(msgspec.Struct, array_like=True):
    """Segments have the numbers that whoever asked gave them."""

    rows: Rows
    """Of every prediction that was decided on."""
    unsettled: list[str]
    """Those whose row says nothing: only a fold of everything can tell."""
    place_of: list[int]
    """The segment that each row's prediction stands in, of several the first."""
    also: dict[str, list[int]]
    """Those that stand in several segments, to all of these."""
    n_events: int
    n_writes: int
    journals: dict[str, list[int]]
    """Journal id to the segments that hold its events."""
    doubled: list[int]
    """Segments that hold an event twice."""
    undoers: dict[str, list[str]]
    about_modes: list[int]


class ShareMaker:
    """Makes a share out of segments, one at a time.

    Most predictions need no fold: one decision speaks of each. The others are folded by themselves, as if nobody had undone
    anything and no other share spoke of them; whoever joins shares knows better, and folds again what that is not true of.

    Parameters
    ----------
    task_kind : str
        Part of the content hash.
    """

    def __init__(self, task_kind: str) -> None:
        self._task_kind = task_kind
        self._first: dict[str, int] = {}
        self._again: dict[str, set[int]] = {}
        self._rows = Rows([], [], [], [], [])
        self._unsettled: list[str] = []
        self._n_events = self._n_writes = 0
        self._journals: dict[str, list[int]] = {}
        self._undoers: dict[str, list[str]] = {}
        self._about_modes: list[int] = []
        self._doubled: list[int] = []

    def add(self, place: int, events: Sequence[Event]) -> None:
        """Take in what stands in segment ``place``."""
        ids = {event.id for event in events}
        self._n_events += len(events)
        if len(ids) < len(events):
            self._doubled.append(place)
        for journal in set(map(journal_of, ids)):
            self._journals.setdefault(journal, []).append(place)
        first, rows = self._first, self._rows
        members: list[int] = []
        said: list[list[JSON]] = []
        about_modes = False
        for event in events:
            self._n_writes += len(event.writes)
            for target in event.undoes:
                self._undoers.setdefault(target, []).append(event.id)
            subject, fields = _plainly(event)
            if fields is not None:
                parts: Iterable[tuple[str, Fields | None, Sequence[Fact]]] = ((subject, fields, event.facts),)
            else:
                parts = _by_prediction(event)
                about_modes = about_modes or any(write.field in OF_MODES for write in event.writes)
            for key, fields, facts in parts:
                if key in first:
                    self._again.setdefault(key, {first[key]}).add(place)
                    continue
                first[key] = place
                label, origins = None, ""
                if fields is None:
                    self._unsettled.append(key)
                else:
                    label = fields.get("mode")
                    if fields.get("member") == "in" and "content" in fields:
                        origins, largest = _of_facts(facts)
                        expected = (fields["expected"],) if "expected" in fields else ()
                        partition, pinned = str(fields.get("partition", "eval")), fields.get("pinned") is True
                        row = plain_row(key, fields["content"], expected, partition, pinned, largest, self._task_kind)
                        if row is None:
                            self._unsettled.append(key)
                        else:
                            members.append(len(rows.labels))
                            said.append(row)
                rows.labels.append(label if type(label) is str else None)
                rows.origins.append(origins)
        rows.lines += [b""] * (len(rows.labels) - len(rows.lines))
        for at, line in zip(members, encode_lines(said), strict=True):
            rows.lines[at] = line
        if about_modes:
            self._about_modes.append(place)

    def done(self, read: Callable[[int], Sequence[Event]]) -> Share:
        """Return the share; ``read`` is asked again for what stands in a segment: to keep it all takes longer."""
        rows, first = self._rows, self._first
        rows.keys = list(first)
        unsettled = [key for key in self._unsettled if key not in self._again]
        if self._again:
            try:
                rows.put(self._folded(read))
            except RegradeError:  # with the other shares it may make sense; if not, they say what is wrong
                unsettled += self._again
        return Share(
            rows=rows,
            unsettled=unsettled,
            place_of=list(first.values()),
            also={key: sorted(places) for key, places in self._again.items() if len(places) > 1},
            n_events=self._n_events,
            n_writes=self._n_writes,
            journals=self._journals,
            doubled=self._doubled,
            undoers=self._undoers,
            about_modes=self._about_modes,
        )

    def _folded(self, read: Callable[[int], Sequence[Event]]) -> Rows:
        """Return the rows of what several events speak of."""
        again = self._again.keys()
        events = {}
        for place in sorted(set().union(*self._again.values())):
            for event in read(place):
                if not again.isdisjoint(subjects_of(event)):
                    events[event.id] = msgspec.structs.replace(only(event, again), undoes=())
        state = State(self._task_kind)
        state.apply(list(events.values()), [id.encode() for id in events])
        return rows_of(state, again)


def rows_of(state: State, keys: Iterable[str]) -> Rows:
    """Return what a state says of predictions."""
    lines = dict(zip(state.members(), state.version_lines(), strict=True))
    rows = Rows.empty(list(keys))
    for at, key in enumerate(rows.keys):
        labels = state.values(key, "mode")
        if labels and type(labels[0]) is str:
            rows.labels[at] = labels[0]
        if len(labels) > 1:
            rows.delicate.append(key)
        if key in lines:
            rows.lines[at] = lines[key]
            rows.origins[at] = " ".join(sorted(state.origins(key)))
    return rows


def _of_facts(facts: Sequence[Fact]) -> tuple[str, float]:
    """Return where an example comes from, by facts that are all live, and the largest probability that it was sampled with."""
    if len(facts) == 1 and facts[0].kind == "origin" and facts[0].value in ORIGINS:
        return str(facts[0].value), 0.0  # nearly all
    pairs = [(fact.kind, fact.value) for fact in facts]
    return " ".join(sorted(origins_of(pairs))), max([probability(*pair) for pair in pairs], default=0.0)


def _plainly(event: Event) -> tuple[str, Fields | None]:
    """Return the one prediction that an event speaks of, and what it says; nothing where that takes a closer look."""
    writes = event.writes
    subject = writes[0].subject if writes else event.facts[0].subject if event.facts else ""
    fields = {}
    for write in writes:
        if write.subject != subject or write.over or write.field in OF_MODES:
            return "", None
        fields[write.field] = write.value
    for fact in event.facts:
        if fact.subject != subject:
            return "", None
    return subject, fields if len(fields) == len(writes) and (writes or event.facts) else None


def _by_prediction(event: Event) -> Iterator[tuple[str, Fields | None, Sequence[Fact]]]:
    """Yield each prediction that an event speaks of, and what it says; no fields where it goes over others, or writes one twice."""
    writes: dict[str, list[Write]] = {}
    facts: dict[str, list[Fact]] = {}
    for write in event.writes:
        if write.field not in OF_MODES:
            writes.setdefault(write.subject, []).append(write)
    for fact in event.facts:
        facts.setdefault(fact.subject, []).append(fact)
    for subject in writes | facts:
        fields = {write.field: write.value for write in writes.get(subject, ()) if not write.over}
        yield subject, fields if len(fields) == len(writes.get(subject, ())) else None, facts.get(subject, ())
