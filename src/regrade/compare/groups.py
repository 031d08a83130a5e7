"""Rows of a comparison: slices on their sampled examples, failure modes on their known failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from regrade.compare.comparison import GroupRow
from regrade.compare.flips import Flips
from regrade.compare.holm import adjust
from regrade.compare.intervals import Difference
from regrade.compare.mcnemar import exact_p
from regrade.compare.members import Mask, Members
from regrade.compare.score_intervals import paired_difference
from regrade.config import Config


def slice_rows(masks: Mapping[str, Mask], rows: Sequence[Difference], found: Flips, inside: Mask, config: Config) -> list[GroupRow]:
    """Return a row a slice, from the difference of the primary metric on its sampled examples.

    Parameters
    ----------
    masks : mapping
        Slice to its members.
    rows : sequence
        The difference on each, in the same order.
    inside : array (members,)
        The sampled members that have the primary metric.

    The p is the one that belongs to the interval; for accuracy no smaller than McNemar's exact one, which few flips need.
    """
    counts = [(int((found.fixed & mask & inside).sum()), int((found.broken & mask & inside).sum())) for mask in masks.values()]
    values = [
        max(row.p, exact_p(*count)) if row.p is not None and config.primary_metric == "accuracy" else row.p
        for row, count in zip(rows, counts, strict=True)
    ]
    return [
        GroupRow(
            name=name,
            n=int((mask & inside).sum()),
            fixed=count[0],
            broken=count[1],
            delta=row.delta,
            low=row.low,
            high=row.high,
            p_adjusted=p,
            now_right=int(((found.fixed | found.both_right) & mask & inside).sum()),
            members=int((found.compared & mask).sum()),
            margin=config.gate.slices[name].margin if name in config.gate.slices else None,
        )
        for (name, mask), row, count, p in zip(masks.items(), rows, counts, adjust(values), strict=True)
    ]


def mode_rows(members: Members, found: Flips, alpha: float) -> list[GroupRow]:
    """Return a row a failure mode, over its known failures that are compared, the largest first.

    These were chosen because something was wrong, so nothing here is an estimate for production: each counts once, the interval
    is Tango's on the counts, the p McNemar's exact one, adjusted by Holm.
    """
    inside = members.known & found.compared
    names = sorted({str(mode) for mode in members.mode[inside] if mode is not None})
    if not names:
        return []
    masks = [inside & (members.mode == name) for name in names]
    n, fixed, broken = (np.array([int((mask & flip).sum()) for mask in masks]) for flip in (inside, found.fixed, found.broken))
    low, high = paired_difference(fixed, broken, n, alpha)
    adjusted = adjust([exact_p(int(f), int(b)) for f, b in zip(fixed, broken, strict=True)])
    rows = [
        GroupRow(
            name=name,
            n=int(n[i]),
            fixed=int(fixed[i]),
            broken=int(broken[i]),
            delta=float(fixed[i] - broken[i]) / int(n[i]),
            low=float(f"{low[i]:.6g}"),
            high=float(f"{high[i]:.6g}"),
            p_adjusted=adjusted[i],
            now_right=int(((found.fixed | found.both_right) & masks[i]).sum()),
            reopened=bool(broken[i] > fixed[i]),
            members=int(n[i]),
        )
        for i, name in enumerate(names)
    ]
    return sorted(rows, key=lambda row: (-row.n, row.name))
