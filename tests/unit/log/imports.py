"""Import small files and look at what came in."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from regrade.config import Config, parse
from regrade.log import Added, PredictionLog, add
from regrade.paths import Paths

CONFIG: Config = parse('[log]\nid = "id"\nprediction = "said"\n')


def put(folder: Path, name: str, data: str | bytes) -> Path:
    """Write a file, compressed where its name says so."""
    content = data.encode() if isinstance(data, str) else data
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def bring(folder: Path, name: str, data: str | bytes, **options: Any) -> Added:
    """Import one file into the workspace ``folder``."""
    return add([put(folder, name, data)], Paths(folder), options.pop("config", CONFIG), **options)


def types(folder: Path, config: Config = CONFIG) -> dict[str, str]:
    """Column → type of the log."""
    with PredictionLog.open(Paths(folder), config) as log:
        return {each.name: each.type for each in log.columns}


def values(folder: Path, *columns: str, config: Config = CONFIG) -> list[tuple[Any, ...]]:
    """The log's rows, in file order."""
    with PredictionLog.open(Paths(folder), config) as log, log.reader() as reader:
        return reader.cells(reader.view().addresses, columns)


def left(folder: Path) -> list[str]:
    """What lies in the log's folder, hidden files too."""
    return sorted(each.name for each in Paths(folder).log.iterdir()) if Paths(folder).log.exists() else []
