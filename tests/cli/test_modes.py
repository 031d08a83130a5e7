"""Failure modes on the command line: what is said of them, and how it is shown."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from .conftest import Regrade

LINK = "https://tickets.example/OPS-12"


def test_a_mode_says_what_it_is_and_who_looks_after_it(regrade: Regrade, workspace: Path) -> None:
    said = ("--description", "rain or wind after 18:00", "--owner", "Ada", "--priority", "p1", "--link", LINK)
    defined = regrade("modes", "define", "evening storms", "--key", 4, *said, "--json").json
    assert (defined["digit"], defined["description"], defined["owner"]) == (4, "rain or wind after 18:00", "Ada")
    assert (defined["priority"], defined["link"]) == (1, LINK)
    regrade("label", "f0005", "--mode", "4")
    shown = regrade("modes", "show", "evening storms", "--json").json
    assert shown["members"] == [{"key": "f0005", "status": "labelled"}] and shown["labelled"] == 1
    page = regrade("modes", "show", "4").out
    for words in ("P1", "Ada", LINK, "rain or wind", "f0005"):
        assert words in page


def test_describe_changes_what_is_named_and_nothing_else(regrade: Regrade, workspace: Path) -> None:
    regrade("modes", "define", "storm", "--owner", "Ada", "--priority", "P0")
    row = regrade("modes", "describe", "storm", "--owner", "Grace", "--json").json
    assert (row["owner"], row["priority"]) == ("Grace", 0)
    assert regrade("modes", "describe", "storm", "--owner", "", "--json").json["owner"] == ""
    refused = regrade("modes", "describe", "storm")
    assert refused.code == 2 and "--description" in refused.err
    assert regrade("modes", "describe", "stom", "--owner", "x").code == 2
    regrade("undo", 2)
    assert regrade("modes", "show", "storm", "--json").json["owner"] == "Ada"


def test_closed_modes_are_counted_and_left_out_of_the_list(regrade: Regrade, workspace: Path) -> None:
    for name in ("storm", "holiday"):
        regrade("modes", "define", name)
    regrade("modes", "close", "holiday")
    listed = regrade("modes", "list").out
    assert "storm" in listed and "holiday" not in listed and "1 closed" in listed
    assert "holiday" in regrade("modes", "list", "--closed").out
    assert len(regrade("modes", "list", "--json").json["rows"]) == 2


def test_a_key_is_given_to_another_mode_only_when_it_is_free(regrade: Regrade, workspace: Path) -> None:
    for name in ("storm", "holiday"):
        regrade("modes", "define", name)
    taken = regrade("modes", "key", "storm", 2)
    assert taken.code == 2 and "holiday" in taken.err
    assert regrade("modes", "key", "storm", 7, "--json").json["digit"] == 7


def test_members_follow_a_merge(regrade: Regrade, workspace: Path) -> None:
    regrade("label", "f0005", "--mode", "strom")
    regrade("label", "f0006", "--mode", "storm")
    regrade("modes", "merge", "strom", "--into", "storm")
    shown = regrade("modes", "show", "storm", "--json").json
    assert [each["key"] for each in shown["members"]] == ["f0005", "f0006"] and shown["merged"] == ["strom"]
    regrade("undo")
    assert [each["key"] for each in regrade("modes", "show", "storm", "--json").json["members"]] == ["f0006"]


def test_hostile_words_reach_neither_the_list_nor_the_terminal_as_controls(regrade: Regrade, workspace: Path) -> None:
    regrade("modes", "define", "storm \x1b]52;c;aGk=\x07 [red]", "--description", "\x1b[2J\u202e", "--owner", "[/]")
    for command in (("list",), ("show", "storm 52 c agk red")):
        out = regrade("modes", *command).out
        assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_the_database_says_it_too(regrade: Regrade, workspace: Path) -> None:
    regrade("modes", "define", "storm", "--owner", "Ada", "--priority", "P2", "--link", LINK)
    regrade("promote", "f0005")
    regrade("score")
    with sqlite3.connect(workspace / ".regrade" / "cache" / "workspace.db") as db:
        rows = db.execute("select id, owner, priority, link, description from modes").fetchall()
    assert rows == [("storm", "Ada", 2, LINK, None)]
