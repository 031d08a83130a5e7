"""Orders of the whole log that are kept: used as long as the files are the same, and never where they are not whole."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from regrade.log import Decided, PredictionLog, Reader
from regrade.paths import Paths
from tests.unit.log.logs import ROWS, config, small, write


def orders(folder: Path) -> list[Path]:
    return sorted((folder / ".regrade" / "cache").glob("order-*.npy"))


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.log.orders.MANY", 10)


@pytest.mark.parametrize("files", [1, 3])
def test_a_kept_order_is_the_order_and_is_not_sorted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    with small(tmp_path, 60, files) as log, log.reader() as reader:
        fresh = {sort: reader.view("", sort).addresses.tolist() for sort in ("", "p", "-carrier")}
    assert len(orders(tmp_path)) == 3
    monkeypatch.setattr(Reader, "_addresses", None)
    with small_again(tmp_path, files) as log, log.reader() as reader:
        assert {sort: reader.view("", sort).addresses.tolist() for sort in fresh} == fresh
        log.set_decided([Decided("k3", "labelled", "m")])
        assert reader.view("status = 'open'").addresses.tolist() == [each for each in fresh[""] if each != 3]


def small_again(folder: Path, files: int) -> PredictionLog:
    return PredictionLog.open(Paths(folder), config([folder / f"part-{at}.parquet" for at in range(files)]))


def test_another_file_has_another_order_and_few_are_kept(tmp_path: Path) -> None:
    with small(tmp_path, 60) as log, log.reader() as reader:
        for sort in ("", "p", "-p", "carrier", "hour"):
            reader.view("", sort)
    assert len(orders(tmp_path)) == 3
    write(tmp_path / "part-0.parquet", ROWS.format(start=100, stop=140))
    with small_again(tmp_path, 1) as log, log.reader() as reader:
        assert sorted(reader.view("", "hour").addresses.tolist()) == list(range(40))


@pytest.mark.parametrize("harm", [lambda file: file[:200], lambda file: b"", lambda file: file[:128] + bytes(len(file) - 128)])
def test_what_is_not_whole_is_sorted_anew(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    with small(tmp_path, 60) as log, log.reader() as reader:
        whole = reader.view("", "p").addresses.tolist()
        [path] = orders(tmp_path)
        path.write_bytes(harm(path.read_bytes()))
        assert reader.view("", "p").addresses.tolist() == whole
        assert np.load(path).tolist() == whole, "and kept again"


def test_two_rows_changed_into_each_other_are_noticed_and_an_order_of_another_name_too(tmp_path: Path) -> None:
    with small(tmp_path, 60) as log, log.reader() as reader:
        whole = reader.view("", "p").addresses.tolist()
        [path] = orders(tmp_path)
        swapped = np.load(path, mmap_mode="r+")
        swapped[[10, 20]] = swapped[[20, 10]]
        swapped.flush()
        assert reader.view("", "p").addresses.tolist() == whole
        other = reader.view("", "-p").addresses.tolist()
        [newest] = [each for each in orders(tmp_path) if each != path]
        newest.write_bytes(path.read_bytes())
        assert reader.view("", "-p").addresses.tolist() == other


WHERES = ["", "hour < 12", "status = 'open'", "carrier = 'EV' and status <> 'labelled'", "status = 'labelled'", "p > 9", "result = 'wrong'"]


@pytest.mark.parametrize("files", [1, 3])
def test_the_first_rows_are_those_of_the_whole_order(tmp_path: Path, files: int) -> None:
    """Missing values, equal values, both directions, rows that are left out by their status."""
    with small(tmp_path, 60, files) as log, log.reader() as reader:
        log.set_decided([Decided("k3", "labelled", "m"), Decided("k0", "promoted", "m")])
        for where, sign, column in product(WHERES, ("", "-"), ("time", "p", "maybe", "precip", "carrier", "status")):
            for n in (7, 100):
                first = reader.first(where, sign + column, n=n)
                assert first is not None
                assert first.tolist() == reader.view(where, sign + column).addresses[:n].tolist()
                for path in orders(tmp_path):
                    path.unlink()


def test_a_kept_order_and_few_rows_need_no_first_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small(tmp_path, 60) as log, log.reader() as reader:
        reader.view("", "p")
        assert reader.first("", "p", n=10) is None
        assert reader.first("", "-p", n=10) is not None
        monkeypatch.setattr("regrade.log.orders.MANY", 61)
        assert reader.first("", "-p", n=10) is None
