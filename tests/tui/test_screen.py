"""The screen at every size, with every kind of text, and when things go wrong around it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from regrade.paths import user_config_file
from tests.tui.harness import HOSTILE, make_workspace, running


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 50)])
async def test_it_works_at_every_size(workspace: Path, size: tuple[int, int]) -> None:
    async with running(workspace, size) as app:
        lines = app.screen_text().split("\n")
        assert len(lines) == size[1]
        assert lines[0].startswith(" regrade")
        assert "600 of 600" in lines[1]
        assert "? help" in lines[-1]
        await app.press("e", "p")
        assert "●" in app.screen_text()
        assert app.triage.detail_pane.display == (size[0] >= 100)


async def test_too_small_a_terminal_is_said_and_left_by_resizing(workspace: Path) -> None:
    async with running(workspace, (120, 36)) as app:
        await app.pilot.resize_terminal(39, 9)
        await app.settle()
        assert "40×10" in app.screen_text()
        await app.pilot.resize_terminal(90, 24)
        await app.settle()
        assert "600 of 600" in app.screen_text()
        assert not app.triage.detail_pane.display


async def test_wider_terminals_get_more_columns_not_wider_ones(workspace: Path) -> None:
    async with running(workspace, (104, 24)) as app:
        narrow = [column.name for column in app.triage.grid.columns.shown()]
        await app.pilot.resize_terminal(200, 24)
        await app.settle()
        wide = [column.name for column in app.triage.grid.columns.shown()]
        assert len(wide) > len(narrow)
        assert {"prediction", "outcome", "mode"} <= set(narrow) & set(wide)


async def test_every_column_is_reached_by_walking_right(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", 50, notes=("remark",))
    async with running(folder, (60, 15)) as app:
        seen = set()
        for _ in range(len(app.triage.grid.columns.columns)):
            shown = app.triage.grid.columns.shown()
            seen |= {column.name for column in shown}
            assert app.triage.grid.columns.current in shown
            await app.press("right")
        assert {"id", "remark", "arr_delay", "model", "carrier"} <= seen
        assert "remark" in app.screen_text() or "arr_delay" in app.screen_text()


async def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", 40, notes=HOSTILE)
    async with running(folder, (200, 40)) as app:
        text = app.screen_text()
        assert "remark" in text and "[@click=app.quit]leave" in text
        assert all(line.isprintable() for line in text.split("\n"))
        for _ in range(len(HOSTILE)):
            await app.press("j")
            await app.until(lambda: app.triage.detail_pane.detail and app.triage.detail_pane.detail.key == app.triage.grid.current_key)
            assert all(line.isprintable() for line in app.screen_text().split("\n"))


async def test_hostile_notes_and_modes_are_shown_as_text(workspace: Path) -> None:
    from regrade.evalset import EvalSet

    async with running(workspace) as app:
        key = app.triage.grid.key_at(0)
        assert key is not None
        with EvalSet.open(workspace / "evalset", actor="\x1b[2Jbob", task_kind="classification") as other:
            other.label([key], "[/] \x1b]0;x\x07 storms")
            other.note([key], "\x1b]52;c;eA==\x07[@click=app.quit]")
        await app.press("r", "colon", "escape", "question_mark", "escape", "l", "escape")
        await app.until(lambda: "storms" in app.triage.detail_pane.text)
        assert all(line.isprintable() for line in app.screen_text().split("\n"))


async def test_tab_completes_the_name_and_up_brings_back_the_filter_before(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await app.type("hour > 3 and carr")
        await app.until(lambda: "carrier" in app.screen_text())
        await app.press("tab")
        assert app.triage.filter_bar.field.value == "hour > 3 and carrier"
        await app.type(" = 'EV'")
        await app.press("enter", "slash", "ctrl+u", "up")
        assert app.triage.filter_bar.field.value == "hour > 3 and carrier = 'EV'"


async def test_help_and_palette_are_made_of_the_registry(workspace: Path) -> None:
    async with running(workspace, (120, 60)) as app:
        await app.press("question_mark")
        text = app.screen_text()
        assert "promote the failure into the eval set" in text and "compare" not in text
        await app.press("escape", "colon")
        await app.type("pinned")
        await app.press("escape")
        assert app.app.screen is app.triage


async def test_personal_keys_hold_and_mistakes_are_said(workspace: Path) -> None:
    path = user_config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('theme = "regrade-light"\n[keys]\nlabel = "m"\nlable = "z"\n')
    async with running(workspace) as app:
        assert app.app.theme == "regrade-light"
        await app.press("m")
        await app.type("storms")
        await app.press("enter")
        assert app.status(0) == "labelled"
        await app.press("question_mark")
        assert "m                label with a new mode" in app.triage.app.screen.text()  # type: ignore[attr-defined]


async def test_a_dying_engine_is_said_and_decisions_go_on(workspace: Path) -> None:
    async with running(workspace) as app:
        app.engine.hear({"event": "exited", "what": "the engine ended (signal 9)", "hint": "it starts again at the next request"})
        await app.settle()
        assert "the engine ended (signal 9); it starts again" in app.triage.said
        await app.press("e", "p")
        assert "12 / 12" in app.screen_text()


async def test_scoreboards_asked_in_a_hurry_are_asked_once_more_not_each(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("l")
        await app.type("storms")
        await app.press("enter", "asterisk")
        app.engine.mute = True
        before = app.engine.count("scoreboard")
        app.triage.services.engine.score()
        first = len(app.engine.asked)
        for _ in range(5):
            app.triage.services.engine.score()
        assert app.engine.count("scoreboard") == before + 1
        app.engine.hear({"id": first, "ok": True, "result": app.engine.board()})
        await app.settle()
        assert app.engine.count("scoreboard") == before + 2


async def test_a_log_that_changed_under_the_app_is_said_and_read_anew(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("j", "j", "j", "l")
        await app.type("storms")
        await app.press("enter")
        key = app.triage.grid.current_key
        make_workspace(workspace, 700)
        await app.press("slash")
        await app.type("hour > 3")
        await app.press("enter")
        await app.until(lambda: "changed" in app.triage.rule.error)
        await app.press("escape", "r")
        await app.until(lambda: len(app.triage.grid.rows) == 700)
        await app.settle()
        assert app.triage.grid.current_key == key, "the cursor stays on its prediction, wherever it is now"
        await app.press("i")
        assert app.triage.decisions.of(str(key)).status == "promoted"


async def test_a_log_that_is_not_there_is_said_in_its_place(workspace: Path) -> None:
    (workspace / "log.parquet").unlink()
    from regrade.config import load
    from regrade.paths import Paths
    from regrade.tui.app import RegradeApp
    from tests.tui.harness import Driver, FakeEngine

    app = RegradeApp(Paths(workspace), load(workspace / "regrade.toml"), engine=FakeEngine)
    async with app.run_test(size=(120, 30)) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: "log.parquet" in app.triage.said)
        assert "log.parquet" in app.triage.detail_pane.text
        await pilot.press("j", "p", "l", "slash", "escape", "e", "s", "r", "q")


async def test_a_folder_that_cannot_be_written_browses_and_says_why_it_decides_nothing(workspace: Path) -> None:
    evalset = workspace / "evalset"
    evalset.write_text("in the way")
    async with running(workspace) as app:
        await app.press("l")
        await app.type("storms")
        await app.press("enter")
        assert app.status(0) == "open"
        assert "evalset" in app.triage.said or "eval set" in app.triage.said


async def test_an_unforeseen_error_leaves_without_anybodys_data(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regrade.tui.screens.triage import TriageScreen

    def broken(self: TriageScreen, *_: object) -> None:
        secret = "4111-1111"
        raise ValueError(secret)

    async def run() -> None:
        async with running(workspace) as app:
            monkeypatch.setattr(TriageScreen, "show_marks", broken)
            await app.press("space")

    with pytest.raises(ValueError, match="4111"):
        await run()
    noted = (workspace / ".regrade" / "support.log").read_text()
    assert "ValueError in the app" in noted and "4111" not in noted


async def test_a_view_that_arrives_does_not_close_the_filter_that_is_typed(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.pilot.press("r", "slash")
        await app.type("hour")
        await app.settle()
        assert app.triage.filter_bar.typing
        assert app.triage.filter_bar.field.value == "hour"


_LETTERS = [*"jkgGeEwWvsS12lxcpPiouryYant'=z"]
_NAMED = ["ctrl+d", "ctrl+u", "ctrl+r", "left", "right", "up", "down", "home", "end", "enter", "escape", "tab", "space", "backspace"]
_SIGNS = ["asterisk", "slash", "plus", "underscore", "question_mark", "colon"]


async def test_no_sequence_of_keys_and_sizes_breaks_it(tmp_path: Path) -> None:
    folder, choose = make_workspace(tmp_path / "ws", 300, notes=HOSTILE), random.Random(20260317)
    async with running(folder) as app:
        for step in range(180):
            await app.pilot.press(choose.choice(_LETTERS + _NAMED + _SIGNS))
            if step % 30 == 29:
                await app.pilot.resize_terminal(choose.choice([30, 60, 90, 130, 200]), choose.choice([8, 15, 24, 50]))
        await app.settle()
        assert app.app.is_running
    assert not (folder / ".regrade" / "support.log").exists()
