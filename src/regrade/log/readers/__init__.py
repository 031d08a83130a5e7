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
    if not path.is_file():  # it would be waited for, or read without end
        raise DataError("is a pipe or a device, expected a file", where=str(path), hint="write what comes out of it to a file first")
    if not _is_utf8(path):
        raise DataError("the name is no UTF-8", where=str(path), hint="rename it")
    if not kind:
        raise DataError(
            "is of no kind that can be read", where=str(path), hint="CSV (.csv, .tsv), JSON lines (.jsonl, .ndjson) or Parquet (.parquet)"
        )
    return makers[kind](path)


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
