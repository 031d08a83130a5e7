"""`.regrade/` is removed at any moment, under a process that labels, promotes and scores: nothing that a person decided is lost."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

from tests.command_line import regrade
from tests.conftest import log_lines
from tests.faults.checking import check
from tests.faults.herd import PYTHON
from tests.faults.test_app_faults import CONFIG
from tests.figures import Figures

LOOP = """
import itertools, json, os, sys
import regrade
from regrade.errors import RegradeError
from tests.faults.checking import fingerprint

def say(**said):
    os.write(1, json.dumps(said).encode() + b"\\n")

workspace = regrade.open(sys.argv[1])
say(ready=True)
for n in itertools.count():
    keys = [f"f{(n * 3 + each) % 400:04d}" for each in range(3)]
    steps = (
        lambda: workspace.label(keys, "storm", note=f"w#{n}:3"),
        lambda: workspace.promote(keys[:2], origin="important"),
        lambda: workspace.score(),
    )
    for step in steps:
        try:
            done = step()
            if hasattr(done, "writes"):
                say(id=done.id, sha=fingerprint(done))
            else:
                say(scored=len(done.examples))
        except RegradeError as error:
            say(refused=str(error))
            workspace.close()
            workspace = regrade.open(sys.argv[1])
"""


def test_the_folder_is_removed_twelve_times(tmp_path: Path, figures: Figures) -> None:
    _remove(12, 1, tmp_path, figures)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_folder_is_removed_three_hundred_times(tmp_path: Path, figures: Figures) -> None:
    _remove(300, 2, tmp_path, figures)


def _remove(times: int, seed: int, root: Path, figures: Figures) -> None:
    chance = random.Random(seed)
    (root / "flights.csv").write_text("\n".join(log_lines(400)) + "\n")
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(root / "flights.csv"), root / "flights.parquet")
    (root / "regrade.toml").write_text(CONFIG.replace("[log]", '[log]\npaths = ["flights.parquet"]'))
    (root / "rules.py").write_text("def predict(frame):\n    return ['late' if hour >= 15 else 'on_time' for hour in frame['hour']]\n")
    regrade(root, "trust", "rules")
    told, folder = root / "told.jsonl", root / ".regrade"
    with told.open("wb") as file, subprocess.Popen([sys.executable, "-c", LOOP, str(root)], stdout=file, env=PYTHON, cwd=root) as process:
        try:
            _until(lambda: b'"scored"' in told.read_bytes(), process)
            for _ in range(times):
                _until(folder.exists, process)
                time.sleep(chance.random() * 0.2)
                shutil.rmtree(folder, ignore_errors=True)  # something may be made in it meanwhile
            _until(lambda: told.read_bytes().count(b'"scored"') > 2, process)  # it goes on, on a busy machine too
        finally:
            process.kill()
    said = [json.loads(line) for line in told.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    shutil.rmtree(folder, ignore_errors=True)
    acknowledged = [(each["id"], each["sha"]) for each in said if "sha" in each]
    found = check(root / "evalset", acknowledged)
    found.assert_clean()
    scored = sum("scored" in each for each in said)
    assert len(acknowledged) > 4 and scored > 2
    document = subprocess.run([sys.executable, "-m", "regrade", "score", "--json"], cwd=root, check=True, capture_output=True).stdout
    assert json.loads(document)["examples"] > 0
    refused = sum("refused" in each for each in said)
    figures(".regrade/ removed", times=times, acknowledged=len(acknowledged), scored=scored, refused=refused, lost=len(found.lost))


def _until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "it died of it"
        assert time.monotonic() < end, "it waits for something"
        time.sleep(0.005)
