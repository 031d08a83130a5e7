"""Commit an eval set with git, beside one JSON-lines file of the same decisions: `python bench/evalset_git.py [EXAMPLES]`.

Guide: `git add` and `git commit` of 100,000 examples ≤ 1 s. What matters every day is the last line: an afternoon's decisions on top
of them, where the one file is hashed and compressed as a whole again.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fold import examples, write_segments

from regrade.evalset import Event
from regrade.evalset.events import encode

AFTERNOON = 300
TIMES = 3
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.org"))},
}


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "gc.auto=0", *arguments], cwd=root, env=ENVIRONMENT, check=True, capture_output=True, text=True
    ).stdout


def as_segments(root: Path, events: list[Event], sessions: int) -> None:
    write_segments(root / "evalset", events, max(1, len(events) // sessions))
    (root / "evalset" / ".gitattributes").write_text("* -text\n")
    (root / "evalset" / ".gitignore").write_text(".open/\n")


def as_one_file(root: Path, events: list[Event]) -> None:
    (root / "evalset").mkdir()
    more_in_one_file(root, events)


def more_in_one_file(root: Path, events: list[Event]) -> None:
    with (root / "evalset" / "all.jsonl").open("ab") as file:
        file.writelines(encode(event) + b"\n" for event in events)


def more_segments(root: Path, events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as aside:
        write_segments(Path(aside), events, len(events))
        for path in Path(aside).glob("segments/*/*.jsonl"):
            path.rename(root / "evalset" / "segments" / "2026-11" / path.name)


def measure(what: str, write: Callable[[Path], None], more: Callable[[Path], None]) -> tuple[float, float]:
    """Print and return the seconds to commit all, and then some more."""
    firsts, seconds = [], []
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            git(root, "init", "-q")
            write(root)
            firsts.append(_commit(root))
            files = [path for path in (root / "evalset").rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files) / 1e6
            kept = _kept(root)
            more(root)
            seconds.append(_commit(root))
            grown = _kept(root) - kept
    first, second = statistics.median(firsts), statistics.median(seconds)
    print(f"{what:<34} {first:7.2f} s  {len(files):6,} files {size:7.1f} MB, in .git {kept:6.1f} MB;", end=" ")
    print(f"{AFTERNOON} decisions more {second * 1000:6.0f} ms, .git + {grown:.2f} MB", flush=True)
    return first, second


def _commit(root: Path) -> float:
    start = time.perf_counter()
    git(root, "add", "evalset")
    git(root, "commit", "-q", "-m", "more")
    return time.perf_counter() - start


def _kept(root: Path) -> float:
    return sum(path.stat().st_size for path in (root / ".git" / "objects").rglob("*") if path.is_file()) / 1e6


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    everything = examples(n + AFTERNOON)
    events, later = everything[:n], everything[n:]
    print(f"{n:,} examples: `git add evalset` and `git commit`, median of {TIMES}")
    peer = measure("one JSON-lines file", lambda root: as_one_file(root, events), lambda root: more_in_one_file(root, later))
    for sessions in (100, 1_000):
        title = f"segments of {sessions:,} sessions"
        ours = measure(title, lambda root, each=sessions: as_segments(root, events, each), lambda root: more_segments(root, later))
        print(f"{'':<34} {ours[0] / peer[0]:.2f} × the one file's time; an afternoon more: {ours[1] / peer[1]:.3f} ×")


if __name__ == "__main__":
    main()
