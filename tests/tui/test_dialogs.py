"""Dialogs that open, are open and close while messages, keys and other sizes of the terminal come: nothing breaks, no key is lost."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget

import regrade.tui
from regrade.evalset import EvalSet
from regrade.tui.services import decision_messages, engine_messages, find_messages, lane, log_messages, survey_messages
from regrade.tui.widgets.progress_lines import Progress
from tests.tui.harness import Branch, Driver, make_workspace, running
from tests.tui.terminal import Terminal

MESSAGES: dict[str, Callable[[Driver], Message]] = {
    "EvalSetOpened": lambda app: decision_messages.EvalSetOpened("v"),
    "MembersChanged": lambda app: decision_messages.MembersChanged(),
    "TakingBack": lambda app: decision_messages.TakingBack(100_000, again=False),
    "Decision": lambda app: decision_messages.Decision("label", (app.key(0),), True, "v", "labelled", outside="1 came in"),
    "Refused": lambda app: decision_messages.Refused(1, "nothing to do"),
    "History": lambda app: decision_messages.History(app.key(0), ("labelled",), ("a note",)),
    "Disputed": lambda app: decision_messages.Disputed(app.key(0), (), 1, ()),
    "Deeds": lambda app: decision_messages.Deeds(app.key(0), ()),
    "BoardReady": lambda app: engine_messages.BoardReady(app.engine.board()),
    "BoardDone": lambda app: engine_messages.BoardDone(app.engine.board()),
    "Scoring": lambda app: engine_messages.Scoring(Progress.read({"candidate": "better", "done": 3, "total": 9})),
    "EngineSaid": lambda app: engine_messages.EngineSaid("slow", trouble=True),
    "Replayed": lambda app: engine_messages.Replayed("it does not", "reproduces 3%"),
    "AnswersReady": lambda app: engine_messages.AnswersReady(app.key(0), (), "no"),
    "Comparing": lambda app: engine_messages.Comparing(Progress.read({"candidate": "better", "done": 3, "total": 9})),
    "ComparisonReady": lambda app: engine_messages.ComparisonReady(1, {}, "it cannot be compared"),
    "KeptRunsRead": lambda app: engine_messages.KeptRunsRead([]),
    "CourseCounted": lambda app: survey_messages.CourseCounted("", error="the log has no column of time"),
    "LookReady": lambda app: engine_messages.LookReady({}, "nothing is scored yet"),
    "UsualKnown": lambda app: survey_messages.UsualKnown({}),
    "FeedLooked": lambda app: survey_messages.FeedLooked("hour > 3", ()),
    "Heard": lambda app: engine_messages.Heard({"event": "changed"}),
    "Failed": lambda app: lane.Failed("decision", "it failed " + "x" * 200, "evalset/segments/a.jsonl", "try again"),
    "LogOpened": lambda app: log_messages.LogOpened(app.triage.looking.columns, 60, ("hour",)),
    "Counted": lambda app: log_messages.Counted(60, 10),
    "ViewBegun": lambda app: log_messages.ViewBegun(
        app.app.services.log.generation, app.triage.looking.epoch, "", "", app.triage.looking.addresses, {}
    ),
    "ViewReady": lambda app: log_messages.ViewReady(
        app.app.services.log.generation, app.triage.looking.epoch, "", "", app.triage.looking.addresses, 0, 0, {}
    ),
    "ViewFailed": lambda app: log_messages.ViewFailed(1, "hour >", "no such filter"),
    "BlocksReady": lambda app: log_messages.BlocksReady(app.triage.looking.generation, {}),
    "FilterCounted": lambda app: find_messages.FilterCounted("hour > 3", 7),
    "ValuesKnown": lambda app: find_messages.ValuesKnown(1, "carrier", (("'EV'", 3),)),
    "PastFilters": lambda app: find_messages.PastFilters(["hour > 3"]),
    "ViewsRead": lambda app: find_messages.ViewsRead((), "choose"),
    "ViewKept": lambda app: find_messages.ViewKept("kept"),
    "WholeRow": lambda app: log_messages.WholeRow(app.key(0), 0, {"result": "wrong"}, None, {}, "it cannot be asked"),
    "ResultsReady": lambda app: log_messages.ResultsReady(app.triage.looking.epoch, np.zeros(60, np.uint8), ("late",)),
    "DecidedReady": lambda app: log_messages.DecidedReady(app.triage.looking.epoch, 60, np.array([1]), np.array([1]), 1),
}

DIALOGS = {
    "confirm": (("asterisk", "x", "enter"), ("n",)),
    "choose": (("l",), ("a", "b", "escape")),
    "correct": (("c",), ("x", "y", "enter", "escape")),
    "note": (("o",), ("h", "enter")),
    "pick": (("g", "U"), ("j", "escape")),
    "resolve": (("g", "j", "R"), ("j", "1")),
    "help": (("question_mark",), ("j", "q")),
    "palette": (("colon",), ("enter", "enter", "escape", "escape")),
    "views": (("V",), ("a", "escape")),
    "filter": (("slash",), ("h", "escape", "escape")),
}
"""How each is opened, and keys that close it."""

SLOW = 0.01
"""Seconds that the widgets of a dialog take to be there."""


def keys(app: Driver, *names: str) -> None:
    """Type keys in one go, as they come over a slow connection."""
    for name in names:
        app.app.post_message(events.Key(name, name if len(name) == 1 else None))


def everything(app: Driver) -> None:
    """Say everything that a service can say, and make the terminal another size."""
    for make in MESSAGES.values():
        app.triage.post_message(make(app))
    for size in (Size(70, 20), Size(120, 36)):
        app.app.post_message(events.Resize(size, size))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace where Ada labelled three predictions at once, and Grace disagrees on the second row."""
    folder = make_workspace(tmp_path / "flights", 60)
    with EvalSet.open(folder / "evalset", actor="Ada <ada@x.y>", task_kind="classification") as evalset:
        evalset.define_mode("storms")
        branch = Branch(folder)
        evalset.label(["f0027", "f0055", "f0013"], "short hop")
    branch.decide(lambda theirs: theirs.label(["f0055"], "storms"))
    branch.merge()
    return folder


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the widgets of a dialog take their time, as on a busy machine."""

    async def mount(self: Widget, widgets: list[Widget]) -> None:
        await asyncio.sleep(SLOW)
        await Widget.mount_composed_widgets(self, widgets)

    monkeypatch.setattr(ModalScreen, "mount_composed_widgets", mount)


def test_every_message_of_the_services_is_among_those_that_are_sent() -> None:
    modules = (decision_messages, engine_messages, find_messages, log_messages, survey_messages, lane)
    found = {name for module in modules for name, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, Message)}
    assert found - {"Message"} == set(MESSAGES)


@pytest.mark.usefixtures("_slow")
async def test_nothing_breaks_while_a_dialog_opens_is_open_or_closes(workspace: Path) -> None:
    async with running(workspace) as app:
        for name, (opening, closing) in DIALOGS.items():
            keys(app, *opening, *closing, *opening)
            everything(app)
            keys(app, "escape", "escape")
            await app.settle()
            keys(app, *opening)
            await app.until(lambda: app.app.screen is not app.triage or app.triage.filter_bar.typing)
            everything(app)
            keys(app, *closing, "escape", "escape")
            everything(app)
            await app.settle()
            await app.until(lambda: app.app.screen is app.triage and not app.triage.filter_bar.editing)
            assert app.app._exception is None and app.app.is_running, name


@pytest.mark.usefixtures("_slow")
async def test_a_dialog_that_is_closed_before_it_was_laid_out_draws_nothing(workspace: Path) -> None:
    async with running(workspace) as app:
        from regrade.tui.screens.pick import Option, Pick

        for _ in range(3):
            pick = Pick("which", [Option("one")], "", app.triage.glyphs)
            app.app.push_screen(pick)
            pick.answer(0)
            pick.answer(0)
            pick.post_message(events.Resize(Size(80, 24), Size(80, 24)))
            await app.settle()
        assert app.app.screen is app.triage


@pytest.mark.usefixtures("_slow")
async def test_keys_typed_ahead_reach_the_dialogs_they_were_meant_for(workspace: Path) -> None:
    async with running(workspace) as app:
        keys(app, "g", "U", "1", "y")
        await app.until(lambda: app.triage.said == "undid: labelled short hop (3 predictions)")
        keys(app, "ctrl+r")
        await app.until(lambda: app.status(1) == "disputed")
        keys(app, "g", "j", "R", "2", "g")
        await app.until(lambda: "resolved f0055" in app.triage.said)
        keys(app, "asterisk", "1", "n", "escape", "l", "a", "escape", "o", "n", "o", "enter")
        await app.until(lambda: "no" in [event.note for event in app.app.services.decisions._evalset.state.events()])


def test_no_widget_is_looked_up_by_name() -> None:
    """A look-up fails before the widget is there and once it has gone; what a screen needs, it holds."""
    for path in Path(regrade.tui.__file__).parent.rglob("*.py"):
        names = {node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)}
        assert not names & {"query_one", "query_exactly_one", "get_child_by_id", "get_child_by_type", "get_widget_by_id"}, path


def test_a_burst_on_a_terminal_goes_through_two_dialogs(workspace: Path) -> None:
    terminal = Terminal(str(workspace), REGRADE_ACTOR="ann")
    terminal.wait("60 of 60")
    terminal.wait("≠ 1 disputed")
    terminal.send(b"gU1y")
    terminal.wait("undid: labelled short hop (3 predictions)")
    assert terminal.leave() == 0
