"""Undo: many steps, across restarts, single and bulk; and one decision of a row, whoever made it, asked about first."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from regrade.evalset import EvalSet, State
from regrade.tui.services import told
from regrade.tui.widgets.bars import Rule
from tests.tui.harness import Driver, make_workspace, running

ADA = "Ada <ada@x.y>"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace where Ada labelled three predictions at once, and one by itself."""
    folder = make_workspace(tmp_path / "flights", 60)
    with EvalSet.open(folder / "evalset", actor=ADA, task_kind="classification") as evalset:
        evalset.label(["f0027", "f0055", "f0013"], "short hop")
        evalset.note(["f0027"], "look again")
    return folder


def state_of(folder: Path) -> State:
    return EvalSet.open(folder / "evalset", actor="zoe", task_kind="classification", read_only=True).state


async def go_to(app: Driver, key: str) -> None:
    at = next(at for at in range(60) if app.key(at) == key)
    app.triage.grid.move_to(at)
    await app.settle()


def question(app: Driver) -> str:
    return str(app.app.screen.query_one("#dialog-title", Static).render())


async def test_u_takes_only_what_is_ones_own(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("u")
        assert "there is nothing to undo" in app.triage.said
        assert state_of(workspace).status("f0027") == "labelled"


async def test_a_word_is_said_while_many_are_taken_back(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "SAID_FROM", 3)
    noted: list[str] = []
    monkeypatch.setattr(Rule, "note", lambda _rule, text: noted.append(text))
    async with running(workspace) as app:
        await app.press("space", "space", "space", "1", "j", "1", "u")
        assert not any("undoing" in text for text in noted), "one takes no time"
        await app.press("u")
        assert "undoing what was decided on 3 predictions…" in noted and "undoing" not in noted[-1]
        await app.press("f4", "ctrl+r")
        assert "doing again what was decided on 3 predictions…" in noted and noted[-1] == ""


async def test_many_steps_across_restarts_single_and_bulk(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("1", "1", "space", "space", "space", "1")
        await app.press("x", "enter")
        before = {key: state_of(workspace).status(key) for key in [app.key(at) for at in range(6)]}
    async with running(workspace) as app:
        await app.press("u", "u")
        assert "undid: labelled short hop (3 predictions)" in app.triage.said
        assert [app.status(at) for at in range(6)] == ["labelled", "labelled", "open", "open", "open", "open"]
    async with running(workspace) as app:
        await app.press("u", "u", "u")
        assert "there is nothing to undo" in app.triage.said
        assert {key for key in before if app.triage.decisions.of(key).status != "open"} <= {"f0027", "f0055", "f0013"}
        await app.press("ctrl+r", "ctrl+r")
    async with running(workspace) as app:
        await app.press("ctrl+r", "ctrl+r")
        assert {key: app.triage.decisions.of(key).status for key in before} == before
        await app.press("ctrl+r")
        assert "there is nothing to redo" in app.triage.said


async def test_ones_own_decision_is_taken_back_at_once(workspace: Path) -> None:
    async with running(workspace) as app:
        await go_to(app, "f0000")
        row = app.triage.grid.cursor
        await app.press("1")
        app.triage.grid.move_to(row)
        await app.press("c")
        await app.type("late")
        await app.press("enter")
        app.triage.grid.move_to(row)
        await app.press("U")
        text = app.screen_text()
        assert text.index("corrected to late") < text.index("labelled short hop"), "newest first"
        assert "you, 20" in text
        await app.press("j", "enter")
        assert app.app.screen is app.triage
        assert app.triage.said == "undid: labelled short hop, f0000"
        state = state_of(workspace)
        assert (state.mode("f0000"), state.expected("f0000")) == (None, ["late"])
        await app.press("ctrl+r")
        assert state_of(workspace).mode("f0000") == "short-hop"


async def test_ones_own_bulk_decision_says_how_many_first(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("space", "space", "1")
        key = app.key(0)
        await go_to(app, key)
        await app.press("U", "1")
        assert "(labelled short hop, 2 predictions). Undo it for all of them?" in question(app)
        await app.press("n")
        assert app.status(0) == app.status(1) == "labelled"
        await app.press("U", "1", "y")
        assert "undid: labelled short hop (2 predictions)" in app.triage.said


async def test_somebody_elses_decision_asks_and_says_whose_it_is(workspace: Path) -> None:
    async with running(workspace) as app:
        await go_to(app, "f0027")
        await app.press("U")
        text = app.screen_text()
        assert "noted: look again" in text and "Ada, 20" in text and "3 predictions at once" in text
        await app.press("2")
        asked = question(app)
        assert "This is Ada's decision of " in asked
        assert "(labelled short hop, 3 predictions). Undo it for all of them?" in asked
        await app.press("escape")
        assert state_of(workspace).status("f0055") == "labelled"
        await app.press("U", "2", "y")
        assert [app.triage.decisions.of(key).status for key in ("f0027", "f0055", "f0013")] == ["open"] * 3
        await app.press("ctrl+r")
        assert [app.triage.decisions.of(key).status for key in ("f0027", "f0055", "f0013")] == ["labelled"] * 3
    events = state_of(workspace).events()
    assert [(event.kind, event.by) for event in events[-2:]] == [("undo", "ann"), ("redo", "ann")], "one step each"


async def test_where_nothing_stands_it_says_so(workspace: Path) -> None:
    async with running(workspace) as app:
        await go_to(app, "f0001")
        await app.press("U")
        assert app.triage.said == "nothing stands that was decided on f0001"


async def test_u_after_it_takes_the_decision_before_and_not_the_undo(workspace: Path) -> None:
    async with running(workspace) as app:
        await go_to(app, "f0001")
        first = app.triage.grid.cursor
        await app.press("1", "1")
        app.triage.grid.move_to(first + 1)
        await app.press("U", "1")
        assert app.status(first) == "labelled" and app.status(first + 1) == "open"
        await app.press("u")
        assert app.status(first) == "open"
        await app.press("ctrl+r", "ctrl+r")
        assert app.status(first) == app.status(first + 1) == "labelled"
