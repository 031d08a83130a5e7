"""The Eval set screen: tabs, one example whole, what sessions changed, and every verb by keyboard alone."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from rich.cells import cell_len

from regrade.evalset import EvalSet, State
from regrade.log.usual import Usual
from regrade.tui.glyphs import ASCII, UNICODE, Glyphs
from regrade.tui.screens.evalset import EvalSetScreen
from regrade.tui.services.decision_messages import EvalSetOpened
from regrade.tui.services.example_messages import TABS, ExampleRow
from regrade.tui.services.example_order import as_before, orders
from regrade.tui.services.example_service import BLOCK, ExampleService, tabs_of
from regrade.tui.services.sessions import sessions_of
from regrade.tui.widgets.example_lines import example_heading, example_line, tabs
from regrade.tui.widgets.orders import Ordering
from tests.tui.eval_sets import SCHEMAS, content, promoted
from tests.tui.harness import HOSTILE, Branch, Driver, make_workspace, running

N_MANY = 3 * BLOCK


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with three failures, one of them pinned, and two sampled examples, one of which waits for a label."""
    folder = make_workspace(tmp_path / "flights", 60)
    with EvalSet.open(folder / "evalset", actor="Ada <ada@x.y>", task_kind="classification") as evalset:
        promoted(evalset, {"f0000": "2013-07-01", "f0005": "2013-07-08", "f0010": "2013-07-09"})
        evalset.pin(["f0005"])
        evalset.label(["f0000"], "storms")
        drawn = [("f0001", content(outcome="on_time")), ("f0002", content(outcome=None))]
        evalset.sample(drawn, probabilities=0.1, population={"n": 20}, schemas=SCHEMAS)
    return folder


def state_of(folder: Path) -> State:
    return EvalSet.open(folder / "evalset", actor="zoe", task_kind="classification", read_only=True).state


def screen(app: Driver) -> EvalSetScreen:
    """Return the screen, which is on top."""
    assert isinstance(app.app.screen, EvalSetScreen)
    return app.app.screen


async def show(app: Driver, tab: str) -> list[str]:
    """Go to a tab by keys, and return the keys of its examples."""
    for _ in TABS:
        if screen(app).tab == tab:
            break
        await app.press("right")
    assert screen(app).tab == tab
    return list(screen(app).keys_shown)


def test_tabs_and_sessions_are_read_of_the_state(workspace: Path) -> None:
    found = tabs_of(state_of(workspace))
    assert found["failures"] == ["f0000", "f0005", "f0010"] and found["sampled"] == ["f0001", "f0002"]
    assert (found["waiting"], found["pinned"], found["disputed"], found["retired"]) == (["f0002"], ["f0005"], [], [])
    (session,) = sessions_of(state_of(workspace))
    assert session.changes == (("sampled", 2), ("promoted", 3), ("labelled", 1), ("pinned", 1)) and session.n == 4


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [40, 80, 160])
def test_lines_are_as_wide_as_the_screen_and_harmless(width: int, glyphs: Glyphs) -> None:
    for text in HOSTILE:
        row = ExampleRow(text, "promoted", True, "sampled", text, (text,), text, (text,), 10.0, text, text, text)
        line = "".join(piece for piece, _ in example_line(row, width, glyphs))
        assert cell_len(line) <= width and line.isprintable()
        assert "predicted" in "".join(piece for piece, _ in example_heading(width, (), "predicted", "")), "what orders them is shown"
    for tab in TABS:
        groups = tabs(tab, dict.fromkeys(TABS[:-1], 1_000_000), width)
        assert tab in "".join(text for group in groups for text, _ in group)


async def test_every_verb_is_a_key_and_one_u_takes_it_back(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("f4")
        shown = app.screen_text()
        assert list(screen(app).keys_shown) == ["f0000", "f0001", "f0002", "f0005", "f0010"]
        assert all(text in shown for text in ("5 examples (2 sampled)", "all 5", "waiting 1", "pinned 1", "storms", "waits", "10.0", "Ada"))

        await app.press("P")
        assert state_of(workspace).values("f0000", "pinned") == [True]
        await app.press("P", "u", "u")
        assert True not in state_of(workspace).values("f0000", "pinned")

        await app.press("X", *"dup", "enter")
        assert screen(app).keys_shown[0] == "f0001" and screen(app).said == "retired f0000: duplicate"
        assert await show(app, "retired") == ["f0000"]
        await app.press("X")
        assert state_of(workspace).is_member("f0000") and await show(app, "all") == ["f0000", "f0001", "f0002", "f0005", "f0010"]

        await app.press("g", "j", "j", "c", *"late", "enter")
        assert state_of(workspace).expected("f0002") == ["late"] and await show(app, "waiting") == []
        assert "No sampled example waits for a label" in app.screen_text()
        await app.press("u")
        assert list(screen(app).keys_shown) == ["f0002"]

        await app.press("o", *"odd", "enter", "enter")
        assert "odd" in screen(app).detail_pane.text
        await app.press("c", *"late", "enter")
        assert not screen(app).opened.shown, "it waits no longer, and no key is about what is not in the tab"
        await app.press("u")
        await app.press("enter")
        await app.press("escape", "slash", *"10", "enter")
        assert list(screen(app).keys_shown) == []
        await app.press("left", "left")
        assert list(screen(app).keys_shown) == ["f0010"]
        await app.press("escape")
        assert len(screen(app).keys_shown) == 3
        await app.press("slash", *"storms", "space", *"fail", "enter")
        assert list(screen(app).keys_shown) == ["f0000"], "by mode and origin as well"


async def test_what_is_marked_is_decided_on_in_one_step_that_one_u_takes_back(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("f4", "space", "space")
        assert screen(app).list.cursor == 2 and "2 marked" in app.screen_text() and "■" in app.screen_text()
        await app.press("P")
        assert set(*state_of(workspace).subjects("pinned")) == {"f0000", "f0001", "f0005"}
        assert screen(app).said == "pinned f0000, f0001" and not screen(app).list.marked
        await app.press("u")
        assert True not in state_of(workspace).values("f0001", "pinned")

        await app.press("g", "v", "j", "j")
        assert "marking a range: v ends it" in app.screen_text()
        await app.press("v", "j", "space", "c", *"late", "enter")  # the range, without the one below it
        expected = [state_of(workspace).expected(key) for key in ("f0000", "f0001", "f0002", "f0005")]
        assert expected == [["late"]] * 4
        await app.press("u")
        assert state_of(workspace).expected("f0002") == []

        await app.press("g", "1")
        assert screen(app).said == "labelled f0000 storms"
        app.app.services.decisions.looked.clear()  # as in the first moment: the failure modes are not read yet
        await app.press("j", "1")
        assert screen(app).holding and state_of(workspace).mode("f0001") is None
        app.app.services.decisions.looked.set()
        app.app.switching.post(EvalSetOpened("v"))
        await app.settle()
        assert screen(app).said == "labelled f0001 storms" and not screen(app).holding
        await app.press("u", "g", "space", "space", "l", *"short", "enter")
        named = {mode.id: mode.name for mode in state_of(workspace).modes()}
        assert [named[state_of(workspace).mode(key) or ""] for key in ("f0000", "f0001")] == ["short", "short"]
        assert screen(app).said == "labelled f0000, f0001 short" and not screen(app).list.marked
        await app.press("g", "j", "U", "enter", "y")
        assert state_of(workspace).mode("f0001") is None and named[state_of(workspace).mode("f0000") or ""] == "storms"

        await app.press("G", "asterisk", "o", *"odd", "enter", "v", "R")
        assert screen(app).said == "this is about one example at a time: Esc unmarks"
        await app.press("escape", "asterisk", "asterisk", "X", *"dup", "enter")
        assert screen(app).said == "retired f0010: duplicate"  # nothing was marked: the one under the cursor
        await app.press("u", "asterisk", "X", *"dup", "enter")
        assert list(screen(app).keys_shown) == [] and "retired 5: f0000" in screen(app).said
        assert len(await show(app, "retired")) == 5
        await app.press("asterisk", "X")
        assert state_of(workspace).is_member("f0010") and "restored 5: f0000" in screen(app).said
        await app.press("u", "u")
        assert await show(app, "pinned") == ["f0005"]


async def test_an_example_is_open_with_inputs_answers_and_history_and_a_session_with_its_decisions(workspace: Path) -> None:
    async with running(workspace, (80, 24)) as app:
        await app.press("f4", "enter")
        text = screen(app).detail_pane.text
        assert all(part in text for part in ("✗ wrong", "storms", "carrier", "2013-07-01 00:00", "better", "promoted", "labelled"))
        app.app.services.survey.usual = {"carrier": Usual(1_000, 1_000, (), {"EV": (0.001, 0.001)})}
        await app.press("z", "slash", *"carr", "enter")
        assert "carrier      EV  0.1%" in screen(app).detail_pane.text and screen(app).said == "1 of 1 lines: n next, N before"
        await app.press("escape", "n")
        assert screen(app).said == "/ searches in what is open"
        await app.press("j")
        assert "f0001" in app.screen_text().split("\n")[3], "the next example, open as well"
        await app.press("k", "escape", "n", "left", "enter")
        assert screen(app).tab == "versions"
        text = app.screen_text()
        assert "sealed" in text or "not sealed" in text
        assert "Ada  pinned  f0005" in text and "drawn for the sample  f0001 and 1 more" in text
        assert text.rstrip().endswith("Esc back  j k scroll  y copy  ? help")
        await app.press("y")
        assert screen(app).said == "copied what is open" and "Ada  pinned  f0005" in app.app.clipboard
        await app.press("escape", "escape")
        assert app.app.screen is app.triage


async def test_examples_are_sorted_and_what_is_decided_moves_nothing(workspace: Path) -> None:
    async with running(workspace, (140, 30)) as app:
        await app.press("f4", "j", "s", "s")
        assert screen(app).list.cursor == 0, "as in Triage the first is looked at"
        assert screen(app).keys_shown == ["f0000", "f0001", "f0002", "f0005", "f0010"] and "↑mode" in app.screen_text()
        await app.press("G", "1")
        assert screen(app).keys_shown[-1] == "f0010" and screen(app).list.cursor == 4, "it has a mode now, and stays where it is"
        await app.press("r")
        assert screen(app).keys_shown[:2] == ["f0000", "f0010"] and screen(app).list.cursor == 1, "the cursor stays on its example"
        heading = screen(app).heading
        await app.pilot.click(heading, offset=(app.screen_text().split("\n")[heading.region.y].index("predicted"), 0))
        await app.settle()
        assert screen(app).keys_shown[:3] == ["f0010", "f0005", "f0000"] and "↓predicted" in app.screen_text()
        await app.press("S")
        assert screen(app).kept()["order"] == ["predicted", True] and screen(app).keys_shown.index("f0000") < screen(app).keys_shown.index(
            "f0010"
        )
        await app.press("left", "s")
        assert "the newest version stands first" in screen(app).said
    assert as_before(["a", "b", "c"], ["c", "gone", "a"]) == ["c", "a", "b"]
    known, came = [Hashed(n) for n in range(200)], [Hashed(n) for n in range(200, 300)]
    assert as_before(known + came, known) == known + came
    assert Hashed.times < 10 * 300, "each is looked up a few times, not once for every other one"
    state = state_of(workspace)
    arranged = {order.name: Ordering(orders(state, {}), [order.name, False]).arranged(state.members()) for order in orders()}
    assert arranged["weight"][:2] == ["f0001", "f0002"] and arranged["expected"][-1] == "f0002" and arranged["origin"][0] == "f0000"


class Hashed(str):
    """A key that counts how often keys are looked up."""

    times = 0

    def __new__(cls, n: int) -> Hashed:
        return super().__new__(cls, f"h{n:04}")

    def __hash__(self) -> int:
        Hashed.times += 1
        return super().__hash__()


async def test_a_dispute_is_resolved_side_by_side(workspace: Path) -> None:
    async with running(workspace) as app:
        await app.press("f4", "c", *"late", "enter")
        branch = Branch(workspace)
        branch.decide(lambda theirs: theirs.relabel(["f0000"], "on_time"))
        branch.merge()
        await app.look_outside()
        assert await show(app, "disputed") == ["f0000"]
        await app.press("R", "1")
        assert list(screen(app).keys_shown) == [] and len(state_of(workspace).expected("f0000")) == 1


async def test_a_key_typed_ahead_waits_for_the_example_that_it_is_about(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go, rows = Event(), ExampleService._rows
    monkeypatch.setattr(ExampleService, "_rows", lambda self, *given: (go.wait(60), rows(self, *given))[1])
    async with running(workspace) as app:
        await app.pilot.press("f4", "c", *"late", "enter")
        go.set()
        await app.settle()
        assert (state_of(workspace).expected("f0000"), state_of(workspace).mode("f0000")) == (["late"], "storms")


async def test_only_rows_that_are_seen_are_read(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "flights", 60)
    with EvalSet.open(folder / "evalset", actor="Ada <ada@x.y>", task_kind="classification") as evalset:
        promoted(evalset, {f"x{number:05d}": "2013-07-01" for number in range(N_MANY)})
    async with running(folder) as app:
        await app.press("f4")
        assert len(screen(app).keys_shown) == N_MANY and set(screen(app).blocks.there) == {0}
        await app.press("asterisk", "X", *"dup", "enter")
        assert "Retire 300 examples?" in app.screen_text()
        await app.press("n", "escape", "G")
        assert set(screen(app).blocks.there) == {0, 2} and not screen(app).list.marked and f"x{N_MANY - 1:05d}" in app.screen_text()
        assert screen(app).row is not None and screen(app).row.key == f"x{N_MANY - 1:05d}"
