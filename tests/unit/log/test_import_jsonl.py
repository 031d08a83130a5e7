"""JSON lines come in strictly: one object a line, no key twice, no number that loses digits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.errors import DataError
from regrade.log.readers.json_pass import JsonPass
from tests.unit.log.imports import bring, left, types, values


def line(**fields: object) -> str:
    return json.dumps({"id": 1, "said": "a", **fields}) + "\n"


@pytest.mark.parametrize(
    ("written", "kind", "expected"),
    [
        (["1", "null", "-3"], "BIGINT", [1, None, -3]),
        (["9007199254740993", "0"], "BIGINT", [9007199254740993, 0]),
        (["1", "0.5", "1e3"], "DOUBLE", [1.0, 0.5, 1000.0]),
        (["true", "null"], "BOOLEAN", [True, None]),
        (['"007"', '"12"'], "VARCHAR", ["007", "12"]),
        (['"true"', '"NA"', '""', '"null"'], "VARCHAR", ["true", "NA", "", "null"]),
        (['"5"', '"0.5"'], "VARCHAR", ["5", "0.5"]),
        (['"2013-07-01T05:15:00Z"', "null"], "TIMESTAMP WITH TIME ZONE", [datetime(2013, 7, 1, 5, 15, tzinfo=UTC), None]),
        (['"2013-07-01 05:15"', '"soon"'], "VARCHAR", ["2013-07-01 05:15", "soon"]),
        (['{"a":[1,{"b":null}]}', "[1, 2]", "null"], "JSON", ['{"a":[1,{"b":null}]}', "[1,2]", None]),
        (["null", "null"], "VARCHAR", [None, None]),
        ([r'"\u00fc\ud83d\ude00\n\"q\"\\"'], "VARCHAR", ['ü😀\n"q"\\']),
        (['"a \\": b"', '"c : d"'], "VARCHAR", ['a ": b', "c : d"]),
    ],
)
def test_what_a_field_becomes(tmp_path: Path, written: list[str], kind: str, expected: list[object]) -> None:
    bring(tmp_path, "a.jsonl", "".join(f'{{"id": {at}, "said": "a", "x": {each}}}\n' for at, each in enumerate(written)))
    assert types(tmp_path)["x"] == kind
    assert [row[0] for row in values(tmp_path, "x")] == expected


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\"':, ", max_size=3), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(_json, min_size=1, max_size=5), st.booleans(), st.booleans())
def test_what_comes_in_comes_back_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, written: list[object], spaced: bool, ascii_only: bool
) -> None:
    folder = tmp_path_factory.mktemp("import")
    separators = (", ", " : ") if spaced else (",", ":")
    rows = [
        json.dumps({"id": at, "said": "a", "x": each}, separators=separators, ensure_ascii=ascii_only) for at, each in enumerate(written)
    ]
    try:
        bring(folder, "a.jsonl", "\n".join(rows))
    except DataError as error:
        sorts = {type(each) for each in written} - {type(None)}
        assert error.where.startswith("a.jsonl:")
        assert len(sorts) > 1 or any(isinstance(each, float) for each in written), written
        return
    kind = types(folder)["x"]
    read = [row[0] for row in values(folder, "x")]
    if kind == "JSON":
        assert [None if each is None else json.loads(each) for each in read] == written
    elif not kind.startswith(("TIME", "DATE")):
        assert read == written


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"", "a.jsonl", "is empty"),
        (b"\n \n", "a.jsonl", "is empty"),
        (b'{"id":1,"said":"a"}\n\n{"id":\n', "a.jsonl:3", "broken JSON at character 7"),
        (b'{"id":1,"said":"a"}\nnonsense\n', "a.jsonl:2", "broken JSON at character 1"),
        (b'{"id":1,"said":"a"} {"id":2,"said":"a"}\n', "a.jsonl:1", "broken JSON"),
        (b'{"id":1,"said":"a",}\n', "a.jsonl:1", "broken JSON"),
        (b"{'id':1}\n", "a.jsonl:1", "broken JSON"),
        (b'{"id":1,"said":NaN}\n', "a.jsonl:1", "said: NaN is no JSON"),
        (b'{"id":1,"said":"a","x":1e999}\n', "a.jsonl:1", "a number is out of range"),
        (b'{"id":1,"said":"a\x00"}\n', "a.jsonl:1", "broken JSON"),
        (b'{"id":1,"said":"\\ud800"}\n', "a.jsonl:1", "said: holds half a character"),
        (b"5\n", "a.jsonl:1", "expected an object"),
        (b"null\n", "a.jsonl:1", "expected an object"),
        (b'[{"id":1}]\n', "a.jsonl:1", "is a JSON list"),
        (b'\xef\xbb\xbf{"id":1}\n', "a.jsonl:1", "byte order mark"),
        (b'{"id":1,"said":"\xff"}\n', "a.jsonl:1", "is no UTF-8 at byte 17"),
        (b'{"id":1,"said":"a","id":2}\n', "a.jsonl:1", "id: occurs twice"),
        (b'{"id":1,"said":"a"}\n{"id":2,"id":3}\n', "a.jsonl:2", "id: occurs twice"),  # as many colons as fields
        (b'{"id":1,"said":"a"}\n{"id":2,"said" :"b","said":"c"}\n', "a.jsonl:2", "said: occurs twice"),
        (b'{"id":1,"said":"a","x":{"q":1,"r":[{"q":1,"q":2}]}}\n', "a.jsonl:1", "q: occurs twice"),
        (b'{"id":1,"said":"a"}\n{"id":2,"said":5}\n', "a.jsonl:2", "said: 5, expected text"),
        (b'{"id":1,"said":"a","x":1}\n{"id":2,"said":"b","x":"1"}\n', "a.jsonl:2", 'x: "1", expected a whole number'),
        (b'{"id":1,"said":"a","x":9007199254740993}\n{"id":2,"said":"b","x":0.5}\n', "a.jsonl:1", "x: 9007199254740993, expected a plain"),
        (b'{"id":123456789012345678901,"said":"a"}\n', "a.jsonl:1", "id: 123456789012345678901, expected"),
        (b'{"id":1,"said":"a"}\n{"said":"b"}\n', "a.jsonl:2", "id: is empty"),
        (b'{"id":1,"said":"a"}\n{"id":null,"said":"b"}\n', "a.jsonl:2", "id: is empty"),
        (b'{"id":1,"said":"a","Said":"b"}\n', "a.jsonl", "differ in case only"),
        (b'{"id":1,"said":"a","":"b"}\n', "a.jsonl", "has no name"),
        (b'{"id":1}\n', "a.jsonl", "there is no column 'said'"),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "a.jsonl:1", "nests too deeply"),
    ],
)
def test_bad_input_is_named_and_nothing_comes_in(tmp_path: Path, data: bytes, where: str, what: str) -> None:
    with pytest.raises(DataError) as caught:
        bring(tmp_path, "a.jsonl", data)
    assert caught.value.where.endswith(where)
    assert what in str(caught.value)
    assert left(tmp_path) == []


def test_fields_may_be_missing_and_in_any_order(tmp_path: Path) -> None:
    bring(tmp_path, "a.jsonl", '{"said": "a", "id": 1}\n{"id": 2, "said": "b", "x": 1}\n{"x": 2, "id": 3, "said": null}\n')
    assert values(tmp_path, "id", "said", "x") == [(1, "a", None), (2, "b", 1), (3, None, 2)]


def test_a_late_line_decides_too(tmp_path: Path) -> None:
    lines = [line(id=at, x=at, when="2013-07-01 05:15:00") for at in range(3_000)]
    lines[2_900] = line(id=2_900, x=0.5, when="later", new=True)
    bring(tmp_path, "a.jsonl", "".join(lines))
    assert types(tmp_path) == {"id": "BIGINT", "said": "VARCHAR", "x": "DOUBLE", "when": "VARCHAR", "new": "BOOLEAN"}
    assert values(tmp_path, "x", "when", "new")[2_899:2_901] == [(2_899.0, "2013-07-01 05:15:00", None), (0.5, "later", True)]


def test_quarantine_takes_the_bad_lines_as_they_are(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    lines = b'{"id":2,\n{"id":3,"said":"\xff"}\n{"id":4,"said":5}\n{"id":5,"said":"b","id":6}\n{"said":"c"}\n'
    data = b'{"id":1,"said":"a"}\n' + lines + b'{"id":7,"said":"d"}'
    added = bring(tmp_path, "a.jsonl", data, quarantine=bad)
    assert (added.rows, added.rejected) == (2, 5)
    assert bad.read_bytes() == lines
    assert values(tmp_path, "id", "said") == [(1, "a"), (7, "d")]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.ndjson", "a.json"])
def test_other_names(tmp_path: Path, name: str) -> None:
    bring(tmp_path, name, line() + line(id=2))
    assert values(tmp_path, "id") == [(1,), (2,)]


def test_duplicate_keys_are_named_with_their_lines(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the key 'k1' occurs 2 times \(a.jsonl:1, a.jsonl:3\)"):
        bring(tmp_path, "a.jsonl", line(id="k1") + line(id="k2") + line(id="k1"))


def test_a_field_more_each_line_is_learned_without_a_new_row_type_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    make = JsonPass._row_decoder
    monkeypatch.setattr(JsonPass, "_row_decoder", lambda each: made.append(len(each.sorts)) or make(each))
    (tmp_path / "a.jsonl").write_text("".join(f'{{"id":{at},"c{at}":1}}\n' for at in range(600)))
    looked = JsonPass(tmp_path / "a.jsonl")
    looked.run(lambda lines: None)
    assert (len(looked.sorts), looked.n_lines, looked.rejects) == (601, 600, [])
    assert len(made) < 100
