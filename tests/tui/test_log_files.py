"""The user's Parquet under the open app: replaced, cut short or deleted, it is noticed and said, and nothing is decided on other rows."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.tui.harness import Driver, running


def replace(log: Path) -> None:
    """Put another file in its place: the same columns, the rows the other way round, half of them gone."""
    other = log.with_suffix(".new")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_parquet('{log}') WHERE hour > 6 ORDER BY id DESC) TO '{other}' (FORMAT parquet)")
    other.replace(log)


def write_over(log: Path) -> None:
    """The same, into the very same file."""
    inode = log.stat().st_ino
    copy = log.with_suffix(".copy")
    copy.write_bytes(log.read_bytes())
    replace(copy)
    log.write_bytes(copy.read_bytes())
    assert log.stat().st_ino == inode


def cut_short(log: Path) -> None:
    """Leave the first half of its bytes."""
    os.truncate(log, log.stat().st_size // 2)


def shown(app: Driver) -> list[str]:
    """Return the keys on screen."""
    return [app.key(position) for position in range(20)]


@pytest.mark.parametrize("change", [replace, write_over, cut_short, Path.unlink])
async def test_a_file_that_changes_under_the_app_is_said_and_its_rows_are_not_decided_on(
    workspace: Path, change: Callable[[Path], None]
) -> None:
    async with running(workspace) as app:
        before = shown(app)
        change(workspace / "log.parquet")
        await app.press("e", "p")  # to the next failure, and promote it
        assert "log.parquet" in app.triage.said
        assert "changed since the log was opened" in app.triage.said or "gone since the log was opened" in app.triage.said
        assert app.app.services.decisions._evalset.state.members() == []
        await app.press("right", "s")
        assert "log.parquet" in app.triage.said
        assert shown(app) == before, "rows of the file that was opened, or none"
        await app.press("r")
        whole = change in (replace, write_over)
        if whole:
            with duckdb.connect() as connection:
                now = {row[0] for row in connection.execute(f"SELECT id FROM '{workspace / 'log.parquet'}'").fetchall()}
            assert len(app.triage.grid.rows) == len(now) < 600
            assert set(shown(app)) <= set(map(str, now))
            await app.press("e", "p")
            (member,) = app.app.services.decisions._evalset.state.members()
            assert member in set(map(str, now))
        else:
            assert "log.parquet" in app.triage.said
            assert app.app.services.decisions._evalset.state.members() == []


async def test_scrolling_a_sorted_view_from_end_to_end_holds_a_few_blocks_of_rows(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.tui.services.rows.BLOCK", 8)
    for module in ("regrade.tui.services.log_service", "regrade.tui.services.windows", "regrade.tui.screens.looking"):
        monkeypatch.setattr(f"{module}.BLOCK", 8)
    monkeypatch.setattr("regrade.tui.services.rows._KEPT", 16)
    async with running(workspace) as app:
        await app.press("right", "s")
        held = set()
        pages = 0
        while app.triage.grid.cursor < len(app.triage.grid.rows) - 1:
            pages += 1
            await app.press("pagedown")
            held.add(app.triage.grid.rows.in_memory)
            assert app.triage.grid.current_key is not None
        assert pages > 10, "all of the view went by"
        assert max(held) <= 16 * 8 < len(app.triage.grid.rows)
        assert app.app.services.log.busy_blocks(app.triage.looking.generation) == set()
        assert len(app.app.services.log._readers) <= len(app.app.services.log._lanes), "a cursor a lane, however many pages"
