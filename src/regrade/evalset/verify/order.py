"""What decisions say of one another: nothing goes over, or undoes, what is not older, and whatever is named is there."""

from __future__ import annotations

from collections.abc import Iterable

from regrade.evalset.events import Event
from regrade.evalset.verify.survey import Survey


def check_order(found: Survey, *, shallow: bool = False) -> None:
    """Note decisions that name one that is not older than themselves (the only way to a cycle), and names of what is not here.

    ``shallow``: git has no whole history here.
    """
    events = found.events
    missing: dict[str, list[str]] = {}
    for id, event in events.items():
        for named in _named(event):
            older = events.get(named)
            if older is None:
                missing.setdefault(named, []).append(id)
            elif older.seq >= event.seq:
                found.findings.problem(
                    "order",
                    found.places[id],
                    f"goes over, or undoes, {named} ({found.places[named]}), which is not older than itself",
                    "regrade writes no such decision: `git log -- FILE` says who changed it; restore it",
                )
    hint = "harmless after a cherry-pick or a squash of part of a branch; otherwise a segment is missing: merge the branch that has it"
    for named, ids in missing.items():
        who = "this decision goes over, or undoes," if len(ids) == 1 else f"{len(ids):,} decisions here go over, or undo,"
        found.findings.warning(
            "unknown-id",
            found.places[ids[0]],
            f"{who} {named}, which is not here",
            hint + ("; this clone is shallow: `git fetch --unshallow`" if shallow else ""),
        )


def _named(event: Event) -> Iterable[str]:
    """Return each id that a decision names, once."""
    named = {older for write in event.writes for older in write.over}
    named.update(event.undoes)
    return sorted(named)
