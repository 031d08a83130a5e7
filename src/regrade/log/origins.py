"""Which of the user's files a row came in, where a segment of ours holds it: its metadata knows what it was made of."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb

from regrade.expressions import quote_text
from regrade.log.connection import fetch
from regrade.log.files import Files
from regrade.log.segments import METADATA

_NAMED = 3
"""Files that are named where any of them may be meant."""


@dataclass(frozen=True)
class Origin:
    """What one file of the log was made of.

    Attributes
    ----------
    names : tuple of str
        The user's files, in the order of their rows.
    ends : sequence of int, length n_names, or None
        The row of the segment behind the last one of each; None where rows were left out or replaced, so that nobody can tell.
    """

    names: tuple[str, ...]
    ends: Sequence[int] | None = None

    def of(self, row: int) -> str:
        """Return what to call the origin of a row, counted from 0 in the file: ``july.csv, row 17``, or the name alone."""
        if self.ends is None:
            return ", ".join(self.names[:_NAMED]) + (", …" if len(self.names) > _NAMED else "")
        at = bisect_right(self.ends, row)
        return f"{self.names[at]}, row {row - (self.ends[at - 1] if at else 0) + 1:,}"


def origins_of(cursor: duckdb.DuckDBPyConnection, files: Files, folder: Path) -> list[Origin]:
    """Return the origin of each file of a log; ``folder`` is where segments are. One look at the footers of those."""
    ours = [each.path for each in files.files if each.original is None and Path(each.path).parent == folder]
    known: dict[str, list[dict[str, Any]]] = {}
    if ours:
        listed = "[" + ", ".join(map(quote_text, ours)) + "]"
        query = f"SELECT file_name, decode(value) FROM parquet_kv_metadata({listed}) WHERE decode(key) = '{METADATA}'"
        known = {
            str(path): json.loads(said)["sources"] for path, said in fetch(cursor, query, where="the log", unless=files.check_unchanged)
        }
    return [
        _origin(known.get(each.path, ()), rows) or Origin((each.name,)) for each, rows in zip(files.files, files.row_counts, strict=True)
    ]


def _origin(sources: Sequence[dict[str, Any]], rows: int) -> Origin | None:
    """Return what a segment of so many rows was made of; None where it does not say."""
    names = tuple(str(each["name"]) for each in sources if each.get("name"))
    if not names or len(names) < len(sources):
        return None
    # None has more rows than that: where they add up, each of them has all of its rows here, in their order.
    ends = list(accumulate(int(each.get("most_rows", 0)) for each in sources))
    return Origin(names, tuple(ends) if ends[-1] == rows else None)
