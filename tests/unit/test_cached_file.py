"""Small files of the cache: several threads may write one at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from regrade import cached_file


def test_two_threads_that_write_at_once_each_write_a_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, together, moved = tmp_path / "cache" / "known.json", threading.Barrier(2, timeout=60), list[str]()
    replace = Path.replace

    def late(self: Path, target: Path) -> Path:
        together.wait()  # both have written, none is in place yet
        moved.append(self.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", late)
    values = [{"a": 1}, {"a": 2}]
    threads = [threading.Thread(target=cached_file.write, args=(path, value)) for value in values]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(moved)) == 2
    assert cached_file.read(path, dict[str, int]) in values
    assert [each.name for each in path.parent.iterdir()] == ["known.json"]
