"""Compare two moments: their diff and their totals, by way of what they have in common where that is much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from regrade.evalset.branches import Branches
from regrade.evalset.changes import Diff, Tally
from regrade.evalset.collector import no_cycles
from regrade.evalset.diff import Right, by_size, diff
from regrade.evalset.examples import ORIGINS
from regrade.evalset.library import Shelf, extend
from regrade.evalset.past import Moment
from regrade.evalset.state import State
from regrade.evalset.trunk import Trunk, from_bytes, load, save
from regrade.evalset.trunk_of import trunk_of
from regrade.evalset.version import version_line, version_of

WORTH_A_TRUNK = 5_000
"""Writes; fewer are folded twice in no time."""


@dataclass(frozen=True)
class Totals:
    """What one moment holds in all."""

    version: str
    examples: int
    sampled: int
    decisions: int


def compare(
    before: Moment, after: Moment, *, right: Right | None = None, cache: Path | None = None, worth: int = WORTH_A_TRUNK
) -> tuple[Diff, Totals, Totals]:
    """Return the diff of two moments, and what each holds.

    Parameters
    ----------
    before, after : Moment
        Of one :class:`Past`.
    right : callable, optional
        See :func:`diff`.
    cache : Path, optional
        A folder in which what they have in common is remembered for the next time.
    worth : int
        From how many writes on that is done.

    Raises
    ------
    IntegrityError, DataError
        The files of one cannot be read; names file and ref.
    """
    with no_cycles():
        trunk = None if before.only or after.only else _trunk(before, after, cache, worth)
        if trunk is None:
            before.library.hold([before.shelf, after.shelf])
            found = diff(before.state, after.state, right=right)
            return found, totals(before.state), totals(after.state)
        branches = Branches(before.library, trunk, before.shelf, after.shelf)
        small = diff(*branches.states, right=right)
        whole = _whole(small, trunk, branches)
        first, last = (_totals(trunk, branches, at) for at in (0, 1))
        return whole, first, last


def totals(state: State) -> Totals:
    """Return what a state holds."""
    examples = state.examples()
    return Totals(state.version, len(examples), sum("sampled" in each.origins for each in examples), state.n_events)


def _trunk(before: Moment, after: Moment, cache: Path | None, worth: int) -> Trunk | None:
    """Return the trunk of two moments: the one that is remembered, or a new one where that says too little."""
    library = before.library
    common = [name for name in before.shelf.places if name in after.shelf.places]
    known = load(cache, library.task_kind) if cache is not None else None
    if known is not None and set(known.segments) <= set(common) and len(common) - len(known.segments) <= max(16, len(common) // 8):
        library.hold([before.shelf, after.shelf], known=dict.fromkeys(known.segments, "") | known.objects)
        return known
    library.hold([before.shelf, after.shelf])
    segments = dict(zip(common, library.need(before.shelf, common), strict=True))
    if sum(len(event.writes) for each in segments.values() for event in each.events) < worth:
        return None
    state = State(library.task_kind)
    extend(state, segments.values())
    trunk = trunk_of(state, segments, _objects(common, before.shelf, after.shelf), library.task_kind)
    if cache is not None:
        save(cache, trunk)
    return trunk


def _objects(names: list[str], *shelves: Shelf) -> dict[str, str]:
    return {name: shelf.places[name].object for shelf in shelves for name in names if shelf.places[name].object}


def _untouched(trunk: Trunk, branches: Branches) -> list[int]:
    """Return which members of the trunk read the same on both sides."""
    return [at for at, key in enumerate(trunk.keys) if key not in branches.subjects]


def _whole(small: Diff, trunk: Trunk, branches: Branches) -> Diff:
    """Add to a diff of the few what is the same of all others."""
    untouched = _untouched(trunk, branches)
    modes, origins = from_bytes(trunk.mode_of), from_bytes(trunk.origin_of)
    after = branches.states[1]
    names = {mode.id: mode.name for state in branches.states for mode in state.modes()}
    by_mode: Counter[str | None] = Counter()
    for number, n in Counter(modes[at] for at in untouched).items():
        id = after.book.resolve(trunk.modes[number - 1]) if number else None
        by_mode[id if id is None else names.get(id, id)] += n
    by_origin: Counter[str | None] = Counter()
    for number, n in Counter(origins[at] for at in untouched).items():
        by_origin[next(each for each in ORIGINS if each in trunk.origins[number])] += n
    return msgspec.structs.replace(
        small,
        unchanged=sorted([*small.unchanged, *(trunk.keys[at] for at in untouched)]),
        by_mode=_added_to(small.by_mode, by_mode),
        by_origin=_added_to(small.by_origin, by_origin),
    )


def _added_to(rows: list[Tally], same: Mapping[str | None, int]) -> list[Tally]:
    found = {row.name: row for row in rows}
    for name, n in same.items():
        row = found.get(name) or Tally(name, 0, 0, 0, 0)
        found[name] = Tally(name, row.before + n, row.after + n, row.added, row.left)
    return by_size(found.values())


def _totals(trunk: Trunk, branches: Branches, side: int) -> Totals:
    state = branches.states[side]
    untouched = _untouched(trunk, branches)
    origins = from_bytes(trunk.origin_of)
    sampled = ["sampled" in each for each in trunk.origins]
    lines = {trunk.keys[at]: trunk.lines[at] for at in untouched}
    examples = state.examples()
    lines.update((example.key, version_line(example)) for example in examples)
    return Totals(
        version=version_of(lines[key] for key in sorted(lines)),
        examples=len(lines),
        sampled=sum(sampled[origins[at]] for at in untouched) + sum("sampled" in each.origins for each in examples),
        decisions=branches.n_events[side],
    )
