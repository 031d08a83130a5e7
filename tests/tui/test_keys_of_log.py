"""A log in which a decision could not name one prediction is said to be one, without being asked."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.tui.harness import make_workspace, running


async def test_a_key_that_occurs_twice_is_said_after_the_first_page(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", 30)
    with duckdb.connect() as connection:
        source = folder / "log.parquet"
        connection.execute(f"COPY (SELECT * REPLACE (if(id = 'f0003', 'f0004', id) AS id) FROM '{source}') TO '{source}' (FORMAT parquet)")
    async with running(folder) as app:
        await app.until(lambda: "'f0004' occurs 2 times" in app.triage.said)
        assert len(app.triage.grid.rows) == 30


async def test_a_sound_log_is_not_remarked_on(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.settle()
        assert app.triage.said == ""
