"""A small log, in one file and in three."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regrade.log import PredictionLog, Reader
from tests.unit.log.logs import small


@pytest.fixture(params=[1, 3], ids=["one file", "three files"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PredictionLog]:
    with small(tmp_path, files=request.param) as opened:
        yield opened


@pytest.fixture
def reader(log: PredictionLog) -> Iterator[Reader]:
    with log.reader() as opened:
        yield opened
