"""EIO and no space from the kernel itself: `strace` makes system calls of a real process fail. Where it may not, calls.py does alone."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.checking import check
from tests.faults.herd import PYTHON
from tests.figures import Figures

PROGRAM = """
import json, os, sys
from pathlib import Path
from tests.faults.calls import Faults, script
from tests.faults.writers import keep_every_snapshot

keep_every_snapshot()

def say(**said):  # writev: only write is made to fail
    os.writev(1, [json.dumps(said).encode() + b"\\n"])

script(Path(sys.argv[1]), Faults("never", 0), say, removed=False)
"""


@functools.cache
def can_inject() -> bool:
    """Can strace follow a process here, and make its calls fail."""
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true"], capture_output=True)
    return done.returncode == 0


pytestmark = pytest.mark.skipif(not can_inject(), reason="strace may not follow processes here; test_every_call.py stands for it")

FAULTS = [("fsync", "EIO", when) for when in ("1", "3", "6+")] + [("write", "ENOSPC", when) for when in ("1", "4", "2+")]
MORE = [(call, "EIO", str(n)) for call in ("fsync", "write", "rename", "ftruncate") for n in range(1, 25)]


@pytest.mark.parametrize(("call", "code", "when"), FAULTS)
def test_a_system_call_fails(call: str, code: str, when: str, quick_folder: Path, figures: Figures) -> None:
    _fail(call, code, when, quick_folder / "evalset", figures)


@pytest.mark.soak
@pytest.mark.parametrize(("call", "code", "when"), MORE)
def test_each_system_call_fails(call: str, code: str, when: str, quick_folder: Path, figures: Figures) -> None:
    _fail(call, code, when, quick_folder / "evalset", figures)


def _fail(call: str, code: str, when: str, folder: Path, figures: Figures) -> None:
    fault = ["strace", "-qq", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={code}:when={when}"]
    done = subprocess.run([*fault, sys.executable, "-c", PROGRAM, str(folder)], env=PYTHON, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    said = [(each["id"], each["sha"]) for each in lines if "sha" in each]
    refused = [each for each in lines if "refused" in each]
    found = check(folder, said)
    found.assert_clean()
    assert len(found.unsaid) <= 2 * sum("could not be cut back" in each["why"] for each in refused)
    figures(
        "strace: EIO, ENOSPC",
        processes=1,
        acknowledged=len(said),
        refused=len(refused),
        lost=len(found.lost),
        half_applied=len(found.half),
        doubled=len(found.doubled),
    )
