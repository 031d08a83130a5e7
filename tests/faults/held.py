"""Say whether a process holds a folder's lock: this one too, for a lock belongs to an open file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def is_held(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
