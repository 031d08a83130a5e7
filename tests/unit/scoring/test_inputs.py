"""Inputs as one table, although the log's schema changed while the eval set grew."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from regrade.errors import IntegrityError
from regrade.log.content import Content
from regrade.log.frames import to_frame
from regrade.log.schema import Schema, encode_table
from regrade.scoring import example_frames

from .conftest import SCHEMAS, Bench, contents


def put(bench: Bench, key: str, table: pa.Table) -> None:
    schema = Schema.of(table.schema, dict.fromkeys(table.column_names, False))
    content = Content(inputs=encode_table(table.cast(schema.arrow))[0], schema=schema.hash)
    bench.evalset.promote([(key, content)], origin="failure", schemas={schema.hash: schema.encoded})


def rows(bench: Bench) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.score([]).inputs.to_pylist()
    return found


def test_one_schema_keeps_its_types_and_order(bench: Bench) -> None:
    bench.promote(12)
    scored = bench.score([])

    assert scored.inputs["n"].to_pylist() == [int(key[1:]) for key in scored.examples.index]
    assert scored.inputs.schema.types == [pa.float64(), pa.int64(), pa.string()]


def test_a_column_that_came_later_is_null_before(bench: Bench) -> None:
    put(bench, "b", pa.table({"n": [1]}))
    put(bench, "a", pa.table({"n": [2], "new": ["x"]}))

    assert rows(bench) == [{"n": 2, "new": "x"}, {"n": 1, "new": None}]
    assert to_frame(bench.score([]).inputs)["n"].dtype == "Int64"


def test_a_column_of_another_type_keeps_a_type_that_holds_both(bench: Bench) -> None:
    put(bench, "a", pa.table({"n": [1], "s": [7]}))
    put(bench, "b", pa.table({"n": [1.5], "s": ["seven"]}))

    assert rows(bench) == [{"n": 1.0, "s": "7"}, {"n": 1.5, "s": "seven"}]


def test_a_schema_that_is_lost_is_said(bench: Bench) -> None:
    key, content = contents(1)[0]
    bench.evalset.promote([(key, content)], origin="failure", schemas=SCHEMAS)
    scored = bench.score([])
    scored.schemas = {}

    with pytest.raises(IntegrityError, match="schema"):
        _ = scored.inputs


def test_frames_for_a_notebook_are_indexed_by_key(bench: Bench) -> None:
    bench.promote(3, outcome="late")
    examples, inputs = example_frames(bench.evalset)

    assert examples.index.tolist() == inputs.index.tolist() == ["k0", "k1", "k2"]
    assert inputs["n"].tolist() == [0, 1, 2]
    assert examples["expected"].tolist() == ["late"] * 3


def test_frames_of_an_empty_eval_set_are_empty(bench: Bench) -> None:
    examples, inputs = example_frames(bench.evalset)

    assert (len(examples), len(inputs)) == (0, 0)
