"""A fault at every single call of the operating system that deciding and sealing make: EIO, no space, half a write, sudden death."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.faults.calls import WAYS
from tests.faults.checking import check
from tests.faults.herd import Herd
from tests.figures import Figures


@pytest.mark.parametrize("way", WAYS)
def test_a_fault_at_every_call(way: str, quick_folder: Path, figures: Figures) -> None:
    _each(way, False, quick_folder, figures)


@pytest.mark.parametrize("way", [way for way in WAYS if way.startswith("fail") and way != "fail from here on"])
def test_a_fault_at_every_call_after_the_journal_was_removed(way: str, quick_folder: Path, figures: Figures) -> None:
    """As `git clean -fdX` does; as long as the session lives, it can put back what it decided, and must."""
    _each(way, True, quick_folder, figures)


@pytest.mark.parametrize("way", ["fail", "die before"])
def test_a_fault_at_every_call_in_a_repository(way: str, quick_folder: Path, figures: Figures) -> None:
    """Sealing makes a few calls more there."""
    subprocess.run(["git", "init", "-q", str(quick_folder)], check=True)
    _each(way, False, quick_folder, figures)


def _each(way: str, removed: bool, where: Path, figures: Figures) -> None:
    lost = half = doubled = acknowledged = refused = 0
    with Herd() as herd:
        calls = _run(herd, where / "none" / "evalset", way, 1_000_000, removed, "none")
        assert len(herd.said) == 8
        assert len(calls) > 50
        numbers = [n for n, call in enumerate(calls, 1) if call == "write" or not way.endswith("half")]
        for n in numbers:
            name, folder = f"call {n}", where / f"{n}" / "evalset"
            _run(herd, folder, way, n, removed, name)
            said = [each for writer, each in herd.said if writer == name]
            heard = [each for each in herd.other if each["writer"] == name]
            found = check(folder, said)
            found.assert_clean()
            not_cut_back = sum("could not be cut back" in each.get("why", "") for each in heard)
            excused = 2 * not_cut_back if way.startswith("fail") else 2  # undo(2) is two decisions in one write
            assert len(found.unsaid) <= excused, f"{name}: there, though it was refused"
            if way != "fail from here on" and not way.startswith("die"):
                assert len(said) == 8, f"{name}: something could not be decided at the third attempt"
            acknowledged, refused = acknowledged + len(said), refused + sum("refused" in each for each in heard)
            lost, half, doubled = lost + len(found.lost), half + len(found.half), doubled + len(found.doubled)
    title = "kill at each call" if way.startswith("die") else "EIO or no space at each call"
    figures(title, faults=len(numbers), acknowledged=acknowledged, refused=refused, lost=lost, half_applied=half, doubled=doubled)


def _run(herd: Herd, folder: Path, way: str, n: int, removed: bool, name: str) -> list[str]:
    """Run the script to its end, or to its death; return the calls it made."""
    herd.start("each_call", name, folder=str(folder), way=way, n=n, removed=removed)
    herd.until_gone(name)
    return next((said["calls"].split() for said in herd.other if said["writer"] == name and "calls" in said), [])
