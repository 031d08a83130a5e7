"""What writers of every sort write comes back as it was; random bytes are an error or rows, never anything else."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from regrade.errors import RegradeError
from regrade.log import PredictionLog, add
from regrade.paths import Paths
from tests.unit.log.imports import CONFIG, left

FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
ODD = [
    "",
    "007",
    "NA",
    "1",
    "-0.0",
    "1e400",
    "1e-400",
    "true",
    "2013-07-01",
    " 1",
    'a"b',
    "a,b",
    "a\nb",
    "a\r\nb",
    "a\rb",
    '"',
    "\\",
    "9007199254740993",
]


def _plain(time: datetime) -> datetime:
    return time.replace(fold=0)


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.sampled_from(ODD)
_values: dict[str, st.SearchStrategy[Any]] = {
    "text": _text,
    "whole": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "time": st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.none()).map(_plain),
    "instant": st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(_plain),
}


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    """One to three columns of one kind each, with holes; one to six rows."""
    n = draw(st.integers(1, 6))
    kinds = draw(st.lists(st.sampled_from(sorted(_values)), min_size=1, max_size=3))
    return {f"{kind} {at}": draw(st.lists(st.none() | _values[kind], min_size=n, max_size=n)) for at, kind in enumerate(kinds)}


def _come_back(base: Path, name: str, data: bytes, columns: list[str]) -> list[list[Any]]:
    folder = base
    (folder / name).write_bytes(data)
    add([folder / name], Paths(folder), CONFIG)
    with PredictionLog.open(Paths(folder), CONFIG) as log, log.reader() as reader:
        rows = reader.cells(reader.view().addresses, columns)
    return [list(column) for column in zip(*rows, strict=True)]


def _written(value: Any) -> str:
    return "" if value is None else str(value)


@FEW
@given(tables(), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_csv_says_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, list[Any]], mark: str, end: str, everything: bool
) -> None:
    text = io.StringIO(newline="")
    returns = any(sign in _written(value) for column in table.values() for value in column for sign in ("\r", ' "'))
    quoting = csv.QUOTE_ALL if everything or returns else csv.QUOTE_MINIMAL  # the csv module quotes a lone CR only then
    writer = csv.writer(text, delimiter=mark, lineterminator=end, quoting=quoting)
    writer.writerow(["id", "said", *table])
    writer.writerows([at, "a", *map(_written, row)] for at, row in enumerate(zip(*table.values(), strict=True)))
    back = _come_back(tmp_path_factory.mktemp("csv"), "a.csv", text.getvalue().encode(), list(table))
    for wrote, read in zip(table.values(), back, strict=True):
        for one, other in zip(wrote, read, strict=True):
            assert _same_text(_written(one), other), (one, other)


def _same_text(text: str, value: Any) -> bool:
    """Does a value that CSV brought say what was written?"""
    if value is None or isinstance(value, str):
        return text == (value or "")
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    if isinstance(value, float):
        return float(text) == value and math.copysign(1, float(text)) == math.copysign(1, value)
    if isinstance(value, datetime):
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return read == value
    return text == str(value)


@FEW
@given(tables(), st.booleans(), st.booleans())
def test_json_lines_say_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, list[Any]], ascii_only: bool, spaced: bool
) -> None:
    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    separators = (" , ", " : ") if spaced else (",", ":")
    lines = [
        json.dumps(
            {"id": at, "said": "a", **dict(zip(table, map(plain, row), strict=True))}, ensure_ascii=ascii_only, separators=separators
        )
        for at, row in enumerate(zip(*table.values(), strict=True))
    ]
    back = _come_back(tmp_path_factory.mktemp("json"), "a.jsonl", "\n".join(lines).encode(), list(table))
    for wrote, read in zip(table.values(), back, strict=True):
        for one, other in zip(wrote, read, strict=True):
            if isinstance(other, (datetime, bool)) or one is None or other is None:
                assert (datetime.fromisoformat(one) if isinstance(one, str) else one) == other
            else:
                assert plain(one) == other or str(one) == str(other), (one, other)


@FEW
@given(tables(), st.sampled_from(["snappy", "zstd", "none"]))
def test_parquet_says_what_was_written(tmp_path_factory: pytest.TempPathFactory, table: dict[str, list[Any]], compression: str) -> None:
    n = len(next(iter(table.values())))
    data = io.BytesIO()
    pq.write_table(pa.table({"id": list(range(n)), "said": ["a"] * n, **table}), data, compression=compression)
    back = _come_back(tmp_path_factory.mktemp("parquet"), "a.parquet", data.getvalue(), list(table))
    assert [repr(each) for each in back] == [repr(each) for each in table.values()]


_bytes = st.binary(max_size=80) | st.text(st.sampled_from('id,said"\n\r\0 {}[]:1ae.-\t;|\\é'), max_size=60).map(str.encode)


@settings(max_examples=40)
@given(st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.csv.gz", "a.jsonl.zst"]), _bytes, st.booleans())
@example("a.csv", b'id,said\n1,"a\n', True)
@example("a.jsonl", b'{"id":1,"said":"a"}\n{"', True)
def test_random_bytes_are_an_error_or_rows(tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes, aside: bool) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    head = {"a.csv": b"id,said,x\n", "a.tsv": b"id\tsaid\n", "a.jsonl": b'{"id":1,"said":"a","x":1}\n'}.get(name, b"")
    (folder / name).write_bytes(head + data)
    try:
        added = add([folder / name], Paths(folder), CONFIG, quarantine=folder / "aside" if aside else None)
    except RegradeError:
        assert left(folder) == []
        assert not (folder / "aside").exists()
        return
    with PredictionLog.open(Paths(folder), CONFIG) as log:
        assert log.n_rows == added.rows > 0
    assert (folder / "aside").exists() == (added.rejected > 0)
