"""The power went in the middle of a line: whatever part of it reached the disk, all before it reads, and it does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from tests.faults.writers import TASK

TEXT = 'Gewitter 🌩 über „Nord“ \u2028 \\ " \n'

TEARS: dict[str, Callable[[bytes, int], bytes]] = {
    "cut": lambda line, n: line[:n],
    "zeros after": lambda line, n: line[:n] + bytes(len(line) - n),
    "zeros, and its end": lambda line, n: line[:n] + bytes(len(line) - n - 1) + b"\n",
    "zeros before": lambda line, n: bytes(n) + line[n:],
}


@pytest.mark.parametrize("tear", TEARS)
def test_every_length_of_a_torn_last_line(tear: str, quick_folder: Path) -> None:
    folder = quick_folder / "evalset"
    with EvalSet.open(folder, actor="ann", task_kind=TASK) as evalset:
        kept = [evalset.label(["a"], "storm", note=TEXT), evalset.label(["b", "c"], "crew")]
        journal = next((folder / ".open").glob("*.jsonl"))
        whole = journal.read_bytes()
        evalset.label(["d"], "storm", note=TEXT)
        line = journal.read_bytes()[len(whole) :]
        shutil.copytree(folder, quick_folder / "dead")
    dead = quick_folder / "dead" / ".open" / journal.name
    for n in range(1 if tear == "zeros before" else 0, len(line)):
        torn = TEARS[tear](line, n)
        if torn == line:
            continue
        root = quick_folder / "try"
        shutil.copytree(quick_folder / "dead", root)
        (root / ".open" / dead.name).write_bytes(whole + torn)
        with EvalSet.open(root, actor="bob", task_kind=TASK, read_only=True) as reader:
            assert [event.id for event in reader.state.events()] == [event.id for event in kept], n
        with EvalSet.open(root, actor="bob", task_kind=TASK) as again:
            assert [event.id for event in again.state.events()] == [event.id for event in kept], n
            assert again.state.notes("a") == [TEXT]
            assert again.unsealed == 0
            again.label(["d"], "crew")
        assert len(list(root.glob("segments/*/*.jsonl"))) == 2
        shutil.rmtree(root)
