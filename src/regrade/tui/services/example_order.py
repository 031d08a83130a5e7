"""What examples can be ordered by, each read of the eval set by its key: only what the order needs is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regrade.tui.describe import person
from regrade.tui.services.example_rows import came_in, content_of, origin_of, weight_of
from regrade.tui.widgets.lines import shown
from regrade.tui.widgets.orders import Order

if TYPE_CHECKING:
    from regrade.evalset import State


def orders(state: State | None = None, names: Mapping[str, str] = {}) -> tuple[Order, ...]:
    """Return the orders, by the headings of the list; ``names`` is mode id → name. Without a state they can be named, not used."""

    def of(key: str) -> State:
        assert state is not None
        return state

    def mode(key: str) -> str | None:
        id = of(key).mode(key)
        return names.get(id, id).casefold() if id else None

    def expected(key: str) -> Any:
        values = of(key).expected(key)
        return _comparable(values[0]) if values else None

    def by(key: str) -> str | None:
        event = came_in(of(key), key)
        return person(event.by).casefold() if event is not None else None

    def at(key: str) -> str | None:
        event = came_in(of(key), key)
        return event.at if event is not None else None

    return (
        Order("key", lambda key: key),
        Order("origin", lambda key: origin_of(of(key), key)),
        Order("mode", mode),
        Order("expected", expected),
        Order("production", lambda key: _comparable(content_of(of(key), key).get("prediction"))),
        Order("weight", lambda key: weight_of(of(key), key), largest_first=True),
        Order("predicted", lambda key: content_of(of(key), key).get("time") or None, largest_first=True),
        Order("came in", at, largest_first=True),
        Order("by", by),
    )


def _comparable(value: object) -> tuple[bool, Any] | None:
    """Return what values are ordered by: numbers by their size, before all else by how it is shown."""
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return not number, value if number else shown(value).casefold()


def as_before(keys: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return the keys in the order in which they were shown, new ones last: what is decided does not move under the cursor."""
    there = set(keys)
    kept = [key for key in before if key in there]
    new = there.difference(kept)
    return kept + [key for key in keys if key in new] if new else kept
