"""Reports in the terminal: they say what is known, fit the width, and let nothing from production through."""

from __future__ import annotations

import io
import subprocess
import sys
import unicodedata
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from regrade.compare import compare, scoreboard
from regrade.compare.comparison import Comparison, Effects, Estimate, FlipRow, GroupRow, MetricRow, Money, Passed, ScoreboardRow
from regrade.config import Config, Gate
from regrade.report.bar import interval_bar
from regrade.report.comparison_markdown import to_markdown
from regrade.report.console import Page
from regrade.report.terminal import print_comparison, print_scoreboard
from tests.unit.compare.worlds import config, world


def comparison(**changes: object) -> Comparison:
    """SCREENS' example: retrained against prod."""
    values: dict[str, object] = {
        "version": "7f3a91c0" * 8, "baseline": "prod", "candidate": "retrained", "verdict": "inconclusive",
        "reasons": ["the interval reaches past the margin; about 420 more sampled examples would settle it"],
        "fixed": ["a", "b"], "broken": ["219003"], "n_sampled": 300, "mcnemar_p": 0.04, "detectable": 0.03, "needed": 420,
        "metrics": {"accuracy": MetricRow(baseline=0.773, candidate=0.79, delta=0.017, low=-0.011, high=0.045, n=300)},
        "slices": [GroupRow(name="evening", n=96, fixed=5, broken=2, delta=0.031, low=-0.019, high=0.08, p_adjusted=0.44)],
        "modes": [GroupRow(name="holiday", n=22, fixed=0, broken=8, delta=-0.4, p_adjusted=0.02, reopened=True)],
        "effects": Effects(model=0.017, evalset=0.0), "pinned_broken": ["219003"], "disputed": [], "errors": 0, "margin": 0.01,
        "business": Money(currency="USD", n=300, skipped=0, per_1000=Estimate(value=1.5, n=300),
            per_month=Estimate(value=3_100.0, low=-2_000.0, high=8_300.0, n=300),
        ),
        "n_compared": 431, "known": Passed(passed=58, total=131),
        "flips": [
            FlipRow(key="219003", flip="broken", expected="late", baseline="late", candidate="on_time", baseline_score=0.61, pinned=True)
        ],
    }  # fmt: skip
    return Comparison(**{**values, **changes})  # type: ignore[arg-type]


def printed(document: Comparison | list[ScoreboardRow], width: int = 120, encoding: str = "utf-8", *, terminal: bool = False) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    console = Console(
        file=stream, width=width, force_terminal=terminal, color_system="standard" if terminal else None, markup=False, emoji=False
    )
    if isinstance(document, Comparison):
        print_comparison(document, console=console)
    else:
        print_scoreboard(document, version="7f3a91c", config=Config(gate=Gate(champion="prod")), console=console)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_the_verdict_stands_first_with_its_reasons() -> None:
    lines = printed(comparison()).splitlines()
    assert lines[0].startswith("? inconclusive   retrained against prod · eval set 7f3a91c")
    assert "the interval reaches past the margin" in lines[1]


@pytest.mark.parametrize(
    "said",
    [
        "77.3%", "79.0%", "+1.7 points", "[−1.1, +4.5]", "about 420 more sampled examples would settle it",
        "differences from 3.0 points", "reopened", "evening", "[−1.9, +8.0]", "0.440", "+3,100 USD a month [−2,000, +8,300]",
        "▲ fixed 2", "▼ broken 1", "known failures now right 58 / 131", "⚑ pinned and broken: 219003", "late 0.61",
    ],
)  # fmt: skip
def test_it_says(said: str) -> None:
    assert said in printed(comparison())


def test_without_a_sample_it_says_what_gives_one() -> None:
    text = printed(comparison(metrics={"accuracy": MetricRow()}, n_sampled=0, needed=None, detectable=None))
    assert "– no production estimate: `regrade sample 200` gives one" in text and "%" not in text.split("flips")[0].replace("95%", "")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = comparison(
        modes=[GroupRow(name="a mode with a name that never ends " * 3, n=22, fixed=0, broken=8)], pinned_broken=["k" * 70] * 3
    )
    assert max(cell_len(line) for line in printed(long, width).splitlines()) <= width
    rows = scoreboard(world(["late"] * 40, {"prod": ["late"] * 40, "a-candidate-with-a-long-name": ["on_time"] * 40}, known=True), config())
    assert max(cell_len(line) for line in printed(rows, width).splitlines()) <= width


def test_a_scoreboard_keeps_intervals_in_80_columns() -> None:
    rows = scoreboard(world(["late"] * 40, {"prod": ["late"] * 40, "new": ["on_time"] * 3 + ["late"] * 37}, known=True), config())
    text = printed(rows, 80)
    new = next(line for line in text.splitlines() if line.startswith("new"))
    assert "92.5%" in new and "80.1 – 97.4" in new and "−7.5" in new and "37 / 40" in new and "▼ 3" in new


def test_a_scoreboard_without_a_sample_says_nothing_of_production() -> None:
    rows = scoreboard(world(["late"] * 4, {"prod": ["late"] * 4}, sampled=False, known=True), config())
    text = printed(rows)
    assert "no production estimate: `regrade sample 200` gives one" in text
    assert next(line for line in text.splitlines() if line.startswith("prod")).split()[2] == "–"


hostile = st.text(st.characters(codec=None) | st.sampled_from("\x1b\x9b\x07\r\n\u202e\u2066[]/@"), max_size=12).map(
    lambda text: text + "\x1b]52;c;aGk=\x07[bold][/x][@click=app.quit]\u202e\ud800"
)


@settings(max_examples=30, deadline=None)
@given(hostile, st.sampled_from([40, 80, 160]))
def test_nothing_from_production_reaches_the_terminal_as_a_control(text: str, width: int) -> None:
    found = comparison(
        baseline=text, candidate=text, reasons=[text], notes=[text], broken=[text], pinned_broken=[text], errors=1,
        modes=[GroupRow(name=text, n=1, fixed=0, broken=1)], slices=[GroupRow(name=text, n=1, fixed=0, broken=1)],
        flips=[FlipRow(key=text, flip="broken", expected=text, baseline=text, candidate={text: text}, mode=text)],
    )  # fmt: skip
    row = ScoreboardRow(
        name=text, champion=False, primary="accuracy", higher_is_better=True, estimate=Estimate(), delta=None, known=Passed(),
        pinned=Passed(), fixed=0, broken=0, errors=1, error=text, replay=0.5,
    )  # fmt: skip
    for said in (printed(found, width), printed([row], width)):
        kinds = {unicodedata.category(each) for each in said if each != "\n"}
        assert not kinds & {"Cc", "Cs", "Zl", "Zp"} and not set("\u202e\u2066\u200f") & set(said)


def test_colours_only_where_the_terminal_has_them() -> None:
    assert "\x1b[" in printed(comparison(), terminal=True)
    assert "\x1b" not in printed(comparison())


def test_a_terminal_without_unicode_gets_ascii() -> None:
    text = printed(comparison(broken=["ключ"]), encoding="ascii")
    assert text.isascii() and "+ fixed 2" in text and "- broken 1" in text and "[-1.1, +4.5]" in text


def test_bar_shows_zero_interval_and_margin() -> None:
    end, parts = interval_bar(0.02, -0.01, 0.04, 0.01, 41)
    line = "".join(words for words, _ in parts)
    assert (end, len(line), line[20], line.count("●")) == (0.05, 41, "┼", 1)
    assert parts[1][0].startswith("┊") and line.index("●") == 28


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(-1e6, 1e6), st.integers(-5, 200))
def test_bar_fits_whatever_the_numbers(delta: float, below: float, above: float, margin: float, width: int) -> None:
    end, parts = interval_bar(delta, delta - below, delta + above, margin, width)
    line = "".join(words for words, _ in parts)
    assert len(line) == max(11, width - 1 + width % 2) and end > 0 and line.count("●") == 1


def test_drawing_a_report_imports_nothing_heavy() -> None:
    heavy = ("pandas", "scipy", "sklearn", "numpy", "duckdb")
    code = f"import sys, regrade.report.terminal, regrade.report.json; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_comparison_of_an_empty_eval_set_can_be_printed() -> None:
    assert "no production estimate" in printed(compare(world([], {"prod": [], "new": []}), "prod", "new", config()))


def test_a_long_first_column_leaves_the_others_their_place() -> None:
    stream = io.StringIO()
    page = Page(Console(file=stream, width=60, markup=False, emoji=False))
    page.table(["text", "predictions", "rate"], [["a tweet of many words " * 6, "12,345", "23.8%"]])
    heading, row = stream.getvalue().splitlines()
    assert heading.split() == ["text", "predictions", "rate"] and row.split()[-2:] == ["12,345", "23.8%"]
    assert "…" in row and max(map(cell_len, (heading, row))) <= 60


def test_an_error_is_never_shown_as_wrong() -> None:
    errors = {"dead": dict.fromkeys(range(6), "crash"), "half": {0: "crash", 1: "crash"}}
    answers = {"prod": ["late"] * 6, "dead": [None] * 6, "half": [None, None, "late", "late", "late", "on_time"]}
    pins, known = [True, False, True, False, False, False], [True] * 6
    made = world(["late"] * 6, answers, errors=errors, known=known, pinned=pins)
    rows = {line.split()[0]: line for line in printed(scoreboard(made, config())).splitlines() if line}
    assert rows["dead"].split()[1:] == ["–", "–", "–", "–", "–", "⚠", "6"] and "⚑" not in rows["dead"]
    assert "3 / 4" in rows["half"] and "1 / 1" in rows["half"] and "▲ 0  ▼ 1" in rows["half"] and "⚠ 2" in rows["half"]
    assert rows["known"].startswith("known and pinned count the examples that have an answer") and "6 / 6" in rows["prod"]
    assert rows["the"].startswith("the estimates rest on 4 sampled examples: what every candidate with an estimate has answered")
    assert "the estimates rest" not in printed(scoreboard(world(["late"] * 6, {"prod": ["late"] * 6}), config()))

    said = printed(compare(made, "prod", "half", config()))
    assert "known failures now right 3 / 4, 2 without an answer" in said
    assert "known failures now right –, 6 without an answer" in printed(compare(made, "prod", "dead", config()))
    page = unescape(to_markdown(compare(made, "prod", "half", config())))
    assert "3 of 4 answered ones (2 without an answer) right now" in page and "1 of 1 answered ones (1 without an answer) right" in page


def test_flips_are_unknown_where_the_champion_was_not_scored() -> None:
    def row(name: str, champion: bool) -> ScoreboardRow:
        return ScoreboardRow(
            name=name, champion=champion, primary="accuracy", higher_is_better=True, estimate=Estimate(), delta=None, known=Passed(),
            pinned=Passed(), fixed=0, broken=0, errors=0,
        )  # fmt: skip

    assert "▲" not in printed([row("simple", False)])
    assert "▲ 0  ▼ 0" in printed([row("simple", False), row("prod", True)])
