"""First row of data on screen, from exec: regrade on the demo beside Harlequin on the same Parquet, in turn.

    python -m venv .venv-peer && .venv-peer/bin/pip install harlequin visidata
    .venv/bin/python bench/first_paint.py --peer .venv-peer/bin --demo demo

`cold`: no saved view, so the rows are read from the log. `again`: the rows of last time are painted first, live ones follow.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from pathlib import Path

from terminal import Terminal

ROW = r"Dec 31 \d\d:\d\d"  # regrade's newest prediction
PEER_ROW = r"(EWR|JFK|LGA)"  # an airport: VisiData shows the file's first rows


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--demo", type=Path, default=Path("demo"), help="a workspace made by `regrade demo`")
    ask.add_argument("--peer", type=Path, help="the bin folder that holds harlequin")
    ask.add_argument("--runs", type=int, default=7)
    given = ask.parse_args()
    regrade = [sys.executable, "-m", "regrade", "-C", str(given.demo)]
    saved = given.demo / ".regrade" / "cache" / "last_view.json"
    parquet = next((given.demo / "logs").glob("*.parquet"))
    programs: dict[str, tuple[list[str], str]] = {"again": (regrade, ROW), "cold": (regrade, ROW)}
    if given.peer:
        # Harlequin is on the screen when its query editor is: it has no rows to show before somebody types a query.
        programs["harlequin"] = ([str(given.peer / "harlequin"), "-P", "None", "--no-download-tzdata", str(parquet)], "Query Editor")
        if shutil.which("vd", path=str(given.peer)):
            programs["visidata"] = ([str(given.peer / "vd"), str(parquet)], PEER_ROW)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for run in range(given.runs + 1):  # the first run of each warms the file cache and is not counted
        for name, (argv, pattern) in programs.items():
            if name == "cold":
                saved.unlink(missing_ok=True)
            with Terminal(argv) as terminal:
                seconds = terminal.wait_for(pattern)
                terminal.settle(0.5, 3)
                if name in ("cold", "again"):
                    terminal.leave()
            if run:
                times[name].append(seconds)
    for name, values in times.items():
        low, middle, high = (1e3 * each for each in (min(values), statistics.median(values), max(values)))
        print(f"{name:10} first row  min {low:5.0f}  median {middle:5.0f}  max {high:5.0f} ms")
    if "harlequin" in times:
        for name in ("again", "cold"):
            ratios = [ours / theirs for ours, theirs in zip(times[name], times["harlequin"], strict=True)]
            print(f"{name} / harlequin  median {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f}); to reach: 0.60")


if __name__ == "__main__":
    main()
