"""The failures below the cursor are named to the engine before anybody promotes them, a few at a time."""

from __future__ import annotations

from pathlib import Path

from tests.tui.harness import Driver, make_workspace, running


def named(app: Driver) -> list[list[str]]:
    """The keys that the engine was asked about ahead, question by question."""
    return [[key for key, _ in more["examples"]] for op, more in app.engine.asked if op == "ahead"]


async def test_the_next_failures_are_foreseen_once_and_not_those_that_are_promoted(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights")
    with (folder / "regrade.toml").open("a") as file:
        file.write('[candidates.model]\nmodel = "model.skops"\n')
    async with running(folder) as app:
        grid = app.triage.grid
        results = {position: row[0] for position in range(200) if (row := grid.rows.row(position, ("result",))) is not None}
        failures = [position for position, result in results.items() if result == "wrong"]
        keys = [app.key(position) for position in failures]
        below = [key for key, position in zip(keys, failures, strict=True) if position > 0]
        assert named(app) == [below[:12]]
        await app.press("e", "p", "j")
        assert named(app) == [below[:12]], "most of those that come next were asked about"
        await app.press(*["e", "p"] * 6)
        first, more = named(app)
        assert first == below[:12] and more == below[12 : 12 + len(more)] and len(more) >= 6


async def test_where_no_candidate_is_a_model_nothing_is_foreseen(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("e", "p")
        assert named(app) == []
