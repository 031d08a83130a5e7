"""Fold 100,000 events from segments, open an eval set with them, and open it again: `python bench/fold.py [EVENTS]`.

Guide: 0.5 s to fold 100,000 events, 50 ms to open 100,000 examples again. One label in twenty is corrected by a later one, one
decision in fifty is undone; of the examples each is promoted with its failure mode in a decision of its own.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from regrade.evalset import EvalSet, Event, Fact, Write
from regrade.evalset.events import encode, parse
from regrade.evalset.segments import read_segment
from regrade.evalset.state import State
from regrade.log.content import Content, canonical

EVENTS_A_SEGMENT = 100


def history(n: int) -> list[Event]:
    """Return ``n`` decisions of two people: labels, promotions, corrections, undos."""
    events: list[Event] = []
    for i in range(n):
        journal = uuid.UUID(int=i // EVENTS_A_SEGMENT + 1).hex
        writes: tuple[Write, ...] = ()
        facts: tuple[Fact, ...] = ()
        undoes: tuple[str, ...] = ()
        kind = "label"
        if i % 50 == 49:
            kind, undoes = "undo", (events[i - 1].id,)
        elif i % 20 == 19:
            older = events[i - 7]
            writes = (Write(f"flight-{i - 7:07}", "mode", "short-hop", (older.id,)),)
        elif i % 10 == 5:
            kind = "promote"
            key = f"flight-{i:07}"
            writes = (Write(key, "member", "in"), Write(key, "content", _content(i)), Write(key, "partition", "eval"))
            facts = (Fact(key, "origin", "failure"),)
        else:
            writes = (Write(f"flight-{i:07}", "mode", f"mode-{i % 9}"),)
        events.append(Event(f"{journal}:{i}", "2026-11-22T10:00:00.000Z", "ann" if i % 3 else "bob", kind, i + 1, writes, facts, undoes))
    return events


def examples(n: int) -> list[Event]:
    """Return ``n`` promotions, each of one labelled prediction with seven inputs."""
    return [
        Event(
            f"{uuid.UUID(int=i // EVENTS_A_SEGMENT + 1).hex}:{i}",
            "2026-11-22T10:00:00.000Z",
            "ann",
            "promote",
            i + 1,
            (
                Write(f"flight-{i:07}", "member", "in"),
                Write(f"flight-{i:07}", "content", _content(i)),
                Write(f"flight-{i:07}", "partition", "eval"),
                Write(f"flight-{i:07}", "mode", f"mode-{i % 9}"),
            ),
            (Fact(f"flight-{i:07}", "origin", "failure"),),
        )
        for i in range(n)
    ]


def _content(i: int) -> Content:
    inputs = {"carrier": "EV", "hour": i % 24, "precip": i / 7, "origin": "EWR", "dest": "IAD", "distance": 212.0, "temp": None}
    return Content(inputs=inputs, schema="s1", outcome="late", prediction="on_time", scores={"late": 0.25})


def write_segments(folder: Path, events: list[Event], events_a_segment: int = EVENTS_A_SEGMENT) -> int:
    """Write ``events`` as segments; return how many."""
    month = folder / "segments" / "2026-11"
    month.mkdir(parents=True)
    header = canonical({"regrade": "evalset", "version": 1})
    for start in range(0, len(events), events_a_segment):
        data = b"\n".join([header, *map(encode, events[start : start + events_a_segment]), b""])
        (month / f"{hashlib.sha256(data).hexdigest()}.jsonl").write_bytes(data)
    return len(list(month.iterdir()))


def timed(what: str, run: Callable[[], object], times: int = 5) -> None:
    """Print the median time of ``run``."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        kept = run()
        taken.append(time.perf_counter() - start)
        del kept  # freeing it is not what is measured
    print(f"{what:<58} {statistics.median(taken) * 1000:9.1f} ms  (min {min(taken) * 1000:.1f})")


def reopen(n: int) -> None:
    """Time opening ``n`` examples the first time, and again."""
    print(f"{n:,} examples")
    events = examples(n)
    for segments in (1, 100, 1_000):
        with tempfile.TemporaryDirectory() as temporary:
            write_segments(Path(temporary) / "evalset", events, max(1, n // segments))
            time_reopening(Path(temporary), segments)


def time_reopening(root: Path, segments: int) -> None:
    def opened() -> EvalSet:
        return EvalSet.open(root / "evalset", actor="ann", task_kind="classification", cache=root / "cache")

    def first_screen() -> EvalSet:
        evalset = opened()
        state = evalset.state
        for key in state.members()[:50]:
            state.status(key), state.mode(key), state.values(key, "expected"), state.values(key, "pinned")
        state.modes(), state.counts(), evalset.version
        return evalset

    timed(f"open {segments:,} segments", opened, 3)
    evalset = opened()
    timed("version", lambda: evalset.version, 1)
    timed("close, keeping a snapshot", evalset.close, 1)
    timed("open again, and all that a first screen asks", first_screen)
    timed("open again, and read every file", lambda: opened().read(), 3)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    events = history(n)
    data = b"\n".join([*map(encode, events), b""])
    print(f"{n:,} events, {len(data) / n:.0f} bytes each")

    def fold(data: bytes = data) -> State:
        parsed = parse(data, "bench")
        state = State("classification")
        state.apply(parsed.events, parsed.lines)
        return state

    def fold_decoded() -> State:
        state = State("classification")
        state.apply(parsed.events, parsed.lines)
        return state

    timed("decode", lambda: parse(data, "bench"))
    parsed = parse(data, "bench")
    timed("fold, decoded", fold_decoded)

    timed("decode and fold", fold)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "evalset"
        segments = write_segments(folder, events)
        paths = sorted(folder.rglob("*.jsonl"))
        timed(f"read and re-hash {segments:,} segments", lambda: [read_segment(path) for path in paths])
        timed("open", lambda: EvalSet.open(folder, actor="ann", task_kind="classification", read_only=True))
        evalset = EvalSet.open(folder, actor="ann", task_kind="classification")
        timed("refresh with nothing new", evalset.refresh, 50)
        timed(f"version of {len(evalset.state.members()):,} members, first", lambda: evalset.version, 1)
        evalset.label(["one"], "some mode")
        timed("one label, written and on the disk", lambda: evalset.label([str(time.perf_counter_ns())], "some mode"), 50)
        timed("undo", evalset.undo, 10)
        evalset.pin(evalset.state.members()[:1])
        timed("version after one pin", lambda: evalset.version, 1)
        evalset.close()
    reopen(n)


if __name__ == "__main__":
    main()
