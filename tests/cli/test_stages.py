"""Stages and checks from the command line: where a broken example parts, and which check fails."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from msgspec import structs
from rich.console import Console

from regrade.errors import UsageError
from regrade.report.terminal import print_comparison
from regrade.workspace import Workspace
from regrade.workspace.caching import bring, export
from regrade.workspace.verdict import judged

from .conftest import Regrade

CODE = '''
import pandas as pd

def predict(frame, late_from=18):
    """Says late from an hour on; tells how far off it was on the way."""
    with open("asked.txt", "a") as asked:
        asked.write(f"{len(frame)}\\n")
    late = frame["hour"] >= late_from
    return pd.DataFrame({"prediction": late.map({True: "late", False: "on_time"}), "gap": frame["hour"] - late_from, "far": late_from})
'''
TOML = """
[candidates.eighteen]
python = "staged:predict"
[candidates.noon]
python = "staged:predict"
parameters = { late_from = 12 }

[stages]
gap = "gap"
limit = "far"

[checks]
noon = "limit >= 18"
flies = "distance is not null"
"""


def made(regrade: Regrade, log_csv: Path, root: Path) -> None:
    assert regrade("init", log_csv, "--yes", "--json").code == 0
    (root / "staged.py").write_text(CODE, encoding="utf-8")
    config = root / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8") + TOML, encoding="utf-8")
    assert regrade("sample", 40).code == 0


def test_broken_examples_name_their_stage_and_the_check_that_fails(regrade: Regrade, log_csv: Path, tmp_path: Path) -> None:
    made(regrade, log_csv, tmp_path)
    with Workspace.open(tmp_path, allow_code=True) as workspace:
        first = judged(workspace, "eighteen", "noon").comparison
        n = len(first.broken)
        assert n > 3 and [(row.name, row.n, row.failed) for row in first.stages] == [("gap", n, 0)]
        assert {(flip.stage, flip.check) for flip in first.flips if flip.flip == "broken"} == {("gap", "noon")}
        asked = (tmp_path / "asked.txt").read_text().count("\n")
        assert judged(workspace, "eighteen", "noon").comparison.stages == first.stages
        assert (tmp_path / "asked.txt").read_text().count("\n") == asked  # nothing is found out twice
        traced = judged(workspace, "eighteen", "noon", traced=first.broken[:1]).comparison
        shown = io.StringIO()
        print_comparison(traced, console=Console(file=shown, width=120))
        assert f"{first.broken[0]}   parts at gap" in shown.getvalue() and "check noon fails" in shown.getvalue()
        assert [(step.name, step.same) for step in traced.traces[0].steps] == [("gap", False), ("limit", False), ("model", False)]
        with pytest.raises(UsageError, match="no example 'f00'"):
            judged(workspace, "eighteen", "noon", traced=["f00"])
        assert export(workspace, tmp_path / "all.zst", ()) == export(workspace, tmp_path / "both.zst", ("eighteen", "noon")) == (80, [])
        assert export(workspace, tmp_path / "one.zst", ("noon",)) == (40, [])
        # A check of inputs stands before every stage.
        workspace.config = structs.replace(workspace.config, checks={**workspace.config.checks, "flies": "distance < 0"})
        inputs = judged(workspace, "eighteen", "noon").comparison
        assert [(row.name, row.n, row.failed) for row in inputs.stages] == [("inputs", n, n)]
        assert {flip.check for flip in inputs.flips if flip.flip == "broken"} == {"flies"}
    assert (tmp_path / "all.zst").read_bytes() == (tmp_path / "both.zst").read_bytes()
    for name in ("workspace.db", "stages.json"):
        (tmp_path / ".regrade/cache" / name).unlink()
    with Workspace.open(tmp_path, allow_code=True) as workspace:  # as in CI
        asked = (tmp_path / "asked.txt").read_text().count("\n")
        assert bring(workspace, tmp_path / "one.zst").findings == 0 and bring(workspace, tmp_path / "all.zst").findings == n
        assert judged(workspace, "eighteen", "noon").comparison.stages == first.stages
        assert (tmp_path / "asked.txt").read_text().count("\n") == asked
    config = tmp_path / "regrade.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"limit >= 18"', '"limits >= 18"'), encoding="utf-8")
    bad = regrade("compare", "eighteen", "noon", "--allow-code")
    line = next(at for at, text in enumerate(config.read_text(encoding="utf-8").splitlines(), 1) if text.startswith("noon ="))
    assert bad.code == 2 and f"regrade.toml:{line}: checks.noon" in bad.err and "'limit'" in bad.err


def test_the_stages_of_the_log_are_those_of_logged_and_no_inputs(regrade: Regrade, log_csv: Path, tmp_path: Path) -> None:
    assert regrade("init", log_csv, "--yes", "--json").code == 0
    config = tmp_path / "regrade.toml"
    more = '[candidates.file]\npredictions = "out.csv"\n[stages]\nfar = "distance"\n'
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    rows = [f"f{number:04d},late,{200 + number if number % 2 else 0}\n" for number in range(120)]
    (tmp_path / "out.csv").write_text("key,prediction,distance\n" + "".join(rows), encoding="utf-8")
    assert regrade("sample", 40).code == 0
    with Workspace.open(tmp_path) as workspace:
        found = judged(workspace, "logged", "file").comparison
        assert "distance" not in workspace.log.inputs
    stages = {flip.key: flip.stage for flip in found.flips if flip.flip == "broken"}
    assert stages and all(stage == ("model" if int(key[1:]) % 2 else "far") for key, stage in stages.items())
