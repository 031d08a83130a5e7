"""What candidates import after they were loaded, remembered by what they were then, so that the next process knows it beforehand.

A module that is imported on the first predict is part of what a candidate is, and no look at the loaded process shows it. Names alone
are remembered here: what stands in the files, and which versions are installed, is looked at each time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from regrade import cached_file
from regrade.candidates.spec import SOURCES

_KEPT = 500
"""Candidates, as they were loaded, that are remembered; those learnt first go first."""
MOST = 10_000
"""Names that one may have: a candidate that imports a new file for each example is not followed for ever."""
_LONGEST = 4_096


class Late(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was imported late."""

    files: tuple[str, ...] = ()
    """Of the project: paths relative to the workspace, with ``/``; sorted."""
    distributions: tuple[str, ...] = ()
    """Names; sorted."""

    def joined(self, other: Late) -> Late:
        """Return what either has seen."""
        return Late(tuple(sorted({*self.files, *other.files})[:MOST]), tuple(sorted({*self.distributions, *other.distributions})[:MOST]))

    def found(self, root: Path) -> tuple[str, ...]:
        """Return the files that are there now, absolute: sources alone, no link to what would never end."""
        there = (root / each for each in self.files if each.endswith(SOURCES))
        return tuple(os.path.normpath(path) for path in there if path.is_file())


NOTHING = Late()


def fault(late: Late) -> str:
    """Return what is wrong with names that came from elsewhere; empty for none."""
    for name in (*late.files, *late.distributions):
        if not 0 < len(name) <= _LONGEST or not name.isprintable():
            return "a name that is none"
    if any(PurePosixPath(name).is_absolute() or not name.endswith(SOURCES) for name in late.files):
        return "a file that is no source beside the workspace"
    return "too many names" if len(late.files) + len(late.distributions) > MOST else ""


class LateImports:
    """Fingerprints of candidates as they were loaded, to what they imported later; a file in the cache, which may be deleted.

    Several processes may use the file at once; what one of them learns, the others find.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._known: dict[str, Late] = {}

    def of(self, base: str) -> Late:
        """Return what a candidate imported later in any process before."""
        with self._lock:
            return self._read().get(base, NOTHING)

    def all(self) -> dict[str, Late]:
        """Return everything that is known."""
        with self._lock:
            return dict(self._read())

    def learn(self, base: str, late: Late) -> None:
        """Remember what a candidate imported later: what has a name that can be written down."""
        self.merge({base: Late(tuple(filter(str.isprintable, late.files)), late.distributions)})

    def merge(self, known: Mapping[str, Late]) -> None:
        """Remember what is known elsewhere too. A cache that cannot be written costs time only, so that is no error."""
        with self._lock:
            before = self._read()
            new = {base: before.get(base, NOTHING).joined(late) for base, late in known.items()}
            if all(before.get(base, NOTHING) == late for base, late in new.items()):
                return
            self._write({**before, **new})

    def _read(self) -> dict[str, Late]:
        try:
            stat = self._path.stat()
            stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            if stamp != self._stamp:
                self._known, self._stamp = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Late]), stamp
        except FileNotFoundError:
            self._known, self._stamp = ({} if self._stamp else self._known), None
        except (OSError, msgspec.DecodeError):
            self._known, self._stamp = {}, None
        return self._known

    def _write(self, known: dict[str, Late]) -> None:
        for old in list(known)[:-_KEPT]:
            del known[old]
        self._known, self._stamp = known, None
        cached_file.write(self._path, known)


def relative(paths: Iterable[str], root: Path) -> tuple[str, ...]:
    """Return absolute paths as they are remembered."""
    return tuple(sorted(Path(os.path.relpath(path, root)).as_posix() for path in paths))
