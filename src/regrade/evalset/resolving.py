"""What ends a dispute: one value over all heads of a register."""

from __future__ import annotations

from regrade.errors import UsageError, near_names
from regrade.evalset.drafts import PARTITIONS, Draft, write
from regrade.evalset.events import Write
from regrade.evalset.mode_details import DETAILS, detail
from regrade.evalset.mode_drafts import mode_name
from regrade.evalset.modes import DIGITS
from regrade.evalset.state import State
from regrade.log.content import JSON, Content, canonical

_ONE_OF: dict[str, tuple[JSON, ...]] = {
    "member": ("in", "retired", "dismissed", None),
    "partition": PARTITIONS,
    "pinned": (True, False),
    "state": ("open", "closed"),
    "digit": (None, *DIGITS),
}


def resolve(state: State, subject: str, value: JSON | Content, field: str | None) -> Draft:
    """End a dispute by one value; ``field`` may be left out where only one register of ``subject`` is disputed.

    A digit that two modes claim goes to ``subject``: the other loses it. A mode in a circle of merges reads as ``value`` from
    then on, or, with ``None``, as itself.

    Raises
    ------
    UsageError
        Nothing is disputed, several are and none is named, or ``value`` is none of this register.
    """
    disputed = state.disputed_fields(subject)
    if field is None:
        if len(disputed) != 1:
            known = "nothing is disputed" if not disputed else "several are disputed: " + ", ".join(disputed)
            raise UsageError(known, where=subject, hint="name the field" if disputed else "")
        field = disputed[0]
    if not state.heads(subject, field):
        raise UsageError(f"has no {field} to resolve", where=subject)
    value = _checked(state, subject, field, value)
    return Draft("resolve", (write(state, subject, field, value), *_elsewhere(state, subject, field, value)))


def _checked(state: State, subject: str, field: str, value: JSON | Content) -> JSON:
    """Return what is written for ``value``; one of the disputed values always is as it stands."""
    if isinstance(value, Content):
        if field != "content":
            raise UsageError(f"a content is no {field}", where=subject)
        return value
    said = {canonical(each) for each in state.values(subject, field)}
    if canonical(value) in said and not (field == "into" and value == subject):
        return value
    if field in DETAILS:
        return detail(field, value)
    if field == "name":
        return mode_name(value)
    if field in ("mode", "into"):
        return _mode(state, value, where=subject, other_than=subject if field == "into" else "")
    if field == "content":
        raise UsageError("is none of the contents that are disputed", where=subject, hint="`regrade evalset show KEY` shows them")
    if field in _ONE_OF and canonical(value) not in map(canonical, _ONE_OF[field]):
        known = ", ".join("nothing" if each is None else str(each) for each in _ONE_OF[field])
        raise UsageError(f"{value!r} is no {field}", where=subject, hint=f"there are: {known}")
    return value


def _mode(state: State, value: JSON, *, where: str, other_than: str) -> str | None:
    """Return the id of the mode that a person names; an id as it was written, since in a circle of merges all read as one."""
    if value is None:
        return None
    known = [id for id in state.book.ids() if id != other_than]
    if value in known:
        return str(value)
    found = state.book.called(value) if isinstance(value, str) else None
    if found is None or found.id == other_than:
        raise UsageError(f"there is no such failure mode: {value!r}", where=where, hint=near_names(str(value), known))
    return found.id


def _elsewhere(state: State, subject: str, field: str, value: JSON) -> list[Write]:
    """Return what must give way, in registers of other modes."""
    if field == "digit" and value is not None:
        holders = [mode for mode in state.book.holders(value) if mode != subject]
        if holders and value not in state.values(subject, "digit"):
            raise UsageError(f"{value} is the key of {holders[0]!r} already", hint="`regrade modes list` shows which are free")
        return [write(state, mode, "digit", None) for mode in holders]
    if field == "into" and value is not None and subject in state.book.path(value):
        return [write(state, value, "into", None)]
    return []
