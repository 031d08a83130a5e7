"""What git, another app or the command line do to the eval set while the app is open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from regrade.tui.services.watch import Watch
from tests.tui.harness import Branch, Driver, make_workspace, running


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look more often than people need it; tests/tui/test_merge_terminal.py looks as often as the app does."""
    monkeypatch.setattr("regrade.tui.screens.triage.LOOK_OUTSIDE_SECONDS", 0.1)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with two modes and two members, under git."""
    folder = make_workspace(tmp_path / "flights", 120)
    (folder / ".gitignore").write_text(".regrade/\n")
    decide(folder, "ann", "storms", "f0001")
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=ann", "-c", "user.email=ann@x.y"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "decisions")


def decide(folder: Path, actor: str, mode: str, *keys: str) -> None:
    with EvalSet.open(folder / "evalset", actor=actor, task_kind="classification") as evalset:
        for key in keys:
            evalset.label([key], mode)


async def noticed(app: Driver, said: str) -> None:
    """Wait for what the app says by itself, without a key."""
    await app.until(lambda: said in app.triage.said)


async def test_what_a_merge_brings_is_said_counted_and_shown_and_no_row_jumps(workspace: Path) -> None:
    async with running(workspace) as app:
        branch, scored = Branch(workspace), app.engine.count("scoreboard")
        await app.press("j", "j", "j")
        before = [app.key(at) for at in range(20)]
        await app.press("1")
        branch.decide(
            lambda theirs: theirs.label([before[3]], "short hop"),
            lambda theirs: theirs.label([before[5]], "storms"),
        )
        second = Branch(workspace, "Linus <l@x>")
        second.decide(lambda theirs: theirs.note([before[5]], "seen"))
        branch.merge()
        second.merge()
        await noticed(app, "3 decisions came in from outside (Grace 2, Linus 1), 1 disputed (D)")
        await app.settle()
        assert [app.key(at) for at in range(20)] == before and app.triage.grid.cursor == 4
        assert (app.status(3), app.status(5)) == ("disputed", "labelled")
        assert "2 short hop" in app.screen_text().split("\n")[-1], "modes of theirs have their keys"
        assert app.engine.count("scoreboard") > scored


async def test_another_app_or_the_command_line_is_noticed_before_it_seals(workspace: Path) -> None:
    async with running(workspace) as app:
        with EvalSet.open(workspace / "evalset", actor="ann", task_kind="classification") as other:
            other.label([app.key(7)], "storms")
            await noticed(app, "1 decision came in from outside (ann 1)")
            assert app.status(7) == "labelled"
            other.label([app.key(8)], "storms")
            await app.until(lambda: app.status(8) == "labelled")


async def test_what_came_in_with_a_decision_of_ones_own_is_said_with_it(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.tui.screens.triage.LOOK_OUTSIDE_SECONDS", 3_600.0)
    async with running(workspace) as app:
        key = app.key(9)
        decide(workspace, "Grace <g@x>", "storms", key)
        await app.press("1")
        said = app.triage.said
        assert said.startswith(f"labelled {app.key(0)} storms") and said.endswith("; 1 decision came in from outside (Grace 1)")
        assert app.status(9) == "labelled"


async def test_ones_own_decisions_and_their_sealing_are_nothing_from_outside(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("1", "1", "u")
        app.app.services.decisions._evalset.seal()
        said = app.triage.said
        await app.look_outside()
        await app.look_outside()
        assert app.triage.said == said and "outside" not in said


async def test_another_branch_is_shown_and_left_again(workspace: Path) -> None:
    git(workspace, "switch", "-q", "-c", "more")
    decide(workspace, "Grace <g@x>", "storms", "f0027", "f0055")
    commit(workspace)
    async with running(workspace) as app:
        rows = {key: at for at in range(120) if (key := app.key(at)) in ("f0001", "f0027", "f0055")}
        assert [app.status(at) for at in rows.values()] == ["labelled"] * 3
        git(workspace, "switch", "-q", "main")
        await noticed(app, "2 decisions are not here any more")
        assert {key: app.status(at) for key, at in rows.items()} == {"f0001": "labelled", "f0027": "open", "f0055": "open"}
        app.triage.grid.move_to(rows["f0027"])
        await app.settle()
        await app.press("x", "enter")
        git(workspace, "switch", "-q", "more")
        await noticed(app, "2 decisions came in from outside (Grace 2)")
        assert app.status(rows["f0027"]) == "dismissed", "what was decided here in the meantime goes along"


async def test_an_edited_segment_is_said_deciding_is_refused_and_putting_it_right_is_enough(workspace: Path) -> None:
    (segment,) = (workspace / "evalset" / "segments").rglob("*.jsonl")
    whole = segment.read_bytes()
    async with running(workspace, (200, 40)) as app:
        await app.press("1")
        segment.write_bytes(whole.replace(b"storms", b"STORMS"))
        await app.until(lambda: "content is not what its name says" in app.triage.said)
        await app.until(lambda: len(app.app._notifications))
        (whole_text,) = [note.message for note in app.app._notifications]
        assert whole_text.startswith(f"{segment.relative_to(workspace)}: has changed") and "git checkout -- FILE" in whole_text
        events = app.app.services.decisions._evalset.state.n_events
        app.triage.grid.move_to(4)
        await app.press("1")
        assert "content is not what its name says" in app.triage.said
        assert (app.status(4), app.triage.grid.cursor) == ("open", 4)
        assert app.status(0) == "labelled", "what was known stays on screen"
        await app.press("j", "k", "e", "R", "U", "escape", "question_mark", "escape")
        git(workspace, "checkout", "--", str(segment.relative_to(workspace)))
        await noticed(app, "the eval set can be read again")
        assert app.app.services.decisions._evalset.state.n_events == events
        app.triage.grid.move_to(4)
        await app.press("1")
        assert app.status(4) == "labelled"


async def test_no_key_waits_for_an_eval_set_that_cannot_be_opened(workspace: Path) -> None:
    (segment,) = (workspace / "evalset" / "segments").rglob("*.jsonl")
    whole = segment.read_bytes()
    segment.write_bytes(whole.replace(b"storms", b"STORMS"))
    async with running(workspace) as app:
        for key, place in (("f4", "evalset"), ("f3", "modes"), ("f2", "triage")):
            await app.press(key)
            assert app.app.switching.current == place
            if place != "triage":
                screen = app.app.switching.opened[place]
                await app.until(lambda screen=screen: "could not be opened" in screen.said)  # type: ignore[misc]
        segment.write_bytes(whole)
        await app.press("f3")
        await app.until(lambda: "storms" in app.screen_text())


async def test_a_file_that_git_is_about_to_finish_is_no_error(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.tui.screens.triage.LOOK_OUTSIDE_SECONDS", 3_600.0)
    async with running(workspace) as app:
        branch = Branch(workspace)
        branch.decide(lambda theirs: theirs.label(["f0027"], "storms"))
        (segment,) = (
            path for path in branch._theirs.rglob("*.jsonl") if not (workspace / "evalset" / path.relative_to(branch._theirs)).exists()
        )
        whole, target = segment.read_bytes(), workspace / "evalset" / segment.relative_to(branch._theirs)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(whole[:40])
        await app.look_outside()
        assert app.triage.said == ""
        target.write_bytes(whole)
        await app.look_outside()
        assert app.triage.said == "1 decision came in from outside (Grace 1)"


async def test_an_eval_set_that_could_not_be_opened_is_opened_once_it_can_be(workspace: Path) -> None:
    (segment,) = (workspace / "evalset" / "segments").rglob("*.jsonl")
    whole = segment.read_bytes()
    segment.write_bytes(whole + b"{}\n")
    async with running(workspace) as app:
        await app.until(lambda: "content is not what its name says" in app.triage.said)
        await app.press("1")
        segment.write_bytes(whole)
        await app.until(lambda: app.triage.decisions.of("f0001").status == "labelled")
        await app.settle()
        await app.press("1")
        assert app.status(0) == "labelled"


def test_a_look_reads_no_file_and_tells_new_from_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "evalset"
    for month in ("2026-09", "2026-10", "2026-11"):
        (folder / "segments" / month).mkdir(parents=True)
        for name in "ab":
            (folder / "segments" / month / f"{name}.jsonl").write_text("x\n")
    (folder / ".open").mkdir()
    watch = Watch(folder)
    monkeypatch.setattr("builtins.open", lambda *_: pytest.fail("a file was opened"))
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("a file was opened"))
    assert watch.look() == "new"
    assert [watch.look() for _ in range(6)] == [""] * 6
    file = folder / "segments" / "2026-10" / "a.jsonl"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, b"y\n")
    os.close(descriptor)
    assert [watch.look() for _ in range(3)].count("edited") == 1, "within a look at each month"
    file.unlink()
    assert [watch.look(), watch.look()] == ["new", ""]
    journal = os.open(folder / ".open" / "j.jsonl", os.O_WRONLY | os.O_CREAT)
    assert [watch.look(), watch.look()] == ["new", ""]
    os.write(journal, b"x\n")
    assert [watch.look(), watch.look()] == ["new", ""]
    os.close(journal)
    os.utime(folder / "segments" / "2026-09" / "b.jsonl", ns=(1, 1))
    assert watch.look(closely=True) == "edited"


def test_no_folder_is_no_change(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "evalset")
    assert [watch.look(), watch.look(closely=True)] == ["", ""]


def test_nothing_of_the_eval_set_is_imported_before_the_first_paint() -> None:
    program = "import sys, regrade.tui.app; print([name for name in sys.modules if name in ('regrade.evalset', 'duckdb', 'numpy')])"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[]"
