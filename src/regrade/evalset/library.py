"""Segments of several moments, each distinct one parsed once: a name is the hash of the bytes, so one name is one content."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regrade.errors import DataError, IntegrityError
from regrade.evalset.events import Event, Parsed, parse
from regrade.evalset.journal import OPEN, SUFFIX, whole_lines
from regrade.evalset.segments import SEGMENTS, parse_segment
from regrade.evalset.state import State
from regrade.git import Entry, read_objects

_LFS = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Shelf:
    """What an eval set consists of at one moment."""

    names: tuple[str, ...]
    """Of its segments; all are in the library."""
    journals: tuple[Parsed, ...] = ()
    """Lines that are not sealed yet."""


class Library:
    """Parsed segments by name.

    Parameters
    ----------
    task_kind : str
        See :class:`State`.
    """

    def __init__(self, task_kind: str) -> None:
        self.task_kind = task_kind
        self._parsed: dict[str, Parsed] = {}
        self._checked: set[tuple[str, str]] = set()

    def take_files(self, folder: Path) -> Shelf:
        """Read the work tree's ``evalset``: its journals first, since one may be sealed meanwhile.

        Raises
        ------
        IntegrityError, DataError
            A file is not what regrade wrote; it names it.
        """
        try:
            journals = tuple(_journals(folder / OPEN))
            with without_collecting():
                paths = sorted(path for path in (folder / SEGMENTS).glob(f"*/*{SUFFIX}") if not path.name.startswith("."))
                for path in paths:
                    self._take(path.stem, path.read_bytes(), str(path))
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(error.filename or folder)) from None
        return Shelf(tuple(path.stem for path in paths), journals)

    def take_commits(self, root: Path, trees: Iterable[tuple[str, Iterable[Entry]]]) -> list[Shelf]:
        """Read the segments of several commits, out of one git process.

        Parameters
        ----------
        root : Path
            A folder of the repository.
        trees : iterable of (name of the commit, its segments)

        Raises
        ------
        IntegrityError
            A segment is not what its name says; names commit and path.
        DataError
            It is not there, or is a pointer of Git LFS.
        """
        shelves: list[Shelf] = []
        wanted: dict[str, list[tuple[str, str]]] = {}
        for commit, entries in trees:
            named = {Path(entry.path).stem: entry for entry in entries}
            shelves.append(Shelf(tuple(named)))
            for name, entry in named.items():
                if (entry.object, name) not in self._checked:
                    wanted.setdefault(entry.object, []).append((name, f"{commit}:{entry.path}"))
        with without_collecting():
            for object, data in read_objects(root, wanted):
                for name, where in wanted[object]:
                    self._take_object(object, name, data, where)
        return shelves

    def events(self, shelf: Shelf) -> dict[str, tuple[Event, bytes]]:
        """Return id to event and its bytes."""
        parts = self._parts(shelf)
        return {event.id: (event, line) for each in parts for event, line in zip(each.events, each.lines, strict=True)}

    def schemas(self, shelf: Shelf) -> dict[str, str]:
        """Return the schemas of the examples' inputs: hash to encoded."""
        return {hash: encoded for each in self._parts(shelf) for hash, encoded in each.schemas.items()}

    def state(self, shelf: Shelf, only: Callable[[Event], bool] | None = None) -> State:
        """Return what was decided: by all, or by the events that ``only`` says."""
        state = State(self.task_kind)
        self.extend(state, self._parts(shelf), only)
        return state

    def extend(self, state: State, parts: Iterable[Parsed], only: Callable[[Event], bool] | None = None) -> None:
        """Add decisions to a state."""
        with without_collecting():
            events = [event for each in parts for event in each.events]
            lines = [line for each in parts for line in each.lines]
            if only is not None:
                kept = [at for at, event in enumerate(events) if only(event)]
                events, lines = [events[at] for at in kept], [lines[at] for at in kept]
            state.apply(events, lines)

    def segments(self, names: Iterable[str]) -> list[Parsed]:
        """Return parsed segments by name."""
        return [self._parsed[name] for name in names]

    def _parts(self, shelf: Shelf) -> list[Parsed]:
        return [*self.segments(shelf.names), *shelf.journals]

    def _take_object(self, object: str, name: str, data: bytes, where: str) -> None:
        if data.startswith(_LFS):
            hint = "take evalset/ out of Git LFS (.gitattributes), and commit the segments themselves: they are small text"
            raise DataError("is a pointer of Git LFS, not the segment", where=where, hint=hint)
        try:
            self._take(name, data, where)
        except IntegrityError as error:
            path = where.partition(":")[2]
            raise IntegrityError(error.what, where=error.where, hint=f"`git log -- {path}` says who changed it") from None
        self._checked.add((object, name))

    def _take(self, name: str, data: bytes, where: str) -> None:
        """Hold a segment to its name, and parse it where that was never done."""
        if name not in self._parsed or hashlib.sha256(data).hexdigest() != name:
            self._parsed[name] = parse_segment(data, name, where)


def segments_of(entries: Iterable[Entry], folder: str) -> list[Entry]:
    """Return the files of a git tree that are segments of ``folder``: ``segments/<month>/<name>.jsonl``, as a reader of files has it."""
    prefix = f"{folder}/{SEGMENTS}/"
    inside = ((entry, entry.path.removeprefix(prefix).split("/")) for entry in entries if entry.path.startswith(prefix))
    return [entry for entry, parts in inside if len(parts) == 2 and parts[1].endswith(SUFFIX) and not parts[1].startswith(".")]


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let Python's garbage collector rest: it would walk through a million new objects again and again, and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _journals(folder: Path) -> Iterator[Parsed]:
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            data = whole_lines(path.read_bytes())
        except FileNotFoundError:
            continue  # sealed this moment: it is a segment now
        if data:
            yield parse(data, str(path))
