"""Cut a log into parts with about equally many predictions, at the borders of days (hours): what columns are compared over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regrade.log.stats.axis import Axis
from regrade.log.stats.series import widened
from regrade.log.stats.sway import Ints

_PARTS = 48
_LEAST_LONG = 12
"""With fewer days, hours are the borders."""


@dataclass(frozen=True)
class Parts:
    """Parts of the axis, counted from 0: each from its own start to before the next.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_parts,)
        Periods of the axis.
    """

    axis: Axis
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def blocks(self) -> Ints:
        """Return the day (hour) that each part begins in, shape (n_parts,)."""
        return self.starts // self.axis.wide

    @property
    def sql(self) -> str:
        """SQL of a row's part; NULL where it has no time."""
        whens = " ".join(f"WHEN {self.axis.place} < {start} THEN {at}" for at, start in enumerate(self.starts.tolist()[1:]))
        last = len(self) - 1
        return f"CASE WHEN {self.axis.place} IS NULL THEN NULL {whens} ELSE {last} END"

    def since(self, part: int) -> str:
        """Return what people call the beginning of a part."""
        return self.axis.since(int(self.starts[part]))

    def until(self, part: int) -> str | None:
        """Return what people call its end; None: that of the log."""
        return None if part == len(self) - 1 else self.axis.until(int(self.starts[part + 1]) - 1)

    def term(self, first: int, last: int) -> str:
        """Return the expression for parts ``first`` to ``last``, inclusive; empty without times."""
        low = int(self.starts[first]) if first > 0 else None
        high = int(self.starts[last + 1]) - 1 if last < len(self) - 1 else None
        return self.axis.term(low, high)


def parts_of(axis: Axis, at: Ints, n: Ints) -> Parts:
    """Cut; ``at`` and ``n``, shape (n_periods,), are the periods and how many predictions they have."""
    long, (cases,) = widened([n], at, axis.wide)
    starts, cases = (long * axis.wide, cases) if len(long) >= _LEAST_LONG else (at, n)
    if not len(starts):
        return Parts(axis, np.zeros(1, np.int64))
    before = np.concatenate(([0], np.cumsum(cases)[:-1]))
    number = before * _PARTS // max(1, int(cases.sum()))
    return Parts(axis, starts[np.concatenate(([True], np.diff(number) > 0))])
