"""Cells: exactly as wide as they must be, and harmless."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from regrade.tui.cells import Format, fit, learn, moment
from regrade.tui.widgets.detail_lines import wrap
from tests.tui.harness import HOSTILE

CONTROLS = [chr(code) for code in [*range(32), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x200B]]


@given(st.text(max_size=80), st.integers(1, 40), st.booleans())
def test_fit_is_exact_in_cells(text: str, width: int, right: bool) -> None:
    safe = Format("text", width).text(text)
    assert cell_len(fit(safe, width, right=right)) == width


@given(st.one_of(st.text(), st.floats(), st.integers(), st.binary(), st.booleans(), st.none(), st.datetimes(), st.lists(st.text())))
def test_no_value_becomes_a_control_character(value: object) -> None:
    for kind in ("text", "number", "time"):
        cell = Format(kind, 12, 2).cell(value)
        assert not any(control in cell for control in CONTROLS)
        assert cell_len(cell) == 12


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_exact_and_harmless(text: str) -> None:
    cell = Format("text", 9).cell(text)
    assert cell_len(cell) == 9
    assert not any(control in cell for control in CONTROLS)


def test_numbers_stand_right_with_the_decimals_of_their_column() -> None:
    form = learn("temp", "DOUBLE", "input", [3.5, 10.25, None])
    assert [form.cell(value) for value in (3.5, 10.25, None)] == [" 3.50", "10.25", "     "]
    assert learn("p", "DOUBLE", "score", [0.123456]).text(0.5) == "0.50"
    assert learn("n", "BIGINT", "input", [7, 1200]).cell(7) == "   7"


def test_a_time_says_the_year_only_where_it_is_another() -> None:
    day = datetime.datetime(2013, 12, 31, 21, 5)
    assert moment(day, 2013) == "Dec 31 21:05"
    assert moment(day, 2014) == "2013-12-31 21:05"


def test_a_column_is_as_wide_as_its_first_window_but_not_endless() -> None:
    assert learn("note", "VARCHAR", "input", ["x" * 500]).width == 24
    assert learn("a_long_name", "VARCHAR", "input", ["x"]).width == 11


@given(st.text(alphabet="ab 漢🙂\n", max_size=60), st.integers(2, 20))
def test_wrapped_text_fits_and_loses_no_letter(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert max(cell_len(line) for line in lines) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
