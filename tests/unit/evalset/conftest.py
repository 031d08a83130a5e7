"""An eval set on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regrade.evalset import EvalSet
from regrade.log.content import Content

SCHEMAS = {"s1": "encoded schema"}


def item(key: str, x: int = 0, outcome: str | None = "late") -> tuple[str, Content]:
    return key, Content(inputs={"x": x}, schema="s1", outcome=outcome)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evalset"


@pytest.fixture
def open_set(folder: Path) -> Iterator[Callable[..., EvalSet]]:
    """Return a function that opens the eval set as somebody; all are closed afterwards."""
    opened: list[EvalSet] = []

    def opener(actor: str = "ann", **more: bool) -> EvalSet:
        opened.append(EvalSet.open(folder, actor=actor, task_kind="classification", **more))
        return opened[-1]

    yield opener
    for each in opened:
        each.close()


@pytest.fixture
def evalset(open_set: Callable[..., EvalSet]) -> EvalSet:
    return open_set()
