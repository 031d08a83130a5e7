"""What a key costs, on a pty: cursor down and page down beside Textual's DataTable; a promotion is measured by promote.py.

.venv/bin/python bench/keys.py --demo demo
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from terminal import Press, Terminal

DOWN, UP, PAGE_DOWN = b"\x1b[B", b"\x1b[A", b"\x1b[6~"
PEER = Path(__file__).parent / "datatable_peer.py"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--demo", type=Path, default=Path("demo"), help="a workspace made by `regrade demo`")
    ask.add_argument("--presses", type=int, default=60)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        shutil.copytree(given.demo, demo)
        with Terminal([sys.executable, "-m", "regrade", "-C", str(demo)]) as ours, Terminal([sys.executable, str(PEER)]) as peer:
            ours.wait_for(r"retrained +accuracy")
            peer.wait_for("Dec 31")
            ours.settle(3.0)
            peer.settle()
            for name, keys in (("down, up in the view", [DOWN] * 10 + [UP] * 10), ("page down", [PAGE_DOWN])):
                times = given.presses if len(keys) > 1 else given.presses // 3
                presses = list(islice(cycle(keys), times))
                mine = report(name, [ours.press(key) for key in presses][3:])
                theirs = report("the same, DataTable", [peer.press(key) for key in presses][3:])
                print(f"{name:22} ratio of medians {mine / theirs:.2f}")


def report(name: str, presses: list[Press]) -> float:
    first = sorted(1e3 * each.first for each in presses)
    size = statistics.median(each.size for each in presses)
    middle = statistics.median(first)
    print(f"{name:22} p50 {middle:6.1f}  p95 {first[int(0.95 * len(first))]:6.1f} ms to the first byte, {size:6.0f} bytes")
    return middle


if __name__ == "__main__":
    main()
