"""A program that decides on a disk that fills up; run where the disk is its own, it says what was acknowledged.

``python -m tests.faults.full_disk tmpfs FOLDER OUT``: mounts a small tmpfs over FOLDER (in a mount namespace of its own, so that nobody
else sees it), fills it but for n pages, then n inodes, runs the script of `calls.py`, makes room, decides once more, and copies the
eval set to OUT/<n>. ``… limit FOLDER OUT``: instead of a mount, a limit on the size of each file that it writes.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.calls import Faults, script
from tests.faults.writers import acknowledge, keep_every_snapshot, open_set

PAGE = 4096
PAGES = 40
INODES = 14
LIMITS = range(0, 16_000, 400)


def run(folder: Path, out: Path, full: Callable[[], None], room: Callable[[], None]) -> None:
    """Decide while the disk is full, and once when there is room again; keep the files, and what was said."""
    said: list[dict[str, Any]] = []

    def say(**each: Any) -> None:
        said.append(each)

    evalset = folder / "evalset"
    full()
    script(evalset, Faults("never", 0), say, removed=False)
    room()
    with open_set(evalset, "ann") as again:
        acknowledge(say, again.label(["room"], "storm", note="room#1:1"))
    shutil.copytree(evalset, out / "evalset")
    sys.stdout.write(json.dumps({"out": str(out), "said": said}) + "\n")


def tmpfs(folder: Path, out: Path) -> None:
    ballast = folder / "ballast"

    def mount(*options: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={PAGES * PAGE}", *options]), "tmpfs", str(folder)], check=True)

    for free in range(24):
        mount()
        run(folder, out / f"pages-{free}", lambda free=free: ballast.write_bytes(bytes((PAGES - free) * PAGE)), ballast.unlink)
        subprocess.run(["umount", str(folder)], check=True)
    for free in range(INODES):
        mount("nr_inodes=40")

        def fill(free: int = free) -> None:
            ballast.mkdir()
            for n in range(40 - 2 - free):
                (ballast / str(n)).touch()

        run(folder, out / f"inodes-{free}", fill, lambda: shutil.rmtree(ballast))
        subprocess.run(["umount", str(folder)], check=True)


def limit(folder: Path, out: Path) -> None:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def at_most(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    for size in LIMITS:
        here = folder / str(size)
        here.mkdir()
        run(here, out / f"limit-{size}", lambda size=size: at_most(size), lambda: at_most(hard))


if __name__ == "__main__":
    keep_every_snapshot()
    {"tmpfs": tmpfs, "limit": limit}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
