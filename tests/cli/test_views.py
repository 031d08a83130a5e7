"""`regrade views` and `--view`; words after `--where`."""

from __future__ import annotations

from pathlib import Path

from .conftest import Regrade


def test_views_are_saved_used_and_deleted(regrade: Regrade, workspace: Path) -> None:
    assert regrade("views", "save", "evening", "--where", "hour >= 18", "--sort", "-p_late", "--team").code == 0
    assert regrade("views", "save", "wrong ones", "--where", "!result = 'right'").code == 0
    listed = regrade("views", "list", "--json").json["views"]
    assert [(each["name"], each["whose"], each["where"], each["sort"]) for each in listed] == [
        ("evening", "team", "hour >= 18", "-p_late"), ("wrong ones", "own", "!result = 'right'", ""),
    ]  # fmt: skip
    assert "team" in regrade("views", "list").out
    evening = regrade("predictions", "--view", "evening", "--json").json
    plain = regrade("predictions", "--where", "hour >= 18", "--sort", "-p_late", "--json").json
    assert evening == plain and evening["total"] > 0
    both = regrade("predictions", "--view", "wrong ones", "--where", "hour >= 18", "--json").json
    assert both["total"] == regrade("predictions", "--where", "result <> 'right' and hour >= 18", "--json").json["total"]
    assert regrade("facets", "carrier", "--view", "evening", "--json").json["n"] == evening["total"]
    assert regrade("promote", "--view", "wrong ones", "--limit", "1", "--json").code == 0
    assert regrade("views", "delete", "evening", "--team").code == regrade("views", "delete", "wrong ones").code == 0
    assert regrade("views", "list", "--json").json["views"] == []


def test_what_cannot_be_is_said_with_near_names(regrade: Regrade, workspace: Path) -> None:
    for arguments, said in (
        (("views", "save", "x", "--where", "carier = 'EV'"), "'carrier'"),
        (("views", "save", "x", "--sort", "-hur"), "'hour'"),
        (("views", "save", "x"), "--where, --sort or --columns"),
        (("views", "delete", "x"), "no view 'x'"),
        (("predictions", "--view", "x"), "no view 'x'"),
    ):
        ran = regrade(*arguments)
        assert ran.code == 2 and said in ran.err, arguments
    assert regrade("views", "save", "ours", "--where", "hour > 3", "--team").code == 0
    assert "--team deletes it" in regrade("views", "delete", "ours").err
    (workspace / "regrade.toml").write_text((workspace / "regrade.toml").read_text() + "\n[views.old]\nwhere = 'gone > 1'\n")
    ran = regrade("predictions", "--view", "old")
    assert ran.code == 2 and "view old" in ran.err and "no column 'gone'" in ran.err


def test_where_takes_words(regrade: Regrade, workspace: Path) -> None:
    everything = regrade("predictions", "--json").json["total"]
    found = regrade("predictions", "--where", "EV on_time", "--json").json["total"]
    assert 0 < found < everything
    assert (
        regrade("predictions", "--where", "!EV", "--json").json["total"]
        == everything - regrade("predictions", "--where", "ev", "--json").json["total"]
    )
    assert regrade("predictions", "--where", "f0005", "--json").json["total"] == 1, "the key of a prediction"
    assert "matches · words were searched for in " in regrade("predictions", "--where", "nowhere to be found").out
    assert "searched" not in regrade("predictions", "--where", "hour > 99").out
    findings = regrade("log", "stats", "--where", "EV on_time", "--json")
    assert findings.code == 0
