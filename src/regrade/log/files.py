"""The Parquet files that make up a log: which they are, where their rows begin, and whether they are still the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from regrade.config import Config
from regrade.config_privacy import Privacy
from regrade.errors import DataError, LogChangedError
from regrade.expressions import quote_identifier, quote_text
from regrade.log.changes import Changes, change_names, name_in_place, read_changes
from regrade.log.connection import fetch
from regrade.log.drift import loose, wider
from regrade.log.parquet_fields import check_types, parquet_names
from regrade.log.partitions import Partitions, fits, partitions_of, types_of, with_partitions
from regrade.paths import Paths

Addresses = npt.NDArray[np.int64]

_NONE = Privacy()
_SHIFT = 40
"""Bits for the row in one number for file and row."""
_TRIES = 10
"""Of a look at which files there are while imports go on: what is found must be of one moment."""


@dataclass(frozen=True)
class LogFile:
    """One file as it was when the log was opened."""

    path: str
    size: int
    changed: int
    """Time of the last change, in ns since 1970."""
    partitions: Partitions = ()
    """Columns that stand in its path."""
    original: LogFile | None = None
    """The file in place that this one is read instead of: outcomes came later than it."""
    foreign: bool = False
    """Written by somebody else: what it says of its numbers may leave NaN out."""

    @property
    def name(self) -> str:
        """What people know it by."""
        return Path((self.original or self).path).name


class Columns(NamedTuple):
    """The columns of all files together."""

    types: dict[str, str]
    """Column to SQL type."""
    differ: bool
    """Do files differ in which columns they have?"""
    both: frozenset[str]
    """Columns that stand in paths and in files."""

    def relation(self, files: Sequence[LogFile]) -> str:
        """Return the SQL of all rows of ``files``, with ``file_index`` and ``file_row_number``."""
        plain = f"read_parquet({sql_list(files)}, hive_partitioning = false{', union_by_name = true' if self.differ else ''})"
        whole = with_partitions(plain, [each.partitions for each in files], self.types, self.both)
        return self._taken_as_they_are(files, whole) if any(each.foreign for each in files) else whole

    def _taken_as_they_are(self, files: Sequence[LogFile], relation: str) -> str:
        """Return a relation of whose floats DuckDB knows nothing before it has read them.

        Arrow and others leave NaN out of the least and the greatest value that a file names for each column, and DuckDB believes these: it
        finds no NaN then, and takes `x < 7` as true of every row, NaN too, where 5 is the greatest. What stands in TRY() it has to look at.
        """
        names = [quote_identifier(name) for name, kind in self.types.items() if kind in ("FLOAT", "DOUBLE")]
        if not names:
            return relation
        place = "" if any(each.partitions for each in files) else ", s.file_index, s.file_row_number"
        return f"(SELECT s.* REPLACE ({', '.join(f'TRY(s.{name}) AS {name}' for name in names)}){place} FROM {relation} s)"


def discover(paths: Paths, config: Config, *, stale: list[LogFile] | None = None) -> list[LogFile]:
    """Return the files of the log: what ``[log] paths`` names, then the segments in the order they came.

    A file that another stands in place of (see changes.py) is not among them, that other is. ``stale`` is given those files in place
    that were changed since outcomes were joined to them; without it, they are an error.

    Raises
    ------
    DataError
        A path matches nothing or is no Parquet, or there is no log at all.
    """
    for _ in range(_TRIES):
        before = change_names(paths.log)
        try:
            found = _found(paths, config, stale)
        except DataError:
            if change_names(paths.log) == before:
                raise
        else:
            if change_names(paths.log) == before:
                return found
        if stale is not None:
            stale.clear()
    return _found(paths, config, stale)


def _found(paths: Paths, config: Config, stale: list[LogFile] | None) -> list[LogFile]:
    changes = read_changes(paths.log)
    named = [each for pattern in config.log.paths for each in _matches(paths.root, pattern)]
    found = [file for each in dict.fromkeys(named) if (file := _in_place(each, paths, changes, stale)) is not None]
    names = [each.name for each in paths.log.glob("*.parquet") if not each.name.startswith(".")] if paths.log.is_dir() else []
    segments = [_stat(paths.log / each) for each in changes.segments(names)]
    found += sorted(segments, key=lambda each: (each.changed, each.path))
    if not found:
        raise DataError("there is no prediction log here", where=str(paths.root), hint="`regrade log add FILE` brings one in")
    return found


def _in_place(path: Path, paths: Paths, changes: Changes, stale: list[LogFile] | None) -> LogFile | None:
    """The file, or what is read instead; None where all of its rows were replaced."""
    file = _stat(path, partitions_of(path), foreign=True)
    was = changes.of_path(name_in_place(path, paths.root))
    if was is None:
        return file
    if (was.size, was.changed) == (file.size, file.changed):
        instead = changes.end(was.by)
        if instead == "":
            return file
        return _stat(paths.log / instead, file.partitions, file) if instead else None
    if stale is None:
        what = "was changed since outcomes, or newer predictions, came for it"
        raise DataError(what, where=str(path), hint="`regrade log outcomes --again` joins them to what it holds now")
    stale.append(file)
    return file


def _matches(root: Path, pattern: str) -> list[Path]:
    whole = root / Path(pattern).expanduser()
    where = f"regrade.toml: log.paths: {pattern}"
    if whole.is_dir():
        matches = sorted(each for each in whole.rglob("*.parquet") if not is_apart(each, whole))
    elif whole.is_file():
        matches = [whole]
    else:
        start = Path(whole.anchor)
        matches = sorted(each for each in start.glob(str(whole.relative_to(start))) if each.is_file())
    if not matches:
        raise DataError("no file is there", where=where, hint="a path is relative to the folder of regrade.toml")
    other = next((each for each in matches if each.suffix.lower() not in (".parquet", ".pq")), None)
    if other is not None:
        raise DataError("only Parquet is read in place", where=where, hint=f"`regrade log add {other.name}` imports it")
    return [each.absolute() for each in matches]


def is_apart(path: Path, folder: Path) -> bool:
    """Return whether a file below ``folder`` is hidden (``.name``) or set apart (``_name``): none of the folder's data."""
    return any(each.startswith((".", "_")) for each in path.relative_to(folder).parts)


def _stat(path: Path, partitions: Partitions = (), original: LogFile | None = None, *, foreign: bool = False) -> LogFile:
    try:
        stat = path.stat()
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if magic != b"PAR1":
        raise DataError("is no Parquet file" if stat.st_size else "is empty", where=str(path))
    return LogFile(str(path), stat.st_size, stat.st_mtime_ns, partitions, original, foreign)


def sql_list(files: Iterable[LogFile]) -> str:
    """Return the files' names as an SQL list."""
    return "[" + ", ".join(quote_text(each.path) for each in files) + "]"


class Files:
    """The files with their row counts: turns a row's place in its file into its address in the log, and back.

    An address is the number of the row, counted from 0 over all files in their order.
    """

    def __init__(self, files: Sequence[LogFile], rows: Sequence[int]) -> None:
        self.files = tuple(files)
        self.row_counts = tuple(rows)
        self.starts: Addresses = np.concatenate(([0], np.cumsum(np.asarray(rows, dtype=np.int64))[:-1])).astype(np.int64)
        self.n_rows = int(sum(rows))

    @property
    def paths(self) -> list[str]:
        """The files' names, in the order of their rows."""
        return [each.path for each in self.files]

    @property
    def sql_list(self) -> str:
        """The files' names as an SQL list."""
        return sql_list(self.files)

    def addresses(self, index: npt.NDArray[np.uint64], row: Addresses) -> Addresses:
        """Return addresses, shape (n,), of rows given by file and place in the file."""
        if len(self.files) == 1:
            return row.astype(np.int64, copy=False)
        return self.starts[index.astype(np.int64)] + row

    @property
    def row_sql(self) -> str:
        """SQL of a row's place as one BIGINT, ordered like addresses: one tie-breaker sorts in half the time of two."""
        return "r.file_row_number" if len(self.files) == 1 else f"CAST(r.file_index * {2**_SHIFT} + r.file_row_number AS BIGINT)"

    def from_row_sql(self, rows: Addresses) -> Addresses:
        """Return addresses, shape (n,), of what :attr:`row_sql` yielded."""
        if len(self.files) == 1:
            return rows.astype(np.int64, copy=False)
        addresses: Addresses = self.starts[rows >> _SHIFT] + (rows & (2**_SHIFT - 1))
        return addresses

    def places(self, addresses: Addresses) -> tuple[npt.NDArray[np.uint64], Addresses]:
        """Return file and place in the file, each of shape (n,), of ``addresses``.

        Raises
        ------
        IndexError
            An address is not in the log.
        """
        if len(addresses) and not (addresses.min() >= 0 and addresses.max() < self.n_rows):
            raise IndexError(f"an address lies outside the log's {self.n_rows:,} rows")
        index = np.searchsorted(self.starts, addresses, side="right") - 1
        return index.astype(np.uint64), addresses - self.starts[index]

    def check_unchanged(self) -> None:
        """Make sure that every file is what it was when the log was opened.

        Raises
        ------
        DataError
            One was changed or is gone: addresses of rows mean nothing any more.
        """
        for each in [one for file in self.files for one in (file, file.original) if one is not None]:
            try:
                stat = Path(each.path).stat()
            except OSError:
                raise LogChangedError(
                    "is gone since the log was opened", where=each.path, hint="open the log again once it is back, in the app with r"
                ) from None
            if (stat.st_size, stat.st_mtime_ns) != (each.size, each.changed):
                hint = "open the log again, in the app with r; write new predictions to a new file instead of changing an old one"
                raise LogChangedError("was changed since the log was opened", where=each.path, hint=hint)


def count_rows(cursor: duckdb.DuckDBPyConnection, files: Sequence[LogFile]) -> list[int]:
    """Return the number of rows of each file, from its metadata alone. Raises DataError for a broken file."""
    rows = dict(fetch(cursor, f"SELECT file_name, num_rows FROM parquet_file_metadata({sql_list(files)})", where="the log"))
    return [int(rows[each.path]) for each in files]


def column_types(cursor: duckdb.DuckDBPyConnection, files: Sequence[LogFile], privacy: Privacy = _NONE) -> Columns:
    """Return the columns of all files, those that stand in their paths last.

    Raises
    ------
    DataError
        A column has one type here and another there, a path says what is none of the
        column's type, or DuckDB has given another name to one that ``privacy`` declares.
    """
    types: dict[str, str] = {}
    home: dict[str, str] = {}
    seen: dict[str, dict[str, str]] = {}
    for signature, path in _signatures(cursor, files).items():
        if "DecimalType" in signature:
            check_types(partial(fetch, cursor, where=path), path)
        described = fetch(cursor, f"DESCRIBE SELECT * FROM read_parquet({quote_text(path)}, hive_partitioning = false)", where=path)
        seen[signature] = {row[0]: row[1] for row in described}
        if privacy.declared:
            _refuse_renamed(cursor, path, list(seen[signature]), privacy)
        for name, kind in seen[signature].items():
            joined = wider(types.setdefault(name, kind), kind)
            if joined is None:
                raise _two_types(name, kind, path, types[name], home[name])
            types[name] = joined
            home.setdefault(name, path)
    long = {name for each in seen.values() for name, kind in each.items() if kind == "BIGINT" and types[name] == "DOUBLE"}
    for name in sorted(long - loose(lambda query: fetch(cursor, query, where="the log"), [each.path for each in files], long).exact):
        raise _two_types(name, "BIGINT, beyond what a double holds,", home[name], "DOUBLE", "another file")
    differ = any(each != types for each in seen.values())
    both = _add_paths(files, types) if any(each.partitions for each in files) else frozenset()
    return Columns(types, differ, both)


def _two_types(name: str, kind: str, path: str, other: str, home: str) -> DataError:
    what = f"column {name!r} is {kind} here and {other} in {Path(home).name}"
    return DataError(what, where=path, hint="write all files with one schema")


def _add_paths(files: Sequence[LogFile], types: dict[str, str]) -> frozenset[str]:
    """Add the columns that stand in paths to ``types``; return those that files have too. Raises DataError."""
    stored = frozenset(types)
    lower = {name.lower(): name for name in types}
    said: dict[str, list[str | None]] = {}
    for file in files:
        for name, value in file.partitions:
            other = lower.setdefault(name.lower(), name)
            if other != name:
                raise DataError(f"the path says {name!r}, and a column is called {other!r}", where=file.path, hint="write one name one way")
            if name in types and value is not None and not fits(value, types[name]):
                raise DataError(f"{name} is {value!r} in the path and {types[name]} elsewhere", where=file.path)
            said.setdefault(name, []).append(value)
    types |= types_of({name: values for name, values in said.items() if name not in types})
    return stored & said.keys()


def _refuse_renamed(cursor: duckdb.DuckDBPyConnection, path: str, columns: Sequence[str], privacy: Privacy) -> None:
    """Refuse a file with two columns that differ in case only, one of them declared: DuckDB calls the second ``customer_name_1``."""
    for name, seen in zip(parquet_names(lambda query: fetch(cursor, query, where=path), path), columns, strict=False):
        if name != seen and privacy.covers(name):
            what = f"there are two columns {name!r}, as far as names go: [privacy] in regrade.toml cannot tell them apart"
            raise DataError(what, where=path, hint="write the log with one of them renamed")


def _signatures(cursor: duckdb.DuckDBPyConnection, files: Sequence[LogFile]) -> dict[str, str]:
    """Return one file for each distinct set of columns and types."""
    names = sql_list(files)
    query = f"""
        SELECT signature, min_by(file_name, position) FROM (
            SELECT file_name, list_position({names}, file_name) AS position,
                   string_agg(concat_ws(' ', name, type, duckdb_type, logical_type, num_children), ', ' ORDER BY column_id, name)
                   AS signature
            FROM parquet_schema({names}) GROUP BY file_name)
        GROUP BY signature ORDER BY min(position)"""
    return dict(fetch(cursor, query, where="the log"))
