"""How usual a value is in its column: the distributions of a log, from a sample of it, and what is to be said of a value beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from regrade.log.stats import fields
from regrade.log.stats.series import Source

if TYPE_CHECKING:
    from regrade.log.reader import Reader

TAIL = 0.025
"""The outermost share of a distribution on each side: what lies there is unusual."""
_ENDS = tuple(round(at / 1_000, 3) for at in (*range(1, 26), *range(975, 1_000)))
_LEAST = 200
"""Fewer values say nothing of how usual one is."""
_CLASSES = 1_000
"""A column of text with more values is no column of classes."""


@dataclass(frozen=True)
class Usual:
    """One column.

    Attributes
    ----------
    n, present : int
        Predictions that were looked at; those that have a value.
    ends : tuple of (share, value)
        Of numbers: quantiles of both tails, the smallest value that at least such a share does not exceed.
    shares : dict of value → (share, tail)
        Of classes: how many have it; how many have one that is at most as frequent.
    """

    n: int
    present: int
    ends: tuple[tuple[float, Any], ...] = ()
    shares: Mapping[Any, tuple[float, float]] = field(default_factory=dict)

    def remark(self, value: object) -> str:
        """Return what is unusual about a value, in a word; empty where nothing is.

        ``p99.4``: 99.4% of the values are smaller; ``p0.3``: 0.3% are as small; ``0.2%``: so many have this class.
        """
        if self.n < _LEAST:
            return ""
        there = self.present / self.n
        if value is None:
            return f"missing in {_percent(1 - there)}" if 1 - there <= TAIL / 2 else ""
        if self.present < _LEAST:
            return f"set in {_percent(there)}" if there <= TAIL / 2 else ""
        if self.ends and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return self._place(value)
        if not self.shares or not isinstance(value, str | bool) or (isinstance(value, str) and len(value.encode()) > fields.SHORT):
            return ""
        share, tail = self.shares.get(value, (0.0, 0.0))
        return _percent(share) if tail <= TAIL else ""

    def _place(self, value: float | Decimal) -> str:
        below = max((share for share, at in self.ends if share > 0.5 and at < value), default=0.0)
        if below:
            return f"p{below * 100:.1f}"
        up_to = min((share for share, at in self.ends if share < 0.5 and at > value), default=0.0)
        return f"p{up_to * 100:.1f}" if up_to else ""


def _percent(share: float) -> str:
    return "<0.1%" if share < 0.001 else f"{share:.1%}"


def usual(reader: Reader) -> dict[str, Usual]:
    """Return column → what is usual in it, for the columns of numbers and of classes; by the names that expressions use.

    Numbers are those of a sample of at most 150,000 predictions, drawn by the hash of their place. Raises as :meth:`Reader.view` does.
    """
    log = reader.log
    looked = [each for each in fields.fields(reader) if each.shape in ("number", "text") or each.type == "BOOLEAN"]
    if not looked:
        return {}
    relation, condition = reader.filtered("", set())
    source = Source(reader.ask, relation, condition, "false", "false")
    with fields.sampled(source, looked, "0", log.n_rows, log.files.row_sql):
        places = range(len(looked))
        counts = ", ".join(f"count(v{at}), approx_count_distinct(v{at})" for at in places)
        n, *counted = reader.ask(f"SELECT count(*), {counts} FROM {fields.TABLE}")[0]
        numbers = [at for at in places if looked[at].shape == "number" and counted[2 * at] >= _LEAST]
        wanted = ", ".join(f"quantile_disc(v{at}, {list(_ENDS)})" for at in numbers)
        quantiles = dict(zip(numbers, reader.ask(f"SELECT {wanted} FROM {fields.TABLE}")[0], strict=True)) if numbers else {}
        found = {}
        for at, each in enumerate(looked):
            shares = _shares(reader, at) if each.shape != "number" and counted[2 * at + 1] <= _CLASSES else {}
            found[each.named] = Usual(n, counted[2 * at], tuple(zip(_ENDS, quantiles.get(at, ()), strict=False)), shares)
    return found


def _shares(reader: Reader, at: int) -> dict[Any, tuple[float, float]]:
    """Count the classes of a column of the sample, the rarest first."""
    rows = reader.ask(f"SELECT v{at}, count(*) FROM {fields.TABLE} WHERE v{at} IS NOT NULL GROUP BY 1 ORDER BY 2")
    total, so_far, shares = sum(count for _, count in rows), 0, {}
    for first, (value, count) in enumerate(rows):
        if not first or rows[first - 1][1] < count:
            so_far += sum(other for _, other in rows[first:] if other == count)
        shares[value] = (count / total, so_far / total)
    return shares
