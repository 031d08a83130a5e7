"""Files that a log can be imported from: CSV, JSON lines, Parquet."""

from __future__ import annotations

from pathlib import Path

from regrade.errors import DataError
from regrade.log.readers.base import Source


def open_source(path: Path) -> Source:
    """Return the reader for ``path``, by its name (``.csv .tsv .jsonl .ndjson .json .parquet``, each with ``.gz`` or ``.zst`` if need be).

    Raises
    ------
    DataError
        The file is missing, unreadable, empty, or of an unknown kind.
    """
    from regrade.log.readers.csv import CsvSource
    from regrade.log.readers.jsonl import JsonLinesSource
    from regrade.log.readers.parquet import ParquetSource

    suffixes = [each.lower() for each in path.suffixes]
    kind = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] in (".gz", ".zst") else (suffixes or [""])[-1]
    makers: dict[str, type[Source]] = {
        **dict.fromkeys((".csv", ".tsv"), CsvSource),
        **dict.fromkeys((".jsonl", ".ndjson", ".json"), JsonLinesSource),
        **dict.fromkeys((".parquet", ".pq"), ParquetSource),
    }
    if path.is_dir():
        raise DataError("is a folder", where=str(path), hint="name the files, or a pattern such as logs/*.jsonl")
    if not path.exists():
        raise DataError("there is no such file", where=str(path))
    if kind not in makers:
        raise DataError(
            "is of no kind that can be read", where=str(path), hint="CSV (.csv, .tsv), JSON lines (.jsonl, .ndjson) or Parquet (.parquet)"
        )
    return makers[kind](path)
