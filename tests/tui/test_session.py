"""A session that counts: what it came to, at any time and on leaving; its decisions, one of which can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regrade.tui.actions import tables
from regrade.tui.services.session import Session
from regrade.tui.services.tally import Sum
from regrade.tui.summary import Left, changes, lasted, summary
from tests.tui.harness import Driver, board_row, running

NOTHING = Sum({}, (), (), (), 0)


class _Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)

    def session(self) -> Session:
        return Session(lambda: self.at, lambda: self.at.timestamp())


def _board(passed: int, total: int, value: float) -> dict[str, object]:
    rows = [board_row("logged", 0, total, champion=True), board_row("better", passed, total, value=value)]
    return {"primary": "accuracy", "rows": rows}


def test_a_summary_says_what_came_of_a_session() -> None:
    clock = _Clock()
    session = clock.session()
    session.scored(_board(58, 131, 0.790))
    for key in ("a", "b", "a"):
        session.saw(key)
    session.scored(_board(60, 133, 0.792))
    clock.at += timedelta(minutes=84)
    done = Sum({"labelled": 12, "promoted": 9}, [("storms", 7), ("short hop", 5)], [f"f{at}" for at in range(9)], ("f1",), 0)
    assert summary("flights", session, done, Left("carrier = 'EV'", 612, 600), 2).splitlines() == [
        "regrade session on flights: 1 h 24 min, 2026-11-22 14:02 to 15:26",
        "seen 2 · labelled 12 · promoted 9 · pinned 1",
        "left: 600 of 612 failures of carrier = 'EV'",
        "failure modes: storms 7, short hop 5",
        "promoted: f0, f1, f2, f3, f4, f5, f6, f7 and 1 more",
        "logged: known failures passed 0/131 → 0/133",
        "better: known failures passed 58/131 → 60/133, accuracy 79.0% → 79.2%",
        "2 decisions not sealed yet: safe on this disk, sealed at the next start",
    ]


def test_a_summary_of_nothing_is_short_and_hostile_text_in_it_stays_text() -> None:
    clock = _Clock()
    assert summary("x", clock.session(), NOTHING, None, 0).splitlines()[1:] == ["seen 0"]
    hostile = Sum({"labelled": 1}, [("\x1b]52;c;eA==\x07", 1)], ("\x1b[2J",), (), 0)
    said = summary("\x1b]0;x\x07", clock.session(), hostile, Left("remark = '\u202e'", 1, 1), 0)
    assert "\x1b" not in said and "\u202e" not in said and "\x07" not in said


def test_only_what_changed_is_said_of_the_candidates() -> None:
    assert changes(_board(5, 9, 0.79), _board(5, 9, 0.79)) == []
    assert changes(None, _board(5, 9, 0.79)) == [] == changes({"rows": []}, _board(5, 9, 0.79))


@pytest.mark.parametrize(("seconds", "said"), [(3, "3 s"), (61, "1 min"), (3600, "1 h 00 min"), (90_000, "25 h 00 min")])
def test_a_duration_in_words(seconds: float, said: str) -> None:
    assert lasted(seconds) == said


async def _decide(app: Driver) -> None:
    app.triage.look(where="result = 'wrong'")
    await app.settle()
    await app.press("l")
    await app.pilot.press(*"storms")
    await app.press("enter", "1", "x", "enter", "1", "p")


async def test_the_session_so_far_lists_its_decisions_and_takes_one_back(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("Q")
        assert "nothing was decided yet" in app.screen_text() and "seen 1" in app.screen_text()
        await app.press("j", "enter", "escape")
        await _decide(app)
        first = app.key(0)
        await app.press("Q")
        shown = app.screen_text()
        assert "labelled 3 · dismissed 1 · promoted 1" in shown and "left: 105 of 109 failures of result = 'wrong'" in shown
        assert "failure modes: storms 3" in shown and "better: known failures passed 11/11 → 12/12" in shown
        deeds = app.app.services.decisions.tally.deeds
        assert [deed.what.split(": ")[1].split()[0] for deed in deeds] == ["promoted", "labelled", "dismissed", "labelled", "labelled"]
        await app.press("k", "enter")
        assert "undid: labelled storms" in app.triage.said and app.status(0) == "open"
        assert len(app.app.services.decisions.tally.deeds) == 4 and first not in deeds[0].what
        await app.press("u")
        assert app.app.services.decisions.tally.sum().counts == {"labelled": 2, "dismissed": 1}


async def test_the_summary_is_copied_from_any_screen_and_counts_each_prediction_once(workspace: Path) -> None:
    async with running(workspace) as app:
        copied: list[str] = []
        app.app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await _decide(app)
        await app.press("k", "1")
        assert app.app.services.decisions.tally.sum().counts["labelled"] == 3
        await app.press("Q", "y")
        for key in ("f3", "f4", "f5", "f6"):
            await app.press(key, "Q", "y")
        assert len(copied) == 5 and all(text.startswith("regrade session on flights: ") for text in copied)


async def test_a_decision_about_many_is_asked_about_before_it_is_taken_back(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("space", "j", "space", "l")
        await app.pilot.press(*"storms")
        await app.press("enter", "Q", "enter")
        assert "Undo it for all 2" in app.screen_text()
        await app.press("n")
        assert app.status(0) == "labelled"
        await app.press("Q", "enter", "y")
        assert (app.status(0), app.status(1)) == ("open", "open")


async def test_nothing_is_said_on_leaving_where_nothing_was_decided(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("j", "q")
    assert app.app.summary == ""


def test_every_screen_has_the_keys_of_the_session() -> None:
    assert all({"session", "copy_session"} <= {action.id for action in table} for table in tables().values())
