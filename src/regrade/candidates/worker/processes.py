"""The processes that a candidate started: found and ended, those too that slipped out of its process group."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of whatever a child leaves behind, so that it can be found. Linux only; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children(pid: int) -> set[int]:
    """Return the process ids of a process's children; none where the system does not tell."""
    found: set[int] = set()
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found.update(int(each) for each in (task / "children").read_text().split())
    except (OSError, ValueError):
        return found
    return found


def kill_tree(pid: int, *, itself: bool = True) -> None:
    """Kill a process with all that it started, as far as they can be found."""
    for child in children(pid):
        kill_tree(child)
    if itself:
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def end_strays(known: set[int]) -> None:
    """Kill the adopted children of this process that are none of ``known``: what an ended candidate has left behind."""
    for _ in range(8):  # what is killed may leave children of its own, which are adopted in turn
        strays = children(os.getpid()) - known
        if not strays:
            return
        for stray in strays:
            kill_tree(stray)
            try:
                os.waitpid(stray, 0)
            except ChildProcessError:
                continue
