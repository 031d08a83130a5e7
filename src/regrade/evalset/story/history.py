"""The story of one prediction or failure mode: each decision on it, from what to what, and what undid it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from regrade.evalset.events import MODE_FIELDS, PREDICTION_FIELDS, Event, Write
from regrade.evalset.state import State
from regrade.evalset.story.commits import Commit, Standing
from regrade.evalset.story.short_ids import short_id
from regrade.log.content import JSON, canonical


class Change(msgspec.Struct, frozen=True):
    """What a decision wrote into one register."""

    field: str
    before: tuple[JSON, ...]
    """What its writer saw there: nothing, one value, or several that were disputed."""
    after: JSON
    logged: bool = False
    """``before`` is the outcome that was logged: nobody had said otherwise."""


class Deed(msgspec.Struct, frozen=True):
    """A decision that another one names."""

    id: str
    short: str
    kind: str
    by: str
    at: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on the subject."""

    id: str
    short: str
    """What `regrade undo --event` takes."""
    at: str
    by: str
    kind: str
    live: bool
    """Nobody took it back, or it was done again."""
    changes: tuple[Change, ...]
    facts: tuple[tuple[str, JSON], ...]
    """Kind and value: ``origin``, ``sample``, ``note``."""
    note: str | None
    reason: str | None
    population: JSON
    subjects: int
    """How many predictions and modes it is about."""
    undoes: tuple[Deed, ...]
    undone_by: tuple[Deed, ...]
    stands: str
    """``committed``, ``sealed`` (in a segment that no commit has), ``unsealed`` (in a journal), or ``unknown`` (there is no git)."""
    commits: tuple[Commit, ...]


def history_events(state: State, subject: str, of: str) -> list[Event]:
    """Return the decisions on a prediction or a mode (``of``), and what undid and redid them, oldest first."""
    found: list[Event] = []
    known: set[str] = set()
    for event in state.history(subject):
        if _about(event, subject, of) or known.intersection(event.undoes):
            known.add(event.id)
            found.append(event)
    return found


def history(state: State, subject: str, of: str, where: Standing) -> list[Step]:
    """Return the story of ``subject``, oldest first.

    Parameters
    ----------
    state : State
    subject : str
        The key of a prediction, or the id of a mode.
    of : {"prediction", "mode"}
        The same text may be both.
    where : Standing
        Where the decisions of :func:`history_events` stand.
    """
    events = history_events(state, subject, of)
    fields = PREDICTION_FIELDS if of == "prediction" else MODE_FIELDS
    steps = []
    for event in events:
        changes = [_change(state, event, write, events) for write in event.writes if write.subject == subject and write.field in fields]
        commits = tuple(where.commits.get(event.id, ()))
        sealed = "sealed" if where.git else "unknown"
        steps.append(
            Step(
                id=event.id,
                short=short_id(event.id),
                at=event.at,
                by=event.by,
                kind=event.kind,
                live=state.is_live(event.id),
                changes=tuple(changes),
                facts=tuple((fact.kind, fact.value) for fact in event.facts if fact.subject == subject and of == "prediction"),
                note=event.note,
                reason=event.reason,
                population=event.population,
                subjects=len(subjects_of(event)),
                undoes=_deeds(state, event.undoes),
                undone_by=_deeds(state, state.undoers(event.id)),
                stands="committed" if commits else sealed if event.id in where.sealed else "unsealed",
                commits=commits,
            )
        )
    return steps


def subjects_of(event: Event) -> list[str]:
    """Return the predictions and modes that a decision is about, each once, in its order."""
    subjects = [write.subject for write in event.writes] + [fact.subject for fact in event.facts]
    return list(dict.fromkeys(subjects))


def _about(event: Event, subject: str, of: str) -> bool:
    fields = PREDICTION_FIELDS if of == "prediction" else MODE_FIELDS
    written = any(write.subject == subject and write.field in fields for write in event.writes)
    return written or (of == "prediction" and any(fact.subject == subject for fact in event.facts))


def _change(state: State, event: Event, write: Write, events: Iterable[Event]) -> Change:
    """Return what ``write`` went over; an expected value that nobody had set goes over the logged outcome."""
    register = (write.subject, write.field)
    named = [one for id in write.over if (one := state.event(id)) is not None]
    replaced = {one.id: each for one in named for each in one.writes if (each.subject, each.field) == register}
    # What these had gone over themselves is named too, and was gone already.
    gone = {id for each in replaced.values() for id in each.over}
    before = {canonical(each.value): each.value for id, each in replaced.items() if id not in gone}
    if before or write.field != "expected":
        return Change(write.field, tuple(before[encoded] for encoded in sorted(before)), write.value)
    outcome = None
    for older in events:
        if older.seq < event.seq and state.is_live(older.id):
            for each in older.writes:
                if each.subject == write.subject and each.field == "content" and isinstance(each.value, dict):
                    outcome = each.value.get("outcome")
    return Change(write.field, () if outcome is None else (outcome,), write.value, logged=outcome is not None)


def _deeds(state: State, ids: Iterable[str]) -> tuple[Deed, ...]:
    known = [event for id in ids if (event := state.event(id)) is not None]
    return tuple(Deed(event.id, short_id(event.id), event.kind, event.by, event.at) for event in known)
