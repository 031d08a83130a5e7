"""What a run ran on: the code's commit and the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from pathlib import Path


def code_state(root: Path) -> tuple[str | None, int | None]:
    """Return the commit of the workspace's repository, and whether anything in it is not committed; None outside of git."""
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return None, None
    return commit, int(bool(_git(root, "status", "--porcelain")))


@cache
def hardware() -> str:
    """Return the machine in a few words: system, architecture, processors."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
