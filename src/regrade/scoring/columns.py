"""Rows that are made once and kept as columns: after a promotion one row is made, not ten thousand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regrade.scoring.growing import Grown

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
        self._last: tuple[np.ndarray, np.ndarray] | None = None
        self._taken: tuple[Sequence[Any], ...] = ()

    def take(self, *sources: Sequence[Any]) -> dict[str, np.ndarray]:
        """Return every column for these objects, shape (n,), in their order; rows that are not there yet are made."""

        n = len(sources[0])
        if len(self._sources) > 2 * n + 1_000:
            self._clear()
        identities, slots, start, stop = self._grown(sources) or self._compared(sources)
        new: list[Sequence[Any]] = []
        for at in range(start, stop):
            slot = self._slots.setdefault(tuple(identities[:, at].tolist()), len(self._sources))
            if slot == len(self._sources):
                chosen = tuple(source[at] for source in sources)
                self._sources.append(chosen)
                new.append(self._make(*chosen))
            slots[at] = slot
        self._append(new)
        self._last, self._taken = (identities, slots), sources
        return {name: self._columns[name][slots] for name in self._kinds}

    def _grown(self, sources: tuple[Sequence[Any], ...]) -> tuple[np.ndarray, np.ndarray, int, int] | None:
        """Return identities, slots, and the stretch to be filled, for lists that are the last ones, or say that they grew out of them."""
        import numpy as np

        if self._last is None or len(sources) != len(self._taken):
            return None
        identities, known = self._last
        if all(source is before for source, before in zip(sources, self._taken, strict=True)):
            return identities, known, 0, 0
        first = sources[0]
        for source, before in zip(sources, self._taken, strict=True):
            if not (isinstance(source, Grown) and isinstance(first, Grown) and source.out_of(before)):
                return None
            if (source.at, source.n) != (first.at, first.n):
                return None
        assert isinstance(first, Grown)
        fresh = np.array([np.fromiter(map(id, source[first.at : first.at + first.n]), np.int64, first.n) for source in sources])
        places = [first.at] * first.n
        return np.insert(identities, places, fresh, axis=1), np.insert(known, places, 0), first.at, first.at + first.n

    def _compared(self, sources: tuple[Sequence[Any], ...]) -> tuple[np.ndarray, np.ndarray, int, int]:
        import numpy as np

        identities = np.array([np.fromiter(map(id, source), np.int64, len(source)) for source in sources])
        return identities, *self._same(identities)

    def _same(self, identities: np.ndarray) -> tuple[np.ndarray, int, int]:
        """Return slots, filled outside [start, stop): what stands before and behind the first and last change is as it was."""
        import numpy as np

        n = identities.shape[1]
        slots = np.empty(n, np.intp)
        if self._last is None:
            return slots, 0, n
        before, known = self._last
        shorter = min(n, len(known))
        differs = np.flatnonzero((identities[:, :shorter] != before[:, :shorter]).any(axis=0))
        start = int(differs[0]) if len(differs) else shorter
        behind = shorter - start
        differs = np.flatnonzero((identities[:, n - behind :] != before[:, len(known) - behind :]).any(axis=0))
        tail = behind - 1 - int(differs[-1]) if len(differs) else behind
        slots[:start] = known[:start]
        slots[n - tail :] = known[len(known) - tail :]
        return slots, start, n - tail

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
