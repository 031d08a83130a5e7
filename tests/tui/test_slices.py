"""The Slices screen: the table, the matrix, and what is behind their cells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec import structs
from textual.events import MouseScrollUp

from regrade.compare.calibration_rows import CalibrationBin, Reliability
from regrade.compare.look import EVERYTHING, CandidateLook, Cell, Confused, Look, ResidualBin, ScoreBin
from regrade.tui.glyphs import UNICODE
from regrade.tui.screens.slices import SlicesScreen
from regrade.tui.widgets import slice_cells
from regrade.tui.widgets.cell_table import CellTable
from tests.tui.harness import HOSTILE, Driver, make_workspace, running

EVIL = HOSTILE[0] + "[/]\u202e"


def candidate(name: str, *labels: str) -> CandidateLook:
    """Return how a candidate errs between two classes."""
    late, on_time = labels or ("late", "on_time")
    pairs = [(late, late, 20), (late, on_time, 30), (on_time, late, 10), (on_time, on_time, 40)]
    return CandidateLook(
        name=name,
        confusion=[Confused(expected=one, predicted=other, n=n, share=n / 100, keys=["f0001", "f0002"]) for one, other, n in pairs],
        scores=[ScoreBin(low=at / 20, high=(at + 1) / 20, n=at, positive=at // 2) for at in range(20)],
        reliability=Reliability(ece=0.12, bins=[CalibrationBin(low=0.1, high=0.4, score=0.25, rate=0.6, n=50, weight=0.5)]),
        threshold=0.4,
        n=100,
    )


def look(*names: str, slices: tuple[str, ...] = ("evening",)) -> Look:
    """Return a look at two candidates."""
    rows = [EVERYTHING, *slices]
    names = names or ("logged", "better")
    cells = {
        metric: {
            row: {name: Cell(value=0.5 + at / 10 + number / 20, n=90) for at, name in enumerate(names)} for number, row in enumerate(rows)
        }
        for metric in ("accuracy", "log_loss")
    }
    return Look(
        version="7f3a91c" * 9,
        champion=names[0],
        metrics={"accuracy": True, "log_loss": False},
        slices=rows,
        candidates=[candidate(name) for name in names],
        cells=cells,
        n_sampled=100,
    )


@asynccontextmanager
async def looking(folder: Path, found: Look | None = None, size: tuple[int, int] = (140, 40)) -> AsyncIterator[Driver]:
    """Run the app, and go to Slices."""
    with (folder / "regrade.toml").open("a") as toml:
        toml.write('[slices]\nevening = "hour >= 18"\n')
    async with running(folder, size=size) as app:
        app.engine.results["look"] = msgspec.to_builtins(found or look())
        await app.press("f6")
        yield app


def screen(app: Driver) -> SlicesScreen:
    """Return the screen."""
    there = app.app.screen
    assert isinstance(there, SlicesScreen)
    return there


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "flights")


async def test_table_matrix_scores_and_calibration_are_shown(workspace: Path) -> None:
    async with looking(workspace) as app:
        text = app.screen_text()
        for words in (
            "accuracy: higher is better", "100 sampled examples", "evening  90", "50.0% ▁", "65.0% █", "late taken for on_time: 30.0%",
            "30 30.0%", "probability of late", "threshold 0.4", "error (ECE) 0.120", "25.0%    60.0% ↑",
        ):  # fmt: skip
            assert words in text, words
        await app.press("m")
        assert "log_loss: lower is better" in app.screen_text()
        await app.press("right")
        assert (found := screen(app).candidate) is not None and found.name == "better"


async def test_a_slice_and_a_cell_of_the_matrix_are_drilled_into_and_esc_comes_back(workspace: Path) -> None:
    async with looking(workspace) as app:
        await app.press("enter")
        assert "F2 goes to Triage" in screen(app).said
        await app.press("j", "enter")
        assert app.triage.looking.where == "hour >= 18" and app.app.screen is app.triage
        await app.press("escape")
        await app.press("tab", "right", "enter")
        assert app.triage.looking.where == "\"id\" in ('f0001', 'f0002')" and len(app.triage.grid.rows) == 2
        await app.press("escape")
        here = screen(app)
        assert (here.panels.matrix.row, here.panels.matrix.column) == (0, 1)

        await app.press("tab", "home")
        first = here.panels.course.spans[0]
        assert here.active is here.panels.course and here.where == "hour >= 18"
        assert f"of the log, evening    {first.value}" in app.screen_text()
        await app.press("right", "enter")
        looking_at = app.triage.looking
        assert looking_at.where == f"hour >= 18 and {here.panels.course.spans[1].term}" and looking_at.addresses is not None
        assert len(looking_at.addresses) == here.panels.course.spans[1].n
        await app.press("escape", "y")
        assert app.app.clipboard.split("\n")[0] == "time\tn\tknown\twrong\trate"


async def test_the_mouse_does_what_keys_do(workspace: Path) -> None:
    async with looking(workspace) as app:
        here = screen(app)
        await app.pilot.click(here.heat, offset=(34, 0))
        assert (here.heat.row, here.heat.column, here.sorted_by) == (0, 1, "better"), "a heading is the column's"
        await app.pilot.click(here.heat, offset=(25, 2))
        assert (here.heat.row, here.heat.column) == (1, 0) and here.candidate is not None and here.candidate.name == "logged"
        here.heat.post_message(MouseScrollUp(here.heat, 0, 0, 0, -1, 0, False, False, False))
        await app.settle()
        assert here.heat.row == 0 and here.where == ""
        await app.pilot.click(here.panels.course, offset=(14, 2))
        assert here.active is here.panels.course and here.panels.course.position == 1
        await app.pilot.click(here.about, offset=(5, 1))
        await app.settle()
        assert here.panels.wanted == "scores"


async def test_a_candidate_orders_the_slices_and_the_order_is_kept(workspace: Path) -> None:
    found = structs.replace(look(slices=("evening", "EWR", "short")), champion="better")
    for value, name in ((0.9, "evening"), (0.4, "EWR"), (None, "short")):
        found.cells["accuracy"][name]["better"] = Cell(value=value, n=90)
    async with looking(workspace, found) as app:
        here = screen(app)
        await app.press("S")
        assert "s sorts by the candidate" in here.said
        await app.press("j", "s")  # the champion stands first, as on the scoreboard
        assert here.look is not None and here.look.slices == [EVERYTHING, "EWR", "evening", "short"] and "↑better" in app.screen_text()
        assert here.heat.row == 2 and here.where == "hour >= 18", "the cursor stays on its slice"
        await app.press("s")
        assert here.look.slices == [EVERYTHING, "evening", "EWR", "short"], "what has no value stands last in both"
        assert here.kept()["sorted_by"] == "better" and here.kept()["reverse"]
        await app.press("m", "m", "r")
        assert here.look.slices == [EVERYTHING, "evening", "EWR", "short"] and here.heat.row == 1
        await app.press("s")
        assert here.look.slices == [EVERYTHING, "evening", "EWR", "short"] and here.kept()["sorted_by"] == ""


async def test_errors_of_a_regression_are_a_histogram_and_a_log_without_time_says_what_names_one(workspace: Path) -> None:
    toml = workspace / "regrade.toml"
    toml.write_text(toml.read_text().replace('time = "time"\n', ""))
    found = look()
    bins = [
        ResidualBin(low=None, high=-10.0, n=5, wrong=5, share=0.05, keys=["f0003"]),
        ResidualBin(low=-10.0, high=0.0, n=60, wrong=0, share=0.6, keys=["f0001", "f0002"]),
        ResidualBin(low=0.0, high=None, n=35, wrong=3, share=0.35, keys=[]),
    ]
    off = CandidateLook(name="off", residuals=bins, n=100)
    failed = CandidateLook(name="broken", error="models/prod.skops: there is no such file")
    found = structs.replace(found, candidates=[off, failed], cells={"mae": {row: {} for row in found.slices}}, metrics={"mae": False})
    for name in ("off", "broken"):
        for row in found.slices:
            found.cells["mae"][row][name] = Cell(value=None if name == "broken" else 9.5, n=90)
    async with looking(workspace, found) as app:
        text = app.screen_text()
        for words in ("prediction less expected", "below −10", "−10 to 0", "0 and more", "60.0%", "too high 35%, too low 65% of the time",
                      "8 of 100 off by too much", "no column of time: time in [log] of regrade.toml names one"):  # fmt: skip
            assert words in text, words + text
        await app.press("tab", "j", "enter")
        assert app.triage.looking.where == "\"id\" in ('f0001', 'f0002')"
        await app.press("escape", "tab", "right")
        assert "could not answer: models/prod.skops: there is no such file" in app.screen_text()


async def test_a_table_is_copied_without_formulas_and_hostile_names_are_inert(workspace: Path) -> None:
    found = look("=cmd()", EVIL, slices=(EVIL,))
    async with looking(workspace, found, size=(80, 24)) as app:
        await app.press("y")
        assert app.app.clipboard.split("\n")[0].split("\t")[1] == "'=cmd()"
        await app.press("right", "tab")
        assert not any(control in app.screen_text() + app.app.clipboard for control in ("\x1b", "\x07", "\u202e"))


async def test_it_fits_every_size_with_more_slices_and_candidates_than_there_is_room(workspace: Path) -> None:
    found = look(*(f"candidate {at}" for at in range(30)), slices=tuple(f"slice {at}" for at in range(60)))
    async with looking(workspace, found, size=(40, 10)) as app:
        await app.press("G", *["right"] * 29)
        for size in ((40, 10), (60, 15), (250, 70)):
            await app.pilot.resize_terminal(*size)
            await app.settle()
            text = app.screen_text()
            assert "candidate 29" in text and "slice 59" in text and len(text.split("\n")) == size[1]


def test_only_rows_that_come_into_view_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []
    against = slice_cells._against
    monkeypatch.setattr(slice_cells, "_against", lambda value, *more: (made.append(value), against(value, *more))[1])
    found = look(*(f"candidate {at}" for at in range(30)), slices=tuple(f"slice {at}" for at in range(60)))
    cells = slice_cells.heat(found, "accuracy", UNICODE)
    table = CellTable(UNICODE, id="heat")
    table.show(cells)
    assert made == [] and len(cells.rows) == 61 and len(set(table._widths)) <= 2
    assert len(cells.cells[60]) == len(made) == 30


async def test_why_there_is_nothing_is_said(workspace: Path) -> None:
    async with running(workspace) as app:
        app.engine.mute = True
        await app.press("f6")
        app.engine.hear({"id": len(app.engine.asked), "ok": False, "error": {"what": "nothing is scored yet", "hint": "r scores"}})
        await app.settle()
        assert "nothing is scored yet (r scores)" in screen(app).said


def test_no_sampled_example_and_no_classes_leave_dashes() -> None:
    nothing = CandidateLook(name="x")
    assert "`regrade sample 300` draws some" in slice_cells.errs(nothing, "classification", 0)
    assert "answered none of the 300 sampled examples: t in Triage" in slice_cells.errs(nothing, "classification", 300)
    assert "too many classes" in slice_cells.errs(structs.replace(nothing, n=9), "classification", 300)
    assert "no matrix" in slice_cells.errs(structs.replace(nothing, n=9), "text", 300)
    assert slice_cells.confusion(nothing, UNICODE).rows == [] and slice_cells.calibration_lines(nothing, 9, UNICODE) == []
    bare = Look(version="v", champion="x", metrics={"accuracy": True}, slices=[EVERYTHING], candidates=[nothing],
                cells={"accuracy": {EVERYTHING: {"x": Cell(value=None, n=0)}}})  # fmt: skip
    assert list(slice_cells.heat(bare, "accuracy", UNICODE).cells) == [[("–  ", "dim")]]
