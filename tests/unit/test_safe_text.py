"""No text from production may steer the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.safe_text import inert_cell, original_cell, safe_lines, safe_text


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_no_control_survives(text: str) -> None:
    for character in safe_text(text):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp"), hex(ord(character))
        assert not 0x202A <= ord(character) <= 0x202E and not 0x2066 <= ord(character) <= 0x2069


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_lines_keep_nothing_but_line_breaks(text: str) -> None:
    assert all(character == "\n" or unicodedata.category(character) != "Cc" for character in safe_lines(text))


@pytest.mark.parametrize("text", ["", "plain", "Zürich", "日本語", "½ · é"])
def test_harmless_text_is_kept(text: str) -> None:
    assert safe_text(text) == text


def test_a_sign_has_one_width_on_every_terminal() -> None:
    assert safe_text("🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 ❤\ufe0e") == "🏳�🌈 1\u20e3 ❤"
    assert safe_text("a𝅳𓐰b") == "a��b"


def test_what_is_cut_says_so() -> None:
    assert safe_text("x" * 10_000_000, 10) == "x" * 10 + "…"


def test_none_is_nothing_and_numbers_are_text() -> None:
    assert (safe_text(None), safe_text(1.5)) == ("", "1.5")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "'=1", "''-x", "-", "＝1", "-5;=1"])
def test_a_cell_is_no_formula(text: str) -> None:
    assert inert_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "late", "-5", "-0.5e-7", "-Infinity", "'", "'tis", " =1", "1=1", "[-1]", '"=1"'])
def test_a_cell_that_is_none_is_left_alone(text: str) -> None:
    assert inert_cell(text) == text


@given(st.text("'=+-@\t1.x", max_size=6))
def test_the_text_of_a_cell_comes_back(text: str) -> None:
    assert original_cell(inert_cell(text)) == text
