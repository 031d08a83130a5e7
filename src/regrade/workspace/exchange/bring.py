"""Bring an eval set of a file in: every line is checked, all of it comes in as one decision, or nothing does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from regrade.errors import DataError
from regrade.evalset import UNSET
from regrade.log.content import JSON, canonical
from regrade.log.work import Work
from regrade.workspace.exchange.columns import Options, assign
from regrade.workspace.exchange.incoming import Incoming, open_incoming
from regrade.workspace.exchange.near import find_near
from regrade.workspace.exchange.plain import short
from regrade.workspace.exchange.rows import Rows
from regrade.workspace.exchange.types import FileTypes, Known, inputs_of, refuse_foreign

if TYPE_CHECKING:
    from regrade.evalset import Added, Event, Example, State
    from regrade.workspace.facade import Workspace

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class NearRow:
    """A row that says what another example says, or nearly."""

    line: int
    key: str
    other: str
    same: bool
    """Are the inputs equal, not only near?"""
    expected: JSON
    other_expected: JSON

    @property
    def contradicts(self) -> bool:
        """Is something else expected of the other one?"""
        known = self.expected is not None and self.other_expected is not None
        return known and canonical(self.expected) != canonical(self.other_expected)


@dataclass(frozen=True)
class Brought:
    """What a file brings, or brought.

    Attributes
    ----------
    rows : int
        Rows of the file.
    items : list of Added
        What comes in.
    already : int
        Rows that are in the eval set with the same content: nothing is done about them.
    retired : list of str
        Keys that somebody took out of the eval set: they stay out.
    columns : dict
        Role to column.
    inputs, left_out : tuple of str
    near : list of NearRow
    notes : tuple of str
        What else a person should know.
    event : Event or None
        The decision; None: there was nothing to do, or it was only looked at.
    """

    rows: int
    items: list[Added]
    schemas: Mapping[str, str]
    already: int
    retired: list[str]
    columns: Mapping[str, str]
    inputs: tuple[str, ...]
    left_out: tuple[str, ...]
    near: list[NearRow]
    notes: tuple[str, ...]
    event: Event | None = None


def look(workspace: Workspace, path: Path, options: Options, progress: Progress | None = None) -> Brought:
    """Read a file and say what it would bring, without doing it.

    Raises
    ------
    DataError
        The file cannot be read, or a row of it cannot be an example: names line and field.
    UsageError
        An option names a column that is not there.
    """
    tell = progress or (lambda done, total: None)
    with tempfile.TemporaryDirectory(prefix="regrade-") as folder, Work(Path(folder)) as work:
        incoming = open_incoming(path, work, lambda done: tell(done, None))
        known = Known.of(workspace, incoming)
        has_header = incoming.header is not None
        columns = assign(incoming.columns, workspace.config, options, known.inputs(incoming), has_header=has_header)
        if not columns.inputs and not known.inputs(incoming):
            raise DataError("has no column that is an input", where=incoming.name, hint="an example is what a candidate is asked")
        types = FileTypes(incoming, work)
        privacy = workspace.config.privacy
        incoming.private = frozenset(column for name, column in columns.inputs.items() if privacy.covers(name))
        inputs, named, schemas = inputs_of(incoming, columns, known, privacy, types, allow_missing=options.allow_missing)
        incoming.refuse()
        if not options.allow_missing:
            refuse_foreign(workspace, incoming, schemas)
        items = Rows(workspace, incoming, columns, options, types, inputs, named).make()
    state = workspace.evalset.state
    _refuse_repeated(incoming, items, columns.key)
    fresh, already, retired = _sort(state, incoming, items, named=columns.roles)
    incoming.refuse("`regrade evalset relabel` corrects what is expected, `regrade evalset retire` takes an example out")
    notes = [] if {"expected", "outcome"} & columns.roles.keys() else ["no column says what is expected: these examples wait for a label"]
    if "notes" in columns.roles and any(each not in (None, [], "[]") for each in incoming.values(columns.roles["notes"])):
        notes.append("notes are left out: a note is a decision of whoever wrote it")
    return Brought(
        rows=len(incoming),
        items=[items[row] for row in fresh],
        schemas=schemas,
        already=already,
        retired=retired,
        columns=columns.named(),
        inputs=tuple(columns.inputs.values()),
        left_out=columns.left_out,
        near=_near(state, incoming, [(row, items[row]) for row in fresh], tell),
        notes=tuple(notes),
    )


def bring(workspace: Workspace, looked: Brought) -> Brought:
    """Decide what :func:`look` found; nothing where there is nothing to do."""
    if not looked.items:
        return looked
    return replace(looked, event=workspace.evalset.add(looked.items, schemas=looked.schemas))


def _refuse_repeated(incoming: Incoming, items: Sequence[Added], key: Sequence[str]) -> None:
    first: dict[str, int] = {}
    bad = {line for line, _ in incoming.problems}
    for row, item in enumerate(items):
        if incoming.lines[row] in bad:
            continue  # its key may be none
        line = first.setdefault(item.key, incoming.lines[row])
        if line != incoming.lines[row]:
            what = f"the key {item.key!r} occurs" if key else "the same example stands"
            incoming.bad(row, f"{what} in line {line} already, expected once")


def _sort(state: State, incoming: Incoming, items: Sequence[Added], named: Mapping[str, str]) -> tuple[list[int], int, list[str]]:
    """Return the rows that are new, how many are there already, and the keys that were retired; other content is a problem."""
    fresh: list[int] = []
    retired: list[str] = []
    already = 0
    for row, item in enumerate(items):
        if state.is_member(item.key):
            differs = _difference(state.example(item.key), item, named)
            if differs:
                incoming.bad(row, f"{item.key} is in the eval set with other content: {differs}")
            already += 1
        elif state.values(item.key, "member") == ["retired"]:
            retired.append(item.key)
        else:
            fresh.append(row)
    return fresh, already, retired


def _difference(there: Example, item: Added, named: Mapping[str, str]) -> str:
    """Return what a row says otherwise than the example with its key; what the file does not say is not compared."""
    old, new = there.content.inputs, item.content.inputs
    for name in dict.fromkeys((*old, *new)):
        if name not in old or name not in new:
            return f"it has {'no' if name not in old else 'an'} input {name!r}"
        if canonical(old[name]) != canonical(new[name]):
            return f"{name} is {short(old[name])} there, {short(new[name])} here"
    for role in ("outcome", "prediction"):
        one, other = getattr(there.content, role), getattr(item.content, role)
        if role in named and canonical(one) != canonical(other):
            return f"{role} is {short(one)} there, {short(other)} here"
    wanted = item.content.outcome if item.expected is UNSET else item.expected
    if wanted is not None and canonical([wanted]) != canonical(there.expected):
        return f"expected is {' | '.join(map(short, there.expected)) or 'not known'} there, {short(wanted)} here"
    return ""


def _near(state: State, incoming: Incoming, items: Sequence[tuple[int, Added]], tell: Progress) -> list[NearRow]:
    said: dict[str, JSON] = {}

    def there() -> Iterator[tuple[str, Mapping[str, JSON]]]:
        for key in state.members() if items else ():
            example = state.example(key)
            said[key] = example.expected[0] if len(example.expected) == 1 else None
            yield key, example.content.inputs

    def new() -> Iterator[tuple[str, Mapping[str, JSON]]]:
        for done, (_, item) in enumerate(items):
            if not done % 512:
                tell(done, len(items))
            said[item.key] = item.content.outcome if item.expected is UNSET else item.expected
            yield item.key, item.content.inputs

    found = []
    for each in find_near(new(), there()):
        row, item = items[each.row]
        found.append(NearRow(incoming.lines[row], item.key, each.other, each.same, said[item.key], said[each.other]))
    return found
