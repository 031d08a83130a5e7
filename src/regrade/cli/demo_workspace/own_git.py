"""The demo as a git repository with one commit, so that `gate --base main` and `evalset diff main HEAD` can be tried in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from regrade.git import git

_COMMITTER = ("-c", "user.name=regrade demo", "-c", "user.email=demo@regrade.invalid", "-c", "commit.gpgsign=false")


def commit(built: Path, folder: Path) -> None:
    """Commit all that is in ``built`` on a branch main; nothing without git, or where a repository around ``folder`` would hold it."""
    if _held_by_another(folder):
        return
    steps = (
        ("init", "--quiet", "--template=", "--initial-branch=main"),
        ("add", "--all"),
        (*_COMMITTER, "commit", "--quiet", "--no-verify", "--message=The demo as it begins"),
    )
    if not all(git(built, *step) is not None for step in steps):
        shutil.rmtree(built / ".git", ignore_errors=True)


def _held_by_another(folder: Path) -> bool:
    """Return whether a repository around ``folder`` would take it in: it does not where it ignores it, as this project's own does."""
    above = next(each for each in folder.parents if each.is_dir())
    return git(above, "rev-parse", "--is-inside-work-tree") == "true" and git(above, "check-ignore", "--quiet", f"{folder}/") is None
