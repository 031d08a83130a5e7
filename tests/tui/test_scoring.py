"""The scoreboard while candidates are scored: a bar each, results as they come, what was stopped, what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from regrade.tui.commands.copy import gate_command
from regrade.tui.glyphs import ASCII, UNICODE
from regrade.tui.screens.trouble import TroubleScreen
from regrade.tui.services.engine_messages import BoardDone, Scoring
from regrade.tui.services.engine_service import EngineService
from regrade.tui.widgets.board_lines import board_lines
from regrade.tui.widgets.progress_lines import Progress
from tests.tui.harness import FakeEngine, board_row, running

HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[2J[@click=app.quit]x[/]\u202e"
TROUBLE = {
    "name": "better",
    "reason": f"cannot be loaded: {HOSTILE}",
    "failed": True,
    "errors": 411,
    "groups": [],
    "wrote": ["Traceback", f"{HOSTILE} no such thing"],
    "todo": ["look at rules.py, then trust it"],
    "command": "regrade trust better",
}


def said(candidate: str, state: str = "asking", **more: Any) -> dict[str, Any]:
    return {"event": "progress", "op": "score", "candidate": candidate, "state": state, "done": 0, "total": 5_000, "cached": 0, **more}


def asked_last(engine: FakeEngine) -> int:
    """Return the number of the last question for the scoreboard."""
    return max(number for number, (op, _) in enumerate(engine.asked, 1) if op == "scoreboard")


def lines(board: dict[str, Any], width: int, *progress: dict[str, Any], glyphs=UNICODE) -> list[str]:
    shown = {each["candidate"]: Progress.read(each) for each in progress}
    return ["".join(text for text, _ in line) for line in board_lines(board, None, width, glyphs, shown)]


def test_a_bar_a_count_a_rate_and_the_time_left_stand_in_place_of_numbers() -> None:
    board = {"sampled": 300, "primary": "accuracy", "rows": [board_row("prod", 0, 9, champion=True), board_row("new", 3, 9)]}
    _, prod, new = lines(board, 120, said("new", done=1_250, cached=500, rate=312.4, left=12.1))
    assert "accuracy 75.0%" in prod and "accuracy" not in new
    assert "█" * 5 + "░" * 15 in new and "1,250 / 5,000   13 s left   312/s   500 known before" in new


@pytest.mark.parametrize("width", [24, 30, 40, 59, 78, 119])
@pytest.mark.parametrize("rows", [0, 2])
def test_no_line_is_wider_than_the_room_and_the_count_goes_last(width: int, rows: int) -> None:
    board = {"rows": [board_row("prod", 0, 9, champion=True), board_row("漢字" * 20, 3, 9)][:rows], "sampled": 9}
    moving = said("c" * 50, done=4_999, cached=3, rate=0.31, left=86_400.0)
    partial = {"rows": [*board["rows"], {"name": "s", "partial": {"done": 1_200, "total": 5_000}}, {"name": "f", "trouble": TROUBLE}]}
    for given in (lines(board, width, moving), lines({**board, **partial}, width, moving, glyphs=ASCII)):
        assert max(cell_len(line) for line in given[1 + rows :]) <= width
    assert "4,999 / 5,000" in lines({"rows": []}, 59, moving)[1]


def test_no_answer_for_a_while_is_said() -> None:
    assert "no answer for 34 s" in lines({}, 100, said("slow", quiet=33.3, done=10, rate=5.0, left=1.0))[1]
    assert "waits for its turn" in lines({}, 100, said("last", "waiting"))[1]


def test_a_stopped_candidate_is_a_part_and_none_to_judge() -> None:
    rows = [board_row("prod", 0, 9, champion=True), {"name": "new", "champion": False, "partial": {"done": 1_200, "total": 5_000}}]
    board = {"sampled": 300, "rows": rows}
    assert "1,200 of 5,000 answered; r goes on" in lines(board, 100)[2] and "%" not in lines(board, 100)[2]
    assert gate_command(board) is None


def test_what_comes_after_the_end_of_scoring_is_not_shown(tmp_path: Path) -> None:
    service = EngineService(tmp_path, lambda message: None, FakeEngine)
    service.start()
    assert isinstance(service.handle(said("better")), Scoring)
    assert isinstance(service.handle({"event": "board", "result": {"rows": []}}), BoardDone)
    service.handle({"id": 1, "ok": True, "result": FakeEngine.made[-1].board()})
    assert service.handle(said("better")) is None and service.handle({"event": "board", "result": {"rows": []}}) is None


async def test_candidates_that_are_done_show_their_numbers_while_others_go_on(workspace: Path) -> None:
    async with running(workspace) as app:
        app.engine.mute = True
        before = app.triage.scoreboard.size.height
        await app.press("r")
        for name in ("logged", "better", "third"):
            app.engine.hear(said(name, "waiting"))
        await app.settle()
        assert app.screen_text().count("waits for its turn") == 3
        assert app.triage.scoreboard.size.height == before + 1
        app.engine.hear({"event": "board", "result": {**app.engine.board(), "rows": [board_row("logged", 0, 77, champion=True)]}})
        app.engine.hear(said("better", done=2_500, rate=100.0, left=25.0))
        await app.settle()
        text = app.screen_text()
        assert "0 / 77" in text and "2,500 / 5,000   25 s left   100/s" in text and text.count("waits for its turn") == 1
        app.engine.hear({"id": asked_last(app.engine), "ok": True, "result": app.engine.board()})
        await app.settle()
        assert "waits for its turn" not in app.screen_text() and app.triage.scoreboard.progress == {}


async def test_an_engine_that_dies_leaves_no_bar(workspace: Path) -> None:
    async with running(workspace) as app:
        app.engine.mute = True
        await app.press("r")
        app.engine.hear(said("better", done=10))
        app.engine.hear({"id": asked_last(app.engine), "ok": False, "error": {"what": "the engine ended (signal 9)"}})
        await app.settle()
        assert app.triage.scoreboard.progress == {} and "the engine ended" in app.screen_text()


async def test_what_went_wrong_opens_by_key_and_by_mouse_and_runs_nothing(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("t")
        assert "no candidate has errors" in app.screen_text()
        board = app.engine.board()
        board["rows"][1] |= {"error": TROUBLE["reason"], "errors": 411, "trouble": TROUBLE}
        app.triage.scoreboard.show(board)
        await app.settle()
        assert "⚠ cannot be loaded" in app.screen_text() and "t says more" in app.screen_text()
        asked = len(app.engine.asked)
        await app.press("t")
        dialog = app.app.screen
        assert isinstance(dialog, TroubleScreen)
        text = app.screen_text()
        assert "better · 411 examples without an answer" in text and "It last wrote" in text and "regrade trust better" in text
        assert not any(control in text + dialog.text for control in ("\x1b", "\x07", "\u202e"))
        await app.press("y", "right", "down")
        assert app.app.clipboard == "regrade trust better"
        await app.press("escape")
        assert app.app.screen is app.triage and len(app.engine.asked) == asked
        await app.pilot.click("#scoreboard", offset=(3, 2))
        await app.settle()
        assert isinstance(app.app.screen, TroubleScreen)
        await app.press("enter")
        saved = app.triage.snapshot()
        assert saved is not None and saved.board is not None and all("trouble" not in row for row in saved.board["rows"])


async def test_scoring_is_stopped_from_the_palette_as_well(workspace: Path) -> None:
    async with running(workspace) as app:
        app.triage.action_do("stop_scoring")
        assert "nothing is being scored" in app.triage.said
        app.engine.mute = True
        await app.press("r")
        app.triage.action_do("stop_scoring")
        assert app.engine.asked[-1][0] == "cancel"
