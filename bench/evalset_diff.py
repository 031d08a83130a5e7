"""The diff of two git refs at 100,000 examples, loose and packed: `python bench/evalset_diff.py [EXAMPLES]`.

Guide: 1 s. What both have in common is remembered in `.regrade/cache`; the first time all of it is read and hashed, by two
processes, and out of the work tree where that has the same bytes (measured without it too). The branch brings 300 decisions, and
both sides have everything else in common, as in a pull request.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from regrade.evalset import Event, Fact, Write
from regrade.evalset.events import SchemaLine, encode
from regrade.evalset.review.comparing import compare
from regrade.evalset.review.past import Past
from regrade.log.content import Content, canonical
from regrade.log.schema import Schema

A_SEGMENT = 100
DECISIONS = 300
KIND = "classification"
HEADER = canonical({"regrade": "evalset", "version": 1})
CONFIG = '[task]\nkind = "classification"\n'
SLICES = '[slices]\nevening = "hour >= 18"\nrain = "precip > 100"\n'
COLUMNS = pa.schema(
    {
        "carrier": pa.string(),
        "hour": pa.int64(),
        "precip": pa.float64(),
        "origin": pa.string(),
        "dest": pa.string(),
        "distance": pa.float64(),
        "temp": pa.float64(),
    }
)
SCHEMA = Schema.of(COLUMNS, {"temp": True})


def promotion(i: int) -> Event:
    """Return the decision that promotes flight ``i``, with 7 inputs."""
    key = f"flight-{i:07}"
    inputs = {"carrier": "EV", "hour": i % 24, "precip": i / 7, "origin": "EWR", "dest": "IAD", "distance": 212.0, "temp": None}
    content = Content(
        inputs=inputs,
        schema=SCHEMA.hash,
        outcome="late" if i % 3 else "on_time",
        prediction="on_time",
        scores={"late": 0.25, "on_time": 0.75},
        time="2026-11-22T10:00:00",
        model="prod-1",
        source="flights.parquet",
    )
    values = {"mode": f"mode-{i % 9}", "member": "in", "content": content, "partition": "eval"}
    writes = tuple(Write(key, field, value) for field, value in values.items())
    return Event(
        f"{i // A_SEGMENT:032x}:{i}", "2026-11-22T10:00:00.000Z", "ann", "promote", i + 1, writes, (Fact(key, "origin", "failure"),)
    )


def branch(n: int) -> list[Event]:
    """Return what the branch decides: a third of it relabels, a third retires, a third promotes."""
    events = []
    for i in range(DECISIONS):
        at, id = n + i, f"{'b' * 32}:{i}"
        touched = i * (n // DECISIONS)  # all over what main has
        key, old = f"flight-{touched:07}", f"{touched // A_SEGMENT:032x}:{touched}"
        if i % 3 == 0:
            events.append(Event(id, "2026-11-23T10:00:00.000Z", "bob", "relabel", at + 1, (Write(key, "expected", "late"),)))
        elif i % 3 == 1:
            write = Write(key, "member", "retired", (old,))
            events.append(Event(id, "2026-11-23T10:00:00.000Z", "bob", "retire", at + 1, (write,), reason="a duplicate"))
        else:
            made = promotion(at)
            events.append(Event(id, made.at, "bob", "promote", at + 1, made.writes, made.facts))
    return events


def write_segments(root: Path, events: Sequence[Event]) -> int:
    """Write ``events`` as segments; return how many bytes."""
    folder, size = root / "evalset" / "segments" / "2026-11", 0
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(events), A_SEGMENT):
        data = b"\n".join([HEADER, encode(SchemaLine(SCHEMA.hash, SCHEMA.encoded)), *map(encode, events[start : start + A_SEGMENT]), b""])
        (folder / f"{hashlib.sha256(data).hexdigest()}.jsonl").write_bytes(data)
        size += len(data)
    return size


def git(root: Path, *arguments: str) -> None:
    """Run git, without anybody's configuration."""
    given = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True, env=os.environ | given)


def timed(what: str, run: Callable[[], object], times: int, before: Callable[[], object] = int) -> None:
    """Print the best and the median time of ``run``; ``before`` is called before each and not timed."""
    taken = []
    for _ in range(times):
        before()
        start = time.perf_counter()
        kept = run()
        taken.append((time.perf_counter() - start) * 1000)
        del kept  # freeing it is not what is measured
    taken.sort()
    print(f"{what:<68} {taken[len(taken) // 2]:9.0f} ms  (min {taken[0]:.0f})")


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        (root / "regrade.toml").write_text(CONFIG, encoding="utf-8")
        (root / ".gitignore").write_text(".regrade/\n", encoding="utf-8")
        size = write_segments(root, [promotion(i) for i in range(n)])
        print(f"{n:,} examples in {-(-n // A_SEGMENT):,} segments of {size / 1e6:.0f} MB; the branch decides {DECISIONS} times")
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "main")
        git(root, "switch", "-q", "-c", "branch")
        write_segments(root, branch(n))
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "branch")
        for stored in ("loose", "packed"):
            if stored == "packed":
                git(root, "gc", "-q")
            measure(root, stored)
        git(root, "rm", "-q", "-r", "--cached", "evalset")
        shutil.rmtree(root / "evalset" / "segments")
        measure(root, "packed, none in the work tree")


def measure(root: Path, stored: str) -> None:
    """Print what a diff costs that was never made before, and one that was; in this process, and as a command."""
    cache = root / ".regrade" / "cache"

    def once() -> object:
        return compare(*Past(root / "evalset", KIND).pair("main", "branch"), cache=cache)

    def command() -> object:
        arguments = [sys.executable, "-m", "regrade", "-C", str(root), "evalset", "diff", "main", "branch", "--json"]
        return subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)

    for what, run, config in (
        ("in this process", once, CONFIG),
        ("`regrade evalset diff main branch --json`", command, CONFIG),
        ("the same with two slices", command, CONFIG + SLICES),
    ):
        (root / "regrade.toml").write_text(config, encoding="utf-8")
        timed(f"{stored}, the first time: {what}", run, 3, lambda: shutil.rmtree(cache, ignore_errors=True))
        timed(f"{stored}, again: {what}", run, 7)
    size = sum(path.stat().st_size for path in cache.iterdir())
    print(f"{'what is remembered of main (.regrade/cache)':<68} {size / 1e6:9.1f} MB")


if __name__ == "__main__":
    main()
