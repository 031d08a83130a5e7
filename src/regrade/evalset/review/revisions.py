"""The eval set's folder in git: which commits there are, and which segments each has. The work tree is not touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from regrade.errors import DataError, UsageError
from regrade.evalset.review.library import segments_of
from regrade.evalset.segments import SEGMENTS
from regrade.git import Entry, ask, commit_of, files_at, git, require_commit, shallow


class Revisions:
    """The git repository around an eval set.

    Parameters
    ----------
    folder : Path
        ``evalset``; what holds it exists.

    Raises
    ------
    DataError
        It is in no repository, or git refuses; says why.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder.parent
        if (folder / ".git").exists():
            what = "is a git repository of its own (a submodule): the one around it has none of its decisions"
            raise DataError(what, where=str(folder), hint="compare with a date or a version; `git log` in there says what was committed")
        try:
            prefix = ask(self.root, "rev-parse", "--show-prefix")
        except DataError as error:
            raise DataError(error.what, where=str(self.root), hint="dates and versions need no git, refs do") from None
        self._folder = os.fsdecode(prefix.removesuffix(b"\n")) + folder.name

    def find(self, ref: str) -> str | None:
        """Return the id of the commit that ``ref`` names; ``None`` where it names none."""
        return commit_of(self.root, ref)

    def require(self, ref: str, note: str = "") -> str:
        """Return the id of the commit that ``ref`` names. Raises UsageError that lists near names; ``note`` is part of what it says."""
        if ref == "HEAD" and self.find(ref) is None:
            raise UsageError("there is no commit yet", where=ref, hint="commit evalset/ first, or compare with a date")
        return require_commit(self.root, ref, note)

    def merge_base(self, a: str, b: str) -> str:
        """Return the id of the commit where ``a`` and ``b`` parted. Raises UsageError where there is none."""
        found = git(self.root, "merge-base", self.require(a), self.require(b))
        if not found:
            raise UsageError(
                "have no commit in common", where=f"{a} and {b}", hint=shallow(self.root) or f"compare {a} with {b} as they are"
            )
        return found

    def segments(self, commit: str) -> list[Entry]:
        """Return the segments as of ``commit``; none where it has no eval set."""
        return segments_of(files_at(self.root, commit, f"{self._folder}/{SEGMENTS}"), self._folder)

    def commits(self, most: int) -> Iterator[tuple[str, str]]:
        """Yield id and date (ISO 8601) of the commits, of any branch, that changed the segments: newest first, at most so many."""
        path = f":(top,literal){self._folder}/{SEGMENTS}"
        said = ask(self.root, "log", "--all", "--full-history", "--date-order", f"--max-count={most}", "--format=%H %cI", "--", path)
        for line in said.decode("ascii").splitlines():
            id, _, date = line.partition(" ")
            yield id, date
