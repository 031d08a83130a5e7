"""Columns of a log that are called like what regrade itself says of a prediction."""

from __future__ import annotations

from pathlib import Path

import duckdb

from regrade.config import load
from regrade.paths import Paths
from regrade.tui.cells import Format
from regrade.tui.chosen import Chosen
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

    short = [GridColumn("label", "VARCHAR", "prediction"), GridColumn("body", "VARCHAR", "text"), GridColumn("n", "BIGINT", "input")]
    layout = Layout.of(short)
    layout.learn({"label": Format("text", 8), "body": prose, "n": Format("number", 4)})
    assert widths(36) == {"body": 14, "label": 8, "mode": 8} and widths(48) == {"body": 22, "label": 8, "mode": 12}
    assert widths(64) == {"body": 34, "label": 8, "mode": 16}, "text that is judged before other inputs"
    assert widths(84) == {"body": 44, "n": 4, "label": 8, "mode": 20}


async def test_columns_are_hidden_moved_resized_and_kept_with_a_view(workspace: Path) -> None:
    toml = workspace / "regrade.toml"
    async with running(workspace, (140, 24)) as app:
        layout = app.triage.grid.columns
        before = [column.name for column in layout.shown()]
        assert before[:3] == ["time", "id", "carrier"]
        await app.press("right", "right", "minus")
        assert [column.name for column in layout.shown()][2] != "carrier" and layout.current.name == before[3]
        await app.press("L", "greater_than_sign", "greater_than_sign", "less_than_sign")
        wide = layout.column_width(layout.current)
        assert [column.name for column in layout.shown()][3] == before[3] and layout.chosen.widths == {before[3]: wide}
        app.triage.action_do("save_team_view")
        await app.settle()
        await app.press(*"mine", "enter")
        kept = load(Paths(workspace).config).views["mine"]
        assert kept.columns == layout.chosen.names and kept.widths == {before[3]: wide} and "carrier" not in kept.columns
        app.triage.action_do("automatic_columns")
        assert [column.name for column in layout.shown()] == before
        await app.press("V", *"mine", "enter")
        assert layout.chosen.names == kept.columns
        snapshot = app.triage.snapshot()
        assert snapshot.chosen == layout.chosen
    toml.write_text(toml.read_text() + '[views.odd]\ncolumns = ["nothing", "hour", "id"]\nwidths = { hour = 100000, id = -3 }\n')
    async with running(workspace, (140, 24)) as app:
        assert app.triage.grid.columns.chosen.names == kept.columns, "as it was left"
        assert f"{kept.columns[2]}" in app.screen_text().split("\n")[3]
        await app.press("V", *"odd", "enter")
        assert [column.name for column in app.triage.grid.columns.columns] == ["hour", "id"]
        await app.press("right", "minus", "minus")
        assert app.triage.said == "the last column stays"


async def test_a_dialog_shows_hides_orders_and_resizes(workspace: Path) -> None:
    async with running(workspace, (80, 24)) as app:
        layout = app.triage.grid.columns
        first = [column.asked for column in layout.columns]
        await app.press("C", "enter")
        assert not layout.chosen, "nothing was changed"
        await app.press("C", "space", "greater_than_sign", "L", "enter")
        assert layout.chosen.names == (first[2], first[1], *first[3:]) and list(layout.chosen.widths) == [first[1]]
        await app.press("C", "j", "space", "escape")
        assert len(layout.chosen.names) == len(first) - 1
        await app.press("C", "a")
        assert not layout.chosen and [column.asked for column in layout.columns] == first
        # A log that is opened anew brings other columns: the rows that stand until its own come have none of their values.
        grid = app.triage.grid
        drawn = grid.render_line(1).text
        grid.columns = Layout.of([GridColumn("id", "BIGINT", "id"), *(GridColumn(f"c{at}", "BIGINT", "input") for at in range(9))])
        grid.columns.arrange(76)
        assert grid.render_line(1).text.split() == drawn.split()[:1]


def test_the_key_stays_while_others_scroll() -> None:
    columns = [GridColumn("id", "BIGINT", "id"), *(GridColumn(f"c{at}", "BIGINT", "input") for at in range(30))]
    layout = Layout.of(columns, Chosen(tuple(column.name for column in columns), {"c29": 500}))
    layout.arrange(60)
    seen = set()
    for _ in columns:
        shown = [column.name for column in layout.shown()]
        assert shown[0] == "id" and layout.current.name in shown and len(set(shown)) == len(shown)
        seen |= set(shown)
        layout.move(1)
    assert seen == {column.name for column in columns} and layout.column_width(columns[-1]) == 200
    layout.arrange(15)
    assert layout.shown()[0].name != "id", "it would take too much of a narrow screen"
