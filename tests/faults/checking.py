"""What writers said they had saved, held against what is in the files afterwards."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from regrade.evalset import EvalSet, Event
from regrade.evalset.events import MODE_FIELDS, encode
from regrade.evalset.verify.check import verify
from tests.faults.writers import TASK, open_set

Said = tuple[str, str]
"""An event id, and the hash of its bytes: what a writer says once a decision was acknowledged."""


def fingerprint(event: Event) -> str:
    return hashlib.sha256(encode(event)).hexdigest()[:16]


@dataclass
class Found:
    """What is wrong, by kind; ``events`` counts all that is there."""

    events: int
    lost: list[str]
    changed: list[str]
    half: list[str]
    doubled: list[str]
    unsaid: list[str]
    """There, but never acknowledged: the kill came between the disk and the word."""
    disputed: int

    def assert_clean(self) -> None:
        assert (self.lost, self.changed, self.half, self.doubled) == ([], [], [], [])


def check(folder: Path, said: Iterable[Said]) -> Found:
    """Open the eval set as the next session would, sealing what the dead left, and compare; then let `verify` look at every line."""
    acknowledged = dict(said)
    with open_set(folder, "eve") as evalset:  # from the snapshot, where one was left that holds
        reads = _reads(evalset)
        events = {event.id: event for event in evalset.state.events()}
    tokens = {id: _token(event) for id, event in events.items()}
    times = Counter(token for token in tokens.values() if token)
    found = Found(
        events=len(events),
        lost=sorted(acknowledged.keys() - events.keys()),
        changed=[id for id, hash in acknowledged.items() if id in events and fingerprint(events[id]) != hash],
        half=[id for id, event in events.items() if tokens[id] and _size(tokens[id]) != len(_subjects(event))],
        doubled=[token for token, n in times.items() if n > 1],
        unsaid=sorted(events.keys() - acknowledged.keys()),
        disputed=reads[1]["disputed"],
    )
    assert (folder / ".gitattributes").read_bytes() == b"* -text\n"
    assert (folder / ".gitignore").read_bytes() == b".open/\n"
    assert not list((folder / ".open").glob("*.jsonl"))
    with EvalSet.open(folder, actor="eve", task_kind=TASK, read_only=True) as anew, open_set(folder, "eve") as again:
        assert _reads(anew) == _reads(again) == reads
        assert anew.unsealed == 0
    verified = verify(folder, folder.parent, task_kind=TASK)
    assert verified.problems == ()
    assert verified.warnings == ()
    return found


def _reads(evalset: EvalSet) -> tuple[str, dict[str, int], list[str], int]:
    """Return what an eval set says."""
    return evalset.version, evalset.state.counts(), evalset.state.members(), evalset.state.n_events


def _token(event: Event) -> str:
    """Return the writer's own name for a decision, such as ``w3#17:40``: it says of how many predictions it is."""
    found = re.fullmatch(r"\S+#\d+:\d+", event.note or event.reason or "")
    return found.group() if found else ""


def _size(token: str) -> int:
    return int(token.rpartition(":")[2])


def _subjects(event: Event) -> set[str]:
    """Return the predictions that a decision touches."""
    return {write.subject for write in event.writes if write.field not in MODE_FIELDS} | {fact.subject for fact in event.facts}
