"""Where tests write: in memory where there is enough of it, so that thousands of fsyncs cost nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
_ENOUGH = 4 << 30
"""Bytes: ten times what a run leaves at a time, for memory is shared with what is tested."""
DISK = tempfile.gettempdir()


def in_memory() -> None:
    """Let temporary folders, those of pytest too, be made in memory, if it takes files, enough of them, and runs those that are programs.

    Nothing tested depends on the disk: what a process was told is synced survives ``kill -9`` on either.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    there = os.statvfs(MEMORY)
    if not there.f_flag & os.ST_NOEXEC and there.f_bavail * there.f_frsize >= _ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None
