"""Small terminals: what is needed most stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.harness import FakeEngine, board_row, make_workspace, running


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_the_last_line_keeps_promote_and_other(workspace: Path, size: tuple[int, int]) -> None:
    async with running(workspace, size) as app:
        for name in ("evening storms", "short hop", "missing weather", "holidays"):
            await app.press("l")
            await app.type(name)
            await app.press("enter", "j")
        last = app.screen_text().split("\n")[-1]
        assert "p promote" in last and "l other" in last and "? help" in last


async def test_as_many_candidates_as_fit_the_champion_first(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [board_row(name, 1, 2, champion=name == "logged") for name in ("a", "b", "c", "logged", "d")]
    board = {"version": "v", "examples": 400, "sampled": 300, "primary": "accuracy", "rows": rows}
    monkeypatch.setattr(FakeEngine, "board", lambda self: board)
    async with running(workspace, (60, 15)) as app:
        await app.until(lambda: "logged  " in app.screen_text())
        lines = app.screen_text().split("\n")[-5:-1]
        assert lines[1].startswith(" logged")
        assert lines[3].startswith(" and 3 more")


async def test_opening_starts_at_the_top_and_closing_goes_back(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", 20, notes=("word " * 900,))
    async with running(folder, (120, 24)) as app:
        pane = app.triage.detail_pane
        await app.until(lambda: pane.detail and pane.detail.answers)
        await app.settle()
        pane.scroll_to(y=5, animate=False, force=True)
        await app.settle()
        assert pane.scroll_offset.y == 5
        await app.press("enter")
        assert pane.scroll_offset.y == 0
        await app.press("ctrl+d", "escape")
        assert pane.scroll_offset.y == 5
