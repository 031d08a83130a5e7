"""The command line: every verb of the screens, for scripts and CI."""

from regrade.cli.main import main

__all__ = ["main"]
