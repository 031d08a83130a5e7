"""The peers of log_budgets.py: sqlite3 fed by `.import`, Harlequin, VisiData, Textual's DataTable, and an app of one widget."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Self

import duckdb
from log_queries import median_ms
from terminal import Press, Terminal

DOWN, UP, RIGHT, PAGE_DOWN = b"\x1b[B", b"\x1b[A", b"\x1b[C", b"\x1b[6~"
FOCUS_EDITOR, RUN, FOCUS_RESULTS, WHOLE_SCREEN = b"\x1bOQ", b"\n", b"\x1b[15~", b"\x1b[21~"
"""Harlequin's F2, ctrl+j, F5, F10."""
HERE = Path(__file__).parent
_SQLITE = {"VARCHAR": "TEXT", "TIMESTAMP": "TEXT", "DOUBLE": "REAL"}


class SqliteShell:
    """The CSV beside ``parquet``, brought into SQLite by the program's own `.import`; ``imported``: the seconds that took."""

    def __init__(self, folder: Path, parquet: Path) -> None:
        database = folder / "peer.db"
        with duckdb.connect() as connection:
            columns = connection.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()
        self._connection = sqlite3.connect(database)
        typed = ", ".join(f"{row[0]} {_SQLITE.get(row[1], 'INTEGER')}" for row in columns)
        self._connection.execute(f"CREATE TABLE log ({typed})")
        start = time.perf_counter()
        subprocess.run(["sqlite3", str(database), ".mode csv", f".import --skip 1 {folder / 'flights.csv'} log"], check=True)
        self.imported = time.perf_counter() - start

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ms(self, query: str) -> float:
        """Return the median time of a query."""
        return median_ms(lambda: self._connection.execute(query).fetchall(), 3)


@dataclass(frozen=True)
class Cost:
    """What a key costs: ms to the first byte, ms of the main thread's CPU (median), bytes."""

    name: str
    p50: float
    p95: float
    size: int
    cpu: float


def cost(name: str, presses: list[Press]) -> Cost:
    """Sum presses up."""
    first = sorted(1e3 * each.first for each in presses)
    cpu = 1e3 * statistics.median(each.cpu for each in presses)
    return Cost(name, statistics.median(first), first[int(0.95 * len(first))], int(statistics.median(each.size for each in presses)), cpu)


class Peers:
    """Programs on a terminal; without ``folder``, their bin folder, Harlequin and VisiData are left out."""

    def __init__(self, folder: Path | None, parquet: Path, csv: Path) -> None:
        self._folder, self._parquet, self._csv = folder, parquet, csv

    def first_row(self, argv: list[str], pattern: str, *, leave: bool = True) -> tuple[float, float]:
        """Return the seconds until a program has painted ``pattern``, and those of its CPU until then."""
        with Terminal(argv) as terminal:
            seconds = terminal.wait_for(pattern)
            cpu = terminal.cpu()
            if leave:  # as a person does: once the whole order is there, which is what the next start begins with
                terminal.rest()
                terminal.leave()
            else:
                terminal.settle(0.5, 5)
        return seconds, cpu

    def harlequin(self) -> tuple[float, float]:
        """Until its editor is there: it has no rows before somebody types a query."""
        return self._of("harlequin", ["-P", "None", "--no-download-tzdata", str(self._parquet)], "Query Editor")

    def harlequin_pages(self) -> list[Press]:
        """Pages of the results of a query for the same rows, a million at most, filling the terminal; none without Harlequin."""
        if self._folder is None or not (self._folder / "harlequin").exists():
            return []
        with Terminal([str(self._folder / "harlequin"), "-P", "None", "--no-download-tzdata", str(self._parquet)]) as terminal:
            terminal.wait_for("Query Editor")
            terminal.rest()
            terminal.send(FOCUS_EDITOR + f"select * from '{self._parquet}' limit 1000000".encode())
            terminal.settle()
            terminal.send(RUN)
            terminal.wait_for("Records")
            terminal.rest()
            terminal.send(FOCUS_RESULTS)
            terminal.settle()
            terminal.send(WHOLE_SCREEN)
            terminal.rest()
            return [terminal.press(PAGE_DOWN) for _ in range(20)][3:]

    def visidata(self) -> tuple[float, float]:
        """Until the first rows of the CSV are there, of which it goes on to read the rest."""
        return self._of("vd", [str(self._csv)], "(EWR|JFK|LGA)")

    def _of(self, program: str, arguments: list[str], pattern: str) -> tuple[float, float]:
        if self._folder is None or not (self._folder / program).exists():
            return 0.0, 0.0
        argv = [str(self._folder / program), *arguments]
        starts = [self.first_row(argv, pattern, leave=False) for _ in range(4)][1:]
        seconds, cpu = (statistics.median(each) for each in zip(*starts, strict=True))
        return seconds, cpu

    def keys(self, regrade: list[str]) -> Iterator[tuple[str, Cost, Cost]]:
        """Yield name, our cost, the peer's, key by key in turn; the last rows are those of a view in another order."""
        beside = [[sys.executable, str(HERE / name)] for name in ("datatable_peer.py", "one_widget_peer.py")]
        with Terminal(regrade) as ours, Terminal(beside[0]) as table, Terminal(beside[1]) as floor:
            ours.wait_for("Dec 31")
            table.wait_for("Dec 31")
            floor.wait_for("row 3")
            ours.settle(3.0)
            ours.rest()
            steps = list(islice(cycle([DOWN] * 10 + [UP] * 10), 60))
            mine, theirs, least = ([each.press(key) for key in steps][3:] for each in (ours, table, floor))
            yield "cursor step", cost("", mine), cost("DataTable, 1,000 rows", theirs)
            yield "cursor step", cost("", mine), cost("the least that Textual does", least)
            mine, theirs = ([each.press(PAGE_DOWN) for _ in range(20)][3:] for each in (ours, table))
            yield "page down, newest first", cost("", mine), cost("DataTable, 1,000 rows", theirs)
            if harlequin := self.harlequin_pages():
                yield "page down, newest first", cost("", mine), cost("Harlequin, ≤ 1M rows", harlequin)
            ours.output.clear()
            ours.send(RIGHT + RIGHT + b"s")
            ours.wait_for(r"by \w+ [↑↓]")
            ours.settle(2.0)
            ours.rest()
            yield (
                "page down, sorted by another column",
                cost("", [ours.press(PAGE_DOWN) for _ in range(20)][3:]),
                cost("DataTable, 1,000 rows", theirs),
            )
