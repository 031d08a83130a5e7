"""Compare two moments: their diff and their totals, by way of what they have in common where that is much."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TypeVar

import msgspec

from regrade.evalset.cache_file import from_bytes
from regrade.evalset.collector import no_cycles
from regrade.evalset.examples import ORIGINS
from regrade.evalset.review.branches import Branches
from regrade.evalset.review.changes import Diff, Tally
from regrade.evalset.review.diff import Right, by_size, diff, mode_names
from regrade.evalset.review.past import Moment
from regrade.evalset.review.trunk import Trunk, load, save
from regrade.evalset.review.trunk_of import FEW, Asked, shares_of, trunk_of
from regrade.evalset.state import State
from regrade.evalset.version import version_line, version_of

T = TypeVar("T")

WORTH_A_TRUNK = 5_000
"""Writes; fewer are folded twice in no time."""


@dataclass(frozen=True)
class Totals:
    """What one moment holds in all."""

    version: str
    examples: int
    sampled: int
    decisions: int


@dataclass(frozen=True)
class Compared:
    """The diff of two moments, what each holds, and what it was found by."""

    diff: Diff
    before: Totals
    after: Totals
    states: tuple[State, State]
    """Of both moments; beside a trunk they know only what may read differently."""
    trunk: Trunk | None = None
    untouched: Sequence[int] = ()
    """Which members of the trunk read the same on both sides."""
    asked: Asked | None = None
    """What slices may ask of its members, where it was just built."""


def asked_of(before: Moment, trunk: Trunk, slices: str) -> Asked | None:
    """Return what slices may ask of the members of a trunk, all of which is in ``before``; ``None`` where they have several schemas."""
    shares = shares_of(before.library, before.shelf, trunk.index.segments, slices)
    return trunk_of(shares, before.library, before.shelf, trunk.index.segments, slices)[1]


def compare(
    before: Moment,
    after: Moment,
    *,
    right: Right | None = None,
    cache: Path | None = None,
    worth: int | None = None,
    slices: str = "",
    meanwhile: Callable[[], object] = int,
) -> Compared:
    """Compare two moments.

    Parameters
    ----------
    before, after : Moment
        Of one :class:`Past`.
    right : callable, optional
        See :func:`diff`.
    cache : Path, optional
        A folder in which what they have in common is remembered for the next time.
    worth : int, optional
        From how many writes on that is done; default: ``WORTH_A_TRUNK``.
    slices : str, optional
        What may ask for inputs of the trunk's members, should it be built: see :class:`Picker`.
    meanwhile : callable, optional
        Called while it is built and there is nothing to do but wait.

    Raises
    ------
    IntegrityError, DataError
        The files of one cannot be read; names file and ref.
    """
    with no_cycles(), ExitStack() as behind:
        trunk, asked = None, None
        if not before.only and not after.only:
            trunk, asked = _trunk(before, after, cache, WORTH_A_TRUNK if worth is None else worth, slices, meanwhile, behind)
        if trunk is None:
            before.library.hold([before.shelf, after.shelf])
            states = before.state, after.state
            return Compared(diff(*states, right=right), totals(states[0]), totals(states[1]), states)
        branches = Branches(before.library, trunk, before.shelf, after.shelf)
        untouched = _Untouched(trunk, branches.subjects)
        few = branches.states
        whole = _whole(diff(*few, right=right), untouched, few)
        first, last = (_totals(untouched, state, n) for state, n in zip(few, branches.n_events, strict=True))
        return Compared(whole, first, last, few, trunk, untouched.places, asked)


class _Untouched:
    """The members of a trunk that read the same on both sides, in its order: all but a few."""

    def __init__(self, trunk: Trunk, touched: Iterable[str]) -> None:
        self.trunk = trunk
        self._few = sorted(at for at, key in ((bisect_left(trunk.keys, key), key) for key in touched) if trunk.keys[at : at + 1] == [key])
        self.places = self.of(range(len(trunk.keys)))
        self.keys, self.lines = self.of(trunk.keys), self.of(trunk.lines)
        self.modes, self.origins = Counter(self.of(from_bytes(trunk.mode_of))), Counter(self.of(from_bytes(trunk.origin_of)))
        """Of each number, how many have it."""

    def of(self, column: Sequence[T]) -> list[T]:
        """Return what a column of the trunk says of them."""
        found: list[T] = []
        start = 0
        for at in self._few:
            found += column[start:at]
            start = at + 1
        found += column[start:]
        return found


@contextmanager
def _saved(cache: Path, trunk: Trunk) -> Iterator[None]:
    """Remember a trunk, by a thread beside what is done with it."""
    thread = Thread(target=save, args=(cache, trunk), name="regrade-trunk")
    thread.start()
    try:
        yield
    finally:
        thread.join()


def totals(state: State) -> Totals:
    """Return what a state holds."""
    examples = state.examples()
    return Totals(state.version, len(examples), sum("sampled" in each.origins for each in examples), state.n_events)


def _trunk(
    before: Moment, after: Moment, cache: Path | None, worth: int, slices: str, meanwhile: Callable[[], object], behind: ExitStack
) -> tuple[Trunk | None, Asked | None]:
    """Return the trunk of two moments: the one that is remembered, or a new one, and what was asked, where that says too little."""
    library = before.library
    common = [name for name in before.shelf.places if name in after.shelf.places]
    asked = None
    known = load(cache, library.task_kind) if cache is not None else None
    if known is None or not set(known.index.segments) <= set(common) or len(common) - len(known.index.segments) > max(16, len(common) // 8):
        if len(common) < FEW:
            library.hold([before.shelf, after.shelf])
        shares = shares_of(library, before.shelf, common, slices, meanwhile)
        if sum(share.n_writes for share in shares) < worth:
            return None, None
        known, asked = trunk_of(shares, library, before.shelf, common, slices)
        if cache is not None:
            behind.enter_context(_saved(cache, known))
    library.hold([before.shelf, after.shelf], known=dict.fromkeys(known.index.segments, "") | known.index.objects)
    return known, asked


def _whole(small: Diff, untouched: _Untouched, states: tuple[State, State]) -> Diff:
    """Add to a diff of the few what is the same of all others."""
    trunk, after = untouched.trunk, states[1]
    names = mode_names(*states)
    by_mode: Counter[str | None] = Counter()
    for number, n in untouched.modes.items():
        id = after.book.resolve(trunk.modes[number - 1]) if number else None
        by_mode[id if id is None else names.get(id, id)] += n
    by_origin: Counter[str | None] = Counter()
    for number, n in untouched.origins.items():
        by_origin[next(each for each in ORIGINS if each in trunk.origins[number])] += n
    return msgspec.structs.replace(
        small,
        unchanged=sorted([*small.unchanged, *untouched.keys]),
        by_mode=_added_to(small.by_mode, by_mode),
        by_origin=_added_to(small.by_origin, by_origin),
    )


def _added_to(rows: list[Tally], same: Mapping[str | None, int]) -> list[Tally]:
    found = {row.name: row for row in rows}
    for name, n in same.items():
        row = found.get(name) or Tally(name, 0, 0, 0, 0)
        found[name] = Tally(name, row.before + n, row.after + n, row.added, row.left)
    return by_size(found.values())


def _totals(untouched: _Untouched, state: State, decisions: int) -> Totals:
    examples = state.examples()
    lines = _merged(untouched, {example.key: version_line(example) for example in examples})
    sampled = sum(n for number, n in untouched.origins.items() if "sampled" in untouched.trunk.origins[number])
    return Totals(
        version=version_of(lines),
        examples=len(lines),
        sampled=sampled + sum("sampled" in each.origins for each in examples),
        decisions=decisions,
    )


def _merged(untouched: _Untouched, few: Mapping[str, bytes]) -> list[bytes]:
    """Return the lines of a trunk's untouched members and of a few others, sorted by key as those of the trunk are."""
    found: list[bytes] = []
    start = 0
    for key in sorted(few):
        end = bisect_left(untouched.keys, key, start)
        found += untouched.lines[start:end]
        found.append(few[key])
        start = end
    return found + untouched.lines[start:]
