"""The disk is full at every stage of deciding and sealing: what was acknowledged is there, what was refused is not, and it goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.checking import check
from tests.faults.herd import PYTHON
from tests.faults.namespaces import own_mounts
from tests.figures import Figures

HOW = ["limit", *(["tmpfs"] if own_mounts() else [])]


@pytest.mark.parametrize("how", HOW)
def test_a_full_disk(how: str, quick_folder: Path, figures: Figures) -> None:
    disk, out = quick_folder / "disk", quick_folder / "out"
    disk.mkdir()
    command = [*(own_mounts() if how == "tmpfs" else ()), sys.executable, "-m", "tests.faults.full_disk", how, str(disk), str(out)]
    done = subprocess.run(command, env=PYTHON, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    acknowledged = refused = lost = half = doubled = 0
    counts = []
    for line in map(json.loads, done.stdout.splitlines()):
        said = [(each["id"], each["sha"]) for each in line["said"] if "sha" in each]
        found = check(Path(line["out"]) / "evalset", said)
        lost, half, doubled = lost + len(found.lost), half + len(found.half), doubled + len(found.doubled)
        found.assert_clean()
        assert found.unsaid == []  # what was refused is not there
        counts.append(len(said))
        acknowledged, refused = acknowledged + len(said), refused + sum("refused" in each for each in line["said"])
    assert min(counts) < 9 == max(counts)  # from a disk that takes nothing to one that takes all
    assert len(set(counts)) > 2
    title = "full disk, a tmpfs" if how == "tmpfs" else "full disk, a limit on each file"
    figures(title, disks=len(counts), acknowledged=acknowledged, refused=refused, lost=lost, half_applied=half, doubled=doubled)
