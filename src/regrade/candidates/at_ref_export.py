"""The files of a commit, written once into the cache: whole or not there, reused, and thrown away when they take too much room."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from regrade.candidates.spec import SOURCES
from regrade.errors import CandidateError, DataError
from regrade.git import check_out

LARGEST = 2 << 30
"""Bytes that all exports together may take; the least recently used go first."""
_IN_USE = 3_600.0
"""Seconds for which nothing is thrown away after it was used, or begun: another process may be at it."""
_TREE, _MANIFEST = "tree", "manifest.json"

Stamp = tuple[int, int]


class Exports:
    """Exports of one workspace; several processes may use the folder at once.

    Parameters
    ----------
    folder : Path
        ``.regrade/cache/refs``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, root: Path, commit: str, name: str, paths: Sequence[str], finish: Callable[[Path], None]) -> Path:
        """Return the top of a tree that holds ``paths`` of ``commit``, exported now or before.

        Parameters
        ----------
        root : Path
            A folder of the repository.
        name : str
            Of the export: equal names promise equal content.
        finish : callable
            Is given a tree that was just written, before anybody else sees it; what it raises is raised, and nothing is kept.

        Raises
        ------
        CandidateError
            It cannot be written, or git cannot read the commit.
        """
        home = self._folder / name
        if _is_whole(home):
            _touch(home)
            return home / _TREE
        made = self._folder / f".{secrets.token_hex(8)}.tmp"
        try:
            (made / _TREE).mkdir(parents=True)
            check_out(root, commit, paths, made / _TREE)
            finish(made / _TREE)
            (made / _MANIFEST).write_bytes(msgspec.json.encode(_protect(made / _TREE)))
            self._put(made, home)
            self._clean(home)
        except OSError as error:
            raise CandidateError(f"{commit[:7]} cannot be exported to {self._folder}: {error.strerror}", hint="is the disk full?") from None
        except DataError as error:
            raise CandidateError(f"{commit[:7]} cannot be exported: {error.what}", hint=error.hint) from None
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return home / _TREE

    def _put(self, made: Path, home: Path) -> None:
        """Give an export its name; where another process was first, theirs is as good."""
        for _ in range(3):
            try:
                made.rename(home)
                return
            except OSError:
                if _is_whole(home):
                    return
                _discard(home)  # somebody has changed it: what it says of the commit is no longer true
        made.rename(home)

    def _clean(self, mine: Path) -> None:
        """Throw away what was abandoned, and the least recently used while all together take too much room."""
        now = time.time()
        there = []
        for each in self._folder.iterdir():
            try:
                used = each.stat().st_mtime
            except OSError:
                continue
            if each == mine or now - used < _IN_USE:
                there.append((used, each, False))
            elif each.name.startswith("."):
                shutil.rmtree(each, ignore_errors=True)
            else:
                there.append((used, each, True))
        sizes = {each: sum(size for size, _ in (_manifest(each) or {}).values()) for _, each, _ in there}
        room = LARGEST - sum(sizes.values())
        for _, each, may_go in sorted(there):
            if room >= 0:
                return
            if may_go:
                _discard(each)
                room += sizes[each]


def _is_whole(home: Path) -> bool:
    """Is this an export as it was written: each file untouched, and no source beside them that an import could find?"""
    known = _manifest(home)
    if known is None:
        return False
    tree = home / _TREE
    try:
        if any(_stamp(tree / path) != stamp for path, stamp in known.items()):
            return False
    except OSError:
        return False
    return all(path in known for path in _files(tree) if path.endswith(SOURCES))


def _manifest(home: Path) -> dict[str, Stamp] | None:
    try:
        return msgspec.json.decode((home / _MANIFEST).read_bytes(), type=dict[str, Stamp])
    except (OSError, msgspec.DecodeError):
        return None


def _protect(tree: Path) -> dict[str, Stamp]:
    """Take the right to write away from every file, and return what tells a file that was changed all the same."""
    known = {}
    for path in _files(tree):
        file = tree / path
        mode = file.lstat().st_mode
        if stat.S_ISREG(mode):
            file.chmod(stat.S_IMODE(mode) & ~0o222)
        known[path] = _stamp(file)
    return known


def _files(tree: Path) -> list[str]:
    """Return files and links under ``tree``, relative to it."""
    found = []
    for folder, inside, names in os.walk(tree):
        links = [name for name in inside if os.path.islink(f"{folder}/{name}")]  # noqa: PTH114 - a Path for each of 50,000 is slow
        found += [os.path.relpath(f"{folder}/{name}", tree) for name in (*names, *links)]
    return found


def _stamp(path: Path) -> Stamp:
    about = path.lstat()
    return about.st_size, about.st_mtime_ns


def _touch(home: Path) -> None:
    try:
        os.utime(home)
    except OSError:
        return  # it counts as unused, which costs time only


def _discard(home: Path) -> None:
    """Remove an export: first its name, at once, then its files."""
    gone = home.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        home.rename(gone)
    except OSError:
        return
    shutil.rmtree(gone, ignore_errors=True)
