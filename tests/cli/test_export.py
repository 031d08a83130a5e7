"""`regrade export`: files that other tools read, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pandas as pd
import pytest

from .conftest import Regrade

EVENING = "hour >= 18"


@pytest.fixture
def labelled(regrade: Regrade, workspace: Path) -> Path:
    """Return a workspace with failures, a sample, labels, a dismissal and a note."""
    regrade("promote", "--where", "result = 'wrong'", "--limit", 6)
    regrade("sample", 20)
    regrade("label", "f0005", "--mode", "Evening storm", "--note", "gate\nclosed")
    regrade("dismiss", "f0001", "--reason", "=HYPERLINK(1)")
    return workspace


def test_what_pandas_reads(regrade: Regrade, labelled: Path) -> None:
    for suffix, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet), ("jsonl", lambda path: pd.read_json(path, lines=True))):
        path = labelled / f"set.{suffix}"
        done = regrade("export", "eval", "--out", path, "--json").json
        frame = read(path)
        assert len(frame) == done["rows"] == len(regrade("evalset", "list", "--json").json["rows"])
        assert {"key", "expected", "origin", "weight", "prediction", "carrier", "hour"} <= set(frame)
        assert frame["weight"].max() > 1 and frame["hour"].between(0, 23).all()


def test_the_demo_of_a_round_trip(regrade: Regrade, labelled: Path, tmp_path: Path) -> None:
    version = regrade("evalset", "version", "--json").json["version"]
    for suffix in ("csv", "jsonl", "parquet"):
        regrade("export", "eval", "--out", labelled / f"set.{suffix}")
        folder = tmp_path / suffix
        folder.mkdir()
        (folder / "regrade.toml").write_text((labelled / "regrade.toml").read_text())
        assert regrade("-C", folder, "evalset", "add", labelled / f"set.{suffix}", "--json").json["version"] == version
        os.chdir(labelled)


def test_a_plain_file_has_no_column_of_ours_alone_and_comes_back(regrade: Regrade, labelled: Path, tmp_path: Path) -> None:
    listed = {row["key"] for row in regrade("evalset", "list", "--json").json["rows"]}
    for suffix, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet), ("jsonl", lambda path: pd.read_json(path, lines=True))):
        path = labelled / f"plain.{suffix}"
        assert regrade("export", "eval", "--out", path, "--plain", "--json").json["rows"] == len(listed)
        exact = labelled / f"exact.{suffix}"
        regrade("export", "eval", "--out", exact)
        ours = {"schema"} if suffix == "parquet" else {"schema", "regrade"}
        assert set(read(exact)) - set(read(path)) == ours and set(read(path)) < set(read(exact))
        assert b"schemas" not in path.read_bytes()
        folder = tmp_path / f"plain {suffix}"
        folder.mkdir()
        (folder / "regrade.toml").write_text((labelled / "regrade.toml").read_text())
        assert set(regrade("-C", folder, "evalset", "add", path, "--json").json["added"]) == listed
        os.chdir(labelled)


def test_standard_output(regrade: Regrade, labelled: Path) -> None:
    rows = [json.loads(line) for line in regrade("export", "eval", "--out", "-").out.splitlines()]
    listed = regrade("evalset", "list", "--json").json["rows"]
    assert [row["key"] for row in rows] == [row["key"] for row in listed]
    table = list(csv.DictReader(io.StringIO(regrade("export", "labels", "--out", "-", "--format", "csv").out)))
    said = {row["key"]: row for row in table}
    assert said["f0001"]["status"] == "dismissed" and said["f0001"]["reason"] == "'=HYPERLINK(1)" and said["f0001"]["by"] == "ann"
    assert json.loads(said["f0005"]["notes"]) == ["gate\nclosed"] and said["f0005"]["mode_name"] == "Evening storm"
    assert regrade("export", "eval", "--out", "-", "--format", "parquet").code == 2
    assert regrade("export", "eval", "--out", "-", "--json").code == 2


def test_parts(regrade: Regrade, labelled: Path) -> None:
    def keys(*arguments: str) -> set[str]:
        done = regrade("export", "eval", "--out", "-", *arguments)
        assert done.code == 0, done.err
        return {json.loads(line)["key"] for line in done.out.splitlines()}

    everything = keys()
    assert keys("--partition", "eval") == everything and keys("--partition", "fix") == set()
    evening, sampled = keys("--where", EVENING), keys("--where", "origin = 'sampled'")
    assert evening and evening < everything and sampled and sampled < everything
    assert keys("--where", f"{EVENING} and origin = 'sampled'") == evening & sampled
    assert keys("--where", "mode = 'Evening storm'") == {"f0005"} & everything
    assert keys("--where", "expected <> prediction") == keys("--where", "result = 'wrong'")
    wrong = regrade("export", "eval", "--out", "-", "--where", "huor > 5")
    assert wrong.code == 2 and "hour" in wrong.err
    rows = regrade("export", "labels", "--out", "-", "--where", "status = 'dismissed'").out.splitlines()
    assert [json.loads(row)["key"] for row in rows] == ["f0001"]


def test_a_file_is_replaced_whole_or_not_at_all(regrade: Regrade, labelled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = labelled / "set.jsonl"
    path.write_text("the old one")
    honest = os.fsync

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = regrade("export", "eval", "--out", path)
    monkeypatch.setattr(os, "fsync", honest)
    assert done.code == 2 and "No space left" in done.err
    assert path.read_text() == "the old one" and not [each for each in labelled.iterdir() if each.name.endswith(".tmp")]
    assert regrade("export", "eval", "--out", path).code == 0 and path.read_text() != "the old one"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--out", "set.xlsx"), "of no kind that can be written"),
        (("--out", "set.csv", "--format", "jsonl"), "does not go with"),
        (("--out", "nowhere/set.csv"), "No such file"),
    ],
)
def test_what_cannot_be_written(regrade: Regrade, labelled: Path, arguments: tuple[str, ...], says: str) -> None:
    done = regrade("export", "eval", *arguments)
    assert done.code == 2 and says in done.err and not list(labelled.glob("set*"))


def test_the_notebook(regrade: Regrade, labelled: Path) -> None:
    import regrade as package

    with package.open(labelled) as opened:
        labels = opened.labels()
        assert labels.loc["f0001", "reason"] == "=HYPERLINK(1)" and labels.index.name == "key"
        assert opened.export(labelled / "l.parquet", "labels") == len(labels)
        assert opened.export(labelled / "e.csv", where=EVENING) < len(opened.examples())
