"""Screens that are switched between: their keys, the way back, what is found again at the next start, and what it costs to begin."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from textual.screen import Screen

from regrade.config_privacy import Privacy
from regrade.paths import Paths
from regrade.tui.places import PLACES
from regrade.tui.screens.evalset import EvalSetScreen
from regrade.tui.screens.facets import FacetsScreen
from regrade.tui.screens.modes import ModesScreen
from regrade.tui.services import saved_view
from tests.tui.harness import Driver, running


def place(app: Driver) -> str:
    """Return the place that is on screen."""
    return app.app.switching.current


async def test_every_place_has_its_key_and_the_way_back_is_the_way_one_came(workspace: Path) -> None:
    async with running(workspace, (80, 24)) as app:
        for each in (*PLACES[1:], PLACES[0]):
            await app.press("right_square_bracket")
            assert place(app) == each.id
            if each is not PLACES[0]:
                first, *_, last = app.screen_text().split("\n")
                assert first.startswith(f" regrade  {workspace.name} · {each.title}") and last.endswith("? help ")
        await app.press("left_square_bracket")
        assert place(app) == PLACES[-1].id
        await app.press("f3", "f4", "escape")
        assert place(app) == "modes"
        await app.press("f2", "escape")
        assert place(app) == "triage"  # where every way back ends
        await app.press("f3", "question_mark")
        assert "define a failure mode" in app.screen_text()
        await app.press("escape", "colon")
        await app.type("define_mode")
        await app.until(lambda: "  define_mode" in app.screen_text())
        await app.press("enter")
        await app.until(lambda: "new failure mode" in app.screen_text())
        await app.press("escape")
        assert isinstance(app.app.screen, ModesScreen)


async def test_a_place_that_is_shown_again_is_not_styled_again(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(workspace) as app:
        await app.press("f3", "f2")
        styled: list[object] = []
        with monkeypatch.context() as patch:
            patch.setattr(app.app, "update_styles", lambda node, animate=True: styled.append(node))
            await app.press("f3", "f2", "question_mark", "escape")
            assert place(app) == "triage" and not [node for node in styled if isinstance(node, Screen)]
        await app.press("f3")
        app.app.theme = "regrade-light"
        await app.press("f2")
        light = app.app.get_css_variables()["background"]
        assert app.triage.grid.get_component_styles("grid--text").background.hex.lower() == light.lower()
        await app.press("f")
        app.app.switching.go("modes")
        app.app.theme = "regrade-dark"
        app.app.switching.go("triage")
        await app.settle()
        assert app.app.screen is not app.triage, "the facets are open above it"
        dark = app.app.get_css_variables()["background"]
        assert {each.styles.background.hex.lower() for each in app.app.screen_stack} == {dark.lower()} != {light.lower()}


async def test_one_begins_where_one_was_after_a_crash_too(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("f3", "s", "f4", "right", "right")
        kept = Paths(workspace).last_view.read_text()  # as a crash now would leave it
    saved = json.loads(kept)
    assert saved["place"] == "evalset" and saved["kept"]["modes"]["order"] == "mode"
    async with running(workspace) as app:
        assert place(app) == "evalset"
        assert app.app.switching.opened["evalset"].kept()["tab"] == "sampled"
        assert app.triage.grid.current_key is not None
        await app.press("f3")
        assert "by mode" in app.screen_text()
        await app.press("escape", "escape")
        assert place(app) == "triage"


async def test_killed_at_rest_it_opens_at_the_very_place(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.tui.screens.triage.KEEP_SECONDS", 0.02)

    def here(app: Driver) -> tuple[object, ...]:
        looking, grid = app.triage.looking, app.triage.grid
        return looking.where, looking.sort, len(grid.rows), grid.cursor, grid.first_visible, grid.current_key, app.triage.zoom_level

    async with running(workspace) as app:
        await app.press("slash")
        await app.type("hour > 6")
        await app.press("enter", "right", "s", "pagedown", "pagedown", "k", "k", "k", "j", "j", "f3", "f2", "minus", "underscore")
        left, last_view = here(app), Paths(workspace).last_view
        await app.until(lambda: (saved := saved_view.load(last_view)) and (saved.key, saved.zoom) == (left[5], left[6]))
        kept = last_view.read_bytes()  # what kill -9 would leave
        await app.press("plus", "g", "slash", "enter", "f4")
    last_view.write_bytes(kept)
    async with running(workspace) as app:
        assert here(app) == left and left[3] > left[4] > 0 and left[6] == -1
        assert place(app) == "triage" and app.triage.grid.columns.chosen


async def test_open_facets_and_the_scroll_of_an_open_prediction_are_found_again(workspace: Path) -> None:
    last_view = Paths(workspace).last_view
    async with running(workspace, (80, 18)) as app:
        await app.press("i", "enter")
        await app.until(lambda: app.triage.detail_pane.max_scroll_y > 0)
        await app.press("pagedown")
        await app.until(lambda: app.triage.first_line > 0)
        await app.press("f4", "enter")
        evalset = app.app.screen
        assert isinstance(evalset, EvalSetScreen)
        pane = evalset.detail_pane
        await app.until(lambda: pane.max_scroll_y > 0)
        await app.press("pagedown")
        await app.until(lambda: pane.first_line > 0)
        opened = app.app.switching.opened["evalset"].kept()
        assert opened["open"] > 0
        await app.press("f3", "f4")
        line, key = app.triage.first_line, app.triage.grid.current_key
        assert line > 0
        kept = last_view.read_bytes()  # as a crash now would leave it
    last_view.write_bytes(kept)
    async with running(workspace, (80, 18)) as app:
        assert place(app) == "evalset" and app.triage.zoomed and app.app.switching.opened["evalset"].kept() == opened
        await app.press("f2")
        await app.until(lambda: app.triage.detail_pane.scroll_offset.y == line)
        assert (app.triage.first_line, app.triage.grid.current_key) == (line, key)
        await app.press("j")
        assert app.triage.first_line == 0, "another prediction begins with its beginning"
        await app.press("escape", "right", "right", "f", "s", "s", "j", "f4", "f2")
        facets = app.triage.faceting.kept()
        assert facets is not None and facets.term and (facets.order, facets.in_values) == ("rate", True)
        kept = last_view.read_bytes()
        await app.press("escape", "f4", "f2")
        assert app.triage.faceting.kept() is None
    assert json.loads(last_view.read_bytes())["facets"] is None
    last_view.write_bytes(kept)
    async with running(workspace, (80, 18)) as app:
        assert isinstance(app.app.screen, FacetsScreen) and app.triage.faceting.kept() == facets
        await app.press("escape")
        assert app.app.screen is app.triage and app.triage.looking.where == ""
    private = saved_view.load(last_view)
    assert private is not None
    private.facets = facets
    shut = saved_view.without_private(private, Privacy(drop=(facets.column,)))
    assert shut.facets is None and saved_view.without_private(private, Privacy(drop=("other",))).facets == facets


async def test_what_was_kept_is_not_trusted(workspace: Path) -> None:
    strange = {
        "modes": {"order": "\x1b[2J", "mode": 3, "reverse": "x"},
        "evalset": {"tab": ["all"], "key": {}, "order": [["key"], 7], "open": [2]},
        "gone": {"a": 1},
    }
    saved_view.save(Paths(workspace).last_view, saved_view.SavedView([], {}, 0, {}, {}, place="nowhere", kept=strange))
    async with running(workspace) as app:
        assert place(app) == "triage"
        await app.press("f3", "f4")
        assert "all" in app.screen_text()


def test_nothing_of_another_screen_is_imported_before_the_first_paint() -> None:
    names = {part.partition(":")[0] for each in PLACES[1:] for part in (each.screen, each.actions)} | {"regrade.tui.screens.place"}
    program = f"import sys, regrade.tui.app; print([name for name in {sorted(names)!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[]"
