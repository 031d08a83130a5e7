"""Which files a person means: a file, a folder with all that lies in it, or a pattern; and what their paths say about their rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from regrade.errors import DataError
from regrade.log.files import is_apart
from regrade.log.partitions import partitions_of
from regrade.log.readers import kind_of, open_source
from regrade.log.readers.base import Source

_SIGNS = "*?["


def open_sources(paths: Sequence[Path]) -> tuple[list[Source], tuple[str, ...]]:
    """Return a reader for each file that ``paths`` name, and what was left out of folders.

    A folder stands for every file of a known kind in it and below, a pattern for what it matches (``**``: any folders between); both
    in the order of their names. What is hidden (``.name``) or set apart (``_name``) is left out of them.

    Raises
    ------
    DataError
        A path names nothing, a folder holds nothing that can be read, or a file is of no known kind.
    """
    found: list[Path] = []
    notes: list[str] = []
    for path in paths:
        if path.is_dir():
            inside = [each for each in sorted(path.rglob("*")) if each.is_file() and not is_apart(each, path)]
            known = [each for each in inside if kind_of(each)]
            if not known:
                raise DataError("no file in this folder can be read", where=str(path), hint="CSV, JSON lines and Parquet can")
            if len(inside) > len(known):
                other = next(each for each in inside if not kind_of(each))
                notes.append(f"{len(inside) - len(known):,} files of other kinds in {path.name} were left out, such as {other.name}")
            found += known
        elif not path.exists() and any(sign in str(path) for sign in _SIGNS):
            found += _matches(path)
        else:
            found.append(path)
    sources = []
    for path in dict.fromkeys(found):
        source = open_source(path)
        source.partitions = dict(partitions_of(path))
        sources.append(source)
    return sources, tuple(notes)


def _matches(pattern: Path) -> list[Path]:
    """The files that a pattern matches, which the shell left alone."""
    parts = pattern.parts
    first = next(at for at, each in enumerate(parts) if any(sign in each for sign in _SIGNS))
    start = Path(*parts[:first])
    matches = [each for each in sorted(start.glob(str(Path(*parts[first:])))) if each.is_file() and not is_apart(each, start)]
    if not matches:
        raise DataError("no file matches", where=str(pattern))
    return matches
