"""Read what the commits of an eval set have in common while nobody waits: whoever uses the app then never waits for a first diff."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from regrade.errors import RegradeError
from regrade.evalset.review.comparing import WORTH_A_TRUNK
from regrade.workspace.facade import Workspace

_STARTS = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""What branches start from; the first that is there."""


def read_ahead(workspace: Workspace) -> Iterator[None]:
    """Have it read by another process, of low priority; yields until that has ended, and ends it when it is closed."""
    root = workspace.paths.root.absolute()
    if len(workspace.evalset.state.decided_keys()) < WORTH_A_TRUNK or not any((each / ".git").exists() for each in (root, *root.parents)):
        return
    command, none = [sys.executable, "-P", "-m", __name__, str(root)], subprocess.DEVNULL
    with subprocess.Popen(command, stdin=none, stdout=none, stderr=none) as process:
        try:
            while process.poll() is None:
                yield
        finally:
            process.kill()


def diff_ahead(root: Path) -> None:
    """Make the diff that a pull request would be asked for, which leaves in the cache what the next one takes."""
    with Workspace.open(root, read_only=True) as workspace:
        for start in _STARTS:
            try:
                workspace.diff(f"{start}...HEAD")
                return
            except RegradeError:
                continue
        workspace.diff("HEAD")


if __name__ == "__main__":
    os.nice(19)
    diff_ahead(Path(sys.argv[1]))
