"""The command line in this process: what only prepares a test needs no process of its own, which would import everything anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.cli.main import run


def regrade(folder: Path, *arguments: str, actor: str = "") -> None:
    """Run `regrade ARGUMENTS…` in a folder, as somebody; it must be done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        if actor:
            patch.setenv("REGRADE_ACTOR", actor)
        assert run(list(arguments)) == 0, arguments
