"""The members of an eval set in order, and their version: after a change of one of them the others are not looked at again."""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from regrade.evalset.collector import no_cycles

if TYPE_CHECKING:
    from regrade.evalset.examples import Example

T = TypeVar("T")

_FEW = 64
"""Keys that are put in their places one by one; after a change of more, all of them are sorted anew."""
_STRETCH = 256
"""Lines that are hashed at once: after each such stretch the hash so far is noted."""


class Roll:
    """Keys of the members, sorted, with the example and the line of the version of each, where these were asked for. Thread-safe.

    Parameters
    ----------
    members : collection of str
        The members of now, in no order; looked at when something is asked after :meth:`touch`.
    examples, lines : callable
        Read what is known of some members.
    """

    def __init__(
        self, members: Collection[str], examples: Callable[[Sequence[str]], list[Example]], lines: Callable[[Sequence[str]], list[bytes]]
    ) -> None:
        self._members, self._read_examples, self._read_lines = members, examples, lines
        self._lock = threading.RLock()
        self._touched: set[str] = set()
        self._anew = False
        self._keys: list[str] = []
        self._examples = _Read(examples)
        self._lines = _Read(lines)
        self._hashed: list[hashlib._Hash] = []
        """What was hashed by the end of each whole stretch of lines."""
        self.known_version = ""
        """The version, where it was asked for since the last change."""

    def touch(self, keys: Collection[str]) -> None:
        """Hear which keys came, went, or read differently now."""
        with self._lock:
            self.known_version = ""
            self._anew = self._anew or len(self._touched) + len(keys) > _FEW
            self._touched.update(() if self._anew else keys)

    def keys(self) -> list[str]:
        """Return the keys of the members, sorted."""
        with self._lock:
            self._settle()
            return list(self._keys)

    def examples(self) -> list[Example]:
        """Return the examples, in the order of their keys. Raises what reading one does."""
        with self._lock:
            self._settle()
            return self._examples.all(self._keys)

    def lines(self) -> list[bytes]:
        """Return what the version says of each member, in the order of their keys. Raises what reading one does."""
        with self._lock, no_cycles():
            self._settle()
            return self._lines.all(self._keys)

    def version(self) -> str:
        """Return the SHA-256, in hex, over the lines; see :func:`regrade.evalset.version.version_of`."""
        with self._lock:
            if self.known_version:
                return self.known_version
            lines = self.lines()
            digest = self._hashed[-1].copy() if self._hashed else hashlib.sha256()
            for start in range(len(self._hashed) * _STRETCH, len(lines), _STRETCH):
                stretch = lines[start : start + _STRETCH]
                digest.update((b"\n" if start else b"") + b"\n".join(stretch))
                if len(stretch) == _STRETCH:
                    self._hashed.append(digest.copy())
            self.known_version = digest.hexdigest()
            return self.known_version

    def _settle(self) -> None:
        """Put what was touched in its place."""
        touched, self._touched = self._touched, set()
        if self._anew:
            self._sort()
            return
        for key in touched:
            at = bisect_left(self._keys, key)
            there, inside = at < len(self._keys) and self._keys[at] == key, key in self._members
            if not there and not inside:
                continue
            self._keys[at : at + there] = [key] * inside
            for read in (self._examples, self._lines):
                read.put(at, there, key, inside)
            del self._hashed[at // _STRETCH :]

    def _sort(self) -> None:
        before, members = self._keys, self._members
        new = set(members).difference(before)
        kept = before if len(before) + len(new) == len(members) else [key for key in before if key in members]
        self._keys = sorted([*kept, *new])  # quick, since most of it is in order already
        self._examples, self._lines = _Read(self._read_examples), _Read(self._read_lines)
        self._hashed, self._anew = [], False


class _Read(Generic[T]):
    """What is read of each member: once somebody asks for all, and then of those that are fresh."""

    def __init__(self, read: Callable[[Sequence[str]], list[T]]) -> None:
        self._read = read
        self._values: list[T | None] | None = None
        self._fresh: set[str] = set()

    def all(self, keys: Sequence[str]) -> list[T]:
        """Return it of all members, whose keys these are, sorted."""
        if self._values is None:
            self._values = [*self._read(keys)]
        for key in tuple(self._fresh):
            self._values[bisect_left(keys, key)] = self._read([key])[0]
            self._fresh.discard(key)
        return list(self._values)  # type: ignore[arg-type]  # None stands for what is fresh alone

    def put(self, at: int, there: bool, key: str, inside: bool) -> None:
        """Hear that a key stands at a place from now on, where it may be ``there`` already, or is taken out."""
        if self._values is not None:
            self._values[at : at + there] = [None] * inside
            (self._fresh.add if inside else self._fresh.discard)(key)
