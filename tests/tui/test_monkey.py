"""A monkey on the real app, on an ordinary log and on a hostile one: no crash, no torn screen, no control from the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from regrade.tui.places import PLACES
from tests.figures import Figures
from tests.tui.errands import ERRANDS, EVERYWHERE, QUICK
from tests.tui.hostile_log import make_flights, make_hostile
from tests.tui.monkey import Monkey, memory

Make = Callable[[Path], Path]
MISSED = 4
"""So much of everywhere it may have missed: on a machine that is busy an Esc may meet keys that wait, and let go of them."""
MEMORY = 500
"""MB, where nobody rests, for which Python's collector waits."""
PIECE = 2_000
"""Keys of one app of the soak: what breaks breaks early."""


def loose(folder: Path, seed: int, errands: Iterable[str], n: int, figures: Figures, missed: int = MISSED) -> None:
    """Let a monkey go on errands, then press ``n`` keys; see that it came nearly everywhere, and say where it was."""
    monkey = Monkey(folder, seed)
    try:
        monkey.tour(errands)
        monkey.press(n)
        monkey.check()
        used = memory(monkey.terminal.pid)
    finally:
        monkey.leave()
    counts = {"keys": monkey.keys, "sizes": monkey.sizes, "starts": monkey.starts}
    figures("a monkey at the keyboard", **counts, looks_at_every_byte=monkey.looks, screens_compared=monkey.compared)
    figures("what it visited", **dict(sorted(monkey.visited.items())))
    assert used < MEMORY
    left_out = EVERYWHERE - monkey.visited.keys()
    assert {place.id for place in PLACES} <= monkey.visited.keys() and len(left_out) <= missed, left_out


def test_nothing_breaks(tmp_path: Path, figures: Figures) -> None:
    loose(make_hostile(tmp_path / "flights"), 7, QUICK, 20, figures, 12)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("make", [make_flights, make_hostile])
@pytest.mark.parametrize("seed", range(1, 6))
def test_nothing_breaks_for_long(tmp_path: Path, make: Make, seed: int, figures: Figures) -> None:
    loose(make(tmp_path / "flights"), seed, ERRANDS, PIECE, figures)
