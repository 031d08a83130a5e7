"""Files that a log can be imported from: CSV, JSON lines, Parquet."""

from __future__ import annotations

from pathlib import Path

from regrade.errors import DataError
from regrade.log.readers.base import Source

_KINDS = {
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "json lines"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}


def kind_of(path: Path) -> str:
    """Return the kind of a file by its name: ``csv``, ``json lines``, ``parquet``; empty for any other."""
    suffixes = [each.lower() for each in path.suffixes]
    packed = len(suffixes) > 1 and suffixes[-1] in (".gz", ".zst")
    return _KINDS.get(suffixes[-2] if packed else (suffixes or [""])[-1], "")


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

    kind = kind_of(path)
    makers: dict[str, type[Source]] = {"csv": CsvSource, "json lines": JsonLinesSource, "parquet": ParquetSource}
    if path.is_dir():
        raise DataError("is a folder", where=str(path), hint="name the files, or a pattern such as logs/*.jsonl")
    if not path.exists():
        raise DataError("there is no such file", where=str(path))
    if not kind:
        raise DataError(
            "is of no kind that can be read", where=str(path), hint="CSV (.csv, .tsv), JSON lines (.jsonl, .ndjson) or Parquet (.parquet)"
        )
    return makers[kind](path)
