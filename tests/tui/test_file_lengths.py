"""Every file of the app is a room with one job: none is longer than 300 lines."""

from __future__ import annotations

from pathlib import Path

import regrade.tui

LONGEST = 300


def test_no_file_of_the_app_is_longer_than_300_lines() -> None:
    files = Path(regrade.tui.__path__[0]).rglob("*.py")
    lengths = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert len(lengths) > 100
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}
