"""What two moments say of the predictions that they may differ in: two small states beside a trunk that both share."""

from __future__ import annotations

from regrade.evalset.events import Event, subjects_of
from regrade.evalset.review.excerpt import Excerpt
from regrade.evalset.review.library import Library, Shelf
from regrade.evalset.review.trunk import Trunk
from regrade.evalset.state import State


class Branches:
    """Two moments as what they have besides a trunk.

    A prediction reads differently in two moments only if a decision that is not in the trunk writes it, or undoes one that does:
    directly or over other undos. Of these predictions all decisions are gathered, from the trunk too; whatever the rest says is
    the same on both sides, and stands in the trunk. All decisions on failure modes are gathered, since they name the rest.

    Parameters
    ----------
    library : Library
    trunk : Trunk
        All of its segments are in both shelves.
    before, after : Shelf
    """

    def __init__(self, library: Library, trunk: Trunk, before: Shelf, after: Shelf) -> None:
        inside = set(trunk.index.segments)
        extra = [_besides(library, shelf, inside) for shelf in (before, after)]
        excerpt = Excerpt(library, before, trunk.index)
        new = {event.id: event for each in extra for event, _ in each.values()}
        self.subjects = excerpt.modes().union(trunk.delicate, *map(subjects_of, new.values()))
        """What may read differently: predictions, and every failure mode."""
        excerpt.load_events(new)  # one decision may stand in two files
        self.subjects |= excerpt.subjects_of(target for event in new.values() for target in event.undoes)
        shared = excerpt.on(self.subjects, new)
        self.states = _state(trunk.task_kind, shared, extra[0]), _state(trunk.task_kind, shared, extra[1])
        """The small states of both moments."""
        self.n_events = [trunk.n_events + sum(id not in excerpt.events for id in each) for each in extra]
        """How many decisions each moment has in all."""


def _besides(library: Library, shelf: Shelf, inside: set[str]) -> dict[str, tuple[Event, bytes]]:
    """Return the decisions of a shelf that stand outside of the trunk."""
    parts = [*library.need(shelf, (name for name in shelf.places if name not in inside)), *shelf.journals]
    return {event.id: (event, line) for each in parts for event, line in zip(each.events, each.lines, strict=True)}


def _state(task_kind: str, shared: list[tuple[Event, bytes]], extra: dict[str, tuple[Event, bytes]]) -> State:
    state = State(task_kind)
    together = [*shared, *extra.values()]
    state.apply([event for event, _ in together], [line for _, line in together])
    return state
