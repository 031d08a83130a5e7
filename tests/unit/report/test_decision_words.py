"""A decision in one clause: what it says of all that it is about, and nothing that holds of one of them alone."""

from __future__ import annotations

import pytest

from regrade.evalset import Event, Write
from regrade.report.decision_words import event_words


def _said(kind: str, *writes: Write) -> str:
    return event_words(Event("j:1", "2026-11-22T09:00:00.000Z", "ann", kind, 1, writes), {"storm": "Storms", "hop": "Short hop"})


@pytest.mark.parametrize(("b", "told"), [("late", True), ("on_time", False), (None, False)])
def test_what_one_example_expects_is_not_told_of_all(b: str | None, told: bool) -> None:
    said = _said("add", Write("a", "expected", "late"), Write("a", "member", "in"), Write("b", "expected", b), Write("b", "member", "in"))
    assert said == "brought in a and b" + (", expected late" if told else "")


def test_an_example_of_which_nothing_is_expected_is_not_told_to_expect_what_another_does() -> None:
    assert _said("add", Write("a", "expected", "late"), Write("a", "member", "in"), Write("b", "member", "in")) == "brought in a and b"


def test_a_digit_goes_to_the_mode_that_was_named_whoever_lost_it() -> None:
    said = _said("resolve", Write("storm", "digit", 7, ("x:1",)), Write("hop", "digit", None, ("y:1",)))
    assert said.startswith("resolved ") and said.endswith(" to digit 7")
