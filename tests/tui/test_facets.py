"""Facets in the app: count, drill in, leave out, come back; keys wait for what they are meant for, and old questions are dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event, current_thread
from typing import Any

import duckdb
import pytest

from regrade.errors import DataError
from regrade.log import Reader
from regrade.tui.screens.facets import FacetsScreen
from tests.tui.harness import HOSTILE, Driver, make_workspace, running

SIZES = [(60, 15), (300, 100)]


def screen(app: Driver) -> FacetsScreen:
    """Return the facets screen, which is on top."""
    assert isinstance(app.app.screen, FacetsScreen)
    return app.app.screen


@asynccontextmanager
async def facets_of(folder: Path, column: str, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Driver]:
    """Run the app, and open the facets of a column, the cursor on its first value."""
    async with running(folder, size) as app:
        columns = app.triage.grid.columns
        columns.cursor = next((at for at, each in enumerate(columns.columns) if each.name == column), 0)
        await app.press("f", *(() if columns.current and columns.current.name == column else ("slash", *column, "enter")))
        assert screen(app).state.column == column and screen(app).state.in_values
        yield app


async def drilled(app: Driver) -> str:
    """Return the filter of the grid, which is on top; each of its rows is on screen or counted."""
    assert app.app.screen is app.triage
    return app.triage.looking.where


async def test_it_counts_at_every_size(workspace: Path) -> None:
    async with facets_of(workspace, "distance") as app:
        for size in SIZES:
            await app.pilot.resize_terminal(*size)
            await app.press("G", "g", "S", "s", "S", "s")
            lines = app.screen_text().split("\n")
            assert len(lines) == size[1] and lines[0].startswith(" regrade") and "? help" in lines[-1]
            assert lines[1].startswith(" / all predictions")
            assert "rate %" in app.screen_text()
            await app.until(lambda tall=size[1] > 20: ("wrong  ░ others" in app.screen_text()) == tall)


async def test_drill_in_and_back_several_levels(workspace: Path) -> None:
    async with facets_of(workspace, "carrier") as app:
        first = screen(app).values.row
        assert first is not None
        await app.press("j", "enter")
        carrier = await drilled(app)
        assert carrier.startswith("carrier = '") and len(app.triage.grid.rows) < 600
        await app.press("j", "f", "g", "j", "right", "j", "enter")
        both = await drilled(app)
        assert both.startswith(f"{carrier} and hour") and len(app.triage.grid.rows) > 0
        await app.press("escape")
        assert screen(app).state.where == carrier and screen(app).state.column == "hour" and screen(app).values.cursor == 1
        assert app.triage.looking.where == carrier
        await app.press("escape")
        assert app.app.screen is app.triage and app.triage.grid.cursor == 1
        await app.press("escape")
        assert screen(app).state.where == "" and screen(app).state.column == "carrier" and screen(app).values.cursor == 1
        assert app.triage.looking.where == "" and len(app.triage.grid.rows) == 600
        await app.press("escape", "escape")
        assert app.app.screen is app.triage


async def test_keys_that_are_typed_ahead_wait_for_the_values(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.pilot.press("f", "slash", *"carrier", "enter", "enter", "f", "slash", *"hour", "enter", "enter", "j")
        await app.settle()
        where = await drilled(app)
        assert where.startswith("carrier = '") and " and hour " in where and app.triage.grid.cursor == 1


async def test_all_but_a_value_and_a_filter_typed_since(workspace: Path) -> None:
    async with facets_of(workspace, "carrier") as app:
        row, found = screen(app).values.row, screen(app).values.found
        assert row is not None and found is not None
        await app.press("exclamation_mark")
        assert await drilled(app) == f"carrier <> '{row.value}'"
        assert len(app.triage.grid.rows) == found.n - row.n
        await app.press("f", "slash", *"model", "enter", "exclamation_mark")
        assert screen(app).said == "nothing would be left"
        await app.press("escape", "slash", "ctrl+u", *"true", "enter")
        await app.press("escape")  # only now: it would let go of the keys that wait
        assert await drilled(app) == "true"  # typed since: Esc does not take it away


async def test_values_are_sorted_by_rate_and_lift(workspace: Path) -> None:
    async with facets_of(workspace, "carrier") as app:
        found = screen(app).values.found
        assert found is not None
        best = max(found.rows, key=lambda row: row.rate or 0)
        await app.press("s")
        assert "↓n" in app.screen_text()
        await app.press("s")
        assert screen(app).values.row is best and "↓rate %" in app.screen_text()
        await app.press("S", "S", "s", "s")
        assert screen(app).state.order == "" and "↓" not in app.screen_text().split("\n")[3]


async def test_a_filter_that_finds_nothing_says_so(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await app.type("hour > 99")
        await app.press("enter", "f")
        assert "no prediction matches the filter" in app.screen_text()
        await app.press("enter")
        assert screen(app).said == "there is nothing behind it"
        await app.press("escape")
        assert await drilled(app) == "hour > 99"


async def test_what_people_decided_is_counted_anew_on_the_way_back(workspace: Path) -> None:
    async with facets_of(workspace, "status") as app:
        await app.press("enter")
        assert await drilled(app) == "status = 'open'"
        await app.press("x")
        await app.type("no failure")
        await app.press("enter", "escape")
        found = screen(app).values.found
        assert found is not None and {row.value: row.n for row in found.rows} == {"open": 599, "dismissed": 1}


async def test_a_column_is_found_although_its_name_and_enter_come_at_once(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("f")
        before = screen(app).state.column
        finder = screen(app).columns.finder
        await app.press("slash")
        finder.value = "dist"
        finder.entered()  # before anybody hears what was typed
        await app.settle()
        assert before != "distance" == screen(app).state.column and screen(app).state.in_values


async def test_moving_fast_interrupts_what_nobody_waits_for(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with facets_of(workspace, "carrier") as app:
        await app.press("left", "g")
        begun, interrupted = Event(), Event()
        asked: list[str] = []
        count = Reader.facets

        def slow(reader: Reader, column: str, where: str = "", *, limit: int = 20) -> Any:
            asked.append(column)
            if column == "hour":  # a query of many seconds
                begun.set()
                interrupted.wait(20)
                raise duckdb.InterruptException("interrupted")
            return count(reader, column, where, limit=limit)

        monkeypatch.setattr(Reader, "facets", slow)
        monkeypatch.setattr(Reader, "interrupt", lambda reader: interrupted.set())
        screen(app).count_again()
        await app.settle()
        asked.clear()
        await app.pilot.press("j")
        await app.until(begun.is_set)
        await app.until(lambda: "counting…" in app.screen_text())
        steps = len(screen(app).columns.all)
        await app.pilot.press(*["j"] * steps)
        await app.settle()
        assert interrupted.is_set() and asked[0] == "hour" and asked[-1] == "id" and screen(app).values.found is not None
        assert screen(app).values.found.column == "id" and screen(app).said == ""


async def test_escape_leaves_a_count_that_takes_long(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted, threads = Event(), []

    def endless(reader: Reader, column: str, where: str = "", *, limit: int = 20) -> Any:
        threads.append(current_thread().name)
        interrupted.wait(20)
        raise duckdb.InterruptException("interrupted")

    monkeypatch.setattr(Reader, "facets", endless)
    async with running(workspace) as app:
        monkeypatch.setattr(Reader, "interrupt", lambda reader: interrupted.set())
        await app.pilot.press("f")
        await app.until(lambda: "counting…" in app.screen_text())
        await app.pilot.press("enter", "escape")
        await app.until(lambda: app.app.screen is app.triage)
        assert interrupted.is_set() and app.triage.looking.where == "" and threads == ["regrade-facets_0"]


async def test_an_error_is_said_and_the_screen_stays(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with facets_of(workspace, "carrier") as app:
        for error, said in ((DataError("a file of the log was changed"), "changed"), (ValueError("secret"), "ValueError")):

            def fails(reader: Reader, column: str, where: str = "", *, limit: int = 20, error: Exception = error) -> Any:
                raise error

            with monkeypatch.context() as patch:
                patch.setattr(Reader, "facets", fails)
                await app.press("r")
                assert said in screen(app).said and "secret" not in app.screen_text()
                await app.press("enter")
        await app.press("r")
        assert screen(app).values.found is not None


async def test_hostile_values_are_shown_safe_and_drilled_exactly(tmp_path: Path) -> None:
    values = (*HOSTILE[:2], HOSTILE[6], "", "x" * 1_000_000)
    folder = make_workspace(tmp_path / "ws", 4 * len(values), notes=values)
    async with facets_of(folder, "remark", (120, 40)) as app:
        found = screen(app).values.found
        assert found is not None and len(found.rows) == len(values)
        for position in range(len(values)):
            assert all(line.isprintable() for line in app.screen_text().split("\n"))
            screen(app).values.move_to(position)
            await app.press("enter")
            assert len(app.triage.grid.rows) == 4, await drilled(app)
            assert all(line.isprintable() for line in app.screen_text().split("\n"))
            await app.press("escape")


async def test_help_palette_and_copy_are_those_of_the_screen(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with facets_of(workspace, "carrier", (120, 60)) as app:
        await app.press("question_mark")
        assert "all predictions but those behind this value" in app.screen_text() and "promote" not in app.screen_text()
        await app.press("escape", "colon")
        await app.type("drill")
        await app.until(lambda: "drill in: the predictions" in app.screen_text())
        await app.press("escape")
        copied: list[str] = []
        monkeypatch.setattr(app.app, "copy_to_clipboard", copied.append)
        await app.press("y")
        assert copied == [screen(app).values.term]


async def test_the_mouse_chooses_and_drills(workspace: Path) -> None:
    async with facets_of(workspace, "carrier") as app:
        await app.pilot.click("#facet-list", offset=(3, 1))
        await app.settle()
        assert screen(app).state.column == "hour" and not screen(app).state.in_values
        await app.pilot.click("#facet-table", offset=(3, 2), times=2)
        await app.settle()
        assert (await drilled(app)).startswith("hour ")


async def test_a_broken_feed_is_marked_on_the_time_line_and_told_from_a_bad_model(workspace: Path) -> None:
    log = workspace / "log.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE log AS SELECT * FROM '{log}'")
        connection.execute("UPDATE log SET outcome = 'late' WHERE time >= '2013-07-10' AND time < '2013-07-13'")
        connection.execute(f"COPY log TO '{log}' (FORMAT parquet)")
    async with facets_of(workspace, "time", (100, 40)) as app:
        pane = screen(app).values
        said = " ".join("".join(text for text, _ in line).strip() for line in pane._heading.lines)
        assert "⚠ the outcome feed looks broken from 2013-07-10 to 2013-07-12: all " in said
        assert ": a broken feed, not a bad model" in said and "feed looks broken" in app.screen_text()
        marked = ["".join(text for text, _ in line) for line in pane._list.lines if any("⚠" in text for text, _ in line)]
        assert [line[:10] for line in marked] == ["2013-07-10", "2013-07-11", "2013-07-12"]
        signs, axis = ("".join(text for text, _ in line) for line in pane._plot.lines[-4:-2])
        assert signs.count("⚠") == 3 and axis.strip().startswith("2013-07-01")
        await app.press("left", "slash", *"hour", "enter")
        assert "feed looks broken" not in app.screen_text()
        await app.press("left", "slash", *"time", "enter")
        assert "feed looks broken" in app.screen_text(), "remembered as long as the filter holds"
