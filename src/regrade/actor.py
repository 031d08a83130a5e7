"""Who decides: the name that stands in every decision."""

from __future__ import annotations

import getpass
import os
import subprocess
from pathlib import Path


def current_actor(root: Path) -> str:
    """Return ``$REGRADE_ACTOR``, else git's ``Name <email>`` for this folder, else the login name."""
    named = os.environ.get("REGRADE_ACTOR", "").strip()
    if named:
        return named
    name, email = _git_setting(root, "user.name"), _git_setting(root, "user.email")
    if name or email:
        return f"{name} <{email}>".strip() if email else name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _git_setting(root: Path, name: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), "config", name], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
