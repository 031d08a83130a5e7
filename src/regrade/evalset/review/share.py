"""What a share of the segments says of each prediction, in columns that are joined with those of other shares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from regrade.errors import RegradeError
from regrade.evalset.events import OF_MODES, Event, Fact, Parsed, Write, subjects_of
from regrade.evalset.examples import ORIGINS, largest_probability, origins_of
from regrade.evalset.plain import Fields, plainly
from regrade.evalset.review.excerpt import only
from regrade.evalset.review.index import journal_of
from regrade.evalset.state import State
from regrade.evalset.version import PlainMembers
from regrade.log.content import JSON


class Inputs(msgspec.Struct, array_like=True, gc=False):
    """What slices may ask of an example."""

    schema: str
    """Hash of the schema of all its inputs."""
    names: list[str]
    """Of those that slices may name."""
    values: list[JSON]


class Rows(msgspec.Struct, array_like=True):
    """What is said of some predictions: columns of one length."""

    keys: list[str]
    lines: list[bytes]
    """What the version says of them; empty: no member."""
    labels: list[str | None]
    """The mode that they were labelled with, of several the first; merges are not followed."""
    origins: list[str]
    """All of them, sorted, a blank between."""
    inputs: list[Inputs | None]
    """Of members, where slices ask for them; ``None``: not asked for, or not plain."""
    delicate: list[str]
    """Those that were labelled with several modes, which may read otherwise as soon as modes are merged or parted."""

    @classmethod
    def empty(cls, keys: list[str]) -> Rows:
        """Return rows that say nothing."""
        n = len(keys)
        return cls(keys, [b""] * n, [None] * n, [""] * n, [None] * n, [])

    def extend(self, others: Rows, besides: Collection[str]) -> None:
        """Add what ``others`` say of any but ``besides``."""
        kept = [at for at, key in enumerate(others.keys) if key not in besides] if besides else None
        for mine, theirs in zip(self._columns(), others._columns(), strict=True):
            mine += theirs if kept is None else map(theirs.__getitem__, kept)
        self.delicate += [key for key in others.delicate if key not in besides]

    def _columns(self) -> tuple[list[Any], ...]:
        return self.keys, self.lines, self.labels, self.origins, self.inputs

    def put(self, others: Rows) -> None:
        """Take what ``others`` say of their predictions, all of which are here, in place of what was said."""
        places = dict(zip(self.keys, range(len(self.keys)), strict=True))
        for of, key in enumerate(others.keys):
            at = places[key]
            self.lines[at], self.labels[at] = others.lines[of], others.labels[of]
            self.origins[at], self.inputs[at] = others.origins[of], others.inputs[of]
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
    schemas: dict[str, str]
    """Hash to encoded."""


class Picker:
    """Picks out of inputs what slices may ask for.

    Parameters
    ----------
    slices : str
        What they are, one after another; empty: nothing is asked for.
    """

    def __init__(self, slices: str) -> None:
        lower = slices.lower()
        self._text = lower + lower.replace('""', '"')  # as a quoted name is written in SQL, and as it is
        self.asks = bool(slices)
        """Whether anything is asked for."""
        self._names: dict[str, list[str]] = {}

    def pick(self, inputs: Mapping[str, JSON], schema: str) -> Inputs | None:
        """Return the inputs whose names stand anywhere in the slices; of one schema all have the same."""
        if not self.asks:
            return None
        names = self._names.get(schema)
        if names is None:
            names = self._names[schema] = [name for name in inputs if name.lower() in self._text]
        try:
            return Inputs(schema, names, [inputs[name] for name in names])
        except KeyError:  # its schema says that it has it: whoever looks at all of it says so
            return None


class ShareMaker:
    """Makes a share out of segments, one at a time.

    Most predictions need no fold: one decision speaks of each. The others are folded by themselves, as if nobody had undone
    anything and no other share spoke of them; whoever joins shares knows better, and folds again what that is not true of.

    Parameters
    ----------
    task_kind : str
        Part of the content hash.
    slices : str
        See :class:`Picker`.
    """

    def __init__(self, task_kind: str, slices: str = "") -> None:
        self._task_kind = task_kind
        self._picker = Picker(slices)
        self._schemas: dict[str, str] = {}
        self._first: dict[str, int] = {}
        self._again: dict[str, set[int]] = {}
        self._rows = Rows.empty([])
        self._unsettled: list[str] = []
        self._n_events = self._n_writes = 0
        self._journals: dict[str, list[int]] = {}
        self._undoers: dict[str, list[str]] = {}
        self._about_modes: list[int] = []
        self._doubled: list[int] = []

    def add(self, place: int, segment: Parsed) -> None:
        """Take in what stands in segment ``place``."""
        events = segment.events
        self._schemas |= segment.schemas
        ids = {event.id for event in events}
        self._n_events += len(events)
        if len(ids) < len(events):
            self._doubled.append(place)
        for journal in set(map(journal_of, ids)):
            self._journals.setdefault(journal, []).append(place)
        first, members, labels, origins = self._first, PlainMembers(), self._rows.labels, self._rows.origins
        places: list[int] = []
        before, n_writes, about_modes = len(labels), 0, False
        for event in events:
            n_writes += len(event.writes)
            if event.undoes:
                for target in event.undoes:
                    self._undoers.setdefault(target, []).append(event.id)
            plain = plainly(event)
            if plain is None:
                about_modes = about_modes or any(write.field in OF_MODES for write in event.writes)
            for key, fields, facts in (plain,) if plain is not None else _by_prediction(event):
                if key in first:
                    self._again.setdefault(key, {first[key]}).add(place)
                    continue
                first[key] = place
                if fields is None:
                    self._unsettled.append(key)
                    labels.append(None)
                    origins.append("")
                    continue
                label = fields.get("mode")
                labels.append(label if type(label) is str else None)
                origin = ""
                if fields.get("member") == "in" and "content" in fields:
                    origin, sampled = _of_facts(facts)
                    if members.add_said(key, fields, sampled):
                        places.append(len(labels) - 1)
                    else:
                        self._unsettled.append(key)
                origins.append(origin)
        self._n_writes += n_writes
        if about_modes:
            self._about_modes.append(place)
        self._rows.lines += [b""] * (len(labels) - before)
        for at, line in zip(places, members.lines(self._task_kind), strict=True):
            self._rows.lines[at] = line
        self._rows.inputs += [None] * (len(labels) - before)
        if self._picker.asks:
            for at, asked in zip(places, members.asked, strict=True):
                self._rows.inputs[at] = self._picker.pick(*asked)

    def done(self, read: Callable[[int], Parsed]) -> Share:
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
            schemas=self._schemas,
        )

    def _folded(self, read: Callable[[int], Parsed]) -> Rows:
        """Return the rows of what several events speak of."""
        again = self._again.keys()
        events = {}
        for place in sorted(set().union(*self._again.values())):
            for event in read(place).events:
                if not again.isdisjoint(subjects_of(event)):
                    events[event.id] = msgspec.structs.replace(only(event, again), undoes=())
        state = State(self._task_kind)
        state.apply(list(events.values()), [id.encode() for id in events])
        return rows_of(state, again, self._picker)


def rows_of(state: State, keys: Iterable[str], picker: Picker) -> Rows:
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
            content = state.example(key).content
            rows.inputs[at] = picker.pick(content.inputs, content.schema)
    return rows


def _of_facts(facts: Sequence[Fact]) -> tuple[str, float]:
    """Return where an example comes from, by facts that are all live, and the largest probability that it was sampled with."""
    if len(facts) == 1 and facts[0].kind == "origin" and facts[0].value in ORIGINS:
        return facts[0].value, 0.0  # nearly all
    return " ".join(sorted(origins_of((fact.kind, fact.value) for fact in facts))), largest_probability(facts)


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
