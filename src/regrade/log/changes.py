"""Which files of the log stand in place of others: outcomes came late, or predictions were replaced; one small file a change.

A change never edits a file. It writes new Parquet files, and then, by one rename, the change itself: a small JSON file that names
them and those they replace. Until it is there the new files are not read; from then on the old ones are not, and are swept up
later. So a crash at any moment leaves the log as it was, or as it was to be.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from regrade.errors import DataError
from regrade.log import segments

PREFIX = "changed-"
"""Of the files that are read only where a change names them."""


class Replaced(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file that another stands in place of."""

    file: str
    """A name in the log's folder; of Parquet read in place its path, relative to the workspace if it lies within."""
    by: str | None
    """A name in the log's folder; None: all its rows were replaced; empty: nothing, a file in place is read itself (again)."""
    size: int = -1
    """Of Parquet in place, as it was; -1 for a file in the log's folder."""
    changed: int = 0
    """When it was changed last, in ns since 1970."""

    @property
    def in_place(self) -> bool:
        """Is it a file that is not regrade's own?"""
        return self.size >= 0


class Change(msgspec.Struct, frozen=True):
    """What one command changed in the log."""

    n: int
    """Counted from 1."""
    why: str
    """``outcomes`` or ``update``."""
    sources: list[dict[str, str]]
    """Name and SHA-256 of each file that it was made of."""
    adds: list[str]
    """Files in the log's folder with predictions that are new."""
    replaces: list[Replaced]
    version: int = 1


@dataclass(frozen=True)
class Changes:
    """All changes of a log.

    Attributes
    ----------
    last : int
        The number of the latest.
    written : frozenset of str
        The files that changes made.
    """

    last: int = 0
    written: frozenset[str] = frozenset()
    _by: Mapping[str, str | None] = field(default_factory=dict)
    _in_place: Mapping[str, Replaced] = field(default_factory=dict)

    def end(self, name: str | None) -> str | None:
        """Return the file that is read instead of one in the log's folder: itself, where nothing stands in its place."""
        while name is not None and name in self._by:
            name = self._by[name]
        return name

    def of_path(self, path: str) -> Replaced | None:
        """Return how a file in place was when another came to stand in its place; None where none did."""
        return self._in_place.get(path)

    def segments(self, names: Iterable[str]) -> list[str]:
        """Return those of the log's folder's files that are read for their own sake, not in place of a user's."""
        for_paths = {self.end(each.by) for each in self._in_place.values()}
        return [each for each in names if not self.is_over(each) and each not in for_paths]

    def is_over(self, name: str) -> bool:
        """Return whether nothing reads a file of the log's folder any more, or not yet."""
        return name in self._by or (name.startswith(PREFIX) and name not in self.written)


NONE = Changes()


def change_names(folder: Path) -> frozenset[str]:
    """Return what the changes of the log in ``folder`` are called: as long as they are the same, so is what nothing reads any more."""
    try:
        return frozenset(each.name for each in folder.iterdir() if each.name.startswith(PREFIX) and each.suffix == ".json")
    except OSError:
        return frozenset()


def read_changes(folder: Path) -> Changes:
    """Return the changes of the log in ``folder``. Raises DataError where one cannot be read."""
    found = []
    for path in folder.glob(f"{PREFIX}*.json") if folder.is_dir() else ():
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Change))
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from None
        except msgspec.MsgspecError:
            hint = "it says which files the log consists of; if nothing can restore it, delete .regrade/log and import again"
            raise DataError("is broken", where=str(path), hint=hint) from None
    if not found:
        return NONE
    found.sort(key=lambda each: each.n)
    replaced = [each for change in found for each in change.replaces]
    return Changes(
        last=found[-1].n,
        written=frozenset([name for change in found for name in change.adds] + [each.by for each in replaced if each.by]),
        _by={each.file: each.by for each in replaced if not each.in_place},
        _in_place={each.file: each for each in replaced if each.in_place},
    )


def commit(
    folder: Path,
    bench: Path,
    why: str,
    *,
    sources: Sequence[Mapping[str, str]],
    adds: Sequence[Path],
    replaces: Sequence[tuple[Replaced, Path | None, int | None]],
) -> list[Path]:
    """Let new files take the place of old ones, all at once; return those of ``adds`` as they are called now.

    Parameters
    ----------
    adds : sequence of Path
        Finished files with new predictions, in ``bench``.
    replaces : sequence of (what, written, changed)
        What is replaced (its ``by`` is filled in here where a file was written), the finished file in ``bench``, and the old one's
        time of change, in ns: it keeps its place in the order of the log.

    Raises
    ------
    DataError
        The disk cannot be written; nothing was changed.
    """
    published: list[Path] = []
    try:
        new = [segments.publish(each, folder, prefix=PREFIX) for each in adds]
        published += new
        full: list[Replaced] = []
        for what, written, changed in replaces:
            target = None
            if written is not None:
                target = segments.publish(written, folder, prefix=PREFIX, changed=changed)
                published.append(target)
            full.append(msgspec.structs.replace(what, by=target.name if target else what.by))
        change = Change(read_changes(folder).last + 1, why, [dict(each) for each in sources], [each.name for each in new], full)
        note = bench / "change.json"
        try:
            note.write_bytes(msgspec.json.format(msgspec.json.encode(change), indent=1) + b"\n")
        except OSError as error:
            raise DataError(f"cannot be written: {error.strerror}", where=str(folder)) from None
        segments.publish(note, folder, prefix=PREFIX)
    except BaseException:
        known = read_changes(folder).written  # the change itself may be there already, although this was interrupted
        for each in published:
            if each.name not in known:
                each.unlink(missing_ok=True)
        raise
    sweep(folder)
    return new


def sweep(folder: Path) -> None:
    """Delete the files in the log's folder that nothing reads any more; what cannot be deleted stays, unread."""
    changes = read_changes(folder)
    for path in folder.glob("*.parquet"):
        if changes.is_over(path.name):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                continue


def name_in_place(path: Path, root: Path) -> str:
    """Return what a change calls a file in place."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else os.fspath(path)
