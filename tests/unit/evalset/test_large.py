"""Decisions on many predictions at once: the files that they make are such as git hosts take."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.errors import DataError
from regrade.evalset import EvalSet, session

from .conftest import SCHEMAS, item


def test_no_file_outgrows_what_git_hosts_take(evalset: EvalSet, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FULL", 3_000)
    monkeypatch.setattr(session, "MOST", 2_000)
    for n in range(8):
        evalset.promote([item(f"{n}{each}") for each in "abc"], origin="failure", schemas=SCHEMAS)
    with pytest.raises(DataError, match="one decision of 0 MB"):
        evalset.promote([item(f"x{n}") for n in range(12)], origin="failure", schemas=SCHEMAS)
    assert len(evalset.undo(2)) == 2
    evalset.seal()
    segments = list((folder / "segments").rglob("*.jsonl"))
    assert len(segments) > 1
    assert all(each.stat().st_size < 3_100 and b'{"encoded"' in each.read_bytes() for each in segments)
    assert not evalset.refresh(), "what it wrote it has read"
    with EvalSet.open(folder, actor="bob", task_kind="classification", read_only=True) as there:
        assert there.version == evalset.version
        assert there.state.n_events == evalset.state.n_events == 10
