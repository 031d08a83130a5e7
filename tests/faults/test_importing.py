"""An import is interrupted, killed, or runs out of disk: the log is as it was, or as it was to be, and the next import sweeps up."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

from tests.faults.herd import PYTHON
from tests.faults.importing import DONE, INTERRUPTED, REFUSED
from tests.faults.namespaces import own_mounts
from tests.figures import Figures


def test_imports_that_are_cut_short(quick_folder: Path, figures: Figures) -> None:
    seed = random.randrange(10**6)
    mounts = own_mounts()
    command = [*mounts, sys.executable, "-m", "tests.faults.importing", str(quick_folder), "4", str(seed), *(["full"] if mounts else [])]
    done = subprocess.run(command, env=PYTHON, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    cases = list(map(json.loads, done.stdout.splitlines()))
    assert len(cases) == 3 * (4 if mounts else 3) * 4
    before = 0
    for each in cases:
        named = f"seed {seed}: {each['what']}, {each['how']}: {each['code']} {each['said']}"
        state, old, new = each["state"], each["old"], each["new"]
        assert state["rows"] in (old["rows"], new["rows"]), named
        assert state["there"] == old["there"], named  # a file in place is nobody's to write
        assert each["code"] in {"SIGINT": (DONE, INTERRUPTED), "SIGKILL": (DONE, -9)}.get(each["how"], (DONE, REFUSED)), named
        if each["code"] == REFUSED:
            assert state["rows"] == old["rows"], named
            assert "cannot be written" in each["said"], named
        if each["code"] == DONE:
            assert state["rows"] == new["rows"], named
        if each["how"] != "SIGKILL" and state["rows"] == old["rows"]:
            assert state["files"] == old["files"], named  # nothing is left behind
        if each["again"] is not None:
            before += 1
            assert each["again"]["rows"] == new["rows"], named
            assert len(each["again"]["files"]) == len(new["files"]), named  # what was left is swept up
    assert before
    assert not mounts or {each["code"] for each in cases if each["how"] == "full"} == {DONE, REFUSED}
    figures("imports cut short", imports=len(cases), as_before=before, as_meant=len(cases) - before, half=0)
