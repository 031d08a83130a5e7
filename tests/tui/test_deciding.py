"""Where the cursor is after a decision, and what the next key is about."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from regrade.config import load
from regrade.evalset import EvalSet
from regrade.paths import Paths
from regrade.tui.screens.deciding import Deciding
from tests.tui.harness import Driver, running

if TYPE_CHECKING:
    from regrade.tui.screens.triage import TriageScreen


def state_of(folder: Path):
    return EvalSet.open(Paths(folder).evalset, actor="ann", task_kind=load(Paths(folder).config).task.kind).state


def position_of(app: Driver, result: str, after: int = -1) -> int:
    return next(at for at in range(after + 1, 100) if app.triage.grid.rows.row(at, ("result",)) == (result,))


async def label(app: Driver, name: str = "storms") -> None:
    await app.press("l")
    await app.type(name)
    await app.press("enter")


async def test_a_refused_promotion_leaves_the_cursor_so_that_its_hint_can_be_followed(workspace: Path) -> None:
    async with running(workspace) as app:
        right = position_of(app, "right")
        app.triage.grid.move_to(right)
        await app.settle()
        for key in ("p", "P"):
            await app.press(key)
            assert app.triage.grid.cursor == right
            assert "i promotes it as important" in app.triage.said
        await app.press("i")
        assert app.triage.grid.cursor == right + 1
        assert app.triage.said == f"promoted {app.triage.grid.key_at(right)} as important"
        assert app.status(right) == "promoted"
        assert app.status(right + 1) == "open"


async def test_keys_in_one_go_wait_for_the_decision_before(workspace: Path) -> None:
    async with running(workspace) as app:
        right = position_of(app, "right")
        app.triage.grid.move_to(right)
        await app.settle()
        await app.press("p", "i", "j")
        assert app.status(right) == "promoted"
        assert app.triage.grid.cursor == right + 2


async def test_important_and_wrong_says_that_p_makes_it_a_failure_and_p_does(workspace: Path) -> None:
    async with running(workspace) as app:
        wrong = position_of(app, "wrong")
        app.triage.grid.move_to(wrong)
        await app.settle()
        await app.press("i")
        key = str(app.triage.grid.key_at(wrong))
        assert "this one is wrong: p promotes it as a failure" in app.triage.said
        assert app.triage.grid.cursor == wrong + 1
        await app.press("p")
        assert app.triage.said == f"promoted {key} (now as a failure)"
        assert app.triage.grid.cursor == wrong + 1
    assert state_of(workspace).example(key).origins == {"failure", "important"}


async def test_p_promotes_what_was_just_labelled(workspace: Path) -> None:
    async with running(workspace) as app:
        wrong = position_of(app, "wrong")
        app.triage.grid.move_to(wrong)
        await app.settle()
        key = str(app.triage.grid.key_at(wrong))
        await label(app, "evening storms")
        assert app.triage.said == f"labelled {key} evening storms · p promotes it"
        assert f"p promote {key}" in app.screen_text().split("\n")[-1]
        await app.press("p")
        assert app.triage.said == f"promoted {key} (just labelled)"
        assert app.triage.grid.cursor == wrong + 1
        assert f"p promote {key}" not in app.screen_text()
        assert (app.status(wrong), app.status(wrong + 1)) == ("promoted", "open")
    assert state_of(workspace).members() == [key]


async def test_a_digit_and_p_in_one_go_promote_what_was_labelled(workspace: Path) -> None:
    async with running(workspace) as app:
        await label(app)
        wrong = position_of(app, "wrong", 1)
        app.triage.grid.move_to(wrong)
        await app.settle()
        await app.press("1", "P")
        key = str(app.triage.grid.key_at(wrong))
        assert app.triage.said == f"promoted {key} and pinned (just labelled)"
    assert state_of(workspace).members() == [key]
    assert state_of(workspace).example(key).pinned


async def test_many_that_were_just_labelled_are_promoted_together(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await app.type("result = 'wrong'")
        await app.press("enter", "space", "j", "space", "space")
        await label(app)
        assert app.triage.grid.marks.count == 0
        assert "labelled 3 storms · p promotes them" in app.triage.said
        cursor = app.triage.grid.cursor
        await app.press("p")
        assert [app.status(at) for at in range(5)] == ["promoted", "open", "promoted", "promoted", "open"]
        assert app.triage.grid.cursor == cursor
        assert "(just labelled)" in app.triage.said


async def test_moving_marking_filtering_or_deciding_ends_it(workspace: Path) -> None:
    async with running(workspace) as app:
        for keys in (("j",), ("space", "space", "k"), ("slash", "escape"), ("o", "escape"), ("u", "ctrl+r"), ("e",)):
            await label(app)
            assert app.triage.deciding.just is not None
            await app.press(*keys)
            assert app.triage.deciding.just is None, keys
            assert "p promote  x" in app.screen_text().split("\n")[-1].replace("   ", "  ")
            await app.press("u", "g")


async def test_a_click_ends_it_and_help_does_not(workspace: Path) -> None:
    async with running(workspace) as app:
        await label(app)
        await app.press("question_mark", "escape", "y")
        assert app.triage.deciding.just is not None
        await app.pilot.click("#grid", offset=(5, 7))
        await app.settle()
        assert app.triage.deciding.just is None


async def test_what_is_in_already_is_said_and_nothing_is_written(workspace: Path) -> None:
    async with running(workspace) as app:
        wrong = position_of(app, "wrong")
        app.triage.grid.move_to(wrong)
        await app.settle()
        await app.press("p")
        key = app.triage.grid.key_at(wrong)
        assert app.triage.said == f"promoted {key}"
        events = app.app.services.decisions._evalset.state.n_events
        app.triage.grid.move_to(wrong)
        await app.settle()
        await app.press("p")
        assert app.triage.said == f"{key}: already in the eval set"
        assert app.triage.grid.cursor == wrong
        assert app.app.services.decisions._evalset.state.n_events == events
        await app.press("P")
        assert app.triage.said == f"pinned {key}"


async def test_a_class_that_there_is_not_is_asked_about_once(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.until(lambda: app.triage.looking.classes)
        await app.press("c")
        await app.type("delayed")
        await app.press("enter")
        assert "no such class so far: delayed; Enter again to keep it" in app.screen_text()
        await app.press("escape")
        key = str(app.triage.grid.key_at(0))
        assert app.triage.decisions.of(key).expected == ()
        await app.press("c")
        await app.type("delayed")
        await app.press("enter", "enter")
        assert app.triage.decisions.of(key).expected == ("delayed",)


async def test_filters_say_modes_by_name(workspace: Path) -> None:
    async with running(workspace) as app:
        await label(app, "evening storms")
        await app.press("slash")
        await app.type("mode = 'evening storms'")
        await app.press("enter")
        assert len(app.triage.grid.rows) == 1


@pytest.mark.parametrize("impatient", [False, True])
def test_what_is_about_failure_modes_waits_until_they_are_read(impatient: bool) -> None:
    triage = SimpleNamespace(read_decisions=False)
    deciding, done = Deciding(cast("TriageScreen", triage)), list[str]()
    deciding.once_read(lambda: done.append("labelled"))
    assert deciding.holding and not done
    if impatient:
        deciding.let_keys_go()
        assert not deciding.holding
    triage.read_decisions = True
    deciding.read()
    assert done == ([] if impatient else ["labelled"]) and not deciding.holding
    deciding.once_read(lambda: done.append("at once"))
    assert done[-1] == "at once"
