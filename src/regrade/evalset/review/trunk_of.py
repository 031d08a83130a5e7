"""Build the trunk of many segments: read in shares, joined, and folded only where one share does not tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from regrade.evalset.cache_file import to_bytes
from regrade.evalset.collector import no_cycles
from regrade.evalset.review.excerpt import Excerpt
from regrade.evalset.review.index import Index
from regrade.evalset.review.library import Library, Shelf
from regrade.evalset.review.reading import Item, Order, read_shares
from regrade.evalset.review.share import Inputs, Picker, Rows, Share, ShareMaker, rows_of
from regrade.evalset.review.trunk import Trunk
from regrade.evalset.state import State
from regrade.log.content import JSON

FEW = 16
"""Segments; fewer are read so that they need not be read again, should they not be worth a trunk."""

V = TypeVar("V", bound=Hashable)
T = TypeVar("T")


class Asked(NamedTuple):
    """Inputs of the members of a trunk, all of one schema, that slices may name."""

    schema: str
    """Its hash."""
    encoded: str
    columns: dict[str, tuple[JSON, ...]]
    """Name to a value a member."""


def shares_of(library: Library, shelf: Shelf, names: Sequence[str], slices: str = "", meanwhile: Callable[[], object] = int) -> list[Share]:
    """Read segments of ``shelf``; they are numbered in the order of ``names``. See :class:`Picker` and :func:`read_shares`.

    Raises
    ------
    IntegrityError, DataError
        One cannot be read, as :meth:`Library.hold` says.
    """
    answers = []
    rest = dict(enumerate(names))
    if len(names) >= FEW:
        places = [shelf.places[name] for name in names]
        items = [Item(at, name, each.path or each.where, each.object) for at, (name, each) in enumerate(zip(names, places, strict=True))]
        order = Order(str(library.root), str(library.folder) if library.folder else None, library.task_kind, items, slices)
        answers = read_shares(order, meanwhile)
        rest = {number: names[number] for answer in answers for number in answer.unread}
    maker = ShareMaker(library.task_kind, slices)
    parsed = dict(zip(rest, library.need(shelf, rest.values()), strict=True))
    for number, each in parsed.items():
        maker.add(number, each)
    return [*(answer.share for answer in answers), maker.done(lambda number: parsed[number])]


def trunk_of(shares: Sequence[Share], library: Library, shelf: Shelf, names: list[str], slices: str = "") -> tuple[Trunk, Asked | None]:
    """Return the trunk of the segments ``names`` of ``shelf``, which were read in ``shares``, and what slices may ask of its members.

    Raises
    ------
    IntegrityError
        What people decided contradicts itself, as :meth:`State.apply` says.
    """
    with no_cycles():
        rows, first, also, spanning = _joined(shares)
        order = sorted(range(len(rows.keys)), key=rows.keys.__getitem__)
        index = Index(
            segments=names,
            objects={name: shelf.places[name].object for name in names if shelf.places[name].object},
            subjects=_picked(rows.keys, order),
            place_of=to_bytes(_picked(first, order)),
            also=also,
            journals=_together(share.journals for share in shares),
            undoers=_together(share.undoers for share in shares),
            about_modes=sorted({at for share in shares for at in share.about_modes}),
        )
        twice = _twice(shares, index, library, shelf)
        unsettled = spanning.union(*(share.unsettled for share in shares))
        _fold(rows, unsettled, {*index.undoers, *twice}, Excerpt(library, shelf, index), library.task_kind, Picker(slices))
        if not all(rows.lines):
            order = [at for at in order if rows.lines[at]]
        modes, mode_of = _numbers([None, *_picked(rows.labels, order)])
        origins, origin_of = _numbers(_picked(rows.origins, order))
        trunk = Trunk(
            task_kind=library.task_kind,
            index=index,
            n_events=sum(share.n_events for share in shares) - sum(twice.values()) + len(twice),
            keys=_picked(rows.keys, order),
            lines=_picked(rows.lines, order),
            modes=[mode for mode in modes if mode is not None],
            mode_of=to_bytes(mode_of[1:]),
            origins=[each.split(" ") for each in origins],
            origin_of=to_bytes(origin_of),
            delicate=sorted(rows.delicate),
        )
        return trunk, _asked(_picked(rows.inputs, order), {hash: each for share in shares for hash, each in share.schemas.items()})


def _asked(inputs: Sequence[Inputs | None], schemas: Mapping[str, str]) -> Asked | None:
    """Return the columns that slices may ask for."""
    first = inputs[0] if inputs else None
    if first is None or first.schema not in schemas or any(each is None or each.schema != first.schema for each in inputs):
        return None
    columns = zip(*[each.values for each in inputs if each is not None], strict=True)
    return Asked(first.schema, schemas[first.schema], dict(zip(first.names, columns, strict=False)))


def _joined(shares: Sequence[Share]) -> tuple[Rows, list[int], dict[str, list[int]], set[str]]:
    """Return the rows of all shares, where each prediction stands (first), those of several segments, and those of several shares."""
    rows = Rows.empty([])
    first: list[int] = []
    also: dict[str, list[int]] = {}
    spanning: set[str] = set()
    for share in shares:
        both = set(rows.keys).intersection(share.rows.keys) if rows.keys else set()
        if both:
            here, there = (dict(zip(*each, strict=True)) for each in ((rows.keys, first), (share.rows.keys, share.place_of)))
            several = {key: sorted({*also.get(key, (here[key],)), *share.also.get(key, (there[key],))}) for key in both}
            also |= share.also | several
            first += [place for key, place in there.items() if key not in both]
        else:
            also |= share.also
            first += share.place_of
        rows.extend(share.rows, besides=both)
        spanning |= both
    return rows, first, also, spanning


def _twice(shares: Sequence[Share], index: Index, library: Library, shelf: Shelf) -> dict[str, int]:
    """Return the events that stand in several places, and in how many: a journal was sealed twice, with more in it."""
    doubtful = {at for share in shares for at in share.doubled}.union(*(places for places in index.journals.values() if len(places) > 1))
    parts = library.need(shelf, [index.segments[at] for at in sorted(doubtful)])
    found = Counter(event.id for each in parts for event in each.events)
    return {id: n for id, n in found.items() if n > 1}


def _fold(rows: Rows, unsettled: set[str], doubtful: set[str], excerpt: Excerpt, task_kind: str, picker: Picker) -> None:
    """Say of predictions what a fold says: of those that no share could tell, and of what ``doubtful`` events speak of."""
    subjects = unsettled | excerpt.subjects_of(doubtful)
    if subjects or doubtful:
        together = excerpt.on(subjects, doubtful)
        state = State(task_kind)
        state.apply([event for event, _ in together], [line for _, line in together])
        rows.put(rows_of(state, subjects.intersection(rows.keys), picker))


def _together(columns: Iterable[Mapping[str, list[V]]]) -> dict[str, list[V]]:
    """Return what any of them says."""
    found: dict[str, list[V]] = {}
    for each in columns:
        for name, values in each.items():
            found.setdefault(name, []).extend(values)
    return found


def _numbers(values: Sequence[V]) -> tuple[list[V], list[int]]:
    """Return the distinct values in the order in which they come, and which of them each is."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return list(numbers), list(map(numbers.__getitem__, values))


def _picked(column: Sequence[T], places: Iterable[int]) -> list[T]:
    """Return what stands at these places of a column."""
    return list(map(column.__getitem__, places))
