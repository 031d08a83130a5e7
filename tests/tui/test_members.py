"""Pin, unpin, retire, restore: the row under the cursor, or what is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.evalset import EvalSet, State
from regrade.paths import user_config_file
from tests.tui.harness import Driver, make_workspace, running


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace without a decision."""
    return make_workspace(tmp_path / "flights", 60)


def state_of(folder: Path) -> State:
    return EvalSet.open(folder / "evalset", actor="zoe", task_kind="classification", read_only=True).state


async def run(app: Driver, id: str) -> None:
    """Run a command as the palette does."""
    app.triage.action_do(id)
    await app.settle()


async def run_from_palette(app: Driver, id: str) -> None:
    """Run a command from the palette."""
    await app.press("colon")
    await app.type(id)
    await app.until(lambda: "  " + id in app.screen_text())
    await app.press("enter")
    await app.until(lambda: app.app.screen is app.triage)
    await app.settle()


async def test_an_example_is_retired_with_a_reason_and_put_back(workspace: Path) -> None:
    async with running(workspace) as app:
        key = app.key(0)
        await app.press("i", "k", "X")
        await app.type("recorded twice")
        await app.press("enter")
        assert app.triage.said == f"retired {key}: recorded twice"
        assert app.status(0) == "retired"
        assert state_of(workspace).history(key)[-1].reason == "recorded twice"
        app.triage.grid.move_to(0)
        await run_from_palette(app, "restore")
        assert app.triage.said == f"restored {key}"
        assert app.status(0) == "promoted"
        await app.press("u", "u")
        assert app.status(0) == "promoted"
        assert state_of(workspace).is_member(key)


async def test_pins_come_and_go(workspace: Path) -> None:
    async with running(workspace) as app:
        key = app.key(0)
        await app.press("i", "k")
        await run(app, "pin")
        assert app.triage.said == f"pinned {key}"
        app.triage.grid.move_to(0)
        await run(app, "pin")
        assert app.triage.said == f"{key}: is pinned already"
        assert app.triage.grid.cursor == 0
        await run(app, "unpin")
        assert app.triage.said == f"unpinned {key}"
        assert not state_of(workspace).example(key).pinned


async def test_what_it_does_not_fit_is_refused_and_nothing_is_written(workspace: Path) -> None:
    async with running(workspace) as app:
        key = app.key(0)
        await app.press("X", "enter")
        assert app.triage.said == f"{key}: is not in the eval set: p promotes it"
        for id, said in (("unpin", "is not in the eval set"), ("pin", "is not in the eval set"), ("restore", "never was in the eval set")):
            await run(app, id)
            assert said in app.triage.said
        assert state_of(workspace).n_events == 0
        assert app.triage.grid.cursor == 0
        await app.press("i", "k", "x", "enter")
        assert "X retires it" in app.triage.said and app.status(0) == "promoted"


async def test_marked_rows_those_that_it_fits(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("i", "i", "g", "space", "space", "space", "X", "enter")
        assert app.triage.said == (
            f"retired {app.key(0)}, {app.key(1)}: the expected value is wrong; 1 left as before: not in the eval set"
        )
        assert [app.status(at) for at in range(3)] == ["retired", "retired", "open"]
        assert app.triage.grid.marks.count == 0
        await app.press("u")
        assert [app.status(at) for at in range(3)] == ["promoted", "promoted", "open"], "one decision"
        await app.press("g", "space", "space", "space", "x", "enter")
        assert app.triage.said == f"dismissed {app.key(2)}; 2 left as before: in the eval set, X retires from there"
        assert [app.status(at) for at in range(3)] == ["promoted", "promoted", "dismissed"]


async def test_many_are_asked_about(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("asterisk", "i", "y")
        await app.until(lambda: state_of(workspace).counts()["promoted"] == 60)
        await app.settle()
        await app.press("asterisk", "X", "enter")
        assert "Retire the examples among 60 predictions?" in app.screen_text()
        await app.press("n", "x", "enter")
        assert "Dismiss those of 60 predictions outside the eval set?" in app.screen_text()
        await app.press("n", "p")
        n_wrong = int((app.triage.looking.results_now == 1).sum())
        assert f"Promote the failures among 60 predictions ({n_wrong} were wrong)?" in app.screen_text()
        await app.press("n")
        assert state_of(workspace).counts()["promoted"] == 60


async def test_a_command_without_a_key_stands_in_the_help_and_can_be_given_one(workspace: Path) -> None:
    path = user_config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('[keys]\nunpin = "Z"\n')
    async with running(workspace, (120, 60)) as app:
        await app.press("question_mark")
        text = app.triage.app.screen.text()
        assert ": restore        put back into the eval set" in text
        assert "Z                unpin: it may regress" in text
        await app.press("escape", "i", "k", "Z")
        assert app.triage.said == f"{app.key(0)}: is not pinned"
