"""Follow the files of an eval set: each segment and each line of a journal is read once."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from regrade.errors import DataError, RegradeError
from regrade.evalset.events import Parsed, parse
from regrade.evalset.journal import OPEN, SUFFIX, whole_lines
from regrade.evalset.segments import SEGMENTS, read_segment

_RACY_NS = 2_000_000_000
"""A folder that changed within this time before it was listed may change again without a new time stamp."""
_TRIES = 5
_PAUSE_SECONDS = 0.02
"""A file that is not what it should be, and that was written a moment ago, is read so often, so far apart; anew where it changed."""


class Reader:
    """Remembers what has been read of ``evalset``.

    Parameters
    ----------
    folder : Path
        ``evalset``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._months: dict[str, int] = {}
        self._segments: dict[str, set[str]] = {}
        self._offsets: dict[str, int] = {}
        self._open_events: dict[str, int] = {}

    @property
    def unsealed(self) -> int:
        """How many events stand in journals."""
        return sum(self._open_events.values())

    def new(self) -> Iterator[Parsed]:
        """Yield what stands in the files now and has not been read: journals first, since a journal may be sealed meanwhile.

        Raises
        ------
        IntegrityError, DataError
            A file is not what regrade wrote; it names it.
        """
        yield from self._journals()
        for path in self._new_segments():
            parsed = _settled(path)
            if parsed is not None:
                yield parsed
                self._segments[path.parent.name].add(path.name)

    def vanished(self) -> bool:
        """Return whether a segment that was read is gone, as after `git switch`: all must then be read from the start."""
        for month, names in self._segments.items():
            folder = self._folder / SEGMENTS / month
            stamp = _stamp(folder)
            if (stamp is None or stamp != self._months.get(month)) and not names <= _names(folder):
                return True
        return False

    def stand(self) -> str:
        """Name the files that were read; see :func:`stand`."""
        return _named(self._segments, self._offsets)

    def skip(self, journal: Path, size: int, events: int) -> None:
        """Take ``size`` bytes, ``events`` events, of a journal as read: this process wrote them."""
        self._offsets[journal.name] = size
        self._open_events[journal.name] = events

    def sealed(self, journal: Path, segment: Path | None) -> None:
        """Take a segment as read, since its journal was."""
        if self._open_events.pop(journal.name, 0) and segment is not None:
            self._segments.setdefault(segment.parent.name, set()).add(segment.name)
        self._offsets.pop(journal.name, None)

    def _journals(self) -> Iterator[Parsed]:
        folder = self._folder / OPEN
        names = sorted(_names(folder))
        for gone in self._offsets.keys() - set(names):
            del self._offsets[gone]
            self._open_events.pop(gone, None)
        for name in names:
            path = folder / name
            offset = self._offsets.get(name, 0)
            try:
                if path.stat().st_size <= offset:
                    continue
                with path.open("rb") as file:
                    file.seek(offset)
                    data = whole_lines(file.read())
            except FileNotFoundError:
                continue  # sealed this moment: it is a segment now
            except OSError as error:
                raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from None
            if data:
                parsed = parse(data, str(path))
                self._offsets[name] = offset + len(data)
                self._open_events[name] = self._open_events.get(name, 0) + len(parsed.events)
                yield parsed

    def _new_segments(self) -> Iterator[Path]:
        folder = self._folder / SEGMENTS
        for month in _months(folder):
            of_month = folder / month
            stamp = _stamp(of_month)
            if stamp == self._months.get(month):
                continue
            known = self._segments.setdefault(month, set())
            for name in sorted(_names(of_month) - known):
                yield of_month / name
            if stamp is not None and time.time_ns() - stamp > _RACY_NS:
                self._months[month] = stamp


def _settled(path: Path) -> Parsed | None:
    """Read a segment; ``None`` where it is gone again. What git is in the middle of writing is waited for as long as it grows."""
    left, seen = 0, (-1, -1)
    while True:
        try:
            return read_segment(path)
        except RegradeError as error:
            back = isinstance(error.__context__, FileNotFoundError)  # if it is there now: put back, and as old as it was
            try:
                found = path.stat()
            except OSError:
                return None
            young = abs(time.time_ns() - found.st_mtime_ns) < _RACY_NS or back
            before, seen = seen, (found.st_size, found.st_mtime_ns)
            left = left - 1 if seen == before else _TRIES - 1
            if not young or not left:
                raise
            time.sleep(_PAUSE_SECONDS)


def stand(folder: Path) -> str:
    """Name the files that lie in ``folder``: a hash of the names of all segments, and of names and sizes of journals.

    A segment's name is the hash of its content, so two folders of one stand hold the same decisions, unless somebody edited a file:
    that is found when they are read, which nobody decides or scores without. Raises DataError where they cannot be listed.
    """
    journals = {}
    try:
        segments = {month: _names(folder / SEGMENTS / month) for month in _months(folder / SEGMENTS)}
        for name in _names(folder / OPEN):
            try:
                journals[name] = (folder / OPEN / name).stat().st_size
            except FileNotFoundError:
                continue
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(error.filename or folder)) from None
    return _named(segments, journals)


def _named(segments: Mapping[str, set[str]], journals: Mapping[str, int]) -> str:
    digest = hashlib.sha256()
    for month in sorted(month for month, names in segments.items() if names):
        digest.update("\n".join([month, *sorted(segments[month]), ""]).encode())
    digest.update(repr(sorted((name, size) for name, size in journals.items() if size)).encode())
    return digest.hexdigest()


def _months(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _stamp(folder: Path) -> int | None:
    """Return when the entries of ``folder`` changed last, in ns; ``None`` where it is gone."""
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _names(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in os.scandir(folder) if entry.name.endswith(SUFFIX) and not entry.name.startswith(".")}
    except (FileNotFoundError, NotADirectoryError):
        return set()
