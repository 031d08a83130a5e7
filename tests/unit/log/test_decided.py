"""What people decided, in filters."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regrade.errors import DataError
from regrade.log import Decided, PredictionLog, Reader
from tests.unit.log.logs import rows, small


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("status = 'promoted'", [3]),
        ("status <> 'open'", [3, 5, 7]),
        ("status in ('labelled', 'dismissed')", [5, 7]),
        ("mode = 'storm'", [3, 7]),
        ("mode is not null and hour > 5", [7]),
        ("status = 'open' and hour < 4", [0, 1, 2, 24, 25, 26, 27, 48, 49, 50, 51]),
        ("status = 'promoted' or hour = 23", [3, 23, 47]),
        ("not (status = 'open' or hour = 3)", [5, 7]),
        ("status = 'labelled' and status = 'promoted'", []),
        ("expected = 'late'", [3]),
        ("expected is null and delay < 9", [2, 8]),  # 5 has an expected value, and no outcome
        ("expected = 'never'", [5]),
        ("result = 'wrong' and status = 'open' and delay < 10", [0, 6, 9]),
        ("status = 'retired'", []),
        ("coalesce(mode, 'none') = 'none' and delay < 4", [0, 1, 2]),
    ],
)
def test_decisions_in_filters(log: PredictionLog, reader: Reader, where: str, expected: list[int]) -> None:
    log.set_decided(
        [
            Decided("k3", "promoted", "storm", "late"),
            Decided("k5", "dismissed", None, "never"),
            Decided("k7", "labelled", "storm"),
            Decided("not in this log", "promoted", "storm"),
        ]
    )
    assert rows(reader, where) == expected


def test_decisions_are_seen_at_once_by_every_reader(log: PredictionLog, reader: Reader) -> None:
    with log.reader() as other:
        assert rows(reader, "status = 'promoted'") == rows(other, "status = 'promoted'") == []
        log.set_decided([Decided("k1", "promoted", None)])
        assert rows(reader, "status = 'promoted'") == rows(other, "status = 'promoted'") == [1]
        log.set_decided([])
        assert rows(reader, "status = 'promoted'") == rows(other, "status <> 'open'") == []


def test_a_look_up_that_failed_hides_nothing_for_good(tmp_path: Path) -> None:
    with small(tmp_path) as log, log.reader() as reader:
        path = Path(log.files.paths[0])
        before = path.stat()
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
        with pytest.raises(DataError, match="was changed"):
            log.set_decided([Decided("k3", "promoted", None)])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        log.set_decided([Decided("k3", "promoted", None)])
        assert rows(reader, "status = 'promoted'") == [3]


def test_many_decisions(tmp_path: Path) -> None:
    with small(tmp_path, 30_000) as log, log.reader() as reader:
        log.set_decided(Decided(f"k{i}", "labelled", None) for i in range(25_000))
        assert len(reader.view("status = 'open'")) == 5_000
        assert len(reader.view("status = 'labelled' or hour = 3")) == 25_000 + len([i for i in range(25_000, 30_000) if i % 24 == 3])
