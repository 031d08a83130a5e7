"""The Modes screen: what it says, and every verb by keyboard alone, each taken back by one u."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from regrade.evalset import EvalSet, State
from regrade.tui.glyphs import ASCII, UNICODE
from regrade.tui.screens.modes import ModesScreen
from regrade.tui.services.decision_messages import Targets
from regrade.tui.services.mode_service import WEEKS, ModeRow, read_modes
from regrade.tui.widgets.mode_lines import mode_lines, ordered, ordering
from tests.tui.eval_sets import promoted
from tests.tui.harness import HOSTILE, Branch, Driver, make_workspace, running


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with two modes: six predictions carry the first, two the second; four are examples."""
    folder = make_workspace(tmp_path / "flights", 60)
    with EvalSet.open(folder / "evalset", actor="Ada <ada@x.y>", task_kind="classification") as evalset:
        evalset.label([f"f{number:04d}" for number in range(0, 30, 5)], "storms")
        evalset.label(["f0035", "f0040"], "short hop")
        promoted(evalset, {"f0000": "2013-07-01", "f0005": "2013-07-08", "f0010": "2013-07-09", "f0035": "2013-06-30"})
    return folder


def state_of(folder: Path) -> State:
    return EvalSet.open(folder / "evalset", actor="zoe", task_kind="classification", read_only=True).state


def screen(app: Driver) -> ModesScreen:
    """Return the screen, which is on top."""
    assert isinstance(app.app.screen, ModesScreen)
    return app.app.screen


def names(app: Driver) -> list[str]:
    """Return the names of the modes as they are shown; closed ones in brackets."""
    return [f"({row.name})" if row.state == "closed" else row.name for row in screen(app).rows]


def test_members_and_weeks_are_counted(workspace: Path) -> None:
    read = read_modes(state_of(workspace))
    assert [(row.name, row.labelled, row.examples) for row in read.rows] == [("storms", 6, 3), ("short hop", 2, 1)]
    assert [row.weeks[-3:] for row in read.rows] == [(0, 1, 2), (1, 0, 0)]  # weeks begin on Monday
    assert read.first is not None and read.first.isoweekday() == 1 and (date(2013, 7, 8) - read.first).days == 7 * (WEEKS - 1)


@pytest.mark.parametrize("width", [40, 79, 120, 300])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_lines_are_as_wide_as_the_screen_and_harmless(width: int, glyphs: object) -> None:
    assert glyphs in (UNICODE, ASCII)
    rows = [ModeRow(f"m{at}", text, at or None, "open", False, owner=text, weeks=(1, 0, 9)) for at, text in enumerate(HOSTILE)]
    head, lines = mode_lines(rows, HOSTILE[:3], {}, width, UNICODE if glyphs is UNICODE else ASCII)
    from rich.cells import cell_len

    for line in [head, *lines]:
        text = "".join(piece for piece, _ in line)
        assert cell_len(text) <= width and text.isprintable()


def test_closed_modes_stand_below_in_every_order() -> None:
    rows = [ModeRow("a", "a", None, "closed", False, labelled=9), ModeRow("b", "b", 2, "open", False), ModeRow("c", "c", 1, "open", False)]
    rates = {"a": {"better": (0, 9)}, "c": {"better": (9, 9)}}
    found = {order: [row.id for row in ordered(rows, ordering(order, rates, reverse=False))] for order in ("key", "labelled", "better")}
    assert found == {"key": ["c", "b", "a"], "labelled": ["b", "c", "a"], "better": ["c", "b", "a"]}
    head, _ = mode_lines(rows, ["better"], rates, 80, UNICODE, ordering("labelled", rates, reverse=False))
    assert "↓labelled  examples" in "".join(text for text, _ in head)
    head, _ = mode_lines(rows, ["better"], rates, 80, UNICODE, ordering("key", rates, reverse=False))
    assert "".join(text for text, _ in head).startswith("  ↑key  mode"), "before the first one too"


async def test_every_verb_is_a_key_and_one_u_takes_it_back(workspace: Path) -> None:
    async with running(workspace) as app:
        app.engine.results["modes"] = {"candidates": ["better"], "modes": {"storms": {"better": [2, 3]}}}
        await app.press("f3")
        assert names(app) == ["storms", "short hop"] and "2 / 3" in app.screen_text()

        await app.press("n")
        await app.type("fog")
        await app.press("enter")
        assert names(app) == ["storms", "short hop", "fog"] and screen(app).said == "defined fog, its key is 3"
        assert screen(app).row is not None and screen(app).row.name == "fog"

        await app.press("c", "end", "s", "enter", "u")
        assert names(app)[-1] == "fog" and "undid: renamed to fogs" in screen(app).said

        await app.press("o", *"owner", "enter", *"Bo", "enter", "o", *"prio", "enter", "down", "enter")
        assert screen(app).row.owner == "Bo" and screen(app).row.priority == 1
        app.app.services.modes.verbs.describe(Targets(), screen(app).row.id, "description", "\x1b]52;c;eA==\x07\n\u202e")
        await app.press("r", "o")
        assert "␛]52;c;eA==�⏎�" in app.screen_text(), "nor does the dialog hand on what is no text"
        await app.press("escape", "u", "r")
        await app.press("u")
        assert screen(app).row.priority is None and screen(app).row.owner == "Bo"

        await app.press("number_sign", "7")
        assert screen(app).row.digit == 7
        await app.press("number_sign", "1")
        assert "1 is the key of 'storms' already" in screen(app).said

        await app.press("g", "x")
        assert names(app) == ["short hop", "fog", "(storms)"]
        await app.press("x", "u", "u")
        assert names(app) == ["storms", "short hop", "fog"]

        await app.press("g", "m", *"short", "enter")
        assert names(app) == ["short hop", "fog"] and state_of(workspace).mode("f0000") == "short-hop"
        await app.press("u", "ctrl+r", "u")
        assert names(app) == ["storms", "short hop", "fog"] and state_of(workspace).mode("f0000") == "storms"


async def test_drilling_in_shows_who_carries_it_and_esc_leaves_the_filter_as_it_was(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash", *"hour>3", "enter")
        where = app.triage.looking.where
        await app.press("f3", "enter")
        assert app.app.screen is app.triage and app.triage.looking.where == "mode = 'storms'" and len(app.triage.grid.rows) == 6
        await app.press("escape")
        assert screen(app).row is not None and screen(app).row.name == "storms"
        await app.press("escape")
        assert app.app.screen is app.triage and app.triage.looking.where == where


async def test_disputes_are_resolved_and_what_others_decide_shows(workspace: Path) -> None:
    async with running(workspace, (80, 24)) as app:
        await app.press("f3", "c", *" at dusk", "enter", "f2")
        branch = Branch(workspace)
        branch.decide(lambda theirs: theirs.rename_mode("storms", "thunder"))
        branch.merge()
        await app.look_outside()
        await app.press("f3")
        assert "1 disputed" in app.screen_text()
        await app.press("R", "1")
        assert "1 disputed" not in app.screen_text() and "resolved" in screen(app).said


async def test_an_empty_screen_says_what_fills_it(tmp_path: Path) -> None:
    async with running(make_workspace(tmp_path / "flights", 60), (60, 15)) as app:
        await app.press("f3", "x", "enter", "m", "R")
        assert "No failure mode yet: n defines one" in app.screen_text()
        assert screen(app).said == "nobody disagrees on a failure mode"
