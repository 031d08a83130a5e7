"""Columns that are put together without pandas are those that Arrow makes."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.log.arrays import column_of

_KINDS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(),
    pa.bool_(): st.booleans(),
    pa.string(): st.text(st.characters(exclude_categories=("Cs",))),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
}


@given(st.data(), st.sampled_from(list(_KINDS)))
def test_it_is_the_column_that_arrow_makes(data: st.DataObject, kind: pa.DataType) -> None:
    values = data.draw(st.lists(st.none() | _KINDS[kind], max_size=20))
    found, expected = column_of(values, kind), pa.array(values, kind, from_pandas=False)
    found.validate(full=True)
    assert found.type == kind and found.null_count == expected.null_count
    assert repr(found.to_pylist()) == repr(expected.to_pylist())  # by repr: NaN is like itself, and -0.0 is not like 0.0


@pytest.mark.parametrize(
    ("values", "kind"),
    [([2**63], pa.int64()), (["a", 1], pa.string()), (["\ud800"], pa.string()), (["x"], pa.float64()), ([True, "x"], pa.bool_())],
)
def test_what_does_not_fit_is_refused_in_arrows_words(values: list[Any], kind: pa.DataType) -> None:
    with pytest.raises((pa.ArrowException, OverflowError, UnicodeEncodeError, TypeError)) as theirs:
        pa.array(values, kind)
    with pytest.raises(theirs.type):
        column_of(values, kind)
