"""History, disputes, resolve, note, undo by id: on the command line."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.git.repository import Repository

from .conftest import Regrade

As = Callable[[str], None]


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> As:
    """Return a function that makes the next commands somebody else's."""
    return lambda name: monkeypatch.setenv("REGRADE_ACTOR", name)


def apart(regrade: Regrade, workspace: Path, become: As, ann: list[tuple[str, ...]], bob: list[tuple[str, ...]]) -> None:
    """Let two decide on two branches, and merge."""
    repository = Repository(workspace)
    repository.git("init", "-q")
    repository.commit("begin")
    for name, commands in (("ann", ann), ("bob", bob)):
        repository.git("switch", "-q", "-c", name, "main")
        become(f"{name.title()} <{name}@example.org>")
        for command in commands:
            assert regrade(*command).code == 0, command
        if repository.changes():
            repository.commit(f"{name} decides")
    repository.git("switch", "-q", "main")
    for name in ("ann", "bob"):
        repository.git("merge", "-q", "--no-edit", name)


def test_history_tells_where_an_example_came_from_and_who_did_what_in_which_commit(regrade: Regrade, workspace: Path, become: As) -> None:
    repository = Repository(workspace)
    repository.git("init", "-q")
    regrade("label", "f0005", "f0015", "--mode", "storm", "--note", "wind")
    repository.commit("Label July")
    regrade("promote", "f0005", "--pin")
    repository.commit("Promote July")
    become("Bob <bob@example.org>")
    regrade("evalset", "relabel", "f0005", "on_time", "--note", "the gate's clock")
    regrade("evalset", "retire", "f0005", "--reason", "too old")
    regrade("undo")
    document = regrade("evalset", "history", "f0005", "--json").json
    steps = document["history"]
    assert [(step["kind"], step["by"], step["live"], step["stands"]) for step in steps] == [
        ("label", "ann", True, "committed"),
        ("promote", "ann", True, "committed"),
        ("relabel", "Bob <bob@example.org>", True, "sealed"),
        ("retire", "Bob <bob@example.org>", False, "sealed"),
        ("undo", "Bob <bob@example.org>", True, "sealed"),
    ]
    assert [commit["subject"] for step in steps for commit in step["commits"]] == ["Label July", "Promote July"]
    content = next(change["after"] for change in steps[1]["changes"] if change["field"] == "content")
    assert (content["model"], content["time"]) == ("hgb 1", "2013-07-06T11:05:00")
    assert (document["status"], document["pinned"], document["mode"], document["expected"]) == ("promoted", True, "storm", ["on_time"])
    said = regrade("evalset", "history", "f0005").out
    for words in (
        "f0005 · promoted · expected on_time · mode 'storm' · pinned",
        "labelled it: mode 'storm' (with 2 others)",
        "“wind”",
        "commit ",
        "Label July",
        "promoted it as a failure",
        "from flights.csv, row ",
        "relabelled it: expected late (as logged) → on_time",
        "retired it",
        "“too old”",
        "undone by Bob",
        "undid their own retire",
        "not committed yet",
    ):
        assert words in said, words


def test_history_of_what_is_no_example_and_of_modes(regrade: Regrade, workspace: Path) -> None:
    regrade("dismiss", "f0005", "--reason", "noise")
    regrade("modes", "define", "Evening storm")
    regrade("modes", "rename", "Evening storm", "Storms")
    assert "dismissed it" in regrade("evalset", "history", "f0005").out
    for name in ("evening-storm", "storms", "1"):
        document = regrade("evalset", "history", name, "--json").json
        assert (document["of"], document["subject"]) == ("mode", "evening-storm")
    assert "renamed it: name Evening storm → Storms" in regrade("evalset", "history", "storms").out
    unknown = regrade("evalset", "history", "f0006")
    assert unknown.code == 2 and "'f0005'" in unknown.err
    assert regrade("evalset", "history", "---", "--mode").code == 2
    assert regrade("evalset", "history", "f0005", "--mode").code == 2


def test_show_works_for_what_was_labelled_dismissed_or_retired(regrade: Regrade, workspace: Path) -> None:
    regrade("label", "f0005", "--mode", "storm")
    regrade("promote", "f0015")
    regrade("evalset", "retire", "f0015")
    labelled, retired = regrade("evalset", "show", "f0005", "--json").json, regrade("evalset", "show", "f0015", "--json").json
    assert (labelled["status"], labelled["mode"], labelled["content"]) == ("labelled", "storm", None)
    assert (retired["status"], retired["content"]["inputs"]["distance"]) == ("retired", 215)
    assert "f0005 · labelled" in regrade("evalset", "show", "f0005").out
    assert regrade("evalset", "show", "f0006").code == 2


def test_disputes_are_listed_with_the_command_that_ends_each(regrade: Regrade, workspace: Path, become: As) -> None:
    apart(
        regrade,
        workspace,
        become,
        [("label", "f0005", "--mode", "storm", "--note", "rain"), ("modes", "describe", "storm", "--owner", "Ann")],
        [("label", "f0005", "--mode", "short hop"), ("modes", "define", "storm"), ("modes", "describe", "storm", "--owner", "Bob")],
    )
    assert regrade("status", "--json").json["disputes"] == 4
    assert "4 disputes: `regrade evalset disputes`" in regrade("status").out
    rows = regrade("evalset", "disputes", "--json").json["rows"]
    assert [(row["of"], row["subject"], row["field"]) for row in rows] == [
        ("prediction", "f0005", "mode"),
        ("mode", "short-hop", "digit"),
        ("mode", "storm", "digit"),
        ("mode", "storm", "owner"),
    ]
    assert {(view["by"], view["value"], view["why"]) for view in rows[0]["views"]} == {
        ("Ann <ann@example.org>", "storm", "rain"),
        ("Bob <bob@example.org>", "short-hop", ""),
    }
    said = regrade("evalset", "disputes").out
    assert "'storm' says Ann" in said and "(label): “rain”" in said and "4 disputes" in said
    for _ in range(4):  # each command that is printed ends its dispute
        left = regrade("evalset", "disputes", "--json").json["rows"]
        if not left:
            break
        command = shlex.split(left[0]["command"])
        assert command[0] == "regrade" and regrade(*command[1:]).code == 0, command
        assert left[0] not in regrade("evalset", "disputes", "--json").json["rows"]
    assert regrade("evalset", "disputes").out == "nothing is disputed\n"
    assert regrade("evalset", "verify").code == 0


def test_a_dispute_is_resolved_by_a_persons_view(regrade: Regrade, workspace: Path, become: As) -> None:
    apart(
        regrade,
        workspace,
        become,
        [("label", "f0005", "--mode", "storm"), ("promote", "f0015")],
        [("label", "f0005", "--mode", "hop"), ("dismiss", "f0015", "--reason", "noise")],
    )
    for arguments, words in (
        (("--by", "cem"), "nobody who is called 'cem'"),
        (("--by", "example"), "may be Ann"),
        (("storm", "--by", "ann"), "one of the two"),
        ((), "one of the two"),
        (("rain",), "no such failure mode"),
        (("storm", "--field", "expected"), "is not disputed"),
    ):
        refused = regrade("evalset", "resolve", "f0005", *arguments)
        assert refused.code == 2 and words in refused.err, arguments
    assert regrade("evalset", "resolve", "f0005", "--by", "BOB").code == 0
    assert regrade("evalset", "show", "f0005", "--json").json["mode"] == "hop"
    assert regrade("evalset", "resolve", "f0015", "--by", "ann").code == 0
    assert regrade("evalset", "show", "f0015", "--json").json["status"] == "promoted"
    assert "resolved it: mode" in regrade("evalset", "history", "f0005").out


def test_a_name_that_is_part_of_another_is_that_person(regrade: Regrade, workspace: Path, become: As) -> None:
    repository = Repository(workspace)
    repository.git("init", "-q")
    repository.commit("begin")
    for name, mode in (("Ann", "storm"), ("Anna", "hop")):
        repository.git("switch", "-q", "-c", name, "main")
        become(name)
        assert regrade("label", "f0005", "--mode", mode).code == 0
        repository.commit(name)
    repository.git("merge", "-q", "--no-edit", "Ann")
    assert "may be Ann or Anna" in regrade("evalset", "resolve", "f0005", "--by", "an").err
    assert regrade("evalset", "resolve", "f0005", "--by", "ann").code == 0
    assert regrade("evalset", "show", "f0005", "--json").json["mode"] == "storm"


def test_a_disputed_content_is_resolved_by_a_persons_view(regrade: Regrade, workspace: Path, become: As) -> None:
    log = workspace / "flights.csv"
    kept = log.read_text()
    apart(regrade, workspace, become, [("promote", "f0005")], [])
    shutil.rmtree(workspace / ".git")
    shutil.move(workspace / "evalset", workspace / "ann's")
    shutil.rmtree(workspace / ".regrade")
    log.write_text(kept.replace(",205,", ",999,"))
    become("bob")
    assert regrade("log", "add", log).code == 0
    assert regrade("promote", "f0005").code == 0
    shutil.copytree(workspace / "ann's" / "segments", workspace / "evalset" / "segments", dirs_exist_ok=True)
    (row,) = regrade("evalset", "disputes", "--json").json["rows"]
    assert (row["field"], " --by " in row["command"]) == ("content", True)
    said = regrade("evalset", "disputes").out
    assert "distance 205 says Ann" in said and "distance 999 says bob" in said and "carrier" not in said
    assert regrade("evalset", "resolve", "f0005", "205").code == 2
    assert regrade("evalset", "resolve", "f0005", "--by", "bob").code == 0
    assert regrade("evalset", "show", "f0005", "--json").json["content"]["inputs"]["distance"] == 999


def test_disputes_on_modes_are_resolved_by_name(regrade: Regrade, workspace: Path, become: As) -> None:
    for name in ("storm", "hop"):
        regrade("modes", "define", name)
    apart(
        regrade,
        workspace,
        become,
        [("modes", "rename", "storm", "Evening storm"), ("modes", "key", "storm", "5"), ("modes", "describe", "hop", "--priority", "P1")],
        [("modes", "rename", "storm", "Storms"), ("modes", "close", "hop"), ("modes", "describe", "hop", "--priority", "P2")],
    )
    assert regrade("evalset", "resolve", "storm", "All storms").code == 0, "a name that nobody gave will do"
    assert regrade("evalset", "resolve", "hop", "P1").code == 0
    assert regrade("evalset", "disputes", "--json").json["rows"] == []
    rows = {row["id"]: row for row in regrade("modes", "list", "--json").json["rows"]}
    assert (rows["storm"]["name"], rows["storm"]["digit"], rows["hop"]["priority"]) == ("All storms", 5, 1)
    assert "resolved it: name Evening storm | Storms → All storms" in regrade("evalset", "history", "storm").out


def test_a_note_is_a_decision(regrade: Regrade, workspace: Path) -> None:
    regrade("label", "f0005", "--mode", "storm")
    done = regrade("note", "f0005", "f0006", "it was windy", "--json").json
    assert (done["kind"], done["subjects"]) == ("note", ["f0005", "f0006"])
    assert regrade("evalset", "show", "f0005", "--json").json["notes"] == ["it was windy"]
    assert "noted (with 1 other)" in regrade("evalset", "history", "f0006").out
    assert regrade("note", "f9999", "x").code == 2
    assert regrade("note", "f0005", " ").code == 2
    shutil.rmtree(workspace / ".regrade")
    assert regrade("note", "f0005", "still known without the log").code == 0


def test_undo_says_what_it_took_back(regrade: Regrade, workspace: Path) -> None:
    regrade("label", "f0005", "f0015", "--mode", "Evening storm")
    regrade("promote", "f0005")
    done = regrade("undo", "2")
    assert "undone: ann," in done.out and "promoted f0005" in done.out
    assert "labelled f0005 and f0015 'Evening storm' (and defined 'Evening storm')" in done.out
    assert "redone: ann," in regrade("redo").out
    assert [each["kind"] for each in regrade("undo", "--json").json["decisions"]] == ["label"]
    assert "nothing of yours" in regrade("undo").out


def test_undo_of_a_decision_by_its_id(regrade: Regrade, workspace: Path, become: As) -> None:
    regrade("label", "f0005", "--mode", "storm")
    regrade("label", "f0015", "--mode", "storm")
    first = regrade("evalset", "history", "f0005", "--json").json["history"][0]
    done = regrade("undo", "--event", first["short"])
    assert done.code == 0 and "labelled f0005" in done.out
    assert regrade("evalset", "show", "f0005", "--json").json["status"] == "open"
    assert "undone already" in regrade("undo", "--event", first["id"]).err
    assert regrade("undo", "--event", "nobody:1").code == 2
    assert regrade("undo", "2", "--event", first["id"]).code == 2
    second = regrade("evalset", "history", "f0015", "--json").json["history"][0]
    become("bob")
    refused = regrade("undo", "--event", second["id"])
    assert refused.code == 2 and "this is not yours: ann, " in refused.err and "--yes" in refused.err
    assert regrade("evalset", "show", "f0015", "--json").json["status"] == "labelled"
    assert regrade("undo", "--event", second["id"], "--yes").code == 0
    assert regrade("evalset", "show", "f0015", "--json").json["status"] == "open"


@pytest.mark.parametrize(("answer", "code", "status"), [("n", 130, "labelled"), ("y", 0, "open")])
def test_on_a_terminal_undo_asks_before_it_takes_back_somebody_elses(
    regrade: Regrade, workspace: Path, answer: str, code: int, status: str
) -> None:
    regrade("label", "f0005", "f0015", "--mode", "storm")
    id = regrade("evalset", "history", "f0005", "--json").json["history"][0]["short"]
    master, terminal = os.openpty()
    command = [sys.executable, "-m", "regrade", "undo", "--event", id]
    running = subprocess.Popen(
        command, cwd=workspace, stdin=terminal, stdout=terminal, stderr=terminal, env={**os.environ, "REGRADE_ACTOR": "bob"}
    )
    os.close(terminal)
    said = b""
    while b"take it back?" not in said:
        said += os.read(master, 4096)
    assert b"this is not yours: ann, " in said and b"labelled f0005 and f0015 'storm'" in said and b"3 subjects" in said
    os.write(master, answer.encode() + b"\n")
    assert running.wait(60) == code
    os.close(master)
    assert regrade("evalset", "show", "f0005", "--json").json["status"] == status
    assert len(regrade("evalset", "history", "f0005", "--json").json["history"]) == (2 if answer == "y" else 1)
