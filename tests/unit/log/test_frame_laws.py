"""The law of frames: any batch, out of the log or the eval set, has the dtypes, the nulls and the values of the whole columns."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regrade.candidates import Pool
from regrade.config import parse
from regrade.evalset import EvalSet
from regrade.log import PredictionLog, Schema
from regrade.log.content import Content, canonical
from regrade.log.frames import to_frame
from regrade.log.schema import decode_rows
from regrade.paths import Paths
from regrade.scoring.inputs import input_table
from tests.unit.log.columns import VALUES, column, same

_ODD_TEXTS = ["007", "NA", "None", "", "nan", "null", "1e5", "True", " ", "2013-07-01", "é", "e\u0301", "\U0001f600", '"', "\x00"]
_SECONDS = st.integers(-(10**9), 10**9)
"""Of any unit: what pandas has room for."""
_KINDS = {kind: _SECONDS if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) else values for kind, values in VALUES.items()}
_KINDS[pa.string()] = st.sampled_from(_ODD_TEXTS) | VALUES[pa.string()]

TOML = """
[task]
kind = "text"
[log]
paths = ["log.parquet"]
id = "id"
prediction = "said"
[candidates.told]
python = "told:predict"
"""
TOLD = """
import json

def predict(frame):
    shown = {name: [[str(frame[name].dtype), repr(value)] for value in frame[name]] for name in frame}
    return [json.dumps({name: cells[at] for name, cells in shown.items()}) for at in range(len(frame))]
"""


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Return 1 to 9 predictions with up to six inputs of any type, each with nulls or without."""
    n = draw(st.integers(1, 9))
    columns: dict[str, Any] = {"id": [f"k{at}" for at in range(n)], "said": ["x"] * n}
    for at in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(list(_KINDS)))
        value = _KINDS[kind] | st.none() if draw(st.booleans()) else _KINDS[kind]
        columns[f"c{at}"] = column(kind, draw(st.lists(value, min_size=n, max_size=n)))
    return pa.table(columns)


def batches(n: int) -> st.SearchStrategy[list[list[int]]]:
    """Return rows in any order, split anywhere."""
    return st.permutations(range(n)).flatmap(
        lambda rows: st.sets(st.integers(0, n), max_size=3).map(
            lambda cuts: [list(rows[a:b]) for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), n], strict=True)]
        )
    )


def told(frame: pd.DataFrame) -> list[dict[str, tuple[str, str]]]:
    """Return dtype and value of every cell, as Python writes them: NaN, NA and None are three things, -0.0 is not 0.0."""
    shown = {name: [(str(frame[name].dtype), repr(value)) for value in frame[name]] for name in frame}
    return [{name: cells[at] for name, cells in shown.items()} for at in range(len(frame))]


def opened(folder: Path, table: pa.Table) -> PredictionLog:
    (folder / "regrade.toml").write_text(TOML)
    pq.write_table(table, folder / "log.parquet")
    return PredictionLog.open(Paths(folder), parse(TOML))


def kept(contents: list[Content], schema: Schema) -> tuple[list[Content], Schema]:
    """Return what stands in a file of the eval set and is read from there: JSON, and the schema encoded."""
    return [msgspec.json.decode(canonical(each), type=Content) for each in contents], Schema.decode(schema.encoded)


_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=15, deadline=None, suppress_health_check=_SLOW)
@given(data=st.data())
def test_any_batch_from_log_or_examples_is_a_part_of_the_whole(data: st.DataObject) -> None:
    hold(data)


@pytest.mark.soak
@pytest.mark.timeout(900)
@settings(max_examples=300, deadline=None, suppress_health_check=_SLOW)
@given(data=st.data())
def test_so_is_each_of_many(data: st.DataObject) -> None:
    hold(data)


def hold(data: st.DataObject) -> None:
    """Draw a log, keep its examples, and look at any parts of both."""
    table = data.draw(tables())
    n = table.num_rows
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with opened(folder, table) as log, log.reader() as reader:
            contents, schema = kept(reader.contents(np.arange(n)), log.schema)
            decoded = decode_rows([each.inputs for each in contents], schema)
            whole = told(to_frame(decoded))
            for name in log.inputs:  # first that the whole is the log, then that each part is a part of it
                if decoded.column(name).type == table.column(name).type:
                    assert same(decoded.column(name), table.column(name)), name
                assert decoded.column(name).null_count == table.column(name).null_count
            assert all(each["id"] == f"k{at}" for at, each in enumerate(reader.frame(np.arange(n)).to_dict("records")))

            folder.joinpath("evalset").mkdir()
            with EvalSet.open(folder / "evalset", actor="ann", task_kind="text") as evalset:
                items = list(zip([f"k{at}" for at in range(n)], reader.contents(np.arange(n)), strict=True))
                evalset.promote(items, origin="failure", schemas={log.schema.hash: log.schema.encoded})
            with EvalSet.open(folder / "evalset", actor="bob", task_kind="text", read_only=True) as evalset:
                examples = evalset.state.examples()

                for rows in data.draw(batches(n)):
                    part, its = kept(reader.contents(np.array(rows, np.int64)), log.schema)
                    expected = [whole[row] for row in rows]
                    assert told(to_frame(decode_rows([each.inputs for each in part], its))) == expected
                    if rows:
                        members = [examples[row] for row in rows]
                        assert told(to_frame(input_table(members, evalset.schemas))) == expected
                    frame = reader.frame(np.array(rows, np.int64))[list(log.inputs)]
                    assert told(frame) == expected


def _wide() -> pa.Table:
    """Return five predictions with a column of each type, with nulls and without."""
    values: dict[str, tuple[pa.DataType, list[Any]]] = {
        "whole": (pa.int64(), [1, 2, 2**53 + 1, -(2**63), 5]), "narrow": (pa.int8(), [1, -1, 0, 127, -128]),
        "positive": (pa.uint64(), [0, 1, 2, 3, 2**64 - 1]), "real": (pa.float64(), [0.5, float("nan"), float("inf"), -0.0, 5e-324]),
        "half": (pa.float32(), [0.5, 1.5, 0.1, 2.0, -0.0]), "yes": (pa.bool_(), [True, False, True, False, True]),
        "text": (pa.string(), ["007", "NA", "", "None", "\U0001f600"]), "day": (pa.date32(), [0, 1, 15_887, -1, 2]),
        "at": (pa.timestamp("us"), [0, 1, 10**15, -1, 2]), "zoned": (pa.timestamp("us", "UTC"), [0, 1, 10**15, -1, 2]),
        "money": (pa.decimal128(20, 3), ["1.500", "0.000", "-0.001", "2.000", "3.000"]),
        "bytes": (pa.binary(), [b"", b"\xff", b"a", b"b", b"c"]),
        "many": (pa.list_(pa.float64()), [[], [None, 1.0], [float("nan")], [0.0], [-0.0]]),
        "deep": (pa.struct([("a", pa.int64()), ("b", pa.string())]), [{"a": 2**60 + 1, "b": None}] * 5),
    }  # fmt: skip
    columns: dict[str, Any] = {"id": [f"k{at}" for at in range(5)], "said": ["x"] * 5}
    for name, (kind, given_) in values.items():
        full = pa.array(given_, pa.string()).cast(kind) if pa.types.is_decimal(kind) else _of(kind, given_)
        columns[name] = full
        columns[f"{name}, some"] = pa.concat_arrays([full.slice(0, 2), pa.nulls(2, kind), full.slice(4)])
    return pa.table(columns)


def _of(kind: pa.DataType, values: list[Any]) -> pa.Array:
    return pa.array(values, pa.int32()).view(kind) if pa.types.is_date32(kind) else column(kind, values)


def test_a_candidates_process_is_given_the_same(tmp_path: Path) -> None:
    (tmp_path / "told.py").write_text(TOLD)
    with opened(tmp_path, _wide()) as log, log.reader() as reader, Pool(tmp_path, parse(TOML), allow_code=True) as pool:
        contents = reader.contents(np.arange(5))
        whole = told(to_frame(decode_rows([each.inputs for each in contents], log.schema)))
        assert {whole[0][name][0] for name in ("whole", "whole, some", "yes, some", "real, some")} == {
            "int64",
            "Int64",
            "boolean",
            "float64",
        }
        for rows in ([0, 1, 2, 3, 4], [2, 3], [4], [3, 0]):
            again = [(f"k{row}", msgspec.json.decode(canonical(contents[row]), type=Content)) for row in rows]
            answers = pool.predict("told", again, {log.schema.hash: log.schema.encoded})
            assert answers.errors == [None] * len(rows)
            found = [{name: tuple(cell) for name, cell in json.loads(each).items()} for each in answers.predictions]
            assert found == [whole[row] for row in rows]
