"""Imports, replacements, outcomes and readers of one log at once: no row is missing at any moment, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from regrade.log import PredictionLog, add
from regrade.paths import Paths
from tests.faults.herd import PYTHON
from tests.faults.log_meets import BASE, CONFIG, write
from tests.figures import Figures


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_processes_that_meet_in_one_log(quick_folder: Path, figures: Figures) -> None:
    add([write(quick_folder / "base.csv", BASE, "a")], Paths(quick_folder), CONFIG)
    commands = [[sys.executable, "-m", "tests.faults.log_meets", str(quick_folder), str(n), "20"] for n in range(6)]
    started = [subprocess.Popen(each, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=PYTHON, text=True) for each in commands]
    said = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0] * len(started), "\n".join(error for _, error in said)
    added = [key for out, _ in said for key in out.split()]
    with PredictionLog.open(Paths(quick_folder), CONFIG) as log, log.reader() as reader:
        assert len(added) > 0 and log.n_rows == len(BASE) + len(added)
        assert reader.find([*BASE, *added]).keys() == {*BASE, *added}
    figures("processes that meet in one log", processes=len(started), added=len(added), lost=0)
