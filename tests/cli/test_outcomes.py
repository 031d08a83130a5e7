"""Outcomes that came late, as a person brings them: what they change, which verdicts they contradict, who waited for them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Regrade


def _late(workspace: Path, *lines: str, header: str = "id,outcome") -> Path:
    path = workspace / "late.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_verdicts_that_outcomes_contradict_are_listed(workspace: Path, regrade: Regrade) -> None:
    """Of the log, f0010, f0021, f0032 … have no outcome yet; f0000, f0005 … are wrong."""
    assert regrade("label", "f0010", "--mode", "odd", "--expected", "late").code == 0
    assert regrade("dismiss", "f0021", "f0032", "--reason", "too old").code == 0
    assert regrade("promote", "f0005").code == 0
    assert regrade("promote", "f0043", "f0054", "--origin", "important").code == 0
    said = {row["id"]: row["prediction"] for row in regrade("predictions", "--limit", "200", "--json").json["rows"]}
    other = {"late": "on_time", "on_time": "late"}
    lines = [
        "f0010,on_time",  # somebody expected late
        f"f0021,{other[said['f0021']]}",  # dismissed, and wrong
        f"f0032,{said['f0032']}",  # dismissed, and right
        f"f0043,{said['f0043']}",
        "nobody,late",
    ]
    found = regrade("log", "outcomes", _late(workspace, *lines), "--json").json
    assert (found["rows"], found["matched"], found["new"], found["unmatched_keys"]) == (5, 4, 4, ["nobody"])
    assert found["contradicted"]["n"] == 2
    assert found["contradicted"]["expected"] == [{"key": "f0010", "verdict": "late", "outcome": "on_time"}]
    assert [each["key"] for each in found["contradicted"]["dismissed"]] == ["f0021"]
    assert (found["waiting"], found["stale"]) == (1, 0)
    version = regrade("evalset", "version").out
    assert regrade("evalset", "backfill", "--json").json["outcomes"] == 1
    assert regrade("evalset", "version").out != version
    assert regrade("evalset", "show", "f0043", "--json").json["expected"] == [said["f0043"]]
    assert regrade("evalset", "backfill", "--json").json["event"] is None

    right = _late(workspace, f"f0005,{said['f0005']}")
    refused = regrade("log", "outcomes", right)
    assert refused.code == 2
    assert "1 prediction has another outcome in the log already" in refused.err
    ran = regrade("log", "outcomes", right, "--update")
    assert ran.code == 0, ran.err
    assert "1 in the place of another" in ran.out
    assert "1 promoted failures turn out right" in ran.out
    assert "f0005: failure, and the outcome is" in ran.out
    assert "regrade predictions --where \"key in ('f0005')\"" in ran.out
    assert "1 member of the eval set keeps another outcome" in ran.out
    assert regrade("predictions", "--where", "key in ('f0005')", "--json").json["rows"][0]["result"] == "right"


def test_names_and_nonsense(workspace: Path, regrade: Regrade) -> None:
    path = _late(workspace, "f0010,late", header="flight,truth")
    assert "`--id COLUMN --outcome COLUMN`" in regrade("log", "outcomes", path).err
    assert regrade("log", "outcomes", path, "--id", "flight", "--outcome", "truth", "--json").json["new"] == 1
    assert regrade("log", "outcomes").code == 2
    assert regrade("log", "outcomes", path, "--again").code == 2
    assert "no file was changed" in regrade("log", "outcomes", "--again").out


def test_later_predictions_replace_earlier_ones(workspace: Path, regrade: Regrade) -> None:
    lines = (workspace / "flights.csv").read_text().splitlines()
    newer = workspace / "newer.csv"
    newer.write_text("\n".join([lines[0], lines[1].replace("on_time", "late"), lines[2].replace("f0001", "f9999")]) + "\n")
    assert "`--update` replaces" in regrade("log", "add", newer).err
    added = regrade("log", "add", newer, "--update", "--json").json
    assert (added["rows"], added["replaced"]) == (2, 1)
    assert regrade("status", "--json").json["predictions"] == 121
