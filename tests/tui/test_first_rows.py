"""The first rows of a large view are shown, and can be moved among, while the order of the others is being found."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from regrade.log import Reader, View
from regrade.tui.screens.status_lines import count_line
from tests.tui.harness import running


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Opened, it lets the whole order be found; 600 rows are many."""
    monkeypatch.setattr("regrade.log.orders.MANY", 10)
    monkeypatch.setattr("regrade.tui.services.log_service.FIRST", 200)
    found, gate = Reader.view, Event()
    gate.set()

    def slow(self: Reader, where: str = "", sort: str = "") -> View:
        assert gate.wait(20)
        return found(self, where, sort)

    monkeypatch.setattr(Reader, "view", slow)
    return gate


async def test_keys_move_among_the_first_rows_and_others_wait_for_the_rest(workspace: Path, gate: Event) -> None:
    async with running(workspace) as app:
        triage, grid, looking = app.triage, app.triage.grid, app.triage.looking
        gate.clear()
        triage.look(sort="-p_late")
        await app.until(lambda: looking.begun)
        first = [grid.key_at(at) for at in range(10)]
        assert len(grid.rows) == 200
        assert None not in first
        assert count_line(looking, grid, triage.glyphs)[0].startswith("first 200, ordering the rest")
        await app.pilot.press("down", "down")
        await app.until(lambda: grid.cursor == 2)
        await app.pilot.press("escape")
        assert looking.begun, "the rest comes all the same"
        await app.pilot.press("G")
        assert grid.cursor == 2
        assert triage.holding
        gate.set()
        await app.until(lambda: not looking.begun and grid.cursor == 599)
        assert len(grid.rows) == len(looking.addresses) == 600
        assert [grid.key_at(at) for at in range(10)] == first
        assert len({looking.address_at(at) for at in range(600)}) == 600


async def test_the_cursor_stays_where_it_was_moved_to_while_the_view_was_read_again(workspace: Path, gate: Event) -> None:
    async with running(workspace) as app:
        await app.press("j", "j", "j")
        gate.clear()
        app.triage.looking.look(stay=True)
        await app.pilot.press("g", "j")
        gate.set()
        await app.settle()
        assert app.triage.grid.cursor == 1


async def test_a_view_with_few_rows_is_whole_at_once(workspace: Path, gate: Event) -> None:
    async with running(workspace) as app:
        gate.clear()
        app.triage.look(where="hour = 3", sort="p_late")
        await app.until(lambda: not app.triage.looking.awaiting and app.triage.looking.where == "hour = 3")
        assert not app.triage.looking.begun
        gate.set()


async def test_another_view_takes_the_place_of_one_that_has_begun(workspace: Path, gate: Event) -> None:
    async with running(workspace) as app:
        looking = app.triage.looking
        gate.clear()
        app.triage.look(sort="-p_late")
        await app.until(lambda: looking.begun)
        app.triage.look(sort="p_late")
        gate.set()
        await app.until(lambda: not looking.begun and looking.sort == "p_late")
        assert len(app.triage.grid.rows) == 600
        assert looking.snapshot() is not None
