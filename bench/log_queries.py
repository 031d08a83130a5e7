"""Time the prediction log's questions beside sqlite3, on synthetic flights, in one run.

    python bench/log_queries.py [--rows 1000000] [--repeat 5] [--import]

The ratio is the gate, the time a guide: machines are noisy. ``--import`` also times CSV and JSON lines beside ``sqlite3 .import``
(Python's csv module feeding sqlite3 where that program is not installed) and DuckDB's own reader.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from regrade.config import parse
from regrade.log import Decided, PredictionLog, add
from regrade.paths import Paths

CONFIG = """
[task]
positive = "late"
[log]
{paths}
id = "flight_id"
time = "sched_time"
prediction = "prediction"
score = "p_late"
outcome = "outcome"
"""
FLIGHTS = """
SELECT 'f' || lpad(i::VARCHAR, 9, '0') AS flight_id,
       TIMESTAMP '2013-07-01' + to_seconds((hash(i) % 15_000_000)::BIGINT) AS sched_time,
       ['EV', 'UA', 'B6', 'DL', 'AA', 'MQ', 'US', '9E', 'WN', 'VX', 'FL'][1 + (hash(i + 1) % 11)::INT] AS carrier,
       ['EWR', 'LGA', 'JFK'][1 + (hash(i + 2) % 3)::INT] AS origin,
       'D' || (hash(i + 3) % 104) AS dest,
       (hash(i + 4) % 4_000)::INTEGER AS flight, 'N' || (hash(i + 5) % 4_000) AS tailnum,
       (80 + hash(i + 6) % 2_500)::INTEGER AS distance, (5 + hash(i + 7) % 19)::INTEGER AS hour, (1 + hash(i + 8) % 7)::INTEGER AS weekday,
       round((hash(i + 9) % 1_000) / 10.0, 1)::DOUBLE AS temp, round((hash(i + 10) % 1_000) / 10.0, 1)::DOUBLE AS humid,
       round((hash(i + 11) % 400) / 10.0, 1)::DOUBLE AS wind_speed,
       CASE WHEN hash(i + 12) % 20 = 0 THEN NULL ELSE (hash(i + 12) % 360)::INTEGER END AS wind_dir,
       CASE WHEN hash(i + 13) % 10 = 0 THEN (hash(i + 13) % 100) / 100.0 ELSE 0.0 END::DOUBLE AS precip,
       ((hash(i + 14) % 100) / 10.0)::DOUBLE AS visib, (990 + (hash(i + 15) % 400) / 10.0)::DOUBLE AS pressure,
       ((hash(i + 16) % 10_000) / 10_000.0)::DOUBLE AS p_late,
       CASE WHEN (hash(i + 16) % 10_000) >= 5_000 THEN 'late' ELSE 'on_time' END AS prediction,
       CASE WHEN hash(i + 17) % 36 = 0 THEN NULL WHEN hash(i + 17) % 4 = 0 THEN 'late' ELSE 'on_time' END AS outcome
FROM range({rows}) t(i)
"""

WRONG = "prediction <> outcome"


def median_ms(work: Callable[[], object], repeat: int) -> float:
    work()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--import", dest="imports", action="store_true", help="time imports too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regrade-bench-") as folder:
        queries(Path(folder), arguments.rows, arguments.repeat)
        if arguments.imports:
            imports(Path(folder), arguments.rows)


def queries(folder: Path, rows: int, repeat: int) -> None:
    parquet = folder / "flights.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({FLIGHTS.format(rows=rows)}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384)")
    peer = _sqlite(parquet, folder / "flights.db")
    print(f"{rows:,} rows, {parquet.stat().st_size / 2**20:.0f} MB Parquet; medians of {repeat}, ms")
    config = parse(CONFIG.format(paths=f'paths = ["{parquet}"]'))

    def open_and_page() -> None:
        with PredictionLog.open(Paths(folder), config) as log, log.reader() as reader:
            reader.cells(np.arange(50), ["key", "sched_time", "prediction", "result"])

    print(f"{'':44}{'regrade':>9}{'sqlite3':>9}{'ratio':>8}")
    row("open and first 50 rows in file order", median_ms(open_and_page, repeat))
    with PredictionLog.open(Paths(folder), config) as log, log.reader() as reader:
        start = time.perf_counter()
        log.set_decided(Decided(f"f{n:09d}", "labelled" if n % 3 else "promoted", f"m{n % 5}") for n in range(0, rows, rows // 1_000))
        print(f"{'look 1,000 decided keys up, once':44}{(time.perf_counter() - start) * 1e3:9.1f}")
        where = "carrier = 'EV' AND hour >= 18"
        for name, ours, theirs in (
            ("all rows, newest first", ("", ""), "SELECT rowid FROM log ORDER BY sched_time DESC"),
            ("all rows by p_late", ("", "p_late"), "SELECT rowid FROM log ORDER BY p_late"),
            ("all rows by carrier", ("", "carrier"), "SELECT rowid FROM log ORDER BY carrier"),
            ("filter, newest first", (where, ""), f"SELECT rowid FROM log WHERE {where} ORDER BY sched_time DESC"),
            ("wrong only, newest first", ("result = 'wrong'", ""), f"SELECT rowid FROM log WHERE {WRONG} ORDER BY sched_time DESC"),
            ("filter and open", (where + " and status = 'open'", ""), ""),
            ("status in an or", (f"({where}) or status = 'promoted'", ""), ""),
            ("promoted only", ("status = 'promoted'", ""), ""),
            ("text inside dest", ("dest like '%10%'", ""), "SELECT rowid FROM log WHERE dest LIKE '%10%' ORDER BY sched_time DESC"),
        ):
            mine = median_ms(lambda ours=ours: reader.view(*ours), repeat)
            row(f"view: {name}", mine, median_ms(lambda theirs=theirs: peer.execute(theirs).fetchall(), min(repeat, 3)) if theirs else None)
        by_score = reader.view("", "p_late").addresses
        columns = ["key", "sched_time", "carrier", "origin", "dest", "hour", "p_late", "prediction", "outcome", "result"]
        names = ", ".join(["flight_id", *columns[1:9]])
        rng = np.random.default_rng(0)
        for name, addresses in (
            ("50 neighbours", np.arange(rows // 2, rows // 2 + 50)),
            ("50 scattered", rng.integers(0, rows, 50)),
            ("2,000 of a sorted view", by_score[rows // 3 : rows // 3 + 2_000]),
        ):
            wanted = [(int(each) + 1,) for each in addresses]
            one = f"SELECT {names} FROM log WHERE rowid = ?"
            theirs = median_ms(lambda wanted=wanted, one=one: [peer.execute(one, each).fetchone() for each in wanted], repeat)
            row(f"cells: {name}, 10 columns", median_ms(lambda addresses=addresses: reader.cells(addresses, columns), repeat), theirs)

        def count() -> None:
            log.known_counts = None
            reader.counts()

        theirs = median_ms(lambda: peer.execute(f"SELECT count(*), sum({WRONG}), sum(prediction = outcome) FROM log").fetchall(), 3)
        row("counts by result", median_ms(count, repeat), theirs)
        facet = f"SELECT carrier, count(*), count(*) FILTER ({log.dialect.wrong}) FROM {log.relation} r GROUP BY carrier ORDER BY 2 DESC"
        cursor = log.cursor()
        ours = median_ms(lambda: cursor.execute(facet).fetchall(), repeat)
        cursor.close()
        theirs = median_ms(lambda: peer.execute(f"SELECT carrier, count(*), sum({WRONG}) FROM log GROUP BY carrier").fetchall(), 3)
        row("facet: carrier with failures", ours, theirs)
        keys = [f"f{n:09d}" for n in range(0, rows, rows // 100)]
        row("find 100 keys", median_ms(lambda: reader.find(keys), repeat))
        row("contents of 500", median_ms(lambda: reader.contents(rng.integers(0, rows, 500)), repeat))
    peer.close()


def row(name: str, mine: float, theirs: float | None = None) -> None:
    print(f"{name:44}{mine:9.1f}" + (f"{theirs:9.1f}{theirs / mine:7.1f}×" if theirs is not None else ""))


def _sqlite(parquet: Path, target: Path) -> sqlite3.Connection:
    peer = sqlite3.connect(target)
    with duckdb.connect() as connection:
        result = connection.execute(f"SELECT * REPLACE (CAST(sched_time AS VARCHAR) AS sched_time) FROM '{parquet}'")
        names = [each[0] for each in result.description]
        peer.execute(f"CREATE TABLE log ({', '.join(names)})")
        while batch := result.fetchmany(50_000):
            peer.executemany(f"INSERT INTO log VALUES ({', '.join('?' * len(names))})", batch)
    peer.commit()
    return peer


def imports(folder: Path, rows: int) -> None:
    files = {}
    with duckdb.connect() as connection:
        for kind, options in (("csv", "FORMAT csv, HEADER"), ("jsonl", "FORMAT json")):
            files[kind] = folder / f"flights.{kind}"
            connection.execute(f"COPY (FROM '{folder / 'flights.parquet'}') TO '{files[kind]}' ({options})")
    print(f"\nimport of {rows:,} rows, rows/s")
    for kind, file in files.items():
        workspace = Paths(folder / f"workspace-{kind}")
        workspace.root.mkdir()
        start = time.perf_counter()
        add([file], workspace, parse(CONFIG.format(paths="")))
        print(f"  regrade log add, {kind:28}{rows / (time.perf_counter() - start):12,.0f}")
        with duckdb.connect() as connection:
            start = time.perf_counter()
            connection.execute(f"COPY (FROM '{file}') TO '{folder / 'plain.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
            print(f"  DuckDB's own reader, unchecked, {kind:13}{rows / (time.perf_counter() - start):12,.0f}")
    start = time.perf_counter()
    program = shutil.which("sqlite3")
    if program:
        subprocess.run([program, str(folder / "peer.db"), ".mode csv", f".import {files['csv']} log"], check=True)
    else:
        with sqlite3.connect(folder / "peer.db") as peer, files["csv"].open(newline="") as text:
            reader = csv.reader(text)
            names = next(reader)
            peer.execute(f"CREATE TABLE log ({', '.join(names)})")
            peer.executemany(f"INSERT INTO log VALUES ({', '.join('?' * len(names))})", reader)
    print(f"  {'sqlite3 .import' if program else 'csv module into sqlite3'}, {'csv':28}{rows / (time.perf_counter() - start):12,.0f}")


if __name__ == "__main__":
    main()
