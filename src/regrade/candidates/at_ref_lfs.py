"""Replace a pointer of git-lfs with the file that it points to, where this clone has it."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from regrade.errors import CandidateError
from regrade.git import git

_LONGEST = 1_024
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n(?:.*\n)*?size (\d+)\n")


def fill(path: Path, root: Path, name: str, place: str) -> None:
    """Give a file its content; nothing happens to one that is no pointer.

    Parameters
    ----------
    path : Path
        Of the exported file.
    root : Path
        A folder of the repository, whose copies of what git-lfs keeps are looked through. Nothing is fetched.
    name, place : str
        What a person calls the file, and where that stands.

    Raises
    ------
    CandidateError
        It is a pointer, and the file is not here, or not what the pointer says.
    """
    if path.stat().st_size > _LONGEST or (match := _POINTER.match(path.read_bytes())) is None:
        return
    oid, size = match[1].decode("ascii"), int(match[2])
    store = git(root, "rev-parse", "--path-format=absolute", "--git-path", "lfs/objects")
    kept = Path(store or "") / oid[:2] / oid[2:4] / oid
    if not kept.is_file():
        what = f"{name} is a git-lfs pointer at that commit, and its content ({size:,} bytes) is not here"
        raise CandidateError(what, where=place, hint="`git lfs fetch origin REF` brings it")
    path.unlink()
    shutil.copyfile(kept, path)
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != oid:
            raise CandidateError(f"{name}: what git-lfs keeps for it here is not what the commit names", where=place, hint="`git lfs fsck`")
