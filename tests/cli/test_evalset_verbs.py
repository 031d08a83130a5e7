"""Decisions about examples and modes on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from regrade.evalset import session
from regrade.evalset.reopening.snapshot import FILE

from .conftest import Regrade


def _example(regrade: Regrade, key: str) -> dict[str, object]:
    document = regrade("evalset", "show", key, "--json").json
    assert isinstance(document, dict)
    return document


def test_relabel_pin_retire_restore(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0005")
    before = _example(regrade, "f0005")
    other = "late" if before["expected"] == ["on_time"] else "on_time"
    assert regrade("evalset", "relabel", "f0005", other, "--note", "the gate's clock was wrong").code == 0
    assert regrade("evalset", "pin", "f0005").code == 0
    after = _example(regrade, "f0005")
    assert (after["expected"], after["pinned"], after["notes"]) == ([other], True, ["the gate's clock was wrong"])
    regrade("evalset", "unpin", "f0005")
    assert _example(regrade, "f0005")["pinned"] is False
    assert regrade("evalset", "retire", "f0005", "--reason", "too old", "--json").json["subjects"] == ["f0005"]
    assert regrade("evalset", "list", "--json").json["rows"] == []
    assert regrade("evalset", "restore", "f0005").code == 0
    assert _example(regrade, "f0005")["expected"] == [other]
    assert regrade("evalset", "pin", "f0006").code == 2, "it is no example"


def test_a_dispute_is_shown_and_resolved(regrade: Regrade, workspace: Path) -> None:
    regrade("promote", "f0005")
    shutil.copytree(workspace / "evalset", workspace / "bob")
    regrade("label", "f0005", "--mode", "storm")
    shutil.move(workspace / "evalset", workspace / "ann")
    shutil.move(workspace / "bob", workspace / "evalset")
    regrade("label", "f0005", "--mode", "short hop")
    shutil.copytree(workspace / "ann" / "segments", workspace / "evalset" / "segments", dirs_exist_ok=True)
    assert regrade("status", "--json").json["disputed"] == 1
    assert sorted(_example(regrade, "f0005")["disputed_fields"]["mode"]) == ["short-hop", "storm"]  # type: ignore[index]
    assert "≠ mode" in regrade("evalset", "show", "f0005").out
    assert regrade("evalset", "resolve", "f0005", "rain").code == 2
    assert regrade("evalset", "resolve", "f0005", "storm").code == 0
    assert _example(regrade, "f0005")["mode"] == "storm" and regrade("status", "--json").json["disputed"] == 0
    assert "nothing about" in regrade("evalset", "resolve", "f0005", "storm").err


def test_modes_are_renamed_merged_closed_and_reopened(regrade: Regrade, workspace: Path) -> None:
    for name in ("storm", "strom", "short hop"):
        regrade("modes", "define", name)
    regrade("label", "f0005", "--mode", "strom")
    assert regrade("modes", "merge", "strom", "--into", "storm").code == 0
    assert regrade("modes", "rename", "storm", "evening storm", "--json").json["name"] == "evening storm"
    assert regrade("modes", "close", "short hop", "--json").json["state"] == "closed"
    refused = regrade("label", "f0010", "--mode", "short hop")
    assert refused.code == 2 and "regrade modes reopen short-hop" in refused.err
    assert regrade("modes", "reopen", "short-hop").code == 0
    rows = {row["id"]: row for row in regrade("modes", "list", "--json").json["rows"]}
    assert set(rows) == {"storm", "short-hop"} and rows["storm"]["labelled"] == 1


def test_a_label_names_its_mode_by_digit(regrade: Regrade, workspace: Path) -> None:
    regrade("modes", "define", "storm", "--digit", "3")
    regrade("label", "f0005", "--mode", "3")
    assert [row["id"] for row in regrade("modes", "list", "--json").json["rows"]] == ["storm"]


def test_the_champion_is_not_judged_against_itself_by_oversight(regrade: Regrade, workspace: Path) -> None:
    regrade("sample", 20)
    done = regrade("gate", "--base", "logged")
    assert done.code == 2 and "--head" in done.err


def test_the_version_of_an_edited_file_is_not_told_from_memory(regrade: Regrade, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "WORTH_IT", 0)
    assert regrade("promote", "f0005").code == 0
    assert regrade("evalset", "version").code == 0 and (workspace / ".regrade/cache" / FILE).exists()
    (segment,) = workspace.glob("evalset/segments/*/*.jsonl")
    segment.write_text(segment.read_text(encoding="utf-8").replace('"late"', '"on_time"'), encoding="utf-8")
    for arguments in ([], ["--json"]):
        refused = regrade("evalset", "version", *arguments)
        assert (refused.code, refused.out) == (4, "")
