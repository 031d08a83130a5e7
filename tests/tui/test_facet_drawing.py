"""What the facets screen draws, line by line: histogram, course of the rate, table."""

from __future__ import annotations

import pytest

from regrade.log import Facet, Facets
from regrade.tui.glyphs import ASCII, UNICODE, Glyphs
from regrade.tui.widgets.facet_lines import Shape, heading, ordered, surely, value_line, value_text
from regrade.tui.widgets.facet_plot import plot_lines
from regrade.tui.widgets.histogram import columns_of, histogram, summed
from regrade.tui.widgets.lines import Line
from regrade.tui.widgets.timeline import extremes, sparkline


def facet(value: object, n: int, failures: int, known: int | None = None) -> Facet:
    known = n if known is None else known
    return Facet(value, f"x = {value}", n, known, failures, failures / known / 0.25 if known else None)


ROWS = (facet("0 – 10", 400, 40), facet("10 – 20", 200, 100), facet("20 – 30", 0, 0), facet("30 – 40", 20, 15), facet(None, 8, 2, 4))
FOUND = Facets("dep_delay", "bins", ROWS, 628, 624, 157, 0, "dep_delay", True, True)


def text(line: Line) -> str:
    return "".join(piece for piece, _ in line).rstrip()


def test_columns_are_as_high_as_they_are_many_and_nothing_small_is_lost() -> None:
    drawn = [text(line) for line in histogram([400, 200, 0, 1], [40, 100, 0, 1], 4, 3, UNICODE)]
    assert drawn == ["░░", "░░", "░░ ░░", "▃▃ ██    ▁▁"]
    assert [text(line) for line in histogram([400, 200, 0, 1], [40, 100, 0, 1], 2, 1, ASCII)] == [".", "_- _"]


def test_many_bins_share_columns() -> None:
    assert columns_of(60, 30) == (2, 1) and columns_of(3, 100) == (1, 6) and columns_of(30, 60) == (1, 2)
    assert summed([1, 2, 3, 4, 5], 2) == [3, 7, 5]


def test_a_course_runs_from_nothing_to_the_highest_and_leaves_out_what_is_unknown() -> None:
    assert sparkline([0.0, 0.25, None, 0.5, 0.125], UNICODE) == "▁▅ █▃"
    assert sparkline([0.0, 0.5], ASCII) == "_#"
    assert sparkline([None, 0.0], UNICODE) == " ▁"


def test_the_highest_and_the_lowest_are_of_those_that_say_something() -> None:
    found = extremes(ROWS)
    assert found is not None and [row.value for row in found] == ["10 – 20", "0 – 10"]
    assert extremes(ROWS[3:]) is None


SNAPSHOTS = {
    100: [
        " dep_delay       n   wrong   rate %   95% interval   lift ×",
        "0 – 10        400      40     10.0     7.4 – 13.3     0.40 ↓ ███",
        "10 – 20       200     100     50.0    43.1 – 56.9     2.00 ↑ ████████████████",
        "20 – 30         0       0        –                       –",
        "30 – 40        20      15     75.0        small n     3.00 ↑ ████████████████████████",
        "missing         8       2     50.0        small n     2.00   ████████████████",
    ],
    30: [
        " dep_delay       n   rate %",
        "0 – 10        400     10.0",
        "10 – 20       200     50.0",
        "20 – 30         0        –",
        "30 – 40        20     75.0",
        "missing         8     50.0",
    ],
}


@pytest.mark.parametrize("width", SNAPSHOTS)
def test_the_table_at_two_widths(width: int) -> None:
    shape = Shape.of(FOUND, width)
    lines = [heading(shape, FOUND, "", reverse=False, glyphs=UNICODE), *(value_line(shape, row, FOUND, UNICODE) for row in ROWS)]
    assert [text(line) for line in lines] == SNAPSHOTS[width]
    assert all(len(text(line)) <= width + 1 for line in lines)


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        (UNICODE, ["     400 ░░░░░", "         ▂▂▂▂▂ ▄▄▄▄▄       ▁▁▁▁▁", "         0 – 10↑          30 – 40"]),
        (ASCII, ["     400 .....", "         _____ -----       _____", "         0 – 10^          30 – 40"]),
    ],
)
def test_the_plot_points_at_the_bin_of_the_cursor(glyphs: Glyphs, expected: list[str]) -> None:
    lines = [text(line) for line in plot_lines(FOUND, ROWS[1], 90, 15, glyphs)]
    assert lines[:3] == expected
    assert lines[3].startswith("   75.0% ") and "highest 50.0% 10 – 20" in lines[4] and "lowest 10.0% 0 – 10" in lines[4]
    assert plot_lines(FOUND, None, 90, 9, glyphs) == [] and plot_lines(FOUND, None, 12, 15, glyphs) != []


def test_order_and_what_is_sure() -> None:
    assert [row.value for row in ordered(FOUND, "rate", reverse=False)][:2] == ["30 – 40", "10 – 20"]
    assert ordered(FOUND, "lift", reverse=False)[0].value == "10 – 20"
    assert ordered(FOUND, "n", reverse=True)[0].n == 0 and ordered(FOUND, "", reverse=False) == list(ROWS)
    assert [surely(row, FOUND) for row in ROWS] == [-1, 1, 0, 1, 0]


def test_values_are_told_apart_and_harmless() -> None:
    assert [value_text(facet(value, 1, 0)) for value in (None, "", " ", "\x1b[2J", 0.1, float("nan"), True)] == [
        "missing",
        "''",
        "' '",
        "␛[2J",
        "0.1",
        "nan",
        "true",
    ]
