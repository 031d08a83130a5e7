"""Hints that name what somebody may have meant."""

from __future__ import annotations

import pytest

from regrade.errors import near_names

COLUMNS = ("carrier", "dep_delay", "distance", "hour", "margin", "mode", "origin", "outcome", "score", "status")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("carier", "did you mean 'carrier'?"),
        ("CARRIER", "did you mean 'carrier'?"),
        ("delay", "did you mean 'dep_delay'?"),
        ("outcom", "did you mean 'outcome'?"),
        ("good", "there are: carrier, dep_delay, distance, hour, margin, mode, origin, outcome, score, status"),
    ],
)
def test_only_what_is_near_is_named(name: str, hint: str) -> None:
    assert near_names(name, COLUMNS) == hint


def test_the_nearest_comes_first_and_far_ones_go() -> None:
    assert near_names("p_lat", ["p_late_2", "lat", "p_late"]) == "did you mean 'p_late' or 'p_late_2'?"
    assert near_names("x", []) == ""
