"""Canonical JSON: golden bytes and hashes, and everything that it refuses."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.errors import DataError
from regrade.log.content import Content, canonical, content_hash

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)

_GOLDEN = [
    ({"b": 1, "a": [True, None, "é"]}, b'{"a":[true,null,"\xc3\xa9"],"b":1}'),
    ([0.1, 1.0, -0.0, 1e22, 1e16, 1.5e-7, 123456789.125, 5e-324], b"[0.1,1.0,-0.0,1e22,1e16,1.5e-7,123456789.125,5e-324]"),
    ({"z": {"y": 1, "x": 2}, "": 0, "é": 1, "\U0001f600": 2, "\uffff": 3}, None),
    ('\x00\x1f\x7f\u2028"\\/', b'"\\u0000\\u001f\x7f\xe2\x80\xa8\\"\\\\/"'),
    ([2**64, -(2**63)], b"[18446744073709551616,-9223372036854775808]"),
]


@pytest.mark.parametrize(("value", "expected"), _GOLDEN)
def test_golden_bytes(value: object, expected: bytes | None) -> None:
    encoded = canonical(value)
    if expected is not None:
        assert encoded == expected
    assert json.loads(encoded) == value


def test_golden_hashes() -> None:
    everything = canonical([value for value, _ in _GOLDEN])
    assert hashlib.sha256(everything).hexdigest() == "927fd822d82bfc66901782cf9028557ff6839f42f0f04bfd70ca7bce8c9bf132"
    content = Content(inputs={"hour": 18, "precip": 0.25, "carrier": "EV", "tail": None}, schema="s1", outcome="late")
    assert content_hash("classification", content) == "7dce50387771fd139ec7b389017c8860cc3e0a1d2f9a07379044409227981d84"


def test_the_hash_of_content_leaves_out_what_was_answered() -> None:
    one = Content(inputs={"a": 1}, schema="s", outcome="late", prediction="on_time", model="m")
    other = Content(inputs={"a": 1}, schema="s")
    assert content_hash("classification", one) == content_hash("classification", other)
    assert content_hash("text", one) != content_hash("classification", one)
    assert content_hash("classification", Content(inputs={"a": 1}, schema="t")) != content_hash("classification", other)
    assert content_hash("classification", Content(inputs={"a": 1.0}, schema="s")) != content_hash("classification", other)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [1.0, float("nan")]}, "a[1]"),
        ({"a": float("inf"), "b": None}, "a"),
        (Content(inputs={"x": float("-inf")}, schema="s"), "inputs.x"),
        (Content(inputs={}, schema="s", scores={"late": float("nan")}), "scores.late"),
        ({"deep": {"er": "\ud800"}}, "deep.er"),
        ({"\udfff": 1}, "(a key)"),
        (object(), ""),
    ],
)
def test_what_is_refused_names_its_place(value: object, where: str) -> None:
    with pytest.raises(DataError) as raised:
        canonical(value)
    assert raised.value.where == where


@given(_json)
def test_reads_back_equal_whatever_the_order(value: object) -> None:
    encoded = canonical(value)
    assert json.loads(encoded) == value
    shuffled = json.loads(encoded, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert canonical(shuffled) == encoded
    assert b"\n" not in encoded
