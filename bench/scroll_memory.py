"""Memory while a sorted view is scrolled from end to end: windows of rows as the grid fetches them, the process's own memory at each tenth.

    .venv/bin/python bench/scroll_memory.py [--rows 10000000] [--sort=-sched_time]

Every row passes through: 200 at a time come into sight, and what is ahead is fetched in windows of 2,000, each once, as in the app; nothing
is painted. In the app's usual order, by time, rows that stand together lie together in the file as well: 10 million rows take some minutes.
By a score (``--sort p_late``) each window is scattered over the whole file: three quarters of an hour. Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from log_budgets import SHOWN, write
from log_queries import CONFIG

from regrade.config import parse
from regrade.log import PredictionLog
from regrade.paths import Paths
from regrade.tui.services.log_service import _cut
from regrade.tui.services.rows import BLOCK, Rows


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=int, default=10_000_000)
    ask.add_argument("--sort", default="-sched_time")
    given = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="regrade-scroll-") as name:
        folder = Path(name)
        parquet = write(folder, given.rows, None, lines=False)
        (folder / "flights.csv").unlink()
        with PredictionLog.open(Paths(folder), parse(CONFIG.format(paths=f'paths = ["{parquet}"]'))) as log, log.reader() as reader:
            print(f"{given.rows:,} rows; open {resident():.0f} MB", flush=True)
            addresses = reader.view("", given.sort).addresses
            print(f"sorted by {given.sort}: {resident():.0f} MB", flush=True)
            rows, start, tenth = Rows(len(addresses)), time.perf_counter(), 0
            first = 0
            while first < len(addresses):
                runs = rows.wanted(first, min(first + 40, len(addresses) - 1), SHOWN, ())
                for run in runs:
                    for number, block in _cut(reader, addresses, run, SHOWN).items():
                        rows.put(number, block)
                first += BLOCK
                if first * 10 // len(addresses) > tenth:
                    tenth += 1
                    print(
                        f"{tenth * 10:4} % {resident():6.0f} MB, {rows.in_memory:,} rows held, {time.perf_counter() - start:.0f} s",
                        flush=True,
                    )


def resident() -> float:
    """Return this process's resident memory in MB."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
