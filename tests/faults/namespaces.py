"""Run a program where it may mount file systems that nobody else sees; on Linux, where the kernel allows it."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess

_PROBE = "mount -t tmpfs -o size=64k tmpfs /mnt && mount --bind /mnt /mnt && mount -o remount,bind,ro /mnt"


@functools.cache
def own_mounts() -> tuple[str, ...]:
    """Return the command that runs another one in a mount namespace of its own; empty where that cannot be."""
    command = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
    if shutil.which("unshare") is None or subprocess.run([*command, "sh", "-c", _PROBE], capture_output=True).returncode != 0:
        return ()
    return command
