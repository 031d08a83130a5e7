"""What the import asks of every kind of file."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from regrade.errors import DataError
from regrade.expressions import quote_identifier, quote_text

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "Zstandard", b"PAR1": "Parquet", b"PK\x03\x04": "a zip archive or a spreadsheet"}

Row = Mapping[str, str | None]
"""A row's values as the file writes them; None where there is none."""
Ask = Callable[[str], list[tuple[Any, ...]]]
"""Runs one query on the import's own connection."""
Tick = Callable[[int], None]
"""Is told of progress in lines, now and then."""
Fits = dict[str, frozenset[str] | None]
"""Column → the types that it can be read as without loss, empty where values contradict each other; None: every value is missing."""


@dataclass(frozen=True)
class Reject:
    """A line that cannot be taken in."""

    line: int
    """Counted from 1."""
    text: str
    """As it stands in the file."""
    problem: str
    """``field: what, expected what``."""


class MisfitError(Exception):
    """A value is not of the type that the first rows promised, or a key is missing."""


class Source(ABC):
    """One file: how to look at it as text, which types its columns fit, and how to read them as those.

    Attributes
    ----------
    columns : tuple of str
        In the file's order.
    n_lines : int
        For progress: as many rows, at most.
    digest : str
        SHA-256 of the file.
    rejects : list of Reject
        Lines that are known to be bad.
    partitions : dict
        Column to value, of all rows: what the file's path says (``dt=2026-11-01/…``).
    verbatim : frozenset of str
        Columns whose text matters: ids.
    """

    kinds: tuple[str, ...] = ()
    """Types that a column of text may turn out to be, the narrowest first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: tuple[str, ...] = ()
        self.n_lines = 0
        self.digest = ""
        self.rejects: list[Reject] = []
        self.partitions: dict[str, str | None] = {}
        self.verbatim: frozenset[str] = frozenset()
        self.begin: Callable[[Likely], None] | None = None
        """Is given, by a source that takes long to open, what it will turn out to be if the rest is like what was seen."""
        self._only: frozenset[str] | None = None
        self._was = _size_and_time(path)

    @property
    def taken(self) -> tuple[str, ...]:
        """The columns that are wanted: all, unless :meth:`only` said which."""
        return self.columns if self._only is None else tuple(each for each in self.columns if each in self._only)

    @property
    def stamp(self) -> dict[str, str]:
        """What a segment keeps of its origin: name, SHA-256, how many rows it has at most, and what its path says."""
        said = ", ".join(f"{name}={value}" for name, value in self.partitions.items())
        return {"name": self.path.name, "sha256": self.digest, "most_rows": str(self.most_rows), **({"path": said} if said else {})}

    @property
    def most_rows(self) -> int:
        """As many rows, or more where some were left out: those of several files that add up are all of them. 0: unknown."""
        return self.n_lines

    def check_unchanged(self) -> None:
        """Make sure that the file is what it was when reading began: else its end may be half a line. Raises DataError."""
        if _size_and_time(self.path) != self._was:
            hint = "wait until it is whole, or import a copy of it"
            raise DataError("was changed while it was read", where=str(self.path), hint=hint)

    def forget_partitions(self) -> None:
        """Leave out what the path says where the file has a column of that name: its rows know better."""
        self.partitions = {name: value for name, value in self.partitions.items() if name not in self.columns}

    def only(self, columns: Iterable[str]) -> None:
        """Take no other columns in than these."""
        self._only = frozenset(columns)

    @abstractmethod
    def open(self, ask: Ask, tick: Tick) -> None:
        """Find the columns; ``tick`` is told how many lines were looked at. Raises DataError where the file as a whole is broken."""

    @abstractmethod
    def seen(self) -> Fits:
        """Columns whose every value was looked at when the file was opened, and what they fit."""

    @abstractmethod
    def relation(self) -> str:
        """SQL of the rows, their values as the file writes them."""

    @abstractmethod
    def fits(self, column: str, kind: str) -> str:
        """SQL condition over :meth:`relation`: the value, which is not NULL, is a ``kind`` without loss."""

    @abstractmethod
    def wider(self, kind: str) -> frozenset[str]:
        """All types that a column can be read as whose narrowest is ``kind``."""

    @abstractmethod
    def select(self, types: Mapping[str, str], where: str = "") -> str:
        """SQL of the rows with each column as its type.

        With ``where`` (a condition over :meth:`relation`) only of those for which it holds, which are known to fit; without it the
        query fails with :data:`kinds.MISFIT` at a value that does not.
        """

    @abstractmethod
    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """Yield line, values and text of each good row, slowly: to find the line that an error is about."""

    def number_kind(self, column: str) -> str:
        """What the numbers of a column are where it holds other values too."""
        return "DOUBLE"

    def missing(self, column: str) -> str:
        """SQL condition over :meth:`relation`: there is no value, or, in an id, an empty one."""
        return f"{self.value(column)} IS NULL"

    def keep_good(self, folder: Path) -> None:
        """Put a copy of the good lines into ``folder``, to be read instead, where that is needed."""
        return

    def value(self, column: str) -> str:
        """SQL of a value over :meth:`relation`, NULL where there is none."""
        return quote_identifier(column)

    def as_read(self, value: object) -> str | None:
        """Return what :meth:`value` yielded as :meth:`rows` would write it."""
        return None if value is None else str(value)

    def check_names(self, where: str) -> None:
        """Refuse names that DuckDB could not tell apart. Raises DataError."""
        lower: dict[str, str] = {}
        for at, name in enumerate(self.columns):
            if not name.strip():
                raise DataError(f"column {at + 1} has no name", where=where)
            other = lower.setdefault(name.lower(), name)
            if other != name:
                raise DataError(f"columns {other!r} and {name!r} differ in case only", where=where)
            if name in self.columns[:at]:
                raise DataError(f"two columns are called {name!r}", where=where)


Likely = Callable[[], Source]
"""Returns a source as it may turn out to be; may wait, and raise DataError."""


def _size_and_time(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def sql_path(path: Path) -> str:
    """Return a file's name as SQL; a ``*`` in it is no pattern."""
    return quote_text("".join(f"[{each}]" if each in "*?[" else each for each in str(path)))


def cast(name: str, kind: str) -> str:
    """Return the SQL that reads column ``name`` as ``kind``, under its name."""
    return f"CAST({quote_identifier(name)} AS {kind}) AS {quote_identifier(name)}"


def open_stream(path: Path) -> IO[bytes]:
    """Return the file's bytes, uncompressed. Raises DataError where it cannot be read."""
    try:
        if path.suffix.lower() in (".gz", ".zst"):
            import pyarrow as pa

            if path.suffix.lower() == ".gz":
                _refuse_zlib(path)
            stream: IO[bytes] = pa.input_stream(str(path), compression="gzip" if path.suffix.lower() == ".gz" else "zstd")
            return stream
        return path.open("rb")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=str(path)) from None


def _refuse_zlib(path: Path) -> None:
    """Arrow takes a zlib stream for gzip too; DuckDB, which reads the rows, does not."""
    with path.open("rb") as file:
        first = file.read(2)
    if not b"\x1f\x8b".startswith(first):
        raise DataError("cannot be read: it is no gzip", where=str(path), hint="is the file whole, and what its name says?")


def blocks(path: Path, size: int = 2**22) -> Iterator[bytes]:
    """Yield the file's bytes, uncompressed, in blocks. Raises DataError where it cannot be read."""
    with open_stream(path) as stream:
        try:
            block = stream.read(size)
            _refuse_other_kinds(path, block)
            while block:
                yield block
                block = stream.read(size)
        except OSError as error:
            raise DataError(f"cannot be read: {error}", where=str(path), hint="is the file whole, and what its name says?") from None


def _refuse_other_kinds(path: Path, block: bytes) -> None:
    for magic, kind in _MAGIC.items():
        if block.startswith(magic):
            ending = {"gzip": ".gz", "Zstandard": ".zst"}.get(kind)
            raise DataError(
                f"is {kind}, whatever its name says", where=str(path), hint=f"rename it to {path.name}{ending}" if ending else ""
            )


def split_lines(path: Path) -> Iterator[bytes]:
    """Yield the file's lines with their breaks. Raises DataError where it cannot be read."""
    rest = b""
    for block in blocks(path):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


@contextmanager
def digest_beside(path: Path) -> Iterator[Callable[[], tuple[str, int]]]:
    """Compute SHA-256 and number of lines of the file as it is in a thread while the block runs; yields what returns them then."""
    with ThreadPoolExecutor(1) as helper:
        yield helper.submit(_digest_and_lines, path).result


def digest_of(path: Path) -> str:
    """Return the SHA-256, in hex, of the file as it is."""
    return _digest_and_lines(path)[0]


def _digest_and_lines(path: Path) -> tuple[str, int]:
    """In large pieces: between two of them a thread may wait for one that decodes and does not let go of the interpreter."""
    digest, n, last = hashlib.sha256(), 0, b"\n"
    held = bytearray(2**22)
    try:
        with path.open("rb", buffering=0) as file:
            while size := file.readinto(held):
                piece = memoryview(held)[:size]
                digest.update(piece)
                n += count_lines(piece)
                last = piece[-1:].tobytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=str(path)) from None
    return digest.hexdigest(), n + (last != b"\n")


def count_lines(data: bytes | memoryview) -> int:
    """Return how many line breaks there are; numpy looks for a byte faster than ``bytes.count``."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord("\n")))
