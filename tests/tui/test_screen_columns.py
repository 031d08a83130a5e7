"""Columns of a log that are called like what regrade itself says of a prediction."""

from __future__ import annotations

from pathlib import Path

import duckdb

from regrade.tui.cells import Format
from regrade.tui.layout import GridColumn, Layout
from tests.tui.harness import make_workspace, running


async def test_a_column_called_like_a_built_in_one_shows_what_the_log_says(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", 40)
    own = ", ".join(f"'own {name}' AS {name}" for name in ("status", "mode", "result", "key"))
    with duckdb.connect() as connection:
        source = folder / "log.parquet"
        connection.execute(f"CREATE TABLE t AS SELECT *, {own} FROM '{source}'; COPY t TO '{source}' (FORMAT parquet)")
    async with running(folder, (200, 40)) as app:
        await app.until(lambda: app.triage.detail_pane.detail)
        heading = next(line for line in app.screen_text().split("\n") if "carrier" in line)
        assert "log." not in heading
        for name in ("status", "mode", "result"):  # the last has no room in the grid
            assert name == "result" or (name in heading and f"own {name}" in app.screen_text())
            assert f"own {name}" in app.triage.detail_pane.text
        assert app.triage.detail_pane.detail.result in ("wrong", "right", "unknown")
        await app.press("l")
        await app.type("storms")
        await app.press("enter")
        assert "storms" in app.screen_text(), "the failure mode has a column of its own"
        layout = app.triage.grid.columns
        while layout.current.asked != "log.status":
            await app.press("right")
        await app.press("s")
        assert app.triage.looking.sort == "log.status"
        assert len(app.triage.grid.rows) == 40


def test_prose_gives_way_and_takes_up_what_nothing_else_needs() -> None:
    columns = [GridColumn("id", "BIGINT", "id"), GridColumn("answer", "VARCHAR", "prediction"), GridColumn("said", "VARCHAR", "outcome")]
    layout = Layout.of([*columns, GridColumn("body", "VARCHAR", "text"), GridColumn("n", "BIGINT", "input")])
    prose = Format("text", 24, cut=True)
    layout.learn({"id": Format("number", 4), "n": Format("number", 4), "answer": prose, "said": prose, "body": prose})

    def widths(width: int) -> dict[str, int]:
        layout.arrange(width)
        return {column.name: layout.column_width(column) for column in layout.shown()}

    assert widths(60) == {"id": 4, "answer": 20, "said": 20, "mode": 10}
    assert widths(90) == {"id": 4, "body": 12, "answer": 24, "said": 24, "mode": 16}
    assert widths(160) == {"id": 4, "body": 38, "n": 4, "answer": 38, "said": 38, "mode": 26}
    assert widths(60) == {"id": 4, "answer": 20, "said": 20, "mode": 10}
    assert layout.natural()["body"] == prose
