"""Typing a filter: what is offered, what it would leave, what was typed before, views by name."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from textual import events

from regrade.config import load
from regrade.config_privacy import Privacy
from regrade.paths import Paths
from regrade.tui.completion import Completion, Offers
from regrade.tui.services import past_filters
from regrade.tui.services.find_messages import FilterCounted
from regrade.tui.services.find_service import FindService
from tests.faults.held import is_held
from tests.tui.harness import Driver, make_workspace, running

TYPES = {
    "carrier": "VARCHAR", "hour": "BIGINT", "late": "BOOLEAN", "my col": "DOUBLE", "order": "BIGINT", "log.status": "VARCHAR",
    "status": "VARCHAR", "prod.prediction": "VARCHAR", "sched_time": "TIMESTAMP", "bad\x1b[2J": "VARCHAR",
}  # fmt: skip
VALUES = {"carrier": (("'EV'", 400), ("'B6'", 200), ("'O''Hare'", 3), ("'\x1b[2J'", 1)), "hour": (("6", 2), ("16", 1))}


def offers(text: str) -> Offers:
    return Completion(TYPES, dict(VALUES)).offers(text)


def texts(text: str, most: int = 4) -> list[str]:
    return [each.text for each in offers(text).rows[:most]]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ca", ["carrier", "case"]),
        ("CARR", ["carrier"]),
        ("sch", ["sched_time"]),
        ("tim", ["sched_time"]),  # the beginning of a part
        ("crr", ["carrier"]),  # letters in order
        ("karrier", ["carrier"]),  # nearly
        ("my", ['"my col"']),
        ('"my', ['"my col"']),
        ("prod.", ["prod.prediction"]),
        ("log.", ["log.status"]),
        ("regexp", ["regexp_matches"]),
        ("hour > 3 and carr", ["carrier"]),
        ("abs(hou", ["hour"]),
        ("!carr", ["carrier"]),
        ("carrier ", ["=", "<>", "in (", "not in ("]),
        ("hour ", [">=", "<=", ">", "<"]),
        ("late ", ["and", "or", "=", "<>"]),
        ("hour be", ["between"]),
        ("hour between 1 ", ["and"]),
        ("carrier = 'EV' ", ["and", "or"]),
        ("carrier is ", ["null", "not null", "true", "false"]),
        ("carrier not ", ["in (", "like", "ilike", "between"]),
        ("carrier = ", ["'EV'", "'B6'", "'O''Hare'"]),
        ("carrier = 'b", ["'B6'"]),
        ("carrier <> E", ["'EV'"]),
        ("carrier in ('EV', ", ["'EV'", "'B6'", "'O''Hare'"]),
        ("CARRIER not in (", ["'EV'", "'B6'", "'O''Hare'"]),
        ("hour = 1", []),
        ("hour = ", ["6", "16"]),
        ("status = ", ["'open'", "'labelled'", "'promoted'", "'dismissed'"]),
        ("carrier", []),
        ("carrier = 'EV'", []),
        ("storm de", []),
        ("storm ", []),
        ("'EV", []),
        ("hour > 3 -- ca", []),
        ("nonsense", []),
    ],
)
def test_offers(text: str, first: list[str]) -> None:
    assert texts(text)[: max(len(first), 1)] == first


def test_values_that_are_not_known_are_asked_for_and_hostile_ones_never_offered() -> None:
    assert offers("sched_time = ").ask == "sched_time"
    assert offers("carrier = ").ask == offers("nothing = ").ask == ""
    everything = [each.text for text in ("", "carrier = ") for each in offers(text).rows]
    assert "carrier" in everything and not any("\x1b" in each for each in everything)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("  ", "empty"), ("carr", "words"), ("storm over newark", "words"), ("carrier", "unfinished"), ("carrier i", "unfinished"),
        ("carrier =", "unfinished"), ("carrier = 'E", "unfinished"), ("carrier = 'EV' an", "unfinished"), ("carrier = 'EV'", "whole"),
        ("carrier = 'EV' and ho", "unfinished"), ("carrier = 'EV' and hour", "unfinished"), ("carrier = 'EV' and zz", "whole"),
        ("(hour > 3", "unfinished"), ("hour between 1", "unfinished"), ("hour between 1 and 2", "whole"), ("late", "whole"),
        ("!", "unfinished"), ("!late", "whole"), ('"my c', "unfinished"), ("carier = 'EV'", "whole"), ("hour in (1, 2", "unfinished"),
    ],
)  # fmt: skip
def test_a_line_is_read_as_far_as_it_is_written(text: str, state: str) -> None:
    assert Completion(TYPES).state(text) == state


def burst(app: Driver, text: str, *names: str) -> None:
    """Type in one go, as it comes over a slow connection."""
    for character in text:
        app.app.post_message(events.Key("space" if character == " " else character, character))
    for name in names:
        app.app.post_message(events.Key(name, None))


async def type_in(app: Driver, text: str) -> None:
    """Type text in one go, and let everything settle."""
    burst(app, text)
    await app.settle()


async def test_a_filter_is_put_together_from_what_is_offered(workspace: Path) -> None:
    async with running(workspace) as app:
        bar = app.triage.filter_bar
        await app.press("slash")
        await type_in(app, "carr")
        assert "carrier  text" in app.screen_text()
        assert "/ carr" in app.screen_text().split("\n")[1], "the line itself is never covered"
        await app.press("tab")
        await type_in(app, " = ")
        await app.until(lambda: "'EV'  400" in app.screen_text())
        await app.press("down", "down", "enter", "space", "a", "down", "enter")
        assert bar.field.value == "carrier = 'B6' and "
        assert bar.editing
        await type_in(app, "ho")
        await app.press("tab")
        await type_in(app, " > 3")
        await app.press("enter")
        assert app.triage.looking.where == "carrier = 'B6' and hour > 3"
        assert not bar.dropdown.display and app.app.focused is app.triage.grid


async def test_what_is_typed_ahead_means_the_same(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        burst(app, "carr", "tab")
        burst(app, " = 'EV'", "enter", "j", "j")
        await app.settle()
        assert (app.triage.looking.where, app.triage.grid.cursor) == ("carrier = 'EV'", 2)
        await app.press("slash")
        burst(app, "x", "backspace", "ctrl+u", "h", "escape", "escape", "j")
        await app.settle()
        assert (app.triage.looking.where, app.triage.grid.cursor) == ("carrier = 'EV'", 3), "Esc closes the list, then the filter"


async def test_unfinished_is_calm_and_old_counts_are_not_shown(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await type_in(app, "carrier =")
        assert app.triage.rule.error == "" and "– of 600 · goes on" in app.screen_text()
        await type_in(app, " 'EV'")
        await app.until(lambda: "400 of 600" in app.screen_text())
        app.triage.post_message(FilterCounted("carrier = 'B6'", 7))
        app.triage.post_message(FilterCounted("carrier = 'EV'", 300, at_least=True))
        await app.pilot.pause()
        assert ">300 of 600" in app.screen_text()
        await type_in(app, " and carrier > date '2013-01-01x'")
        await app.until(lambda: app.triage.rule.error)
        assert "– of 600" in app.screen_text()


async def test_the_number_is_that_of_what_is_typed_whatever_else_is_drawn(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("slash")
        await type_in(app, "carrier = 'EV' and ho")
        await app.pilot.resize_terminal(60, 15)
        await app.settle()
        assert "– of 600 · goes on" in app.screen_text() and "hour" in app.screen_text()
        await app.press("down")
        await app.pilot.resize_terminal(90, 20)
        await app.settle()
        assert app.triage.filter_bar.dropdown.index == 0
        await app.pilot.resize_terminal(30, 6)
        await app.settle()
        assert "hour" not in app.screen_text()


async def test_a_view_on_several_lines_never_breaks_the_screen(workspace: Path) -> None:
    toml = workspace / "regrade.toml"
    toml.write_text(toml.read_text() + '[views.v]\nwhere = """carrier <> \'a\\nb\'\n  and hour >= 18 -- late\n"""\n')
    async with running(workspace) as app:
        for keys in (("V", "enter"), ("slash",), ("enter",)):
            await app.press(*keys)
            assert len(app.screen_text().split("\n")) == 36
            assert "/ carrier <> 'a⏎b'" in app.screen_text()
        assert app.triage.looking.where == "carrier <> 'a\nb' and hour >= 18" and app.triage.rule.error == ""


async def test_words_are_searched_for_and_the_history_is_there_the_next_time(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", 60, notes=("Storm over Newark", "late crew", "\x1b[2J"))
    async with running(folder) as app:
        for typed, n in (("storm", 20), ("crew", 20), ("!storm", 40), ("storm", 20)):
            await app.press("slash", "ctrl+u")
            burst(app, typed, "enter")
            await app.settle()
            assert len(app.triage.grid.rows) == n, typed
    assert (folder / ".regrade" / "filters").read_text() == "crew\n!storm\nstorm\n"
    async with running(folder) as app:
        field = app.triage.filter_bar.field
        await app.press("slash", "up")
        assert field.value == "!storm", "the filter that holds is not shown twice"
        await app.press("up", "up", "up")
        assert field.value == "crew"
        await app.press("down", "down", "down")
        assert field.value == "storm"


def test_no_other_app_keeps_a_filter_between_reading_and_writing_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really, held = past_filters.load, []

    def load_filters(path: Path) -> list[str]:
        held.append(is_held(path.parent))
        return really(path)

    monkeypatch.setattr(past_filters, "load", load_filters)
    assert past_filters.remember(tmp_path / "new" / "filters", "hour > 1", Privacy()) == ["hour > 1"]
    assert (held, is_held(tmp_path / "new")) == ([True], False)


def test_history_is_bounded_shared_and_obeys_privacy(tmp_path: Path) -> None:
    path, privacy = tmp_path / ".regrade" / "filters", Privacy(drop=("Customer_Name", 'nick"name'))
    for number in range(250):
        past_filters.remember(path, f"hour > {number % 240}", privacy)
    assert len(past_filters.load(path)) == past_filters.MOST
    assert past_filters.load(path)[-1] == "hour > 9"
    assert past_filters.remember(path, "customer_name = 'Bob'", privacy)[-1] == "customer_name = 'Bob'"
    past_filters.remember(path, '"nick""name" = \'Bob\'', privacy)
    assert "Bob" not in path.read_text()
    path.write_bytes(b"\xff\xfe\x00\nhour > 1\n\x1b[2J\n")
    assert past_filters.load(path)[-1] == "hour > 1"


async def test_views_are_saved_applied_and_deleted(workspace: Path) -> None:
    toml = workspace / "regrade.toml"
    toml.write_text(toml.read_text() + "# ours\n[views.evening]  # late\nwhere = \"hour >= 18\"\nsort = '-p_late'\n")
    async with running(workspace) as app:
        await app.press("V", "enter")
        assert (app.triage.looking.where, app.triage.looking.sort) == ("hour >= 18", "-p_late")
        await app.press("V")
        await type_in(app, "mine")
        await app.press("enter")
        assert "your own views" in app.triage.said
        app.triage.action_do("save_team_view")
        await app.settle()
        await type_in(app, "late ones")
        await app.press("enter")
        views = load(Paths(workspace).config).views
        assert views["late ones"] == views["evening"]
        assert "# ours\n[views.evening]  # late\n" in toml.read_text()
        app.triage.action_do("delete_view")
        await app.settle()
        await type_in(app, "mine")
        await app.press("enter", "y")
        await app.press("V")
        assert "yours" not in app.screen_text() and "late ones" in app.screen_text()
        await app.press("escape")
        toml.write_text("[views.broken\n")
        await app.press("V")
        assert "is no TOML" in app.triage.said
        await app.press("j")
        assert app.triage.grid.cursor == 1


async def test_a_key_that_is_about_values_waits_for_them(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = Event()
    find = FindService._values
    monkeypatch.setattr(FindService, "_values", lambda self, epoch, column: (go.wait(60), find(self, epoch, column))[1])
    async with running(workspace) as app:
        field = app.triage.filter_bar.field
        await app.press("slash")
        for typed, name, value in (("carrier = B", "tab", "carrier = 'B6'"), ("outcome = o", "down", "outcome = 'on_time'")):
            go.clear()
            burst(app, typed, name, *(["enter"] if name == "down" else []))
            burst(app, " a")
            await app.until(lambda: field.awaiting_values)
            assert field.value == typed, "a column that begins so is offered, and not meant"
            go.set()
            await app.settle()
            assert field.value == f"{value} a", "and what was typed behind it comes behind it"
            await app.press("ctrl+u")
        go.clear()
        burst(app, "hour = h", "tab")
        await app.until(lambda: field.awaiting_values)
        await app.pilot.press("x", "escape")
        assert not field.awaiting_values and field.value == "hour = h", "Esc waits no longer"
        go.set()


async def test_modes_are_offered_as_they_were_decided_until_the_next_decision(workspace: Path) -> None:
    async with running(workspace) as app:
        values = app.triage.filter_bar.completion.values
        for name in ("storms", "fog"):
            await app.press("l", *name, "enter", "j", "slash")
            await type_in(app, "mode = '")
            await app.until(lambda: "mode" in values)
            await app.press("escape", "escape")
        assert values["mode"] == (("'fog'", 1), ("'storms'", 1))


async def test_words_are_marked_in_the_grid_where_they_are_searched_for(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "notes", notes=("far " * 20 + "STORM\x1b[2J tonight", "calm", "storm"))
    async with running(folder, (140, 24)) as app:
        await app.press("slash", *"storm", "enter")
        app.triage.move_column(99)
        await app.settle()
        grid, styles = app.triage.grid, app.triage.grid.get_component_rich_style
        for line, style in ((0, "grid--cursor-found"), (1, "grid--found"), (2, "grid--found")):
            marked = [segment.text for segment in grid.render_line(line) if segment.style == styles(style)]
            assert [text.lower() for text in marked] == ["storm"], "in sight, though it stands far on"
        assert "␛[2J" in grid.render_line(0).text and grid._searched >= {"remark", "carrier"}
        await app.press("slash", "ctrl+u", "enter")
        assert not any(segment.style == styles("grid--found") for line in range(9) for segment in grid.render_line(line))
