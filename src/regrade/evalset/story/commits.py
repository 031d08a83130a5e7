"""In which files a decision stands, and which commits brought them: read once, out of one git process."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import msgspec

from regrade.errors import DataError
from regrade.evalset.journal import SUFFIX
from regrade.evalset.segments import SEGMENTS
from regrade.git import ask

_PATHS = 500
"""More than so many files are asked for as their folder: a command line has an end."""


class Commit(msgspec.Struct, frozen=True):
    """A commit that added a segment."""

    hash: str
    """Abbreviated."""
    at: str
    """When it was written (the author's date), ISO 8601."""
    by: str
    subject: str
    cut: bool = False
    """The history of this clone begins here (it is shallow): the segment may have come in earlier."""


@dataclass
class Standing:
    """Where decisions stand, by id."""

    sealed: dict[str, list[str]] = field(default_factory=dict)
    """Names of the segments, sorted; one that was not sealed yet has none."""
    commits: dict[str, list[Commit]] = field(default_factory=dict)
    """Commits that added one of these segments, oldest first, each once; none: not committed."""
    git: bool = True
    """There is a repository, with a commit."""


def standing(folder: Path, ids: Collection[str]) -> Standing:
    """Find each of ``ids`` in the segments under ``folder``, and the commits reachable from HEAD that added those.

    A segment may have come in by several commits (a cherry-pick, a squash that was merged beside its branch), and a decision may
    stand in several segments.
    """
    found = Standing()
    files = _files_with(folder, ids)
    for file, here in files.items():
        for id in here:
            found.sealed.setdefault(id, []).append(file.name)
    try:
        commits, order = _adding(folder, list(files))
    except DataError:
        found.git = False
        return found
    for file, here in files.items():
        for id in here:
            known = found.commits.setdefault(id, [])
            known += [commit for commit in commits.get(file.name, ()) if commit not in known]
    places = {commit: place for place, commit in enumerate(order)}
    for known in found.commits.values():
        known.sort(key=places.__getitem__)
    return found


def _files_with(folder: Path, ids: Collection[str]) -> dict[Path, list[str]]:
    """Return the segments that hold any of ``ids``, each with those that it holds."""
    wanted: dict[bytes, list[tuple[bytes, str]]] = {}
    for id in ids:
        # Inside a text a quotation mark is written with a backslash, so that this is an id and nothing else.
        journal = b'"id":' + msgspec.json.encode(id.rpartition(":")[0])[:-1]
        wanted.setdefault(journal, []).append((b'"id":' + msgspec.json.encode(id), id))
    files = {}
    for path in sorted((folder / SEGMENTS).glob(f"*/*{SUFFIX}")):
        try:
            data = path.read_bytes()
        except OSError:
            continue  # gone this moment, or no file: `verify` tells
        here = [id for start, each in wanted.items() if start in data for name, id in each if name in data]
        if here:
            files[path] = here
    return files


def _adding(folder: Path, files: Sequence[Path]) -> tuple[dict[str, list[Commit]], list[Commit]]:
    """Return the commits that added each segment, by its name, and all of these, oldest first.

    Raises DataError where there is no git, or no commit.
    """
    if not files:
        ask(folder, "rev-parse", "--verify", "HEAD^{commit}")
        return {}, []
    token = uuid4().hex
    # Renames are additions under another name; side branches and what a merge itself added are asked for, which git leaves out.
    options = ("--full-history", "-c", "--no-renames", "--diff-filter=A", "--name-only", "-z", "--no-color", "--encoding=UTF-8")
    paths = [str(each.relative_to(folder)) for each in files] if len(files) <= _PATHS else [SEGMENTS]
    form = f"--format={token}%h%x00%aI%x00%an%x00%s%x00%D%x00"
    log = ask(folder, "-c", "log.showSignature=false", "log", *options, form, "HEAD", "--", *paths)
    commits: dict[str, list[Commit]] = {}
    order = []
    for part in reversed(log.decode("utf-8", "replace").split(token)[1:]):
        hash, at, by, subject, marks, *names = part.split("\0")
        commit = Commit(hash, at, by, subject, "grafted" in marks.split(", "))
        order.append(commit)
        for name in names:
            if name.strip():
                commits.setdefault(name.strip().rpartition("/")[2], []).append(commit)
    return commits, order
