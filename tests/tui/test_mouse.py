"""The mouse: each word that says what a key does, each tab and each heading does it; nothing is done that no key does."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widget import Widget

from regrade.evalset import EvalSet
from regrade.tui.screens.compare import CompareScreen
from regrade.tui.screens.confirm import Confirm
from regrade.tui.screens.evalset import EvalSetScreen
from regrade.tui.screens.facets import FacetsScreen
from regrade.tui.screens.help import HelpScreen
from regrade.tui.screens.modes import ModesScreen
from regrade.tui.screens.pick import Pick
from regrade.tui.widgets.key_words import of
from tests.tui.eval_sets import SCHEMAS, content, promoted
from tests.tui.harness import Driver, make_workspace, running


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with two modes and three examples."""
    folder = make_workspace(tmp_path_factory.mktemp("mouse") / "flights", 60)
    with EvalSet.open(folder / "evalset", actor="Ada <ada@x.y>", task_kind="classification") as evalset:
        promoted(evalset, {"f0000": "2013-07-01", "f0005": "2013-07-08"})
        evalset.label(["f0000"], "storms")
        evalset.label(["f0005", "f0010"], "short hop")
        evalset.sample([("f0002", content(outcome=None))], probabilities=0.1, population={"n": 20}, schemas=SCHEMAS)
    return folder


async def press(app: Driver, words: str, part: Widget | None = None, *, times: int = 1) -> None:
    """Press words where they stand on the screen, or in a part of it: in the middle, for a blank before them is theirs as well."""
    region = (part or app.app.screen).region
    for y, line in enumerate(app.screen_text().split("\n")):
        if region.y <= y < region.bottom and (x := line.find(words, region.x)) >= 0:
            await app.pilot.click(offset=(x + len(words) // 2, y), times=times)
            await app.settle()
            return
    raise AssertionError(f"{words!r} is not on screen:\n{app.screen_text()}")


async def test_what_is_pressed_does_what_its_key_does(workspace: Path) -> None:
    async with running(workspace) as app:
        triage, first = app.triage, app.key(0)
        await press(app, "short hop", triage.modes)
        assert triage.decisions.of(first).mode == "short hop"
        await press(app, "undo", triage.modes)
        assert not triage.decisions.of(first).mode and triage.grid.cursor == 1
        await press(app, "prediction", triage.header)
        assert triage.looking.sort == "prediction" and triage.grid.columns.current.name == "prediction"
        await press(app, "prediction", triage.header)
        assert triage.looking.sort == "-prediction"
        await press(app, "all predictions", triage.filter_bar)
        assert triage.filter_bar.typing
        await press(app, "undo", triage.modes)
        assert triage.filter_bar.typing and triage.filter_bar.field.value == "", "a key would be typed: what is pressed does nothing"
        await app.press("escape", "asterisk", "1")
        confirm = app.app.screen
        assert isinstance(confirm, Confirm)
        await press(app, "no ")
        assert app.app.screen is triage

        await app.press("f")
        facets = app.app.screen
        assert isinstance(facets, FacetsScreen)
        await press(app, "rate %")
        assert facets.state.order == "rate" and not facets.state.reverse
        await press(app, "rate %")
        assert facets.state.reverse
        await press(app, "Esc")
        await press(app, "accuracy 75.0", triage.scoreboard)
        assert triage.said == "logged has no errors"
        await press(app, "accuracy 79.0", triage.scoreboard, times=2)
        compare = app.app.screen
        assert isinstance(compare, CompareScreen) and compare.names == ("logged", "better")

        await press(app, "Modes", compare.top)
        modes = app.app.screen
        assert isinstance(modes, ModesScreen)
        await press(app, "labelled", modes.heading)
        assert (modes.order, modes.reverse) == ("labelled", False) and modes.rows[0].name == "short hop"
        await press(app, "labelled", modes.heading)
        assert modes.reverse
        await app.press("number_sign")
        pick = app.app.screen
        assert isinstance(pick, Pick)
        await press(app, "2 short hop")
        assert app.app.screen is pick and pick.index == 1
        await press(app, "back")

        await press(app, "Eval set", modes.top)
        evalset = app.app.screen
        assert isinstance(evalset, EvalSetScreen)
        for tab in ("waiting", "versions", "all"):
            await press(app, tab, evalset.second)
            assert evalset.tab == tab
        await press(app, "open", evalset.keys)
        assert evalset.opened.shown
        await press(app, "back", evalset.keys)
        await press(app, "help", evalset.keys)
        assert not evalset.opened.shown and isinstance(app.app.screen, HelpScreen)
        await app.press("escape")
        await press(app, "Triage", evalset.top)
        await press(app, "screens", triage.modes)
        assert app.app.screen is modes


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("Enter takes it   Esc back", {"Enter": "enter", "takes it": "enter", "Esc": "escape", "back": "escape"}),
        ("H L up, down   < > width", {"H": "H", "L": "L", "down": "L", "<": "less_than_sign", "width": "greater_than_sign"}),
        ("j k scroll   ctrl+s keep", {"scroll": "j", "k": "k", "keep": "ctrl+s"}),
        ("1 or 2 takes that view   1–9 gives it", {"1": "1", "takes": None, "gives": None}),
    ],
)
def test_the_words_below_a_dialog_press_their_keys(words: str, keys: dict[str, str | None]) -> None:
    text = of(words)
    assert text.plain == words
    for part, key in keys.items():
        at = words.index(part)
        metas = [span.style.meta["key"][0] for span in text.spans if span.start <= at < span.end]  # type: ignore[union-attr]  # a Style
        assert metas == ([key] if key else [])
