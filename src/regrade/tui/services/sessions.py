"""How the eval set came to be what it is, session by session: each is one journal, sealed into one segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from regrade.safe_text import safe_text
from regrade.tui.describe import clock, person, subjects
from regrade.tui.services.example_messages import Session, SessionRead
from regrade.tui.services.past import words

if TYPE_CHECKING:
    from regrade.evalset import Event, State

_SAID = {
    "sample": "sampled",
    "promote": "promoted",
    "add": "added",
    "restore": "restored",
    "retire": "retired",
    "relabel": "corrected",
    "label": "labelled",
    "pin": "pinned",
    "unpin": "unpinned",
    "dismiss": "dismissed",
    "resolve": "resolved",
    "note": "noted",
    "backfill": "backfilled",
}
_MODES = "decisions on modes"
_MOST = 500
"""Decisions of a session that are shown; a session has few, an import of another tool may have many."""


def sessions_of(state: State) -> list[Session]:
    """Return every session, the newest first."""
    by_journal: dict[str, list[Event]] = {}
    for event in state.events():
        by_journal.setdefault(event.id.rpartition(":")[0], []).append(event)
    found = [_session(state, id, events) for id, events in by_journal.items()]
    return sorted(found, key=lambda session: session.until, reverse=True)


def _session(state: State, id: str, events: list[Event]) -> Session:
    changes: Counter[str] = Counter()
    undone = 0
    for event in events:
        if event.undoes:
            continue
        if not state.is_live(event.id):
            undone += 1
        elif touched := len(subjects(event)):
            changes[_SAID.get(event.kind, safe_text(event.kind, 20))] += touched
        else:
            changes[_MODES] += 1
    order = [*_SAID.values(), _MODES]
    listed = sorted(changes.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))
    n = sum(1 for event in events if not event.undoes)
    return Session(id, events[0].at, events[-1].at, events[0].by, n, undone, tuple(listed))


def read_session(state: State, id: str, folder: Path, names: Mapping[str, str]) -> SessionRead:
    """Return the decisions of one session in words, and the commits that brought it."""
    from regrade.evalset.story.commits import standing

    events = [event for event in state.events() if event.id.rpartition(":")[0] == id]
    lines = [_line(state, event, names) for event in events[:_MOST]]
    if len(events) > _MOST:
        lines.append(f"and {len(events) - _MOST:,} more decisions")
    where = standing(folder, {event.id for event in events[:1]})
    commits = [
        f"{each.hash} {clock(each.at)} {safe_text(each.by, 40)}: {safe_text(each.subject, 200)}"
        for one in where.commits.values()
        for each in one
    ]
    sealed = bool(where.sealed)
    return SessionRead(id, lines, commits or ["sealed, in no commit yet" if sealed else "not sealed yet: safe on this disk"])


def _line(state: State, event: Event, names: Mapping[str, str]) -> str:
    keys = subjects(event)
    about = keys or list(dict.fromkeys(write.subject for write in event.writes))
    if event.undoes:
        target = state.event(event.undoes[0])
        said = f"undid: {words(target, about[0] if about else '', names)}" if target is not None else "undid a decision that is not here"
    else:
        said = words(event, about[0], names) if about else safe_text(event.kind, 30)
    first = safe_text(about[0] if keys else names.get(about[0], about[0]), 60) if about else ""
    more = f" and {len(about) - 1:,} more" if len(about) > 1 else ""
    gone = "" if event.undoes or state.is_live(event.id) else " (undone)"
    note = f": {safe_text(event.note, 120)}" if event.note else ""
    return f"{clock(event.at)} {person(event.by)}  {said}{note}  {first}{more}{gone}"
