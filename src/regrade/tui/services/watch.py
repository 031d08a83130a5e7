"""Notice that somebody else wrote to the eval set's folder, without reading a file of it: git, another app, the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

Stamp: TypeAlias = tuple[int, int, int]
"""Modification time in ns, size, inode."""


class Watch:
    """What the folder looked like last.

    A look costs one stat for each month, and one for each file of one month: another month each time, so that a segment that
    was edited in place is noticed a little later than one that came or went.

    Parameters
    ----------
    folder : Path
        ``evalset``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamps: dict[str, Stamp] = {}
        self._files: dict[str, dict[str, Stamp]] = {}
        self._turn = 0

    def look(self, *, closely: bool = False) -> str:
        """Return what changed since the look before.

        Parameters
        ----------
        closely : bool, default False
            Look at the files of every month.

        Returns
        -------
        str
            Empty: nothing. ``new``: files came, went or grew. ``edited``: a segment that was there is another one now.
        """
        from regrade.evalset.journal import OPEN, SUFFIX  # after the first paint, as all of the eval set
        from regrade.evalset.segments import SEGMENTS

        segments = self._folder / SEGMENTS
        months = sorted(entry.name for entry in _entries(segments) if entry.is_dir())
        stamps = {name: stamp for name in ("", *months) if (stamp := _stamp(segments / name)) is not None}
        for entry in _entries(self._folder / OPEN):
            if entry.name.endswith(SUFFIX) and (stamp := _stamp(Path(entry.path))) is not None:
                stamps[f"{OPEN}/{entry.name}"] = stamp
        changed = {name for name in stamps.keys() | self._stamps.keys() if stamps.get(name) != self._stamps.get(name)}
        self._stamps, self._turn = stamps, self._turn + 1
        edited = False
        for at, month in enumerate(months):
            if closely or month in changed or at == self._turn % len(months):
                files = {entry.name: stamp for entry in _entries(segments / month) if (stamp := _stamp(Path(entry.path))) is not None}
                before = self._files.get(month, {})
                edited = edited or any(files.get(name, stamp) != stamp for name, stamp in before.items())
                self._files[month] = files
        return "edited" if edited else "new" if changed else ""


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # what cannot be looked at is said by whoever reads it
        return []


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
