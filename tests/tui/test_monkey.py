"""A monkey on the real app, on an ordinary log and on a hostile one: no crash, no torn screen, no control from the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.figures import Figures
from tests.tui.harness import HOSTILE
from tests.tui.monkey import Monkey, memory
from tests.tui.test_real_engine import PROGRAM, make_scored

LARGE = ("x" * 1_000_000, "zero\u200bwidth\u2060", "👩‍👩‍👧‍👦" * 40, "\x00\x01\x7f")


@pytest.mark.parametrize("notes", [(), (*HOSTILE, *LARGE)], ids=["flights", "hostile"])
@pytest.mark.parametrize("n", [200, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(1_800)])])
def test_nothing_breaks(tmp_path: Path, notes: tuple[str, ...], n: int, figures: Figures) -> None:
    folder = make_scored(tmp_path / "flights", 120 if notes else 600, notes=notes)
    monkey = Monkey(folder, 7, PROGRAM)
    try:
        monkey.press(n)
        monkey.check()
        used = memory(monkey.terminal.pid)
    finally:
        monkey.leave()
    assert used < 500
    figures("a monkey at the keyboard", keys=n, sizes=monkey.sizes, starts=monkey.starts, looks_at_every_byte=monkey.looks)
