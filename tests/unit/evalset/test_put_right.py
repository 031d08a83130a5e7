"""A file that was edited stops deciding, and no longer once it is put right: nothing has to be opened again."""

from __future__ import annotations

from pathlib import Path

import pytest

from regrade.errors import IntegrityError
from regrade.evalset import EvalSet


def opened(folder: Path, actor: str = "ann") -> EvalSet:
    return EvalSet.open(folder / "evalset", actor=actor, task_kind="classification")


def test_what_was_put_right_can_be_decided_on_again(tmp_path: Path) -> None:
    with opened(tmp_path, "bob") as other:
        other.label(["a"], "storms")
    (segment,) = (tmp_path / "evalset" / "segments").rglob("*.jsonl")
    whole = segment.read_bytes()
    with opened(tmp_path) as evalset:
        evalset.label(["b"], "storms")
        segment.write_bytes(whole.replace(b"storms", b"STORMS"))
        with pytest.raises(IntegrityError, match="has changed"):
            evalset.refresh(anew=True)
        with pytest.raises(IntegrityError, match="has changed"):
            evalset.label(["c"], "storms")
        assert [evalset.state.status(key) for key in "abc"] == ["labelled", "labelled", "open"], "what was known stays"
        segment.write_bytes(whole)
        evalset.label(["c"], "storms")
        assert [evalset.state.status(key) for key in "abc"] == ["labelled"] * 3
    assert [opened(tmp_path).state.status(key) for key in "abc"] == ["labelled"] * 3


def test_events_are_told_in_the_order_of_arrival(tmp_path: Path) -> None:
    with opened(tmp_path) as mine, opened(tmp_path, "bob") as other:
        mine.label(["a"], "storms")
        known = mine.state.n_events
        late = other.label(["b"], "storms")
        early = other.note(["b"], "seen")
        assert mine.refresh()
        assert [event.id for event in mine.state.arrived(known)] == [late.id, early.id]
        assert mine.state.arrived(mine.state.n_events) == []
