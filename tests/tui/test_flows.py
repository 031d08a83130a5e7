"""The loop, by keyboard: look, label, correct, promote, undo, leave, come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.config import load
from regrade.evalset import EvalSet
from regrade.paths import Paths
from regrade.tui.services.log_messages import ResultsReady
from tests.tui.harness import running


def reopened(folder: Path) -> EvalSet:
    return EvalSet.open(Paths(folder).evalset, actor="ann", task_kind=load(Paths(folder).config).task.kind)


async def test_filter_leaves_what_matches_and_esc_keeps_what_was(workspace: Path) -> None:
    async with running(workspace) as app:
        assert len(app.triage.grid.rows) == 600
        await app.press("slash")
        await app.type("carrier = 'EV' and hour >= 18")
        await app.press("enter")
        assert 0 < len(app.triage.grid.rows) < 200
        assert app.triage.looking.where == "carrier = 'EV' and hour >= 18"
        left = len(app.triage.grid.rows)
        await app.press("slash")
        await app.type(" and nonsense")
        await app.press("escape")
        assert len(app.triage.grid.rows) == left
        assert app.triage.filter_bar.field.value == "carrier = 'EV' and hour >= 18"
        assert app.app.focused is app.triage.grid


async def test_unknown_column_is_said_with_near_names_and_the_view_stays(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await app.type("carier = 'EV'")
        await app.until(lambda: app.triage.rule.error)
        assert "carrier" in app.triage.rule.error
        await app.press("enter")
        assert len(app.triage.grid.rows) == 600
        assert app.triage.filter_bar.editing
        await app.press("escape")
        assert app.triage.rule.error == ""


async def test_filter_is_counted_while_it_is_typed(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await app.type("result = 'wrong'")
        await app.until(lambda: "109 of 600" in app.screen_text())
        await app.press("enter")
        assert "109 of 600 · newest first" in app.screen_text()


async def test_sort_goes_up_down_and_back(workspace: Path) -> None:
    async with running(workspace) as app:
        layout = app.triage.grid.columns
        while layout.current and layout.current.name != "p_late":
            await app.press("right")
        orders = []
        for _ in range(3):
            await app.press("s")
            orders.append((app.triage.looking.sort, app.triage.grid.rows.row(0, ("p_late",))))
        assert orders[0] == ("p_late", (0.2,))
        assert orders[1] == ("-p_late", (0.8,))
        assert orders[2][0] == ""
        await app.press("S")
        assert app.triage.looking.sort == "time"


async def test_a_new_mode_gets_a_digit_that_labels_the_next_row(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("l")
        await app.type("evening storms")
        await app.press("enter")
        assert app.status(0) == "labelled"
        assert app.triage.grid.cursor == 1, "the cursor goes on"
        await app.press("1")
        assert app.status(1) == "labelled"
        assert "1 evening storms" in app.screen_text()
    state = reopened(workspace).state
    assert sorted(state.mode_counts().items()) == [("evening-storms", 2)]


async def test_promotion_is_shown_on_the_row_and_scored(workspace: Path) -> None:
    async with running(workspace) as app:
        before = app.engine.count("scoreboard")
        await app.press("e")
        row = app.triage.grid.cursor
        assert app.triage.grid.rows.row(row, ("result",)) == ("wrong",)
        await app.press("p")
        assert app.status(row) == "promoted"
        assert app.triage.grid.cursor == row + 1
        assert app.engine.count("scoreboard") == before + 1
        assert "12 / 12 (+1)" in app.screen_text()
    evalset = reopened(workspace)
    assert len(evalset.state.members()) == 1
    assert evalset.state.examples()[0].origin == "failure"


async def test_what_is_right_is_promoted_as_important_only(workspace: Path) -> None:
    async with running(workspace) as app:
        position = next(at for at in range(20) if app.triage.grid.rows.row(at, ("result",)) == ("right",))
        app.triage.grid.move_to(position)
        await app.press("p")
        assert app.status(position) == "open"
        app.triage.grid.move_to(position)
        await app.press("i")
        assert app.status(position) == "promoted"
    assert [example.origin for example in reopened(workspace).state.examples()] == ["important"]


async def test_a_corrected_value_makes_a_failure(workspace: Path) -> None:
    async with running(workspace) as app:
        position = next(at for at in range(200) if app.triage.grid.rows.row(at, ("result",)) == ("right",))
        prediction = app.triage.grid.rows.row(position, ("prediction",))
        assert prediction is not None
        app.triage.grid.move_to(position)
        await app.press("c")
        await app.type("late" if prediction == ("on_time",) else "on_time")
        await app.press("enter")
        app.triage.grid.move_to(position)
        await app.press("P")
        assert app.status(position) == "promoted"
    example = reopened(workspace).state.examples()[0]
    assert (example.origin, example.pinned) == ("failure", True)
    assert example.expected != (prediction[0],)


async def test_dismiss_needs_a_reason_and_esc_dismisses_nothing(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("x", "escape")
        assert app.status(0) == "open"
        await app.press("x", "down", "enter")
        assert app.status(0) == "dismissed"
        key = app.triage.grid.key_at(0)
    assert key is not None
    assert reopened(workspace).state.history(key)[0].reason == "duplicate"


async def test_a_note_stands_in_the_prediction(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("o")
        await app.type("looks like a diversion")
        await app.press("enter")
        await app.until(lambda: "looks like a diversion" in app.triage.detail_pane.text)
        assert app.triage.grid.cursor == 0, "a note does not move on"


async def test_undo_and_redo_walk_back_and_forth(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("l")
        await app.type("storms")
        await app.press("enter", "1")
        await app.press("u")
        assert [app.status(at) for at in (0, 1)] == ["labelled", "open"]
        await app.press("u")
        assert [app.status(at) for at in (0, 1)] == ["open", "open"]
        await app.press("ctrl+r")
        assert [app.status(at) for at in (0, 1)] == ["labelled", "open"]
        await app.press("u", "u")
        assert "there is nothing to undo" in app.triage.said


async def test_it_is_all_there_after_leaving(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await app.type("result = 'wrong'")
        await app.press("enter", "j", "j", "l")
        await app.type("storms")
        await app.press("enter", "p")
        key = app.triage.grid.current_key
        await app.press("q")
    assert "labelled 1 · promoted 1\n" in app.app.summary
    assert reopened(workspace).unsealed == 0
    async with running(workspace) as app:
        assert app.triage.looking.where == "result = 'wrong'"
        assert app.triage.grid.current_key == key
        assert [app.status(at) for at in range(4)] == ["open", "open", "promoted", "open"]
        assert "109 of 600" in app.screen_text()


async def test_marked_rows_are_decided_together_and_many_are_asked_about(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("space", "space", "j", "v", "j", "j", "v")
        assert app.triage.grid.marks.count == 5
        await app.press("l")
        await app.type("storms")
        await app.press("enter")
        assert [app.status(at) for at in range(6)] == ["labelled", "labelled", "open", "labelled", "labelled", "labelled"]
        assert app.triage.grid.marks.count == 0
        await app.press("asterisk", "p")
        assert "Promote the failures among 600 predictions (109 were wrong)?" in app.screen_text()
        await app.press("n")
        assert app.status(10) == "open"
        await app.press("p", "y")
        await app.until(lambda: "491 that are no failures stay out" in app.screen_text())
    assert len(reopened(workspace).state.members()) == 109


async def test_next_failure_and_next_that_waits(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("e")
        first = app.triage.grid.cursor
        await app.press("l")
        await app.type("storms")
        await app.press("enter", "g", "w")
        waiting = app.triage.grid.cursor
        result = app.triage.grid.rows.row(waiting, ("result",))
        assert waiting != first and result in (("wrong",), ("unknown",))
        await app.press("G", "e")
        assert "no more failures below" in app.triage.said
        assert app.triage.grid.cursor == 599
        await app.press("E")
        assert app.triage.grid.rows.row(app.triage.grid.cursor, ("result",)) == ("wrong",)


async def test_a_jump_before_the_log_was_looked_through_waits_and_the_keys_after_it_too(workspace: Path) -> None:
    async with running(workspace) as app:
        known, app.triage.looking._results = app.triage.looking._results, (-1, None)
        await app.pilot.press("e", "p")
        assert app.triage.grid.cursor == 0 and app.triage.holding
        app.triage.looking._results = known
        app.triage.jumping.look_again()
        await app.settle()
        await app.until(lambda: not app.triage.holding)
        await app.settle()
    assert [example.origin for example in reopened(workspace).state.examples()] == ["failure"]
    async with running(workspace) as app:
        app.triage.looking._results = (-1, None)
        at = app.triage.grid.cursor
        await app.pilot.press("w", "escape", "j")
        await app.settle()
        assert app.triage.grid.cursor == at + 1, "Esc ends the waiting"


async def test_decisions_of_others_are_read_on_demand(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.tui.screens.triage.LOOK_OUTSIDE_SECONDS", 3_600.0)
    async with running(workspace) as app:
        key = app.triage.grid.key_at(0)
        assert key is not None
        with EvalSet.open(workspace / "evalset", actor="bob", task_kind="classification") as other:
            other.label([key], "storms")
        assert app.status(0) == "open"
        await app.press("r")
        assert app.status(0) == "labelled"


async def test_no_prediction_matches_says_what_to_do(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await app.type("hour > 99")
        await app.press("enter")
        assert "no prediction matches the filter" in app.screen_text()
        await app.press("p", "l", "space", "e", "G", "enter", "escape", "y")
        assert reopened(workspace).state.members() == []


async def test_copying_reaches_the_clipboard(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("y")
        assert app.app.clipboard == app.triage.grid.key_at(0)
        await app.press("Y")
        assert app.app.clipboard == "regrade gate --base logged --head better"


async def test_keys_that_wait_are_woken_by_what_they_wait_for_and_looked_at_by_one_timer(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regrade.tui.app._LOOK_AGAIN", 60.0)
    async with running(workspace) as app:
        timers: list[float] = []
        at_once = app.app.set_timer
        monkeypatch.setattr(app.app, "set_timer", lambda delay, *more: (timers.append(delay), at_once(delay, *more))[1])
        app.triage.looking.awaiting = True
        await app.pilot.press("j", "j", "k", "j")
        assert len(app.app._keys) == 4 and app.triage.grid.cursor == 0 and timers == [60.0]
        app.triage.looking.awaiting = False
        app.app._post(ResultsReady(-1, None, ()))
        await app.settle()
        assert app.triage.grid.cursor == 2 and not app.app._keys
