"""Find the moment at which the eval set had a version: it is printed and stamped into runs, but stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from regrade.errors import UsageError
from regrade.evalset.collector import no_cycles
from regrade.evalset.events import Event
from regrade.evalset.review.library import Library, Shelf, extend
from regrade.evalset.review.revisions import Revisions
from regrade.evalset.state import State
from regrade.evalset.timeline import order

_COMMITS = 500
_BATCH = 50
_LINES = 5_000_000
"""Members that may be hashed while the work tree's decisions are replayed: a few seconds."""
_FIELDS = frozenset(("member", "content", "expected", "partition", "pinned"))


@dataclass(frozen=True)
class Found:
    """Where a version was found."""

    shelf: Shelf
    events: frozenset[str] | None = None
    """Ids of those of the shelf that make it; ``None``: all."""
    commit: str | None = None


def find_version(prefix: str, library: Library, now: Shelf, revisions: Revisions | None) -> Found:
    """Return a moment whose version starts with ``prefix``.

    Looked at in this order: what is there now; the commits of all branches that changed the eval set, newest first; the
    decisions that are there now, replayed in the order in which they were made, which finds a version that a run was stamped
    with in the middle of a session.

    Raises
    ------
    UsageError
        There is none; says what was looked through.
    """
    state = library.state(now)
    if state.version.startswith(prefix):
        return Found(now)
    looked = ["what is here now"]
    if revisions is not None:
        found, words = _among_commits(prefix, library, revisions)
        if found is not None:
            return found
        looked.append(words)
    found, words = _by_replay(prefix, library, now, len(state.members()))
    if found is not None:
        return found
    looked.append(words)
    raise UsageError(
        f"no version starts with {prefix!r}",
        hint="looked through " + ", ".join(looked) + "; it may be of a branch that is not here: `git fetch` brings those",
    )


def _among_commits(prefix: str, library: Library, revisions: Revisions) -> tuple[Found | None, str]:
    """Look through the commits, and say through which."""
    seen: set[frozenset[str]] = set()
    commits = list(revisions.commits(_COMMITS))
    for start in range(0, len(commits), _BATCH):
        batch = commits[start : start + _BATCH]
        shelves = [library.commit(id, revisions.segments(id)) for id, _ in batch]
        library.hold(shelves)
        current: State | None = None
        held: frozenset[str] = frozenset()
        for (id, _), shelf in reversed(list(zip(batch, shelves, strict=True))):
            names = frozenset(shelf.places)
            if names in seen:
                continue
            seen.add(names)
            if current is None or not held <= names:
                current = library.state(shelf)
            else:  # decisions are only ever added: most commits are read as their predecessor and a little more
                extend(current, library.need(shelf, sorted(names - held)))
            held = names
            if current.version.startswith(prefix):
                return Found(shelf, commit=id), ""
    if not commits:
        return None, "no commit (none changed the eval set)"
    since = f", back to {commits[-1][1][:10]}" if len(commits) == _COMMITS else ""
    return None, f"{len(commits):,} commits{since}"


def _by_replay(prefix: str, library: Library, now: Shelf, members: int) -> tuple[Found | None, str]:
    """Replay the decisions that are here, as far back as is quick, and say how far."""
    known = {event.id: (event, line) for each in library.parts(now) for event, line in zip(each.events, each.lines, strict=True)}
    events = sorted(known.values(), key=lambda each: order(each[0]))
    steps = max(100, _LINES // max(members, 1))
    start = max(0, len(events) - steps)
    state = State(library.task_kind)
    with no_cycles():
        state.apply([event for event, _ in events[:start]], [line for _, line in events[:start]])
        for event, line in events[start:]:
            if _may_change(event) and state.version.startswith(prefix):
                break
            state.apply([event], [line])
        else:
            if not state.version.startswith(prefix):
                return None, f"the last {len(events) - start:,} decisions here" if start else f"all {len(events):,} decisions here"
    return Found(now, frozenset(event.id for event in state.events())), ""


def _may_change(event: Event) -> bool:
    """Return whether an event may lead to another version."""
    return bool(event.undoes or event.facts) or any(write.field in _FIELDS for write in event.writes)
