"""A terminal that changes its size faster than the app can draw."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.geometry import Size

from tests.tui.harness import make_workspace, running


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace without a decision."""
    return make_workspace(tmp_path / "flights", 60)


def size(width: int, height: int) -> events.Resize:
    return events.Resize(Size(width, height), Size(width, height))


@pytest.mark.parametrize("keys", [(), ("f",), ("f3",), ("l",), ("question_mark",)], ids=["triage", "facets", "place", "dialog", "help"])
async def test_a_size_of_before_never_comes_last(workspace: Path, keys: tuple[str, ...]) -> None:
    async with running(workspace) as app:
        await app.press(*keys)
        screen = app.app.screen
        for message in (size(70, 20), events.Callback(callback=lambda: None), size(130, 36), events.Callback(callback=lambda: None)):
            screen.post_message(message)
        for _ in range(20):
            await app.pilot.pause()
        assert screen.size == app.app.size == Size(120, 36)


@pytest.mark.parametrize("sizes", [((120, 36),), ((90, 30), (120, 36))], ids=["unheard", "heard"])
async def test_all_is_drawn_anew_where_the_terminal_was_another_size_for_a_moment(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, sizes: tuple[tuple[int, int], ...]
) -> None:
    async with running(workspace) as app:
        drawn: list[object] = []
        monkeypatch.setattr(app.app, "_display", lambda screen, update: drawn.append(update))
        for each in sizes:
            app.app.post_message(size(*each))
            app.app.post_message(events.Callback(callback=lambda: None))
        await app.until(lambda: any(isinstance(update, LayoutUpdate) for update in drawn))
