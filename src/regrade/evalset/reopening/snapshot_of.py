"""Take the snapshot of a state that was folded."""

from __future__ import annotations

from collections.abc import Iterable

from regrade.evalset.cache_file import to_bytes
from regrade.evalset.events import MODE_FIELDS, PREDICTION_FIELDS
from regrade.evalset.reopening.snapshot import Snapshot
from regrade.evalset.state import STATUSES, State
from regrade.log.content import JSON, canonical


def snapshot_of(state: State, *, stand: str, task_kind: str, unsealed: int) -> Snapshot:
    """Return what ``state`` says; ``stand`` names the files that it was read from."""
    members = state.members()
    contents, said, pinned = map(dict.fromkeys, state.subjects("content", "expected", "pinned"))
    inside = set(members)
    decided = members + [key for key in state.decided_keys() if key not in inside]
    keys = decided + [key for key in contents if state.status(key) == "open"]
    mode_ids = sorted(state.mode_counts())
    number_of = {id: number for number, id in enumerate(mode_ids, 1)}
    status_of = {status: number for number, status in enumerate(STATUSES)}
    disputed = {key: state.disputed_fields(key) for key in decided if state.status(key) == "disputed"}
    disputed |= {id: state.disputed_fields(id) for id in state.disputed_modes()}
    expected, expected_of = _expected(state, keys)
    return Snapshot(
        stand=stand,
        task_kind=task_kind,
        version=state.known_version,
        n_events=state.n_events,
        unsealed=unsealed,
        n_members=len(members),
        n_decided=len(decided),
        keys=keys,
        statuses=bytes([status_of[state.status(key)] for key in keys]),
        mode_ids=mode_ids,
        modes_of=to_bytes([number_of[mode] if (mode := state.mode(key)) is not None else 0 for key in keys]),
        expected=canonical(expected),
        expected_of=to_bytes(expected_of),
        said=bytes([key in said for key in keys]),
        values=canonical(_values(state, pinned, disputed)),
        disputed=disputed,
        disputed_modes=state.disputed_modes(),
        modes=state.modes(),
    )


def _expected(state: State, keys: list[str]) -> tuple[list[list[JSON]], list[int]]:
    """Return the distinct answers to ``expected``, and 1 + which of them is that of each key; 0: none."""
    answers: list[list[JSON]] = []
    numbers: dict[str | bytes, int] = {}
    of_keys = []
    for key in keys:
        answer = state.expected(key)
        if not answer:
            of_keys.append(0)
            continue
        known = answer[0] if len(answer) == 1 and type(answer[0]) is str else canonical(answer)  # most are labels
        number = numbers.get(known)
        if number is None:
            answers.append(answer)
            number = numbers[known] = len(answers)
        of_keys.append(number)
    return answers, of_keys


def _values(state: State, pinned: Iterable[str], disputed: dict[str, list[str]]) -> dict[str, dict[str, list[JSON]]]:
    """Return what registers say that are looked at without being asked for one by one."""
    found: dict[str, dict[str, list[JSON]]] = {}
    found["pinned"] = {key: state.values(key, "pinned") for key in pinned}
    for field in (*PREDICTION_FIELDS, *MODE_FIELDS):
        subjects = [subject for subject, fields in disputed.items() if field in fields]
        found.setdefault(field, {}).update({subject: state.values(subject, field) for subject in subjects})
    return found
