"""Two people disagree: it is shown with both views, and one key ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.config import load
from regrade.evalset import EvalSet, State
from regrade.paths import Paths
from tests.tui.harness import HOSTILE, Branch, Driver, make_workspace, running


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with two failure modes."""
    folder = make_workspace(tmp_path / "flights", 120)
    with EvalSet.open(folder / "evalset", actor="ann", task_kind="classification") as evalset:
        evalset.define_mode("storms", description="rain at either end", priority=0)
        evalset.define_mode("short hop", priority=2)
    return folder


def state_of(folder: Path) -> State:
    return EvalSet.open(Paths(folder).evalset, actor="zoe", task_kind=load(Paths(folder).config).task.kind, read_only=True).state


async def disagree(app: Driver, branch: Branch, at: int = 0, *, expected: str | None = None) -> str:
    """Let ann say storms of a row and Grace short hop, and merge; return the key."""
    key = app.key(at)
    app.triage.grid.move_to(at)
    await app.press("1")
    branch.decide(lambda theirs: theirs.label([key], "short-hop", note="419 miles only"))
    if expected:
        branch.decide(lambda theirs: theirs.relabel([key], expected))
    branch.merge()
    await app.look_outside()
    app.triage.grid.move_to(at)
    await app.until(lambda: "R takes one of them" in app.triage.detail_pane.text)
    await app.settle()
    return key


async def test_both_views_are_shown_with_who_when_and_why(workspace: Path) -> None:
    async with running(workspace) as app:
        await disagree(app, Branch(workspace))
        lines = [line.strip() for line in app.triage.detail_pane.text.split("\n")]
        assert "≠ disputed" in lines[0]
        at = next(number for number, line in enumerate(lines) if line.startswith("─ disputed"))
        assert at == 2, "directly under the head, which names no mode as if it were agreed on"
        assert lines[at + 1] == "failure mode"
        assert (lines[at + 2], lines[at + 4]) == ("1 storms", "2 short hop")
        assert lines[at + 3].startswith("ann, 20") and lines[at + 5].startswith("Grace, 20")
        assert lines[at + 6 : at + 8] == ["why: 419 miles only", "R takes one of them"]
        assert "short hop / storms" in app.screen_text(), "the grid names both"
        assert "R resolve" in app.screen_text().split("\n")[-1]
        assert "✗≠" in app.screen_text() or "✓≠" in app.screen_text() or "?≠" in app.screen_text()
        assert "≠ 1 disputed" in app.screen_text().split("\n")[0]


async def test_without_a_dispute_nothing_speaks_of_one(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("1")
        assert "disputed" not in app.screen_text()
        assert "resolve" not in app.screen_text()
        await app.press("R")
        assert app.triage.said == "nobody disagrees on anything"
        await app.press("D")
        assert app.triage.said == "nobody disagrees on any prediction"


@pytest.mark.parametrize(("keys", "mode"), [(("2",), "short-hop"), (("j", "k", "enter"), "storms")])
async def test_one_key_takes_a_view_and_u_takes_that_back(workspace: Path, keys: tuple[str, ...], mode: str) -> None:
    async with running(workspace) as app:
        key = await disagree(app, Branch(workspace))
        await app.press("R", *keys)
        name = {"storms": "storms", "short-hop": "short hop"}[mode]
        assert app.triage.said == f"resolved {key}: {name} (failure mode)"
        assert (app.status(0), state_of(workspace).mode(key)) == ("labelled", mode)
        assert app.triage.grid.cursor == 1
        assert "disputed" not in app.screen_text().split("\n")[0]
        await app.press("u")
        assert app.triage.said == f"undid: resolved: {name} (failure mode), {key}"
        assert app.status(0) == "disputed"
        assert "≠ 1 disputed" in app.screen_text().split("\n")[0]
        await app.press("ctrl+r")
        assert (app.status(0), state_of(workspace).mode(key)) == ("labelled", mode)


@pytest.mark.parametrize(("size", "beside"), [((120, 36), True), ((50, 24), False)])
async def test_the_views_stand_side_by_side_or_one_below_the_other(workspace: Path, size: tuple[int, int], beside: bool) -> None:
    async with running(workspace, size) as app:
        branch, key = Branch(workspace), app.key(0)
        await app.press("1")
        branch.decide(lambda theirs: theirs.label([key], "short-hop"))
        branch.decide(lambda theirs: theirs.define_mode("tailwind"))
        branch.decide(lambda theirs: theirs.merge_modes(["short-hop"], "tailwind"))
        branch.merge()
        await app.look_outside()
        app.triage.grid.move_to(0)
        await app.press("R")
        (line,) = [line for line in app.screen_text().split("\n") if "┃1 storms" in line]
        assert ("2 tailwind" in line) is beside, "a merged mode goes by what it was merged into, as in the grid"
        assert "2 tailwind" in app.screen_text()
        await app.press("escape")
        assert app.status(0) == "disputed"


async def test_several_fields_are_gone_through_one_after_the_other(workspace: Path) -> None:
    async with running(workspace) as app:
        branch, key = Branch(workspace), app.key(0)
        await app.press("c")
        await app.type("late")
        await app.press("enter")
        await disagree(app, branch, expected="on_time")
        await app.press("R")
        assert f"{key} · failure mode   1 of 2" in app.screen_text()
        await app.press("2")
        assert f"{key} · expected value   2 of 2" in app.screen_text()
        assert "expected value still disputed: R resolves it" in app.triage.said
        await app.press("2")
        assert app.app.screen is app.triage and app.triage.grid.cursor == 1
        state = state_of(workspace)
        assert (state.status(key), state.mode(key), state.expected(key)) == ("labelled", "short-hop", ["on_time"])
        await app.press("u")
        assert app.status(0) == "disputed" and state_of(workspace).disputed_fields(key) == ["expected"]


async def test_esc_leaves_the_rest_as_it_is(workspace: Path) -> None:
    async with running(workspace) as app:
        await disagree(app, Branch(workspace))
        events = app.app.services.decisions._evalset.state.n_events
        await app.press("R", "escape")
        assert app.app.screen is app.triage
        assert app.app.services.decisions._evalset.state.n_events == events


async def test_on_another_row_it_says_how_many_and_d_goes_there(workspace: Path) -> None:
    async with running(workspace) as app:
        await disagree(app, Branch(workspace), 5)
        app.triage.grid.move_to(50)
        await app.press("R")
        assert "1 prediction is disputed: D goes there, / status = 'disputed' shows them" in app.triage.said
        await app.press("D")
        assert app.triage.grid.cursor == 5, "from the last one to the first"
        app.triage.look(where="status = 'disputed'")
        await app.settle()
        assert len(app.triage.grid.rows) == 1
        app.triage.look(where="status = 'open'")
        await app.settle()
        await app.press("D")
        assert app.triage.said == "none of the 1 disputed is in this view: / status = 'disputed' shows them"


async def test_a_dispute_that_others_joined_meanwhile_is_not_resolved_unseen(workspace: Path) -> None:
    async with running(workspace) as app:
        third = Branch(workspace, "Linus <l@x>")
        key = await disagree(app, Branch(workspace))
        await app.press("R")
        third.decide(lambda theirs: theirs.label([key], "holiday"))
        third.merge()
        await app.look_outside()
        await app.press("1")
        assert "another one by now" in app.triage.said
        assert app.status(0) == "disputed" and app.triage.grid.cursor == 0
        await app.press("R", "3")
        assert state_of(workspace).mode(key) == "holiday"


async def test_labelling_or_correcting_says_that_it_resolved(workspace: Path) -> None:
    async with running(workspace) as app:
        key = await disagree(app, Branch(workspace))
        await app.press("2")
        assert app.triage.said == f"labelled {key} short hop · resolved · p promotes it"
        assert app.status(0) == "labelled"
        await app.press("u")
        app.triage.grid.move_to(0)
        await app.press("x", "enter")
        assert app.triage.said == f"dismissed {key} · failure mode still disputed: R resolves it"
        await app.press("u")


async def test_correcting_says_that_it_resolved(workspace: Path) -> None:
    async with running(workspace) as app:
        branch, key = Branch(workspace), app.key(0)
        await app.press("c")
        await app.type("late")
        await app.press("enter")
        branch.decide(lambda theirs: theirs.relabel([key], "on_time"))
        branch.merge()
        await app.look_outside()
        app.triage.grid.move_to(0)
        await app.press("c")
        await app.type("late")
        await app.press("enter")
        assert app.triage.said == f"corrected {key} · resolved"


async def test_promoting_what_is_disputed_promotes_and_says_what_is_left(workspace: Path) -> None:
    async with running(workspace) as app:
        at = next(at for at in range(60) if app.triage.grid.rows.row(at, ("result",)) == ("wrong",))
        key = await disagree(app, Branch(workspace), at)
        await app.press("p")
        assert app.triage.said == f"promoted {key} · failure mode still disputed: R resolves it"
        assert state_of(workspace).is_member(key)


async def test_many_at_once_say_how_many_disputes_ended(workspace: Path) -> None:
    async with running(workspace) as app:
        branch = Branch(workspace)
        await disagree(app, branch, 1)
        await app.press("g", "space", "space", "space", "2")
        assert "labelled 3 short hop · 1 dispute resolved · p promotes them" in app.triage.said


async def test_retired_here_and_promoted_there_is_told_in_words(workspace: Path) -> None:
    async with running(workspace) as app:
        key = app.key(0)
        await app.press("i")
        app.app.services.decisions._evalset.seal()
        branch = Branch(workspace)
        app.triage.grid.move_to(0)
        await app.press("X", "enter")
        branch.decide(lambda theirs: theirs.retire([key], "duplicate"), lambda theirs: theirs.restore([key]))
        branch.merge()
        await app.look_outside()
        app.triage.grid.move_to(0)
        await app.until(lambda: "R takes one of them" in app.triage.detail_pane.text)
        text = app.triage.detail_pane.text
        assert "in or out of the eval set" in text and "1 retired" in text and "2 in the eval set" in text
        assert "why: the expected value is wrong" in text
        await app.press("R", "1")
        assert state_of(workspace).status(key) == "retired"


async def test_contents_that_differ_are_told_by_what_differs(workspace: Path) -> None:
    from regrade.log.content import Content

    async with running(workspace) as app:
        key, branch = app.key(0), Branch(workspace)
        await app.press("i")
        mine = app.app.services.decisions._evalset.state.example(key).content
        schemas = app.app.services.decisions._evalset.schemas
        other = Content({**mine.inputs, "carrier": "ZZ"}, mine.schema, mine.outcome, mine.prediction, mine.scores, mine.time, mine.model)
        branch.decide(lambda theirs: theirs.promote([(key, other)], origin="important", schemas=schemas))
        branch.merge()
        await app.look_outside()
        app.triage.grid.move_to(0)
        await app.until(lambda: "carrier ZZ" in app.triage.detail_pane.text)
        assert "distance" not in app.triage.detail_pane.text.split("R takes")[0], "only what differs"
        await app.press("R", "2")
        assert state_of(workspace).example(key).content.inputs["carrier"] == "ZZ"


async def test_a_disputed_mode_is_marked_and_settled_from_the_palette(workspace: Path) -> None:
    async with running(workspace) as app:
        branch = Branch(workspace)
        with EvalSet.open(workspace / "evalset", actor="ann", task_kind="classification") as mine:
            mine.rename_mode("storms", "evening storms")
        branch.decide(lambda theirs: theirs.rename_mode("storms", "night storms"))
        branch.merge()
        await app.look_outside()
        assert "storms≠" in app.screen_text().split("\n")[-1]
        await app.press("R")
        assert "storms is disputed: `: resolve` settles it" in app.triage.said
        await app.press("colon")
        await app.type("resolve_modes")
        await app.until(lambda: "about failure modes" in app.screen_text())
        await app.press("enter")
        await app.until(lambda: "┃1" in app.screen_text())
        assert "night storms" in app.screen_text() and "evening storms" in app.screen_text()
        view = 1 if "┃1 night storms" in app.screen_text() else 2
        await app.press(str(view))
        assert app.triage.said.endswith(": night storms")
        assert [mode.name for mode in state_of(workspace).modes() if mode.id == "storms"] == ["night storms"]
        assert "≠" not in app.screen_text().split("\n")[-1]


async def test_two_modes_with_one_key_are_settled_by_saying_whose_it_is(workspace: Path) -> None:
    async with running(workspace) as app:
        branch = Branch(workspace)
        with EvalSet.open(workspace / "evalset", actor="ann", task_kind="classification") as mine:
            mine.define_mode("holiday")
        branch.decide(lambda theirs: theirs.define_mode("night"))
        branch.merge()
        await app.look_outside()
        assert app.triage.decisions.mode_of_digit("3").name == "holiday"
        app.triage.action_do("resolve_modes")
        await app.settle()
        await app.until(lambda: "3 is night" in app.screen_text())
        await app.press("1" if "┃1 3 is night" in app.screen_text() else "2")
        assert app.triage.decisions.mode_of_digit("3").name == "night"
        app.triage.action_do("resolve_modes")
        await app.settle()
        assert app.triage.said == "nobody disagrees on a failure mode"


async def test_what_a_mode_means_stands_beside_its_name(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("l")
        text = app.screen_text()
        assert "1 storms   P0  rain at either end" in text and "2 short hop   P2" in text
        await app.type("rain")
        await app.press("enter")
        assert app.status(0) == "labelled"
        assert app.triage.decisions.of(app.key(0)).mode == "storms"


async def test_marked_rows_are_settled_one_at_a_time(workspace: Path) -> None:
    async with running(workspace) as app:
        for key in ("R", "U"):
            await app.press("space", key)
            assert app.triage.said == "this is about one prediction at a time: Esc unmarks"
            await app.press("escape")


async def test_the_history_says_what_is_disputed_and_who_undid_what(workspace: Path) -> None:
    async with running(workspace) as app:
        branch = Branch(workspace)
        key = await disagree(app, branch)
        assert "ann labelled storms (disputed: failure mode)" in " ".join(app.triage.detail_pane.text.split())
        with EvalSet.open(workspace / "evalset", actor="Linus <l@x>", task_kind="classification") as other:
            mine = next(event for event in other.state.history(key) if event.by == "ann")
            other.undo_event(mine.id)
            other.resolve(key, "short-hop", field="mode")
        await app.look_outside()
        await app.until(lambda: "undone by Linus" in " ".join(app.triage.detail_pane.text.split()))
        assert "Linus resolved: short hop (failure mode)" in " ".join(app.triage.detail_pane.text.split())


async def test_a_jump_waits_for_the_disputes_that_came_in_just_now(workspace: Path) -> None:
    async with running(workspace) as app:
        branch, key = Branch(workspace), app.key(30)
        app.triage.grid.move_to(30)
        await app.press("1", "g")
        branch.decide(lambda theirs: theirs.label([key], "short-hop"))
        branch.merge()
        app.app.services.decisions.look_outside()
        await app.until(lambda: app.triage.decisions.disputed)
        await app.press("D", "R", "1")
        await app.until(lambda: app.app.screen is app.triage and "resolved" in app.triage.said)
        assert state_of(workspace).mode(key) == "storms"


async def test_nothing_in_a_dispute_controls_the_terminal(workspace: Path) -> None:
    async with running(workspace) as app:
        key = app.key(0)
        await app.press("c")
        await app.type("late")
        await app.press("enter")
        for number, text in enumerate(HOSTILE[:6]):
            branch = Branch(workspace, f"actor{number} {text}")
            for path in (branch._theirs / "segments").rglob("*.jsonl"):
                path.unlink()
            branch.decide(lambda theirs, text=text: theirs.label([key], None, expected=text, note=text))
            branch.merge()
        await app.look_outside()
        app.triage.grid.move_to(0)
        await app.until(lambda: "R takes one of them" in app.triage.detail_pane.text)
        for keys in (("R",), ("escape", "U"), ("2",), ("escape",)):
            await app.press(*keys)
            assert all(line.isprintable() for line in app.screen_text().split("\n"))
        assert "[@click" in app.triage.detail_pane.text
