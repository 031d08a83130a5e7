"""What ``NAME@REF`` means: which part is the name, and where a candidate of another commit lives."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class At:
    """A commit as a candidate of it sees it; paths are absolute.

    Attributes
    ----------
    name : str
        The candidate, as the commit's ``regrade.toml`` calls it.
    ref, commit : str
        What a person typed, and the commit that it named.
    export : Path
        The top of what was exported of the commit.
    tree : Path
        The top of the work tree, which is another moment of the same files.
    workspace : Path
        The folder of ``regrade.toml`` in the work tree.
    """

    name: str
    ref: str
    commit: str
    export: Path
    tree: Path
    workspace: Path

    @property
    def label(self) -> str:
        """The commit, for people."""
        return f"{self.ref} ({self.commit[:7]})"

    def outside(self, files: Iterable[str]) -> str:
        """Return the first of these files that does not lie in the export; empty where all do."""
        home = os.path.realpath(self.export) + os.sep
        return next((path for path in files if not os.path.realpath(path).startswith(home)), "")


def split(typed: str, names: Collection[str]) -> tuple[str, str] | None:
    """Return name and ref of ``NAME@REF``; None for what is no such thing, or is the name of a candidate as it stands.

    A name may hold an ``@`` itself: the longest of ``names`` that fits is taken, else what stands before the first ``@``.
    """
    if typed in names or "@" not in typed:
        return None
    fitting = [name for name in names if typed.startswith(f"{name}@")]
    name = max(fitting, key=len, default=typed.partition("@")[0])
    ref = typed[len(name) + 1 :]
    return (name, ref) if name and ref else None
