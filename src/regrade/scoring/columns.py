"""Rows that are made once and kept as columns: after a promotion one row is made, not ten thousand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

OBJECT, FLOAT, BOOLEAN, MAYBE = "object", "float64", "bool", "int8"
"""Kinds of column; MAYBE is a boolean that may be missing, kept as 1, 0 and −1."""


class Columns:
    """A store of rows, each found by the identity of the objects that it was made from.

    Parameters
    ----------
    kinds : mapping
        Column to kind, in the order of the rows' fields.
    make : callable
        Takes one object of each source, returns the row: one value a column.
    """

    def __init__(self, kinds: Mapping[str, str], make: Callable[..., Sequence[Any]]) -> None:
        self._kinds, self._make = kinds, make
        self._clear()

    def _clear(self) -> None:
        self._slots: dict[tuple[int, ...], int] = {}
        self._sources: list[tuple[object, ...]] = []  # held, so that an identity is never another object's
        self._columns: dict[str, np.ndarray] = {}

    def take(self, *sources: Sequence[Any]) -> dict[str, np.ndarray]:
        """Return every column for these objects, shape (n,), in their order; rows that are not there yet are made."""
        import numpy as np

        n = len(sources[0])
        if len(self._sources) > 2 * n + 1_000:
            self._clear()
        identities = list(zip(*(map(id, source) for source in sources), strict=True))
        slots = list(map(self._slots.get, identities))
        new: list[Sequence[Any]] = []
        for at, slot in enumerate(slots):
            if slot is None:
                chosen = tuple(source[at] for source in sources)
                slots[at] = self._slots.setdefault(identities[at], len(self._sources))
                if slots[at] == len(self._sources):
                    self._sources.append(chosen)
                    new.append(self._make(*chosen))
        self._append(new)
        order = np.array(slots, np.intp)
        return {name: self._columns[name][order] for name in self._kinds}

    def _append(self, rows: list[Sequence[Any]]) -> None:
        import numpy as np

        if not rows and self._columns:
            return
        for at, (name, kind) in enumerate(self._kinds.items()):
            values = [row[at] for row in rows]
            fresh = np.empty(len(rows), kind)
            fresh[:] = [-1 if value is None else value for value in values] if kind == MAYBE else values
            before = self._columns.get(name)
            self._columns[name] = fresh if before is None else np.concatenate([before, fresh])


def to_frame(columns: Mapping[str, np.ndarray], kinds: Mapping[str, str], index: pd.Index[Any]) -> pd.DataFrame:
    """Return columns as a frame; objects stay objects (pandas 3 would make text of them, and NaN of None)."""
    import pandas as pd

    made = {}
    for name, values in columns.items():
        if kinds[name] == MAYBE:
            made[name] = pd.Series(pd.arrays.BooleanArray(values == 1, values == -1), index=index)
        else:
            made[name] = pd.Series(values, index=index, dtype=kinds[name], copy=False)
    return pd.DataFrame(made, index=index, copy=False)
