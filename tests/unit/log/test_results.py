"""One definition of right and wrong, whatever types a log, a file of answers and a person write the same class in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regrade.log.results import is_right, like


@pytest.mark.parametrize(
    ("expected", "prediction", "right"),
    [
        (1, "1.0", True),
        ("1.0", 1, True),
        (0.5, "5e-1", True),
        (7, "007", False),
        ("007", "007", True),
        ("7", "007", False),
        ("1", "1.0", False),  # text against text stays exact
        (1152921504606846977, "1152921504606846976.0", False),  # floats would call them equal
        (1152921504606846977, "1152921504606846977.0", True),
        (True, "True", True),
        (False, "TRUE", False),
        (True, "1", False),
        (1, "nan", False),
        (1, "1e999", False),
        (1, "\u0661", False),  # an Arabic digit is no spelling of a program
    ],
)
def test_classes_that_are_text_are_read_beside_numbers_and_booleans(expected: Any, prediction: Any, right: bool) -> None:
    assert is_right("classification", 0, expected, prediction) is right


@pytest.mark.parametrize(
    ("expected", "prediction", "right"),
    [
        ('{"k":1}', {"k": 1}, True),
        ('{"k": 1.0, "a": [1, 2]}', '{"a":[1,2],"k":1}', True),
        ({"k": 1}, '{"k":true}', False),
        ("no JSON", "no JSON", True),
        ("no JSON", '"no JSON"', True),
        ("[NaN]", "[NaN]", True),
        ('{"a":1,"a":2}', {"a": 2}, False),
        ("null", None, None),
        ("null", "null", True),
        ("[" * 100_000, "[", False),
    ],
)
def test_json_is_compared_by_what_it_holds(expected: Any, prediction: Any, right: bool | None) -> None:
    assert is_right("json", 0, expected, prediction) is right


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(values.filter(lambda value: isinstance(value, (list, dict))))
def test_a_document_equals_its_text(value: Any) -> None:
    assert is_right("json", 0, value, json.dumps(value)) is True
    assert is_right("json", 0, json.dumps(value, indent=1), value) is True


labels = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.integers().map(str) | st.floats().map(str)


@given(labels, labels)
def test_neither_side_is_the_first(one: Any, other: Any) -> None:
    assert is_right("classification", 0, one, other) is is_right("classification", 0, other, one)


@given(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_for_a_number_is_read_as_it(whole: int, real: float) -> None:
    assert like(str(whole), 1) == like(f"{whole}.0", 0.5) == whole
    assert like(repr(real), 1) == real


def test_asking_is_light() -> None:
    heavy = ("pandas", "numpy", "pyarrow", "duckdb", "msgspec")
    code = f"import sys, regrade.log.results; print([name for name in {heavy} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)

    assert found.stdout.strip() == "[]", found.stderr
