"""`regrade facets`."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.errors import LogChangedError
from regrade.log.files import Files

from .conftest import Regrade


def test_facets_add_up_and_drill_in(regrade: Regrade, workspace: Path) -> None:
    document = regrade("facets", "carrier", "--json").json
    assert sum(row["n"] for row in document["rows"]) + document["others"] == document["n"] == 120
    first = document["rows"][0]
    assert set(first) >= {"value", "n", "failures", "rate", "interval", "lift"}
    assert all(0 <= row["interval"][0] <= row["rate"] <= row["interval"][1] <= 1 for row in document["rows"])
    assert regrade("predictions", "--where", first["where"], "--json").json["total"] == first["n"]
    narrowed = regrade("facets", "carrier", "--where", "result = 'wrong'", "--json").json
    assert narrowed["n"] == narrowed["failures"] == document["failures"]


def test_facets_for_people(regrade: Regrade, workspace: Path) -> None:
    page = regrade("facets", "hour")
    row = max(regrade("facets", "carrier", "--json").json["rows"], key=lambda row: row["known"])
    low, high = row["interval"]
    assert row["known"] >= 30 and f"{low * 100:.1f} – {high * 100:.1f}%" in regrade("facets", "carrier").out
    assert "95% interval" in page.out and "small n" in page.out
    assert page.code == 0 and "lift" in page.out and "120 predictions" in page.out
    assert "no prediction matches" in regrade("facets", "hour", "--where", "hour > 99").out
    refused = regrade("facets", "carier")
    assert refused.code == 2 and "'carrier'" in refused.err


def test_status_is_a_facet(regrade: Regrade, workspace: Path) -> None:
    regrade("dismiss", "f0005", "--reason", "noise")
    rows = {row["value"]: row["n"] for row in regrade("facets", "status", "--json").json["rows"]}
    assert rows == {"open": 119, "dismissed": 1}


@pytest.mark.parametrize("command", [["facets", "carrier"], ["predictions"], ["log", "stats"], ["status"]], ids=lambda each: each[-1])
def test_a_log_that_changes_under_a_command_is_opened_again(
    regrade: Regrade, workspace: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    whole = regrade(*command, "--json").json
    check, opened = Files.check_unchanged, []

    def changed(files: Files) -> None:
        opened.append(files)
        if len({id(each) for each in opened}) < 3:
            raise LogChangedError("is gone since the log was opened")
        check(files)

    monkeypatch.setattr(Files, "check_unchanged", changed)
    assert regrade(*command, "--json").json == whole
    assert len({id(each) for each in opened}) == 3
