"""Who decides: the name that stands in every decision."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from regrade.git import git


def current_actor(root: Path) -> str:
    """Return ``$REGRADE_ACTOR``, else git's ``Name <email>`` for this folder, else the login name."""
    named = os.environ.get("REGRADE_ACTOR", "").strip()
    if named:
        return named
    name, email = git(root, "config", "user.name") or "", git(root, "config", "user.email") or ""
    if name or email:
        return f"{name} <{email}>".strip() if email else name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
