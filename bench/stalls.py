"""How long the app's event loop is away, and what ran meanwhile: `python bench/stalls.py [--examples N] [--rows N]`.

Guide: no gap over 50 ms while scoring, importing or comparing. The real app runs on a pty, with its engine and candidates, a watchdog
beside it in its loop (tests/tui/loop_gaps.py). For each thing that is done: the longest gap by the clock, the most that the main thread
itself computed between two turns (of the two the one that another program on the machine does not change much), the longest pause for
Python's collector in any thread, and where the threads were in the longest gaps. `--why` shows that of each gap over the guide.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import fold
import promote
from terminal import Terminal

GUIDE = 0.05
WATCHED = """
import dataclasses, json, sys
from pathlib import Path
sys.path[:0] = [sys.argv[3]]
from regrade import tui
from regrade.tui.app import RegradeApp
from tests.tui.loop_gaps import LoopGaps

out = open(sys.argv[2], "w", buffering=1)

def tell(said):
    print(json.dumps(said), file=out)

gaps = LoopGaps(0.01, closely=True, told=lambda gap: tell(dataclasses.asdict(gap)), collected=tell)

class Watched(RegradeApp):
    CSS_PATH = [Path(sys.modules[RegradeApp.__module__].__file__).parent / "app.tcss"]

    def on_mount(self):
        gaps.begin()

    def on_unmount(self):
        gaps.end()

sys.modules[RegradeApp.__module__].RegradeApp = Watched
tui.run(Path(sys.argv[1]))
"""
F2, F3, F4, F5, F6 = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~"


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--examples", type=int, default=10_000)
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--workspace", type=Path, help="one that was made before, or where to make it")
    ask.add_argument("--only", nargs="+", help="words of what is to be done, as it is printed")
    ask.add_argument("--why", action="store_true", help="show where the threads were in each gap over the guide")
    given = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="regrade-stalls-") as folder:
        made = given.workspace or Path(folder) / "made"
        if not (made / "regrade.toml").exists():
            workspace(made, given.rows, given.examples)
        root = Path(folder) / "copy"
        shutil.copytree(made, root)
        warm(root)
        measure(root, Path(folder), given.only, given.why)
    print(f"load {os.getloadavg()[0]:.1f}")


def workspace(root: Path, rows: int, examples: int) -> None:
    """Make a log that is read in place, five candidates and an eval set under git."""
    promote.LOG = rows
    promote.workspace(root, examples)
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "made"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def warm(root: Path) -> None:
    """Start the app once: an installed program finds its modules as bytecode, and so does the start that is measured."""
    with Terminal([sys.executable, "-m", "regrade", "-C", str(root)], columns=140, rows=44) as app:
        app.wait_for(r"bayes[^\n]*/ \d", 300)
        app.settle(3.0, 20)
        app.leave(b"\x1b\x1bq", 60)


def measure(root: Path, beside: Path, only: list[str] | None, why: bool) -> None:
    """Open the app, do one thing after the other, and print what each cost the loop."""
    told = beside / "told.jsonl"
    argv = [sys.executable, "-c", WATCHED, str(root), str(told), str(Path(__file__).parents[1])]
    print(f"{'what':44} {'gap':>6} {'CPU':>5} {'gc':>5} ms; gaps over {GUIDE * 1e3:.0f} ms, by the clock and of CPU")
    with Terminal(argv, columns=140, rows=44) as app:

        def rest(seconds: float = 1.0, timeout: float = 60.0) -> None:
            """Wait until the loop was never away for long; the watchdog itself takes some CPU all the time."""
            end = time.perf_counter() + timeout
            while time.perf_counter() < end:
                cpu, size = app.cpu(), told.stat().st_size
                app.settle(seconds, seconds)
                if told.stat().st_size == size and app.cpu() - cpu < 0.25 * seconds:
                    return

        def do(what: str, *keys: bytes, until: str = "", between: float = 0.3, beside: Callable[[], object] | None = None) -> None:
            if only and not any(word in what for word in only):
                return
            if until:
                app.settle(4.5, 4.5)  # a word that stands there already is not sent again
            app.output.clear()
            begun = told.stat().st_size
            if beside is not None:
                beside()
            for key in keys:
                app.send(key)
                app.settle(between, between)
            if until:
                app.wait_for(until, 180)
            rest()
            say(what, told, begun, why)

        app.wait_for(r"bayes[^\n]*/ \d", 300)
        rest(2.0)
        say("start, until all is scored", told, 0, why)
        steps(root, beside, do)
        app.leave(b"\x1b\x1bq", 60)


def steps(root: Path, beside: Path, do: Callable[..., None]) -> None:
    """Do each thing once."""
    do("step, page, last row", *[b"j"] * 5, *[b"\x1b[6~"] * 3, b"G", b"g")
    do("next failure", *[b"e"] * 5, *[b"w"] * 5)
    do("help", b"?", b"\x1b[6~", b"\x1b")
    do("palette", b":", b"ret", b"\x1b")
    do("filter, completion", b"/", b"carr", b"\t", b"ier = 'U", b"A'", b"\r")
    do("filter by status", b"/\x15status = 'promoted'\r", until="status")
    do("facets", b"f", b"j", b"j", b"j", b"\x1b")
    do("filter: all", b"/\x15\r")
    do("label", b"w", b"lbench mode\r", until="labelled")
    do("label again", b"w", b"1", until="labelled")
    do("promote", b"w", b"p", until=r"promoted \w+")
    do("undo", b"u", until="undid")
    do("note", b"onote\r")
    do("modes (F3)", F3)
    do("eval set (F4)", F4)
    do("eval set: tabs", *[b"\x1b[C"] * 6)
    do("compare (F5)", F5, until="broken")
    do("compare: kinds", b"f", b"f", b"f", b"j", b"G")
    do("slices (F6)", F6)
    do("triage (F2)", F2)
    do("score again", b"r")
    added(root, beside, do)
    pulled(root, beside, do)
    do(
        "bulk promote of 1,000",
        b"/\x15result = 'wrong' and status = 'open' and month = 3 and hour >= 20\r",
        b"*",
        b"p",
        b"y",
        until="promoted",
    )
    do("bulk undo", b"u", until="undid")
    do("bulk label", b"1", b"y", until="labelled")
    do("bulk undo again", b"u", until="undid")
    do("bulk retire of all in the eval set", F4, b"g", b"*", b"Xbecause\r", b"y", until="retired")
    do("undo of it", b"u", until="undid")


def added(root: Path, beside: Path, do: Callable[..., None]) -> None:
    """Import beside the app: another process works, and the app reads the log anew."""
    target = beside / "imported"
    if not target.exists():
        (target).mkdir()
        (target / "regrade.toml").write_text((root / "regrade.toml").read_text().replace('paths = ["logs/*.parquet"]\n', ""))
    command = [sys.executable, "-m", "regrade", "-C", str(target), "log", "add", str(root / "logs" / "flights.parquet")]
    importing: list[subprocess.Popen[bytes]] = []

    def begin() -> None:
        importing.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    do("keys while `log add` imports beside", *[b"j"] * 10, *[b"\x1b[6~"] * 5, *[b"e"] * 5, beside=begin)
    for each in importing:
        each.wait()


def pulled(root: Path, beside: Path, do: Callable[..., None]) -> None:
    """Bring decisions of others in, as a pull does: 100 segments of 100 labels each."""
    events = fold.history(10_000)
    fold.write_segments(beside / "others", events)
    copy = partial(shutil.copytree, beside / "others" / "segments", root / "evalset" / "segments", dirs_exist_ok=True)
    do("pull: 100 segments, 10,000 decisions", until="came in from outside", beside=copy)


def say(what: str, told: Path, begun: int, why: bool) -> None:
    """Print what the watchdog told since ``begun``."""
    with told.open("rb") as file:
        file.seek(begun)
        lines: list[dict[str, Any]] = [json.loads(line) for line in file.read().splitlines()]
    gaps = [line for line in lines if "wall" in line]
    wall, cpu = (max((gap[name] for gap in gaps), default=0.0) for name in ("wall", "cpu"))
    pause = max((line["collected"] for line in lines if "collected" in line), default=0.0)
    over = [sum(gap[name] > GUIDE for gap in gaps) for name in ("wall", "cpu")]
    print(f"{what:44} {1e3 * wall:6.0f} {1e3 * cpu:5.0f} {1e3 * pause:5.0f}     {over[0]}, {over[1]}", flush=True)
    if not why:
        return
    for gap in gaps:
        if max(gap["wall"], gap["cpu"]) > GUIDE:
            others = ", ".join(f"{name} {1e3 * taken:.0f}" for name, taken in sorted(gap["others"].items(), key=lambda each: -each[1])[:4])
            print(f"    {1e3 * gap['wall']:.0f} ms, of CPU {1e3 * gap['cpu']:.0f}; other threads' CPU: {others}")
            for line in dict.fromkeys(gap["seen"]):
                print(f"        {line}")
    for line in lines:
        if line.get("collected", 0.0) > 0.02:
            print(f"    collector, generation {line['generation']}: {1e3 * line['collected']:.0f} ms in {line['thread']}")


if __name__ == "__main__":
    main()
