"""`regrade doctor`: what is broken is named, with what to do, and decides the exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regrade.workspace.doctor_machine import osc_52

from .conftest import Regrade


def checks(document: dict[str, Any]) -> dict[str, str]:
    return {f"{each['group']}/{each['name']}": each["status"] for each in document["checks"]}


def test_a_workspace_in_order_is_said_to_be(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0000")
    ran = regrade("doctor", "--json")

    assert (ran.code, ran.json["ok"], ran.json["interrupted"]) == (0, True, False)
    found = checks(ran.json)
    assert found["log/log"] == found["eval set/files"] == found["candidates/rules"] == found["regrade.toml/valid"] == "ok"
    assert any("· 2 candidates ·" in each["what"] for each in ran.json["checks"]), "rules and early"
    rules = next(each for each in ran.json["checks"] if each["name"] == "rules")
    assert "reproduces 100.0% of 120 logged predictions" in rules["what"] and rules["seconds"] > 0


def test_what_is_broken_decides_the_exit_code(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0000")
    config = workspace / "regrade.toml"
    good = config.read_text()
    config.write_text(good + '[candidates.gone]\nmodel = "models/gone.skops"\n')
    (workspace / "rules.py").write_text("1 / 0")
    ran = regrade("doctor", "--json")
    found = checks(ran.json)
    assert ran.code == 3 and found["candidates/gone"] == "broken"
    assert found["candidates/rules"] == "warning"  # it changed, so it is trusted no longer: not started
    (rules,) = [each["what"] for each in ran.json["checks"] if each["name"] == "rules"]
    assert rules == "its code has changed since it was trusted: rules.py has changed: not started"
    ran = regrade("doctor", "--allow-code")
    assert ran.code == 3 and "ZeroDivisionError" in ran.out

    segment = next((workspace / "evalset" / "segments").rglob("*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(b"f0000", b"f0001"))
    ran = regrade("doctor", "--json")
    assert ran.code == 4 and checks(ran.json)["eval set/files"] == "broken"
    config.write_text(good + "[nonsense]\n")
    ran = regrade("doctor", "--json")
    assert ran.code == 2 and "log/log" not in checks(ran.json)


def test_outside_a_workspace_it_says_what_it_can(regrade: Regrade, tmp_path: Path) -> None:
    ran = regrade("doctor", "--json")
    assert ran.code == 0 and checks(ran.json)["workspace/workspace"] == "warning"


def test_ctrl_c_keeps_what_was_found(workspace: Path) -> None:
    (workspace / "rules.py").write_text("import time; time.sleep(60)\n")
    command = [sys.executable, "-m", "regrade", "-C", str(workspace), "doctor", "--allow-code"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    doctor = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert doctor.stdout is not None
    said = ""
    while "caches" not in said:
        said += doctor.stdout.readline()
    doctor.send_signal(signal.SIGINT)
    rest, error = doctor.communicate(timeout=60)

    assert doctor.returncode == 130 and "interrupted" in rest and "Traceback" not in error
    assert "120 predictions" in said


@pytest.mark.parametrize(
    ("environment", "copies"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "screen", "STY": "1.pts"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7400"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7800"}, True),
        ({}, True),
    ],
)
def test_whether_copies_arrive_is_guessed(environment: dict[str, str], copies: bool) -> None:
    assert osc_52(environment)[0] is copies


def test_an_endpoint_is_not_called_and_nothing_is_claimed_of_it(regrade: Regrade, workspace: Path) -> None:
    with (workspace / "regrade.toml").open("a") as toml:
        toml.write('\n[candidates.api]\nurl = "http://127.0.0.1:9/predict"\n')
    assert regrade("trust", "api").code == 0
    line = next(each for each in regrade("doctor").out.splitlines() if each[2:].startswith("api"))
    assert "not called" in line and "loads" not in line
