"""The second names of sealed segments: where they cannot be removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.git.repository import Repository

from .conftest import SCHEMAS, item


def test_a_folder_that_became_read_only_is_still_opened_looked_at_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.init(tmp_path / "w")
    with repository.open() as evalset:
        evalset.promote([item("a")], origin="failure", schemas=SCHEMAS)
    repository.commit("a")
    seconds = list(repository.root.glob("evalset/.open/.sealed/*/*.jsonl"))
    assert seconds

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with repository.open() as evalset:
            assert evalset.state.members() == ["a"]
    assert all(each.exists() for each in seconds)
    repository.open().close()
    assert not any(each.exists() for each in seconds), "removed as soon as that can be"
