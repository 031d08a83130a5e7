"""Rows that are made once and kept as columns: after a promotion one row is made, not ten thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regrade.scoring.growing import stretch

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

OBJECT, FLOAT, BOOLEAN, MAYBE = "object", "float64", "bool", "int8"
"""Kinds of column; MAYBE is a boolean that may be missing, kept as 1, 0 and −1."""
_MANY = 256
"""Rows that wait at most; more are put into every column at once."""


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
        self._filed = _Filed(self._kinds)
        self._last: tuple[np.ndarray, np.ndarray] | None = None
        self._given: Taken | None = None
        self._taken: tuple[Sequence[Any], ...] = ()

    def take(self, *sources: Sequence[Any]) -> Taken:
        """Return every column for these objects, shape (n,), in their order; rows that are not there yet are made.

        The arrays are not to be written to: those of the next call may be the same.
        """
        n = len(sources[0])
        if len(self._sources) > 2 * n + 1_000:
            self._clear()
        grown = self._grown(sources)
        identities, slots, start, stop = grown or self._compared(sources)
        if grown is None or stop > start or self._given is None:
            for at in range(start, stop):
                slot = self._slots.setdefault(tuple(identities[:, at].tolist()), len(self._sources))
                if slot == len(self._sources):
                    chosen = tuple(source[at] for source in sources)
                    self._sources.append(chosen)
                    self._filed.add(self._make(*chosen))
                slots[at] = slot
            self._given = Taken(self._filed, slots)
        self._last, self._taken = (identities, slots), sources
        return self._given

    def _grown(self, sources: tuple[Sequence[Any], ...]) -> tuple[np.ndarray, np.ndarray, int, int] | None:
        """Return identities, slots, and the stretch to be filled, for lists that are the last ones, or say that they grew out of them."""
        import numpy as np

        found = stretch(self._taken, sources) if self._last is not None else None
        if self._last is None or found is None:
            return None
        identities, known = self._last
        at, n = found
        if not n:
            return identities, known, 0, 0
        stop = at + n
        fresh = np.array([np.fromiter(map(id, source[at:stop]), np.int64, n) for source in sources])
        return inserted(identities, at, fresh), inserted(known, at, np.zeros(n, np.intp)), at, stop

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


class _Filed:
    """Rows in the order in which they were made, as columns; a few that are new wait until somebody looks at a column.

    One at a time would be a copy of a column each, and after most promotions nobody looks.
    """

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = kinds
        self._columns = {name: _column([], kind) for name, kind in kinds.items()}
        self._waiting: list[Sequence[Any]] = []
        self._first = 0
        """The number of the first row that waits."""

    def add(self, row: Sequence[Any]) -> None:
        """Take in one more row."""
        self._waiting.append(row)

    def column(self, name: str) -> np.ndarray:
        """Return all of a column."""
        import numpy as np

        column = self._columns[name]
        if len(column) < self._first + len(self._waiting):
            if len(self._waiting) > _MANY:
                self._file()
                return self._columns[name]
            at = list(self.kinds).index(name)
            fresh = [row[at] for row in self._waiting[len(column) - self._first :]]
            column = self._columns[name] = np.concatenate([column, _column(fresh, self.kinds[name])])
        return column

    def rows(self, slots: np.ndarray) -> list[Sequence[Any]]:
        """Return a few rows as they were made, or as they stand in the columns."""
        first = self._first
        return [
            self._waiting[slot - first] if slot >= first else [self._columns[name][slot] for name in self.kinds] for slot in slots.tolist()
        ]

    def _file(self) -> None:
        import numpy as np

        for at, (name, kind) in enumerate(self.kinds.items()):
            column = self._columns[name]
            fresh = [row[at] for row in self._waiting[len(column) - self._first :]]
            self._columns[name] = np.concatenate([column, _column(fresh, kind)])
        self._first, self._waiting = self._first + len(self._waiting), []


class Taken(Mapping[str, "np.ndarray"]):
    """Columns of some rows, each put together when it is first looked at; not to be written to."""

    def __init__(self, filed: _Filed, slots: np.ndarray) -> None:
        self._filed, self._slots = filed, slots
        self._made: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._made:
            self._made[name] = self._filed.column(name)[self._slots]
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._filed.kinds)

    def __len__(self) -> int:
        return len(self._filed.kinds)

    def part(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """Return all columns of the few rows [start, stop); the others are not touched."""
        rows = self._filed.rows(self._slots[start:stop])
        return {name: _column([row[at] for row in rows], kind) for at, (name, kind) in enumerate(self._filed.kinds.items())}


def _column(values: list[Any], kind: str) -> np.ndarray:
    import numpy as np

    made = np.empty(len(values), kind)
    made[:] = [-1 if value is None else value for value in values] if kind == MAYBE else values
    return made


def inserted(values: np.ndarray, at: int, fresh: np.ndarray) -> np.ndarray:
    """Return an array with others put in at ``at`` along the last axis; ``np.insert`` takes four times as long."""
    import numpy as np

    n = fresh.shape[-1]
    made = np.empty((*values.shape[:-1], values.shape[-1] + n), values.dtype)
    made[..., :at], made[..., at : at + n], made[..., at + n :] = values[..., :at], fresh, values[..., at:]
    return made


def to_frame(columns: Mapping[str, np.ndarray], kinds: Mapping[str, str], index: pd.Index[Any]) -> pd.DataFrame:
    """Return columns as a frame of its own; objects stay objects (pandas 3 would make text of them, and NaN of None)."""
    import pandas as pd

    made = {}
    for name, values in columns.items():
        if kinds[name] == MAYBE:
            made[name] = pd.Series(pd.arrays.BooleanArray(values == 1, values == -1), index=index)
        else:
            made[name] = pd.Series(values.copy(), index=index, dtype=kinds[name], copy=False)
    return pd.DataFrame(made, index=index, copy=False)
