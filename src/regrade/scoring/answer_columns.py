"""Expected values and answers as columns: in their own type where all share one, else as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from regrade.log.results import label_text


def answer_arrays(*columns: Sequence[Any]) -> list[pa.Array]:
    """Return columns of values of one type, which all of them share."""
    kind = common_type(value for values in columns for value in values)
    return [typed(values, kind) for values in columns]


def common_type(values: Iterable[Any]) -> pa.DataType:
    """Return the type that answers and expected values are compared in: their own where all share one, else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def typed(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return answers as one column; as text they are spelt as class labels are compared, lists and objects as JSON."""
    if kind == pa.string():
        texts = [json.dumps(value, sort_keys=True) if isinstance(value, (list, dict)) else label_text(value) for value in values]
        return pa.array(texts, kind)
    if kind == pa.int64() and any(value is not None and not -(2**63) <= value < 2**63 for value in values):
        kind = pa.float64()
    return pa.array([value if value is None or kind != pa.float64() else float(value) for value in values], kind)
