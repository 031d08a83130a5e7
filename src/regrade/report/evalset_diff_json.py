"""The review of an eval set's change as one JSON document with keys that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from regrade.workspace.reviewing import Review, Side

_LISTS = (
    "added", "retired", "gone", "relabelled", "pinned", "unpinned", "repartitioned", "reweighted", "new_origin", "new_content",
)  # fmt: skip


def document(review: Review) -> dict[str, Any]:
    """Return the document.

    ``added``, ``retired``, ``gone``, ``relabelled`` and the other lists of examples: ``count``, ``keys``, ``rows`` (what changed,
    ``cause``: who decided it, when, why; ``behind``: nobody did, the later side lacks decisions). ``unchanged``: ``count``,
    ``keys``. ``disputed``, ``settled``, ``modes``: lists. ``by_mode``, ``by_origin``, ``by_slice``: counts before and after.
    ``outside``: keys that are no example of either side. ``removed``: the later side is built on the earlier one, and lacks decisions
    all the same: somebody removed files. ``before`` and ``after``: the two moments.
    """
    found = review.diff
    built = {name: _listed(msgspec.to_builtins(getattr(found, name))) for name in _LISTS}
    return built | {
        "unchanged": {"count": len(found.unchanged), "keys": found.unchanged},
        "flips": [row.key for row in found.relabelled if row.flip and not row.behind],
        "disputed": found.disputed,
        "settled": found.settled,
        "modes": found.modes,
        "outside": found.outside,
        "by_mode": found.by_mode,
        "by_origin": found.by_origin,
        "by_slice": review.by_slice,
        "new_decisions": found.new_decisions,
        "missing_decisions": found.missing_decisions,
        "removed": review.removed,
        "notes": review.notes,
        "before": _side(review.before),
        "after": _side(review.after),
    }


def _listed(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    keys = list(dict.fromkeys(row["key"] for row in rows))  # one that was decided in part, and lacks in part, has two rows
    return {"count": len(keys), "keys": keys, "rows": rows}


def _side(side: Side) -> dict[str, Any]:
    return {name: getattr(side, name) for name in ("label", "kind", "version", "examples", "sampled", "commit", "decisions")}
