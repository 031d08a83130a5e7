"""A second name for each sealed segment until git has it: `git clean -fd` removes what is not committed, and must remove no decision.

The second names lie in ``.open/.sealed``, which git ignores and therefore does not clean.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from regrade.evalset.files import make_folder
from regrade.evalset.journal import OPEN, SUFFIX
from regrade.git import git

KEPT = ".sealed"
_SEGMENTS = "segments"  # as in segments.py, which needs this module


def keep(folder: Path, segment: Path) -> None:
    """Give a segment its second name, where there is a repository: a hard link, or a copy where the file system has none.

    Raises
    ------
    OSError
        It cannot be made.
    """
    if not any((above / ".git").exists() for above in folder.parents):
        return
    second = folder / OPEN / KEPT / segment.parent.name / segment.name
    make_folder(second.parent)
    ignore = folder / OPEN / KEPT / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    with suppress(FileExistsError):
        _link(segment, second)


def put_back(folder: Path) -> int:
    """Put back the segments that are gone and that git does not have; return how many.

    One that git has, in whatever branch, stash or reflog, is gone because somebody went elsewhere: `git switch`, `git stash -u`.
    Where git does not answer nothing is put back.

    Raises
    ------
    OSError
        One cannot be put back.
    """
    missing = [second for second in _kept(folder) if not _first(folder, second).exists()]
    if not missing:
        return 0
    anywhere = _added(folder, missing, "--all", "--reflog")
    if anywhere is None:
        return 0
    lost = [second for second in missing if second.name not in anywhere]
    if len(lost) < len(missing):
        # No answer, as where HEAD stands on no commit yet, lets the second names stay: they do no harm.
        for_good = _added(folder, missing, "HEAD", "--branches", "--tags", "--remotes") or ()
        for second in missing:
            if second.name in for_good:
                second.unlink(missing_ok=True)
    put = 0
    for second in lost:
        first = _first(folder, second)
        make_folder(first.parent)
        with suppress(FileExistsError, FileNotFoundError):  # another session has looked at it meanwhile
            _link(second, first)
            put += 1
    return put


def forget(folder: Path) -> None:
    """Remove the second names of segments that are committed where HEAD stands; where they cannot be removed they do no harm."""
    kept = list(_kept(folder))
    listed = git(folder, "ls-tree", "-r", "--name-only", "-z", "HEAD", "--", f"{_SEGMENTS}/") if kept else None
    committed = {name.rpartition("/")[2] for name in (listed or "").split("\0")}
    for second in kept:
        if second.name in committed:
            with suppress(OSError):  # a folder that may only be read is looked at like any other
                second.unlink(missing_ok=True)


def _kept(folder: Path) -> Iterator[Path]:
    root = folder / OPEN / KEPT
    return root.glob(f"*/*{SUFFIX}") if root.is_dir() else iter(())


def _first(folder: Path, second: Path) -> Path:
    return folder / _SEGMENTS / second.parent.name / second.name


def _added(folder: Path, seconds: list[Path], *where: str) -> set[str] | None:
    """Return the names of all files that some commit of ``where`` added to the months of ``seconds``; ``None`` without an answer.

    Of all history: dates of commits and of files are those of clocks that may be wrong.
    """
    months = sorted({f"{_SEGMENTS}/{second.parent.name}/" for second in seconds})
    # In full: what a stash holds of untracked files is a parent of its commit that a shorter walk passes over. Against each parent:
    # a merge may add what none of them has.
    asked = ("log", "--full-history", "-m", "--root", "--no-renames", "--diff-filter=A", "--name-only", "--format=", "-z")
    said = git(folder, "-c", "log.showRoot=true", "-c", "log.showSignature=false", *asked, *where, "--", *months)
    return None if said is None else {name.strip("\n").rpartition("/")[2] for name in said.split("\0")}


def _link(old: Path, new: Path) -> None:
    """Give a file another name, or its content to another file, where the file system has no hard links."""
    try:
        os.link(old, new)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        import shutil  # rarely needed, and brings every kind of archive

        temporary = new.with_suffix(".tmp")
        shutil.copyfile(old, temporary)
        temporary.rename(new)
