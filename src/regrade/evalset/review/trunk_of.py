"""Build the trunk of a set of segments from their fold."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from regrade.evalset.cache_file import to_bytes
from regrade.evalset.collector import no_cycles
from regrade.evalset.events import MODE_FIELDS, Parsed
from regrade.evalset.review.trunk import Trunk
from regrade.evalset.state import State

_OF_MODES = frozenset(MODE_FIELDS)


def trunk_of(state: State, segments: Mapping[str, Parsed], objects: Mapping[str, str], task_kind: str) -> Trunk:
    """Return the trunk.

    Parameters
    ----------
    state : State
        The fold of ``segments``, and of nothing else.
    segments : mapping
        Name to what stands in it.
    objects : mapping
        Name to its git object, where it was read from one.
    task_kind : str
    """
    with no_cycles():
        members = state.members()
        labels = [state.values(key, "mode") for key in members]
        modes, mode_of = _numbers([values[0] if values and isinstance(values[0], str) else None for values in labels])
        origins, origin_of = _numbers([state.origins(key) for key in members])
        places, journals, about_modes = _places(list(segments.values()))
        subjects = sorted(places)
        starts = [0]
        for subject in subjects:
            starts.append(starts[-1] + len(places[subject]))
        return Trunk(
            task_kind=task_kind,
            segments=list(segments),
            objects=dict(objects),
            n_events=state.n_events,
            keys=members,
            lines=state.version_lines(),
            modes=modes,
            mode_of=to_bytes([0 if number is None else number + 1 for number in mode_of]),
            origins=[sorted(each) for each in origins],
            origin_of=to_bytes([number or 0 for number in origin_of]),
            subjects=subjects,
            starts=to_bytes(starts),
            places=to_bytes([place for subject in subjects for place in places[subject]]),
            journals=journals,
            undoers=_undoers(segments.values()),
            about_modes=about_modes,
            delicate=[key for key, values in zip(members, labels, strict=True) if len(values) > 1]
            + [key for key in state.decided_keys() if not state.is_member(key) and len(state.values(key, "mode")) > 1],
        )


V = TypeVar("V", bound=Hashable)


def _numbers(values: Sequence[V | None]) -> tuple[list[V], list[int | None]]:
    """Return the distinct values, and which of them each is; ``None`` stays."""
    numbers: dict[V, int] = {}
    found = [None if value is None else numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), found


def _places(segments: Sequence[Parsed]) -> tuple[dict[str, list[int]], dict[str, list[int]], list[int]]:
    """Return in which segments each subject, and each journal, stands; and in which failure modes are decided on."""
    places: dict[str, list[int]] = {}
    journals: dict[str, list[int]] = {}
    about_modes = []
    for at, segment in enumerate(segments):
        subjects = {write.subject for event in segment.events for write in event.writes}
        subjects.update(fact.subject for event in segment.events for fact in event.facts)
        for subject in subjects:
            places.setdefault(subject, []).append(at)
        for journal in {event.id.rpartition(":")[0] for event in segment.events}:
            journals.setdefault(journal, []).append(at)
        if any(write.field in _OF_MODES for event in segment.events for write in event.writes):
            about_modes.append(at)
    return places, journals, about_modes


def _undoers(segments: Iterable[Parsed]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for segment in segments:
        for event in segment.events:
            for target in event.undoes:
                found.setdefault(target, []).append(event.id)
    return found
