"""A machine that stops the app whenever a timer begins."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
from textual import events
from textual.geometry import Size

from tests.tui.harness import make_workspace, running


async def test_what_is_to_be_called_once_is_called_where_it_is_late_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = itertools.count()

    def late() -> float:
        """Return the time, a second later at each look of a timer that calls once."""
        task = asyncio.current_task()
        return monotonic() + (next(stops) if task is not None and task.get_name().startswith("set_timer") else 0)

    async with running(make_workspace(tmp_path / "flights", 60)) as app:
        monkeypatch.setattr("textual.timer._time", SimpleNamespace(get_time=late))
        await app.press("j")  # and the pane follows
        assert next(stops) > 0 and app.triage.detail_pane.detail.key == app.key(1)
        app.app.post_message(events.Resize(Size(90, 30), Size(90, 30)))
        await app.until(lambda: app.app._resize_timer is None)
        heard: list[bool] = []
        app.app.set_timer(0.02, lambda: heard.append(True))
        await app.until(lambda: heard)
