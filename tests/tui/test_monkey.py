"""A monkey on the real app, on an ordinary log and on a hostile one: no crash, no torn screen, no control from the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.figures import Figures
from tests.tui.errands import EVERYWHERE
from tests.tui.hostile_log import make_flights, make_hostile
from tests.tui.monkey import Monkey, memory

Make = Callable[[Path], Path]
PIECE = 2_000
"""Keys of one app of the soak: what breaks breaks early."""


def loose(monkey: Monkey, n: int, *, tour: bool) -> float:
    """Let it press ``n`` keys, and return what memory the app has in the end, in MB."""
    try:
        if tour:
            monkey.tour()
        monkey.press(n)
        monkey.check()
        return memory(monkey.terminal.pid)
    finally:
        monkey.leave()


def report(monkey: Monkey, figures: Figures, log: str) -> None:
    """Hand over what it did, and what it visited."""
    counts = {"keys": monkey.keys, "sizes": monkey.sizes, "starts": monkey.starts}
    figures("a monkey at the keyboard", **counts, looks_at_every_byte=monkey.looks, screens_compared=monkey.compared)
    figures(f"a monkey on the {log}", **dict(sorted(monkey.visited.items())))


@pytest.mark.parametrize("make", [make_flights, make_hostile])
def test_nothing_breaks(tmp_path: Path, make: Make, figures: Figures) -> None:
    monkey = Monkey(make(tmp_path / "flights"), 7)
    used = loose(monkey, 100, tour=make is make_hostile)
    report(monkey, figures, make.__name__)
    assert used < 500
    if make is make_hostile:
        assert EVERYWHERE - monkey.visited.keys() == set()


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("make", [make_flights, make_hostile])
@pytest.mark.parametrize("seed", range(1, 6))
def test_nothing_breaks_for_long(tmp_path: Path, make: Make, seed: int, figures: Figures) -> None:
    monkey = Monkey(make(tmp_path / "flights"), seed)
    used = loose(monkey, PIECE, tour=False)
    report(monkey, figures, make.__name__)
    assert used < 500
    assert EVERYWHERE - monkey.visited.keys() == set()
