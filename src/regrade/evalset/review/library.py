"""Segments of several moments, each distinct one parsed once: a name is the hash of the bytes, so one name is one content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from regrade.errors import DataError, IntegrityError
from regrade.evalset.collector import no_cycles
from regrade.evalset.events import Event, Parsed, parse, parse_about
from regrade.evalset.journal import OPEN, SUFFIX, whole_lines
from regrade.evalset.review.blobs import read_blobs
from regrade.evalset.segments import SEGMENTS, parse_segment
from regrade.evalset.state import State
from regrade.git import Entry, read_objects

_LFS = b"version https://git-lfs.github.com/spec/"
_FEW = 8
"""Subjects; to look for more in a segment takes longer than to take it apart."""


class SegmentGoneError(DataError):
    """A segment that was listed is not there any more, as where git checks out something else in this moment: list and read again."""


@dataclass(frozen=True)
class Shelf:
    """What an eval set consists of at one moment."""

    places: Mapping[str, Place]
    """Name of each segment to where it stands."""
    journals: tuple[Parsed, ...] = ()
    """Lines that are not sealed yet."""


@dataclass(frozen=True)
class Place:
    """Where a segment can be read."""

    where: str
    """For errors: a path, or ``ref:path``."""
    object: str = ""
    """Its id in git; empty: it is a file of the work tree."""
    path: str = ""
    """Of what is in git, its path there."""


class Library:
    """Parsed segments by name.

    Parameters
    ----------
    root : Path
        A folder of the repository, if there is one.
    task_kind : str
        See :class:`State`.
    folder : Path, optional
        ``evalset`` of the work tree, where many segments of a commit lie too: see :func:`read_blobs`.
    """

    def __init__(self, root: Path, task_kind: str, folder: Path | None = None) -> None:
        self.root = root
        self.task_kind = task_kind
        self.folder = folder
        self._parsed: dict[str, Parsed] = {}
        self._held: dict[Place, None] = {}

    def files(self, folder: Path) -> Shelf:
        """Return the work tree's ``evalset``; journals are read first, since one may be sealed meanwhile.

        Raises
        ------
        IntegrityError, DataError
            A journal is not what regrade wrote, or the folder cannot be read.
        """
        try:
            journals = tuple(_journals(folder / OPEN))
            months = sorted(entry.path for entry in _entries(folder / SEGMENTS) if entry.is_dir())
            paths = [path for month in months for path in _lines_in(Path(month))]
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(error.filename or folder)) from None
        return Shelf({path.stem: Place(str(path)) for path in paths}, journals)

    def commit(self, name: str, entries: Iterable[Entry]) -> Shelf:
        """Return the segments of a commit, which errors call ``name``."""
        return Shelf({Path(entry.path).stem: Place(f"{name}:{entry.path}", entry.object, entry.path) for entry in entries})

    def hold(self, shelves: Iterable[Shelf], *, known: Mapping[str, str] | None = None) -> None:
        """Hold every segment to its name, and parse it; those of git are read out of one process.

        Parameters
        ----------
        shelves : iterable of Shelf
        known : mapping, optional
            Names of segments that need not be parsed, with the id of the git object that was held to it before.

        Raises
        ------
        IntegrityError
            A segment is not what its name says.
        DataError
            It is not there, is a pointer of Git LFS, or was written by a newer regrade.
        """
        known = known or {}
        wanted = dict.fromkeys((name, place) for shelf in shelves for name, place in shelf.places.items() if place not in self._held)
        self._read([each for each in wanted if not (each[1].object and known.get(each[0]) == each[1].object)], unparsed=known.keys())

    def need(self, shelf: Shelf, names: Iterable[str]) -> list[Parsed]:
        """Return parsed segments of ``shelf``, reading those that never were. Raises as :meth:`hold` does."""
        names = list(names)
        self._read([(name, shelf.places[name]) for name in names if name not in self._parsed])
        return [self._parsed[name] for name in names]

    def about(self, shelf: Shelf, wanted: Mapping[str, Collection[str]]) -> list[Parsed]:
        """Return what segments that were held to their names, and taken apart, before say of these subjects, and maybe of others.

        Of a segment that speaks of a few of them only their lines are read, out of the work tree where it is there.
        """
        found = []
        for name, subjects in wanted.items():
            if name in self._parsed or len(subjects) > _FEW:
                continue
            path = self._path_of(shelf.places[name])
            with suppress(OSError):
                data = path.read_bytes()
                if hashlib.sha256(data).hexdigest() == name and (said := parse_about(data, str(path), subjects)) is not None:
                    found.append((name, said))
        return [*(said for _, said in found), *self.need(shelf, wanted.keys() - dict(found).keys())]

    def _path_of(self, place: Place) -> Path:
        """Return where in the work tree a segment stands, if it does."""
        if not place.object:
            return Path(place.where)
        return (self.folder or self.root).joinpath(SEGMENTS, *PurePosixPath(place.path).parts[-2:])

    def parts(self, shelf: Shelf) -> list[Parsed]:
        """Return all that a shelf holds."""
        return [*self.need(shelf, shelf.places), *shelf.journals]

    def schemas(self, shelf: Shelf) -> dict[str, str]:
        """Return the schemas of the examples' inputs: hash to encoded."""
        return {hash: encoded for each in self.parts(shelf) for hash, encoded in each.schemas.items()}

    def state(self, shelf: Shelf, only: Callable[[Event], bool] | None = None) -> State:
        """Return what was decided: by all, or by the events that ``only`` says."""
        state = State(self.task_kind)
        self.hold([shelf])
        extend(state, self.parts(shelf), only)
        return state

    def _read(self, wanted: Iterable[tuple[str, Place]], unparsed: Collection[str] = ()) -> None:
        objects: dict[str, list[tuple[str, Place]]] = {}
        ask = partial(read_objects, self.root)
        with no_cycles():
            for name, place in wanted:
                if place.object:
                    objects.setdefault(place.object, []).append((name, place))
                else:
                    self._take(name, _bytes_of(place.where), place, unparsed)
            for object, data in read_blobs(ask, self.folder, {object: places[0][1].path for object, places in objects.items()}):
                taken: set[str] = set()  # both refs name most objects, and the same bytes need no second look
                for name, place in objects[object]:
                    if name in taken:
                        self._held[place] = None
                        continue
                    self._take_object(name, data, place, unparsed)
                    taken.add(name)

    def _take_object(self, name: str, data: bytes, place: Place, unparsed: Collection[str]) -> None:
        if data.startswith(_LFS):
            hint = "take evalset/ out of Git LFS (.gitattributes), and commit the segments themselves: they are small text"
            raise DataError("is a pointer of Git LFS, not the segment", where=place.where, hint=hint)
        try:
            self._take(name, data, place, unparsed)
        except IntegrityError as error:
            raise IntegrityError(error.what, where=error.where, hint=f"`git log -- {place.path}` says who changed it") from None

    def _take(self, name: str, data: bytes, place: Place, unparsed: Collection[str]) -> None:
        """Hold a segment to its name, and parse it where that was never done, and is wanted."""
        if hashlib.sha256(data).hexdigest() != name or (name not in self._parsed and name not in unparsed):
            self._parsed[name] = parse_segment(data, name, place.where)
        self._held[place] = None


def extend(state: State, parts: Iterable[Parsed], only: Callable[[Event], bool] | None = None) -> None:
    """Add decisions to a state."""
    with no_cycles():
        events = [event for each in parts for event in each.events]
        lines = [line for each in parts for line in each.lines]
        if only is not None:
            kept = [at for at, event in enumerate(events) if only(event)]
            events, lines = [events[at] for at in kept], [lines[at] for at in kept]
        state.apply(events, lines)


def segments_of(entries: Iterable[Entry], folder: str) -> list[Entry]:
    """Return the files of a git tree that are segments of ``folder``: ``segments/<month>/<name>.jsonl``, as a reader of files has it."""
    prefix = f"{folder}/{SEGMENTS}/"
    inside = ((entry, entry.path.removeprefix(prefix).split("/")) for entry in entries if entry.path.startswith(prefix))
    return [entry for entry, parts in inside if len(parts) == 2 and parts[1].endswith(SUFFIX) and not parts[1].startswith(".")]


def _bytes_of(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise SegmentGoneError(f"cannot be read: {error.strerror}", where=path) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=path) from None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what stands in a folder, none where it is missing; ``Path.glob`` would leave out in silence what may not be read."""
    try:
        return list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _lines_in(folder: Path) -> list[Path]:
    return sorted(Path(entry.path) for entry in _entries(folder) if entry.name.endswith(SUFFIX) and not entry.name.startswith("."))


def _journals(folder: Path) -> Iterator[Parsed]:
    for path in filter(Path.is_file, _lines_in(folder)):  # a pipe would be waited for
        try:
            data = whole_lines(path.read_bytes())
        except FileNotFoundError:
            continue  # sealed this moment: it is a segment now
        if data:
            yield parse(data, str(path))
