"""The command line, run in this process: quick, and its output is at hand."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from regrade.candidates import trust
from regrade.cli.main import run
from regrade.config import load
from tests.unit.candidates.conftest import shared_starters

__all__ = ["CANDIDATES", "RULES", "Ran", "Regrade", "asked", "git", "shared_starters"]

RULES = '''
def predict(frame, late_from=18):
    """Says late in the evening, with confidence; counts how many rows it was asked."""
    with open("asked.txt", "a") as asked:
        asked.write(f"{len(frame)}\\n")
    import pandas as pd
    late = (frame["hour"] >= late_from).astype(float) * 0.8 + 0.1
    return pd.DataFrame({"on_time": 1 - late, "late": late})
'''

CANDIDATES = """
[candidates.rules]
python = "rules:predict"
[candidates.early]
python = "rules:predict"
parameters = { late_from = 15 }
"""


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output: it is the only thing there."""
        assert self.out, self.err
        return json.loads(self.out)


Regrade = Callable[..., Ran]


@pytest.fixture
def regrade(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Regrade:
    """Return a function that runs `regrade ARGS…` in the test's folder."""
    monkeypatch.chdir(tmp_path)

    def command(*args: object) -> Ran:
        capfd.readouterr()
        code = run([str(each) for each in args])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return command


_MADE: list[Path] = []
"""Where the workspace was put aside, once it was made."""


@pytest.fixture
def workspace(regrade: Regrade, log_csv: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace of 120 predictions with two trusted candidates that count what they are asked."""
    config = tmp_path / "regrade.toml"
    if _MADE:
        shutil.copytree(_MADE[0], tmp_path, dirs_exist_ok=True)
    else:
        assert regrade("init", log_csv, "--yes", "--json").code == 0
        (tmp_path / "rules.py").write_text(RULES, encoding="utf-8")
        config.write_text(config.read_text(encoding="utf-8") + CANDIDATES, encoding="utf-8")
        _MADE.append(shutil.copytree(tmp_path, tmp_path_factory.mktemp("made") / "workspace"))
    for name in ("rules", "early"):
        trust(tmp_path, name, load(config))
    return tmp_path


def asked(workspace: Path) -> int:
    """Return how many rows the candidates were asked so far, all together."""
    path = workspace / "asked.txt"
    return sum(map(int, path.read_text().split())) if path.exists() else 0


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as ann."""
    identity = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)
