"""`regrade score` and candidates in trouble: what happened, to which examples, what it wrote last; Ctrl-C keeps what was answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from regrade.config import Config, Log
from regrade.scoring.outputs import Output
from regrade.scoring.trouble import trouble
from regrade.scoring.watching import Standing
from tests.cli.conftest import Regrade

CODE = """
import os, sys, time
def dies(frame):
    sys.stderr.write("\\x1b]52;c;ZXZpbA==\\x07 the last words\\n"); sys.stderr.flush(); os._exit(3)
def slow(frame):
    open("asked", "a").write("x\\n"); time.sleep(600)
"""


def prepare(regrade: Regrade, folder: Path, *names: str) -> None:
    (folder / "odd.py").write_text(CODE)
    with (folder / "regrade.toml").open("a") as toml:
        for name in names:
            toml.write(f'[candidates.{name}]\npython = "odd:{name}"\n')
    regrade("promote", "--where", "result = 'wrong'", "--limit", "4")


def test_an_error_says_which_examples_and_the_last_words_and_harms_no_other(regrade: Regrade, workspace: Path) -> None:
    prepare(regrade, workspace, "dies")
    done = regrade("score", "dies", "rules", "--allow-code", "--json")
    assert done.code == 3 and {each["name"]: each["errors"] for each in done.json["candidates"]} == {"dies": 4, "rules": 0}
    over = {each["name"]: each["judged"] for each in done.json["candidates"]}
    assert over == {"dies": {"sampled": 0, "all": 0}, "rules": {"sampled": 0, "all": 4}}
    assert "dies: 4 examples without an answer" in done.err and "the last words" in done.err and "exit code 3" in done.err
    assert "\x1b" not in done.err and "\x07" not in done.err

    untrusted = regrade("score", "dies")
    assert untrusted.code == 3 and untrusted.err.count("regrade trust dies") == 1, "said once"


def test_a_misspelt_class_and_a_command_without_a_version_are_said(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "--where", "result = 'wrong'", "--limit", "6")
    (workspace / "odd.py").write_text(
        "import json, sys\nfor at, _ in enumerate(sys.stdin): print(json.dumps({'prediction': 'ontime' if at % 2 else 'late'}))\n"
    )
    with (workspace / "regrade.toml").open("a") as toml:
        for name, version in (("odd", ""), ("named", 'version = "1"\n')):
            toml.write(f'[candidates.{name}]\ncommand = ["{sys.executable}", "odd.py"]\n{version}')
    misspelt = "odd: it answers 'ontime' (3 of 6 answers), nowhere expected or logged: did you mean 'on_time'?"
    done = regrade("score", "odd", "named", "rules", "--allow-code")
    assert done.code == 0, done.err
    assert f"warning: {misspelt}" in done.err and "warning: rules" not in done.err
    assert next(line for line in done.err.splitlines() if "again in each run" in line).startswith("odd: asked")
    assert misspelt in " ".join(regrade("compare", "rules", "odd", "--allow-code").out.split())


def test_a_comparison_says_what_came_from_the_cache(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "--where", "result = 'wrong'", "--limit", "4")
    assert "0 answers from the cache, 4 asked" in regrade("compare", "logged", "rules").out, "what is logged is never asked"
    both = regrade("gate", "--base", "rules", "--head", "early").out
    assert "4 answers from the cache, 4 asked" in both
    assert "8 answers from the cache, 0 asked" in regrade("compare", "rules", "early").out
    assert "from the cache" not in regrade("compare", "rules", "early", "--json").out


def test_what_would_settle_it_is_no_more_than_the_log_has(regrade: Regrade, workspace: Path) -> None:
    regrade("sample", "40")
    (workspace / "rules.py").write_text((workspace / "rules.py").read_text() + "\n\ndef other(frame): return predict(frame, 17)\n")
    with (workspace / "regrade.toml").open("a") as toml:
        toml.write('[candidates.other]\npython = "rules:other"\n')
    done = regrade("compare", "rules", "other", "--allow-code", "--json").json
    assert done["verdict"] == "inconclusive"
    assert (done["needed"], done["population"]) == (None, 120), "no number that cannot be sampled"
    assert done["reasons"][0].endswith("more than the log has (120 predictions)")


def test_a_model_that_was_trained_on_what_is_no_input_is_told_so() -> None:
    answers = [Output(None, None, "these examples lack the inputs 'outcome', 'hour'")]
    scored = SimpleNamespace(
        runs={"tree": SimpleNamespace(errors=1, error="", raised=None)}, members=[SimpleNamespace(key="a")], answers={"tree": answers}
    )
    config = Config(log=Log(outcome="outcome", text="hour"))
    found = trouble(cast(Any, scored), "tree", cast(Any, SimpleNamespace(last_words=lambda name: "")), config)
    assert found is not None and found.todo[0].startswith("no candidate is given outcome: ")


def test_ctrl_c_keeps_who_is_done_and_gives_the_others_no_result(regrade: Regrade, workspace: Path) -> None:
    prepare(regrade, workspace, "slow")
    command = [sys.executable, "-m", "regrade", "score", "rules", "slow", "--allow-code", "--json"]
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()  # a bar a candidate says who is done
    shown = bytearray()

    def read() -> bool:
        try:
            shown.extend(data := os.read(leader, 1 << 16))
        except OSError:
            return False  # nobody writes any more
        return bool(data)

    environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    with subprocess.Popen(command, cwd=workspace, stdout=subprocess.PIPE, stderr=follower, text=True, env=environment) as child:
        os.close(follower)
        while not (b"done" in shown and (workspace / "asked").exists()) and read():
            pass
        os.kill(child.pid, signal.SIGINT)
        while read():
            pass
        out = child.communicate(timeout=60)[0]
    os.close(leader)
    found, err = json.loads(out), shown.decode()
    assert child.returncode == 130 and "slow: asked about 0 of 4; answers are kept" in err and "interrupted" in err
    assert [each["name"] for each in found["candidates"]] == ["rules"]
    assert found["stopped"] == [{"name": "slow", "answered": 0, "unasked": 4}]
    again = regrade("score", "rules", "--allow-code", "--json").json["candidates"][0]
    assert (again["predicted"], again["cached"]) == (0, 4)


def test_compare_shows_how_far_the_interval_of_a_function_is(regrade: Regrade, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (workspace / "mine.py").write_text("def share(frame):\n    return float((frame['expected'] == frame['prediction']).mean())\n")
    with (workspace / "regrade.toml").open("a") as toml:
        toml.write('[metrics]\nshow = ["share"]\n[metrics.custom.share]\nfunction = "mine:share"\nbetter = "higher"\n')
    regrade("sample", "20")
    told: list[Standing] = []
    watcher = SimpleNamespace(standing=told.append, finished=lambda scored: None)
    monkeypatch.setattr("regrade.report.scoring.scoring_bars", lambda: nullcontext(watcher))  # as on a terminal
    monkeypatch.setattr("regrade.scoring.course.PATIENCE", 0.0)
    monkeypatch.setattr("regrade.compare.metrics.REDRAWN", 20)

    done = regrade("compare", "early", "rules", "--allow-code", "--json")
    assert done.code == 0 and not done.err
    last = {each.candidate: (each.done, each.total, each.what) for each in told if each.state == "measuring"}
    assert last == dict.fromkeys(("early", "rules"), (20, 20, "share"))
