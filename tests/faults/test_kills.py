"""kill -9 at random moments, several writers at once in one folder: nothing acknowledged is lost, half applied or doubled."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.checking import check
from tests.faults.herd import Herd
from tests.figures import Figures

AT_ONCE = 4
A_FOLDER = 20
"""Kills in one folder; then a new one, or reading what there is would take longer than deciding."""


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_a_hundred_kills(where: str, quick_folder: Path, disk_folder: Path, figures: Figures) -> None:
    _kill(100, quick_folder if where == "memory" else disk_folder, 1, figures)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 12))
def test_three_hundred_kills(seed: int, quick_folder: Path, disk_folder: Path, figures: Figures) -> None:
    _kill(300, quick_folder if seed % 2 else disk_folder, seed, figures)


def _kill(kills: int, where: Path, seed: int, figures: Figures) -> None:
    chance = random.Random(seed)
    acknowledged = lost = half = doubled = 0
    with Herd() as herd:
        for n in range(kills // A_FOLDER):
            folder = where / f"{n}" / "evalset"
            _kill_in(herd, chance, folder, n)
            said = herd.of(f"w{n}.")
            found = check(folder, said)
            lost, half, doubled = lost + len(found.lost), half + len(found.half), doubled + len(found.doubled)
            found.assert_clean()
            assert len(said) > A_FOLDER
            assert len(found.unsaid) <= 3 * (A_FOLDER + AT_ONCE)  # what each kill met between the disk and the word: at most undo(3)
            acknowledged += len(said)
    figures("kill -9", kills=kills, acknowledged=acknowledged, lost=lost, half_applied=half, doubled=doubled)


def _kill_in(herd: Herd, chance: random.Random, folder: Path, n: int) -> None:
    writers = 0
    for _ in range(A_FOLDER):
        while len(herd.pids) < AT_ONCE:
            herd.start("for_ever", f"w{n}.{writers}", folder=str(folder), actor=f"w{n}.{writers}", seed=chance.getrandbits(32))
            writers += 1
        herd.listen(chance.random() * 0.04)
        herd.kill(chance.choice(sorted(herd.pids)))
    for name in list(herd.pids):
        herd.kill(name)
    herd.rest()
