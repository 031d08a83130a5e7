"""The Compare screen: what it says of a comparison, and where its keys lead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from regrade.compare.changed import Change, Changed, Policy
from regrade.compare.comparison import Comparison, Effects, Estimate, FlipRow, GroupRow, MetricRow, Money, Passed
from regrade.compare.pair_row import PairRow
from regrade.compare.stage_rows import StageRow
from regrade.compare.versus import OnRecord, Versus
from regrade.tui.glyphs import ASCII, UNICODE
from regrade.tui.screens.compare import CompareScreen
from regrade.tui.screens.comparing_order import EXAMPLES, apart
from regrade.tui.widgets import compare_lines
from regrade.tui.widgets.orders import Ordering
from tests.tui.harness import HOSTILE, Driver, make_workspace, running

EVIL = HOSTILE[0] + "[/]\u202e"


def comparison(**more: Any) -> Comparison:
    """Return a comparison with something of everything."""
    given: dict[str, Any] = {
        "version": "7f3a91c" * 9,
        "baseline": "logged",
        "candidate": "better",
        "verdict": "inconclusive",
        "reasons": ["the interval reaches past the margin"],
        "fixed": ["f0001", "f0002"],
        "broken": ["f0003"],
        "metrics": {
            "accuracy": MetricRow(baseline=0.77, candidate=0.79, delta=0.02, low=-0.01, high=0.05, n=300),
            "log_loss": MetricRow(baseline=0.5, candidate=0.4, delta=-0.1, low=-0.2, high=0.0, n=300, higher_is_better=False),
        },
        "n_sampled": 300,
        "mcnemar_p": 0.5,
        "detectable": 0.04,
        "needed": 400,
        "slices": [GroupRow(name="evening", n=90, fixed=2, broken=0, delta=0.1, low=0.02, high=0.2, p_adjusted=0.01, margin=0.02)],
        "modes": [
            GroupRow(name="storms", n=30, fixed=2, broken=0, now_right=12),
            GroupRow(name="short hop", n=10, fixed=0, broken=1, now_right=2, reopened=True),
        ],
        "effects": Effects(),
        "business": Money(
            currency="USD", n=300, skipped=0, per_1000=Estimate(value=5.0), per_month=Estimate(value=3100.0, low=-2000.0, high=8300.0)
        ),
        "pinned_broken": [],
        "disputed": [],
        "errors": 0,
        "margin": 0.01,
        "n_compared": 330,
        "both_right": 1,
        "both_wrong": 1,
        "known": Passed(passed=14, total=40),
    }
    return Comparison(**(given | more))


def pair(key: str, kind: Any, **more: Any) -> PairRow:
    """Return an example."""
    return PairRow(key=key, kind=kind, **({"expected": "late", "baseline": "on_time", "candidate": "late", "mode": "storms"} | more))


PAIRS = [
    pair("f0003", "broken", mode="short hop", pinned=True),
    pair("f0001", "fixed", baseline_score=0.31, candidate_score=0.57),
    pair("f0002", "fixed", mode=None, sampled=True),
    pair("f0004", "both_wrong"),
    pair("f0005", "both_right"),
]


KEPT = {
    "runs": [
        {"name": "0ac85ec9d2af", "candidate": "better", "at": "2026-01-05T12:30:00+00:00", "note": "threshold [b]0.4[/b]", "value": 0.78}
    ]
}


def result(found: Comparison | None, rows: list[PairRow] = PAIRS, **more: Any) -> dict[str, Any]:
    """Return what the engine would say."""
    return msgspec.to_builtins(Versus(comparison=found, pairs=rows, markdown="# a report", **more))


@asynccontextmanager
async def comparing(folder: Path, found: Comparison | None = None, rows: list[PairRow] = PAIRS, **more: Any) -> AsyncIterator[Driver]:
    """Run the app, and go to Compare."""
    async with running(folder, **more) as app:
        app.engine.results |= {"compare": result(found or comparison(), rows), "kept_runs": KEPT}
        await app.press("d")
        yield app


def screen(app: Driver) -> CompareScreen:
    """Return the screen."""
    there = app.app.screen
    assert isinstance(there, CompareScreen)
    return there


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "flights")


async def test_verdict_estimate_groups_and_examples_are_told(workspace: Path) -> None:
    async with comparing(workspace, size=(140, 40)) as app:
        assert ("compare", {"baseline": "logged", "candidate": "better"}) in app.engine.asked
        text = app.screen_text()
        for words in (
            "better against logged", "300 sampled, 40 known failures", "? inconclusive",
            "accuracy 77.0% → 79.0%: +2.0 points [−1.0, +5.0]",
            "the interval reaches past the margin", "+3,100 USD a month", "log_loss", "▲ storms", "12 / 30", "reopened",
            "▲ evening · protected",
            "▼ broken 1", "▲ fixed 2", "both wrong 1", "both right 1", "f0003 ⚑", "logged on_time 0.31", "better late 0.57",
        ):  # fmt: skip
            assert words in text, words
        assert app.app.switching.current == "compare"


async def test_examples_are_narrowed_down_by_kind_and_by_mode_and_esc_goes_back(workspace: Path) -> None:
    async with comparing(workspace) as app:
        here = screen(app)
        seen = []
        for _ in range(5):
            await app.press("f")
            seen.append((here.kind, [row["key"] for row in here.shown]))
        assert seen == [
            ("broken", ["f0003"]), ("fixed", ["f0001", "f0002"]), ("both_wrong", ["f0004"]), ("both_right", ["f0005"]),
            ("", ["f0003", "f0001", "f0002", "f0004", "f0005"]),
        ]  # fmt: skip
        await app.press("right", "j", "enter")
        assert here.only == "short hop" and [row["key"] for row in here.shown] == ["f0003"]
        await app.press("escape")
        assert here.only == "" and len(here.shown) == 5
        await app.press("escape")
        assert app.app.screen is app.triage


async def test_enter_shows_an_example_in_triage_and_esc_comes_back(workspace: Path) -> None:
    async with comparing(workspace) as app:
        await app.press("j", "enter")
        assert app.app.screen is app.triage and app.key(0) == "f0001" and len(app.triage.grid.rows) == 1
        await app.press("escape")
        assert screen(app).pairs.cursor == 1 and app.triage.looking.where == ""


async def test_both_sides_are_chosen_by_a_key_each_and_kept(workspace: Path) -> None:
    async with comparing(workspace) as app:
        await app.press("b")
        await app.type("better@main")
        await app.press("enter")
        assert app.engine.asked[-1] == ("compare", {"baseline": "better@main", "candidate": "better"})
        await app.press("c")
        await app.type("logged")
        await app.press("enter", "x")
        assert app.engine.asked[-1] == ("compare", {"baseline": "logged", "candidate": "better@main"})
        assert screen(app).kept() | {"order": {}} == {"baseline": "logged", "candidate": "better@main", "order": {}}


async def test_the_report_is_copied_with_the_command_and_why_is_read_in_full(workspace: Path) -> None:
    policy = Policy(ref="main", commit="3fd7f29" * 5, changes=[])
    changed = Changed(
        parts=["model", "code"], same=["environment"], ahead=3,
        model=[Change("classifier.max_iter", 100, 300), Change("models/prod.skops", "a" * 64, "b" * 64)],
    )  # fmt: skip
    flips = [FlipRow(key="f0003", flip="broken", stage="classifier")]
    stages = [StageRow(name="classifier", n=1, keys=["f0003"])]
    found = comparison(policy=policy, changed=changed, flips=flips, stages=stages, notes=["tolerance 5 → 9 in the same change"])
    async with comparing(workspace, found, size=(180, 40)) as app:
        text = app.screen_text()
        for words in (
            "by the rules of main", "what changed  model: max_iter 100 → 300 · code: 3 commits · the same: environment",
            "broken at     classifier 1", "first differs at: classifier", "tolerance 5 → 9",
        ):  # fmt: skip
            assert words in text, words + text
        await app.press("Y")
        assert app.app.clipboard == "# a report\n```sh\nregrade gate --base logged --head better\n```\n"
        await app.press("y")
        assert app.app.clipboard == "f0003"
        await app.press("w")
        assert "models/prod.skops changed" in app.screen_text() and "3 commits" not in app.screen_text().split("models/prod")[1]
        await app.press("escape")
        here = screen(app)
        assert here.active is here.pairs
        await app.pilot.click(here.pair_title, offset=(26, 1))
        assert here.kind == "fixed" and here.pairs.cursor == 0
        await app.pilot.click(here.slice_title, offset=(5, 0))
        assert here.active is here.slices


async def test_modes_slices_and_examples_are_sorted_each_by_itself_and_the_order_is_kept(workspace: Path) -> None:
    groups = [
        GroupRow(name=name, n=n, fixed=0, broken=0, delta=delta)
        for name, n, delta in (("ewr", 9, 0.1), ("rain", 3, None), ("dusk", 9, -0.2))
    ]
    async with comparing(workspace, comparison(slices=groups), size=(140, 40)) as app:
        here = screen(app)

        def keys() -> list[str]:
            return [row["key"] for row in here.shown]

        await app.press("j", "S")
        assert "s sorts it" in here.said and here.pair is not None and here.pair.key == "f0001"
        await app.press("s", "S")
        assert keys() == ["f0005", "f0004", "f0003", "f0002", "f0001"] and here.pairs.cursor == 0, "as in Triage the first is looked at"
        assert "by key ↓" in app.screen_text() and here.said == "examples by key ↓"
        await app.press("s", "s", "s")
        assert keys()[0] == "f0001" and "by difference ↓" in app.screen_text(), "what has no score stands last"
        await app.pilot.click(
            here.pair_title, offset=(app.screen_text().split("\n")[here.pair_title.region.y + 1].index("by difference"), 1)
        )
        assert keys()[0] == "f0003" and "by kind" in app.screen_text()
        line = app.screen_text().split("\n")[here.slice_title.region.y]
        await app.pilot.click(here.slice_title, offset=(line.index("delta") - here.slice_title.region.x, 0))
        await app.settle()
        found = here.comparison
        assert found is not None and [row.name for row in found.slices] == ["ewr", "dusk", "rain"] and here.active is here.slices
        assert "↓delta" in app.screen_text() and [row.name for row in found.modes] == ["storms", "short hop"]
        await app.press("S", "r")
        assert here.comparison is not None and [row.name for row in here.comparison.slices] == ["dusk", "ewr", "rain"]
        assert here.kept()["order"]["slices"] == ["delta", True]
        await app.press("enter")
        assert not app.triage.looking.where, "an order is no filter"


async def test_runs_that_were_kept_are_chosen_and_those_that_nobody_can_ask_again_are_compared_by_their_records(workspace: Path) -> None:
    async with comparing(workspace) as app:
        record = OnRecord(
            baseline="run 1 of logged", candidate="kept run 0ac85ec9d2af of better", parts=[("scores", ["accuracy 0.7 → 0.8"])]
        )
        app.engine.results["compare"] = result(None, [], notes=["it cannot be asked again"], on_record=record)
        await app.press("c")
        assert "0ac85ec9d2af better   threshold [b]0.4[/b]" in app.screen_text()
        await app.type("0ac8")
        await app.press("enter")
        assert app.engine.asked[-1] == ("compare", {"baseline": "logged", "candidate": "0ac85ec9d2af"})
        assert "it cannot be asked again" in app.screen_text() and "accuracy 0.7 → 0.8" in app.screen_text()
        await app.press("Y", "f", "right", "enter")
        assert app.app.clipboard == "regrade runs diff logged 0ac85ec9d2af"
        app.engine.results["compare"] = result(
            comparison(candidate="better (run 0ac85ec9d2af)"), notes=["its answers are those in the cache"], gate=False
        )
        await app.press("r", "Y")
        assert "its answers are those in the cache" in app.screen_text()
        assert app.app.clipboard == "# a report\n```sh\nregrade runs diff logged 0ac85ec9d2af\n```\n"


async def test_each_empty_compare_says_what_fills_it(workspace: Path) -> None:
    toml = workspace / "regrade.toml"
    toml.write_text(toml.read_text().replace('[candidates.better]\npredictions = "better.csv"\n', ""))
    async with running(workspace) as app:
        await app.press("d")
        assert "nobody to compare logged with: [candidates] in regrade.toml" in app.screen_text(), app.screen_text()
        assert not app.engine.count("compare") and app.screen_text().rstrip().endswith("? help")
    nothing = comparison(
        metrics={"accuracy": MetricRow()}, n_sampled=0, modes=[], slices=[], business=None, fixed=[], broken=[], both_right=0, both_wrong=0
    )
    async with comparing(make_workspace(workspace.parent / "more"), nothing, [], size=(140, 30)) as app:
        for words in (
            "`regrade sample 200` gives one", "no failure mode yet", "no slice yet: [slices]", "no example that both answered: p in Triage",
        ):  # fmt: skip
            assert words in app.screen_text(), words
        asked = app.engine.count("compare")
        await app.press("x", "c")
        await app.type("better")
        await app.press("enter")
        assert app.engine.count("compare") == asked + 1, "swapped, then better against itself, which is not asked"
        assert "better against itself" in screen(app).said and screen(app).names == ("better", "logged")
        assert "better is the only candidate" in app.screen_text()


async def test_only_lines_that_come_into_view_are_made(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [pair(f"f{at:05}", "both_right") for at in range(5_000)]
    modes = [GroupRow(name=f"mode {at}", n=3, fixed=1, broken=0) for at in range(3_000)]
    async with comparing(workspace, comparison(both_right=9_000, modes=modes), rows, size=(160, 40)) as app:
        asked: set[int] = set()
        at_once = CompareScreen.pair_at
        monkeypatch.setattr(CompareScreen, "pair_at", lambda here, at: (asked.add(at), at_once(here, at))[1])
        assert "the first 5,000 of a kind are here" in app.screen_text()
        await app.press("f", "G")
        assert "f04999" in app.screen_text() and screen(app).pairs.cursor == 4_999
        assert len(asked) <= 100 + 2 * screen(app).pairs.page, "those that tell how wide the columns are, and those in view"
        assert len(screen(app).modes.lines) == 3_000


async def test_what_needs_examples_says_that_it_is_still_comparing(workspace: Path) -> None:
    async with running(workspace) as app:
        app.engine.mute = True
        await app.press("d")
        number = len(app.engine.asked)
        for key in ("tab", "enter", "s", "S", "f"):
            screen(app).say("")
            await app.press(key)
            assert screen(app).said == "still comparing: Esc stops", key
        app.engine.hear({"id": number, "ok": True, "result": result(comparison())})
        await app.settle()
        await app.press("tab")
        assert screen(app).active is screen(app).modes and "Tab next part" in app.screen_text()
        app.engine.mute = True
        await app.press("f6", "s")
        assert "still looking at every slice" in app.screen_text()


async def test_it_compares_anew_once_the_eval_set_changed_and_says_what_goes_wrong(workspace: Path) -> None:
    async with comparing(workspace) as app:
        asked = app.engine.count("compare")
        app.engine.hear({"id": 0, "ok": False})
        app.triage.services.engine.score()
        await app.settle()
        assert app.engine.count("compare") == asked + 1
        app.engine.mute = True
        await app.press("r")
        app.engine.hear({"event": "progress", "op": "compare", "candidate": "better", "state": "asking", "done": 5, "total": 10})
        await app.settle()
        assert "Esc stops" in app.screen_text() and app.triage.scoreboard.progress == {}
        await app.press("escape")
        assert app.engine.asked[-1][0] == "cancel" and isinstance(app.app.screen, CompareScreen)
        app.engine.hear({"id": len(app.engine.asked) - 1, "ok": False, "error": {"what": "cancelled: what was answered is kept"}})
        await app.settle()
        assert "cancelled" in screen(app).said and "better against logged" in app.screen_text(), "what was there stays"


async def test_hostile_names_are_inert_and_the_frame_stays_at_every_size(workspace: Path) -> None:
    rows = [pair(EVIL, "broken", mode=EVIL, expected=EVIL, error=EVIL), *PAIRS]
    found = comparison(reasons=[EVIL] * 3, candidate=EVIL, modes=[GroupRow(name=EVIL, n=3, fixed=0, broken=1)], notes=[EVIL])
    async with comparing(workspace, found, rows, size=(80, 24)) as app:
        await app.press("right", "enter", "f", "left")
        for size in ((80, 24), (60, 15), (200, 60)):
            await app.pilot.resize_terminal(*size)
            await app.settle()
            text = app.screen_text()
            assert not any(control in text for control in ("\x1b", "\x07", "\u202e")) and len(text.split("\n")) == size[1]
            assert screen(app).head.lines and "? help" in text.split("\n")[-1] and screen(app).pairs.region.height


def test_an_order_that_was_kept_is_not_trusted() -> None:
    rows = [{"key": "a", "baseline": 5, "candidate": 9.5}, {"key": "b", "baseline": True, "candidate": 0}, {"key": "c"}]
    assert [apart(row) for row in rows] == [4.5, None, None]
    for kept in (["key", True, 1], ["nothing", False], "key", {"by": "key"}, [["key"], False], ["key", 1]):
        assert Ordering(EXAMPLES, kept).kept() == ["", False]
    assert Ordering(EXAMPLES, ["difference", True]).kept() == ["difference", True]


def test_the_interval_is_drawn_in_ascii_too_and_its_margin_where_it_is_worse() -> None:
    rows = {"mae": MetricRow(baseline=9.0, candidate=8.0, delta=-1.0, low=-3.0, high=1.0, n=9, higher_is_better=False)}
    found = comparison(primary="mae", metrics=rows, margin=2.0)
    plots = ["".join(text for text, _ in compare_lines.head(found, [], 120, 9, glyphs)[1]) for glyphs in (UNICODE, ASCII)]
    assert plots[0].index("●") < plots[0].index("┼") < plots[0].index("┊"), "a larger error is worse"
    assert [plots[1].index(each) for each in "o+:"] == [plots[0].index(each) for each in "●┼┊"]


def test_what_has_no_estimate_says_so() -> None:
    found = comparison(metrics={"accuracy": MetricRow()}, n_sampled=0, verdict="not_evaluated", business=None)
    lines = compare_lines.head(found, [], 120, 9, UNICODE)
    assert "no production estimate: `regrade sample 200` gives one" in lines[0][0][0]
    assert ("⚠ not evaluated", "accent") in compare_lines.title(found, UNICODE)[1][0]
