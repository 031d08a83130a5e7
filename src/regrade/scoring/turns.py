"""One process at a time asks a candidate for what is missing: another one waits, and then finds the answers in the cache.

The lock of a file tells them apart, so that a process which dies lets go by dying. Where the file system knows no locks, or whoever
holds the turn does not get on, nobody waits: answers computed twice are better than none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from regrade.errors import DataError
from regrade.evalset.files import try_lock

FOLDER = "turns"
_LOOK = 0.05
"""Seconds between two looks at a turn that is taken."""
PATIENCE = 600.0
"""Seconds without a new answer after which a turn is waited for no longer."""
_RECOUNT = 1.0


@contextmanager
def turn(
    cache: Path, fingerprint: str, stopped: Callable[[], bool], known: Callable[[], int], patience: float = PATIENCE
) -> Iterator[bool]:
    """Wait until no other process asks the candidate with this fingerprint; yields whether anybody was waited for.

    Parameters
    ----------
    cache : Path
        The folder of workspace.db.
    stopped : callable
        Once it says true, nothing is waited for.
    known : callable
        How many answers the cache has of it: while they grow, whoever has the turn is at work.
    patience : float
        Seconds without a new answer.
    """
    descriptor = _open(cache / FOLDER / f"{fingerprint[:2]}.lock")
    waited = False
    try:
        if descriptor is not None:
            waited = _wait(descriptor, stopped, known, patience)
        yield waited
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _open(path: Path) -> int | None:
    """Return the open file of a turn: 256 of them serve all fingerprints; two that share one wait for each other, no more."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        return None


def _wait(descriptor: int, stopped: Callable[[], bool], known: Callable[[], int], patience: float) -> bool:
    try:
        if try_lock(descriptor):
            return False
        seen, counted = known(), time.monotonic()
        since = counted
        while not try_lock(descriptor):
            now = time.monotonic()
            if stopped():
                break
            if now - counted > _RECOUNT:
                before, seen, counted = seen, known(), now
                since = now if seen != before else since
            if now - since > patience:
                break
            time.sleep(_LOOK)
    except DataError:
        return False
    return True
