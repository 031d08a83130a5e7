"""Ask git about the folder that is meant, whatever a hook's environment says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(root: Path, *arguments: str) -> str | None:
    """Return what git says, without white space around it; None where there is no git, no repository, or no answer.

    A hook hands down ``GIT_DIR`` and its like, which would overrule the folder; they are left out.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        said = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() if said.returncode == 0 else None
