"""A folder that cannot be written: it reads, refuses to decide and says why, and stays as it is, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from tests.faults.checking import check, fingerprint
from tests.faults.herd import PYTHON
from tests.faults.namespaces import own_mounts
from tests.faults.writers import TASK

PROGRAM = """
import os, sys
from pathlib import Path
from regrade.errors import RegradeError
from regrade.evalset import EvalSet

how, folder = sys.argv[1], Path(sys.argv[2])
if how == "permissions" and os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)  # permissions bind everybody but root
with EvalSet.open(folder, actor="bob", task_kind="classification") as evalset:
    print(sorted(evalset.state.decided_keys()))
    for decide in (lambda: evalset.label(["z"], "storm"), lambda: evalset.undo(), lambda: evalset.seal()):
        try:
            decide()
        except RegradeError as error:
            print(error.exit_code, error.what)
    print(sorted(evalset.state.decided_keys()))
"""

HOW = ["permissions", *(["mount"] if own_mounts() else [])]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("left", ["sealed", "a journal"])
def test_a_folder_that_cannot_be_written(how: str, left: str, quick_folder: Path) -> None:
    quick_folder.chmod(0o755)
    folder = quick_folder / "evalset"
    evalset = EvalSet.open(folder, actor="ann", task_kind=TASK)
    event = evalset.label(["a"], "storm")
    if left == "sealed":
        evalset.close()
    before = _all(folder)
    run = [sys.executable, "-c", PROGRAM, how, str(folder)]
    if how == "mount":
        freeze = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        run = [*own_mounts(), "sh", "-c", freeze, str(folder), *run]
    folders = [each for each in [folder, *folder.rglob("*")] if each.is_dir()]
    for each in folders if how == "permissions" else []:
        each.chmod(0o555)
    try:
        done = subprocess.run(run, env={**PYTHON, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True)
    finally:
        for each in folders:
            each.chmod(0o755)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("['a']", "['a']")
    assert [line[0] for line in lines[1:-1]] == ["2"] * len(lines[1:-1])
    assert all("cannot be written" in line or "not saved" in line or "not be sealed" in line for line in lines[1:-1])
    assert len(lines) >= 4
    assert _all(folder) == before
    evalset.close()
    check(folder, [(event.id, fingerprint(event))]).assert_clean()


def _all(folder: Path) -> dict[str, bytes]:
    """Return every file, and what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
