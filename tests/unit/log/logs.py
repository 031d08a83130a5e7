"""Make logs to test with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from regrade.config import Config, parse
from regrade.log import PredictionLog, Reader
from regrade.paths import Paths

CONFIG = """
[task]
kind = "classification"
positive = "late"
[log]
{paths}
id = "id"
time = "time"
prediction = "said"
score = "p"
outcome = "truth"
model = "model"
ignore = ["delay"]
"""

# 0 wrong · 1 right · 2 unknown · 3 wrong, and so on; time runs backwards, with ties.
ROWS = """
SELECT 'k' || i AS id, TIMESTAMP '2013-07-01 00:00:00' - to_minutes(i // 2) AS time, 'm1' AS model,
       ['EV', 'UA', 'B6'][1 + i % 3] AS carrier, i % 24 AS hour, CASE WHEN i % 4 = 0 THEN NULL ELSE i / 4.0 END::DOUBLE AS precip,
       CASE WHEN i % 5 = 0 THEN NULL ELSE i END::INTEGER AS maybe,
       ((i % 10) / 10.0)::DOUBLE AS p, CASE WHEN i % 3 = 0 THEN 'late' ELSE 'on_time' END AS said,
       CASE WHEN i % 3 = 2 THEN NULL ELSE 'on_time' END AS truth, i AS delay
FROM range({start}, {stop}) t(i)
"""


def write(path: Path, query: str) -> Path:
    """Write the rows of a query as Parquet in small row groups."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)")
    return path


def config(paths: Sequence[Path] = (), text: str = CONFIG) -> Config:
    listed = "[" + ", ".join(f'"{each}"' for each in paths) + "]"
    return parse(text.replace("{paths}", f"paths = {listed}" if paths else ""))


def small(folder: Path, n: int = 60, files: int = 1, text: str = CONFIG) -> PredictionLog:
    """Open a log of ``n`` predictions in ``files`` files, k0, k1, …"""
    bounds = [n * each // files for each in range(files + 1)]
    paths = [write(folder / f"part-{at}.parquet", ROWS.format(start=bounds[at], stop=bounds[at + 1])) for at in range(files)]
    return PredictionLog.open(Paths(folder), config(paths, text))


PLAIN = """
[log]
{paths}
id = "id"
prediction = "said"
"""


def of_query(folder: Path, query: str, text: str = PLAIN) -> PredictionLog:
    """Open a log of the rows of a query."""
    return PredictionLog.open(Paths(folder), config([write(folder / "log.parquet", query)], text))


def rows(reader: Reader, where: str, sort: str = "delay") -> list[int]:
    """The addresses of a view; by delay they are the row numbers in order."""
    return reader.view(where, sort).addresses.tolist()


def numbers(holds: Callable[[int], object]) -> list[int]:
    """The row numbers of the small log for which something holds."""
    return [i for i in range(60) if holds(i)]
