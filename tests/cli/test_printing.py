"""What commands print for people and for other tools: dates as dates, and a reader that goes away early."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regrade.cli.main import run

from .conftest import Regrade

TOML = """[task]
kind = "classification"
[log]
paths = ["log.parquet"]
id = "id"
prediction = "said"
outcome = "truth"
"""


def test_show_prints_dates_as_dates_and_json_keeps_what_is_stored(regrade: Regrade, tmp_path: Path) -> None:
    columns = {
        "id": ["a"], "said": ["x"], "truth": ["y"],
        "day": pa.array([15_887], pa.int32()).view(pa.date32()),
        "left": pa.array([1_372_655_700_000_000], pa.int64()).view(pa.timestamp("us", "UTC")),
        "clock": pa.array([18_900_000_000], pa.int64()).view(pa.time64("us")),
        "many": pa.array([2**60 + 1]),
        "far": pa.array([2**30], pa.int32()).view(pa.date32()),
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "log.parquet")
    (tmp_path / "regrade.toml").write_text(TOML)
    assert regrade("promote", "a").code == 0
    lines = dict(line.split(maxsplit=1) for line in regrade("evalset", "show", "a").out.splitlines() if " " in line)
    assert (lines["day"], lines["left"], lines["clock"]) == ("2013-07-01", "2013-07-01T05:15:00Z", "05:15:00")
    assert (lines["many"], lines["far"]) == (str(2**60 + 1), "2941775-04-07"), "a date that Python has no word for"
    assert regrade("evalset", "show", "a", "--json").json["content"]["inputs"]["day"] == 15_887


@pytest.mark.parametrize(
    "command",
    ["predictions", "predictions --json", "evalset list", "evalset list --json", "evalset show f0005", "evalset history f0005",
     "evalset diff 2020-01-01", "export eval --out - --format csv", "export labels --out - --format jsonl", "facets carrier", "log stats",
     "evalset verify", "--help", "evalset --help"],
)  # fmt: skip
def test_a_reader_that_has_seen_enough_ends_a_command_quietly(
    regrade: Regrade, workspace: Path, command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As the shell says of `cat` and `git log`: 141; 1 would be a regression."""
    assert regrade("promote", "f0005").code == 0
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        code = run(command.split())
    assert (code, capfd.readouterr().err) == (141, "")
