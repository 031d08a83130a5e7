"""A git repository with an eval set in it, driven by the real git under an identity of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from regrade.evalset import EvalSet

TASK = "classification"

# Nobody's settings play a part; who commits comes from the environment; nothing runs on behind our back.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_CONFIG_COUNT": "3",
    "GIT_CONFIG_KEY_0": "gc.auto",
    "GIT_CONFIG_VALUE_0": "0",
    "GIT_CONFIG_KEY_1": "init.defaultBranch",
    "GIT_CONFIG_VALUE_1": "main",
    "GIT_CONFIG_KEY_2": "pull.rebase",
    "GIT_CONFIG_VALUE_2": "false",
    "LC_ALL": "C",
}


class Repository:
    """A work tree; its eval set is ``root / "evalset"``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.evalset_folder = root / "evalset"

    @classmethod
    def init(cls, root: Path) -> Repository:
        """Make an empty repository."""
        root.mkdir(parents=True)
        repository = cls(root)
        repository.git("init", "-q")
        return repository

    def clone(self, root: Path, *settings: str) -> Repository:
        """Clone it, with settings such as ``core.autocrlf=true`` for good."""
        options = [each for setting in settings for each in ("-c", setting)]
        _run(root.parent, "clone", "-q", *options, str(self.root), str(root))
        return Repository(root)

    def git(self, *arguments: str) -> str:
        """Run git and return what it says; AssertionError, with all it said, where it fails: a conflict, for example."""
        return _run(self.root, *arguments)

    def commit(self, message: str) -> None:
        """Commit all that there is."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def open(self, actor: str = "ann", *, read_only: bool = False) -> EvalSet:
        """Open the eval set."""
        return EvalSet.open(self.evalset_folder, actor=actor, task_kind=TASK, read_only=read_only)

    def changes(self) -> str:
        """Return what differs from the last commit, conflicts and new files included; empty for nothing."""
        return self.git("status", "--porcelain")

    def segments(self) -> list[Path]:
        """Return the segments of the work tree."""
        return sorted(self.evalset_folder.glob("segments/*/*.jsonl"))


def _run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, f"git {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout
