"""Hostile JSON lines: each case is kept exactly, or refused with its line, and nothing is left behind."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.unit.log.hostile import Bad, Broken, Kept, Outcome, check


def rows(*values: str) -> bytes:
    return "".join(f'{{"id":{at},"said":"a","x":{value}}}\n' for at, value in enumerate(values, 1)).encode("utf-8", "surrogatepass")


def bad(line: bytes) -> bytes:
    """A line between two good ones; it is the second."""
    return b'{"id":1,"said":"a"}\n' + line + b'\n{"id":3,"said":"c"}\n'


EXACT: list[tuple[str, object, str]] = [
    *((f'"{text}"', text, "VARCHAR") for text in (
        "", "007", "5", "0.5", "1e5", "NA", "None", "nan", "null", "true", "1,5", " 1 ", "2013-7-1", "2013-02-30", "1/2/2013", "é",
            "\u2028",
        "\x7f", "2013-07-01 05:15:00.123456789", "a : b", "{}", "'",
    )),
    ("null", None, "VARCHAR"), ("9007199254740993", 2**53 + 1, "BIGINT"), ("9223372036854775807", 2**63 - 1, "BIGINT"),
    ("-9223372036854775808", -(2**63), "BIGINT"), ("-0", 0, "BIGINT"), ("-0.0", -0.0, "DOUBLE"), ("0.1", 0.1, "DOUBLE"), ("1E5", 1e5,
        "DOUBLE"),
    ("0.30000000000000004", 0.1 + 0.2, "DOUBLE"), ("1e-05", 1e-5, "DOUBLE"), ("0e-999", 0.0, "DOUBLE"), ("true", True, "BOOLEAN"),
    ('"2013-07-01"', date(2013, 7, 1), "DATE"), ('"2013-07-01T05:15:00Z"', datetime(2013, 7, 1, 5, 15, tzinfo=UTC),
        "TIMESTAMP WITH TIME ZONE"),
    ('"2013-07-01T05:15:00+02:00"', datetime(2013, 7, 1, 3, 15, tzinfo=UTC), "TIMESTAMP WITH TIME ZONE"),
    ("5e-324", 5e-324, "DOUBLE"), ("-1.5e-310", -1.5e-310, "DOUBLE"), ("4.9406564584124654e-324", 5e-324, "DOUBLE"),
    ("0.1000000000000000055511", 0.1, "DOUBLE"), ("12345678901234568.0", 12345678901234568.0, "DOUBLE"),
    ("0.5000000000000000000000", 0.5, "DOUBLE"), ("0.012345678901234567", 0.012345678901234567, "DOUBLE"),
    ('"12345678901234567.89"', "12345678901234567.89", "VARCHAR"),
    ('"2013-07-01 05:15"', datetime(2013, 7, 1, 5, 15), "TIMESTAMP"), ("[]", "[]", "JSON"), ("{}", "{}", "JSON"),
    ('[1,[2,{"a":null}]]', '[1,[2,{"a":null}]]', "JSON"), ('{"a":9007199254740993}', '{"a":9007199254740993}', "JSON"),
    ('{"a":18446744073709551616}', '{"a":18446744073709551616}', "JSON"), (r'"\u0000"', "\0", "VARCHAR"), (r'"\ud83d\ude00"', "😀",
        "VARCHAR"),
    (r'"\/\b\f\n\r\t\"\\"', '/\b\f\n\r\t"\\', "VARCHAR"), (r'"\u00e9"', "é", "VARCHAR"), ("[" * 500 + "]" * 500, "[" * 500 + "]" * 500,
        "JSON"),
    ('"' + "x" * 5_000_000 + '"', "x" * 5_000_000, "VARCHAR"),
]  # fmt: skip
COLUMNS: list[tuple[list[str], tuple[object, ...], str]] = [
    (["1", "0.5"], (1.0, 0.5), "DOUBLE"), (["null", "null"], (None, None), "VARCHAR"), (['"a"', "null"], ("a", None), "VARCHAR"),
    (['"2013-07-01"', '"soon"'], ("2013-07-01", "soon"), "VARCHAR"), (['{"a":1}', "[2]"], ('{"a":1}', "[2]"), "JSON"),
]  # fmt: skip
BAD: list[tuple[bytes, str]] = [
    *((b'{"id":2,"said":"b","x":' + value + b"}", what) for value, what in (
        (b"NaN", "x: NaN is no JSON, expected a number or null"), (b'{"a":[-Infinity]}', "x: -Infinity is no JSON"),
        (b"True", "broken JSON at character 24"), (b"undefined",
            "broken JSON at character 24"),
        (b"01", "broken JSON at character 25"), (b"+1", "broken JSON at character 24"), (b".5", "broken JSON at character 24"),
        (b"5.", "broken JSON at character 25"), (b"0x1F", "broken JSON at character 25"), (b"1_000", "broken JSON at character 25"),
        (b"1 2", "broken JSON at character 26"), (b"'a'", "broken JSON at character 24"), (b'"a', "broken JSON at character 24"),
        (b'"\\x"', "broken JSON at character 25"), (b'"a\tb"', "invalid control character"), (b'"\\ud83d"', "x: holds half a character"),
        (b'["\\udc00\\ud800"]', "x: holds half a character"),
        (b"9" * 5_000, "a number is out of range"), (b"[" * 10_000 + b"]" * 10_000, "nests too deeply"),
        (b"[1,]", "broken JSON at character 27"), (b"[1 2]", "broken JSON at character 27"), (b"{'a':1}", "broken JSON at character 25"),
        (b"1e400", "out of range, expected a number that a double holds"), (b'{"a":[1e400]}', "out of range"), (b"1e-400",
            "1e-400, expected"),
        *((number, f"x: {number.decode()}, expected a number that a double holds") for number in (
            b"12345678901234567.89", b"9007199254740993.0", b"-0.123456789012345678", b"123456789012345678e2", b"1.234567890123456789e5",
            b"1.50000000000000000000001", b"0.00012345678901234567890", b"2e-324", b"1.23456789e-320",
        )), (b'{"a":[12345678901234567.89]}', "x: 12345678901234567.89, expected a number that a double holds"),
        (b'{"a":1e-400}', "1e-400, expected a number that a double holds"),
        (b'{"a":1,"a":2}', "a: occurs twice in one object"), (b'{"a":{"b":1,"b":1}}', "b: occurs twice"), (b'[{"b":1,"b":1}]',
            "b: occurs twice"),
        (b"[" * 1_100 + b"]" * 1_100, "nests too deeply"),
    )),
    (b'{"id":2,"said":"b","said":"c"}', "said: occurs twice in one object, expected once"),
    (b'{"id":2,"said":"b","s\\u0061id":"c"}', "said: occurs twice"), (b'{"id":2,"id":2}', "id: occurs twice"),
    (b'{"id":2,"said" :"b","said":"c"}', "said: occurs twice"), (b'{"id":2,"said":"\0"}', "invalid control character"),
    (b'{"id":2,"said":"b"}\0', "broken JSON at character 20"), (b'{"id":2,"said":"\xff"}', "is no UTF-8 at byte 17"),
    (b'{"id":2,"said":"\xc0\x80"}', "is no UTF-8 at byte 17"), (b'{"id":2,"said":"\xed\xa0\x80"}', "is no UTF-8 at byte 17"),
    (b'{"id":2,"sai', "broken JSON at character 9"), (b"5", "is int, expected an object"), (b'"x"', "is str, expected an object"),
    (b"null", "is null, expected an object"), (b'[{"id":2}]', "is array, expected an object"), (b"// a comment",
        "broken JSON at character 1"),
    (b"{'id':2,'said':'b'}", "broken JSON at character 2"), (b"{id:2}", "broken JSON at character 2"), (b'{"id":2,"said":"b",}',
        "broken JSON at character 20"),
    (b'{"id":2,"said":"b"},', "broken JSON at character 20"), (b'{"id":2,"said":"b"}{"id":4,"said":"b"}', "broken JSON at character 20"),
    (b'{"id":2,"said":"b"} {"id":4,"said":"b"}', "broken JSON at character 21"), (b'\x1e{"id":2,"said":"b"}', "broken JSON at character 1"),
    (b'{"said":"b"}', "id: is empty, expected the id of a prediction"), (b'{"id":null,"said":"b"}', "id: is empty"),
    (b'{"id":"2","said":"b"}', 'id: "2", expected a whole number'), (b'{"id":[2],"said":"b"}', "id: [2], expected a whole number"),
    (b'{"id":true,"said":"b"}', "id: true, expected a whole number"), (b'{"id":18446744073709551616,"said":"b"}',
        "id: 18446744073709551616, expected"),
    (b'{"id":2,"said":5}', "said: 5, expected text"), (b'{"id":2,"said":{"a":1}}', 'said: {"a": 1}, expected text'),
    (b'{"id":2,"said":false}', "said: false, expected text"), (b"id,said", "broken JSON at character 1"),
]  # fmt: skip
FILES: list[tuple[str, str, bytes, Outcome]] = [
    ("CRLF", "a.jsonl", rows("1", "2").replace(b"\n", b"\r\n"), Kept((1, 2))),
    ("CR alone", "a.jsonl", rows("1", "2").replace(b"\n", b"\r"), Bad(1, "broken JSON at character 27", rest=())),
    ("blank lines", "a.jsonl", b"\n" + rows("1") + b"\n \n" + b'{"id":2,"said":"b","x":2}\n\n', Kept((1, 2))),
    ("no line end at the end", "a.jsonl", rows("1")[:-1], Kept((1,))),
    ("blanks and tabs", "a.jsonl", b'{\t"id" :\t1 , "said" : "a", "x" : 5}\n', Kept((5,))),
    ("fields that come and go", "a.jsonl", b'{"id":1,"said":"a"}\n{"x":2,"id":2}\n{"id":3,"said":"c","y":1}\n', Kept((None, 2, None))),
    ("byte order mark", "a.jsonl", b"\xef\xbb\xbf" + rows("1"), Broken("starts with a byte order mark", "a.jsonl:1")),
    ("a list", "a.json", b'[{"id":1,"said":"a"}]\n', Broken("is a JSON list, expected one object a line", "a.json:1")),
    ("a list over lines", "a.json", b'[\n{"id":1,"said":"a"},\n{"id":2,"said":"a"}\n]\n', Broken("is a JSON list", "a.json:1")),
    ("an object over lines", "a.json", json.dumps({"id": 1, "said": "a"}, indent=1).encode(), Broken("broken JSON at character 2",
        "a.json:1")),
    ("lines by the name of JSON", "a.json", rows("1"), Kept((1,))),
    ("empty", "a.jsonl", b"", Broken("is empty")),
    ("blank", "a.jsonl", b"\n \n\t\n", Broken("is empty")),
    ("objects of nothing", "a.jsonl", b"{}\n{}\n", Broken("there is no column 'id'")),
    ("UTF-16", "a.jsonl", '{"id":1,"said":"a"}\n'.encode("utf-16"), Broken("holds bytes that no UTF-8 has", "a.jsonl:1")),
    ("UTF-16 without mark", "a.jsonl", '{"id":1}\n'.encode("utf-16-le"), Broken("holds bytes that no UTF-8 has", "a.jsonl:1")),
    ("UTF-16 the other way round", "a.jsonl", '{"id":1}\n'.encode("utf-16-be"), Broken("holds bytes that no UTF-8 has", "a.jsonl:1")),
    ("an empty name", "a.jsonl", b'{"id":1,"said":"a","":1}\n', Broken("column 3 has no name")),
    ("names that differ in case", "a.jsonl", b'{"id":1,"said":"a","Said":"b"}\n', Broken("differ in case only")),
    ("a name with quotes", "a.jsonl", b'{"id":1,"said":"a","x\\"y":1}\n', Kept((1,), column='x"y')),
    ("a name with a break", "a.jsonl", b'{"id":1,"said":"a","x\\ny":1}\n', Kept((1,), column="x\ny")),
    ("a name with a NUL", "a.jsonl", b'{"id":1,"said":"a","x\\u0000y":1}\n', Kept((1,), column="x\0y")),
    ("a name with a dot", "a.jsonl", b'{"id":1,"said":"a","x.y":1}\n', Kept((1,), column="x.y")),
    ("a name that DuckDB needs", "a.jsonl", b'{"id":1,"said":"a","file_row_number":1}\n', Broken("cannot be called 'file_row_number'")),
    ("2,000 fields", "a.jsonl", json.dumps({"id": 1, "said": "a", "x": 7, **{f"c{n}": n for n in range(1997)}}).encode(), Kept((7,))),
    ("a field more each line, some with another sort", "a.jsonl", b"".join(
        json.dumps({"id": at, "said": "a", f"c{at}": at, f"c{at - 1}": 0.5, "x": at}).encode() + b"\n" for at in range(60)
    ), Kept(tuple(range(60)))),
    ("numbers, then text", "a.jsonl", rows("1", '"x"', "3"), Bad(2, 'x: "x", expected a whole number')),
    ("text, then a number", "a.jsonl", rows('"x"', "1", '"y"'), Bad(2, "x: 1, expected text")),
    ("text in the last row", "a.jsonl", rows("1", "2", '"x"'), Bad(3, 'x: "x", expected a whole number', rest=(1, 2))),
    ("an object, then text", "a.jsonl", rows('{"a":1}', '"x"', "{}"), Bad(2, 'x: "x", expected an object or a list')),
    ("a truth, then a number", "a.jsonl", rows("true", "1", "false"), Bad(2, "x: 1, expected true or false")),
    ("2^53+1 among fractions", "a.jsonl", rows("0.5", "9007199254740993", "1"), Bad(2, "x: 9007199254740993, expected a plain number")),
    ("2^64 among whole numbers", "a.jsonl", rows("1", "18446744073709551616", "2"), Bad(2,
        "x: 18446744073709551616, expected a whole number")),
    ("ids of nothing", "a.jsonl", b'{"id":"a","said":"a"}\n{"id":"","said":"b"}\n{"id":"c","said":"c"}\n', Bad(2, "id: is empty",
        rest=("a", "c"))),
    ("an offset that no clock has", "a.jsonl", rows('"2016-12-31T00:00:00+99:99"'), Kept(("2016-12-31T00:00:00+99:99",), "VARCHAR")),
    ("ids that are times", "a.jsonl", b'{"id":"2013-07-01T05:15","said":"a"}\n', Kept(("2013-07-01T05:15",), "VARCHAR", "id")),
    ("ids that are fractions", "a.jsonl", b'{"id":1.5,"said":"a"}\n', Kept((1.5,), "DOUBLE", "id")),
    ("an id twice", "a.jsonl", b'{"id":"k","said":"a"}\n{"id":"k","said":"b"}\n', Broken("'k' occurs 2 times (a.jsonl:1, a.jsonl:2)",
        "a.jsonl: id")),
    ("gzip", "a.jsonl.gz", gzip.compress(rows("1")), Kept((1,))),
    ("Zstandard", "a.jsonl.zst", pa.compress(rows("1"), "zstd", asbytes=True), Kept((1,))),
    ("gzip cut off", "a.jsonl.gz", gzip.compress(rows(*map(str, range(3_000))))[:-20], Broken("cannot be read: Truncated")),
    ("Zstandard cut off", "a.ndjson.zst", pa.compress(rows(*map(str, range(3_000))), "zstd", asbytes=True)[:-20], Broken("cannot be read")),
    ("no gzip", "a.jsonl.gz", rows("1"), Broken("is the file whole, and what its name says?")),
    ("gzip by another name", "a.jsonl", gzip.compress(rows("1")), Broken("is gzip, whatever its name says")),
    ("Parquet by another name", "a.jsonl", b"PAR1....", Broken("is Parquet, whatever its name says")),
]  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json")


@pytest.mark.parametrize(("written", "value", "kind"), EXACT, ids=[ascii(each[0][:40]) for each in EXACT])
def test_a_value_is_what_it_was(base: Path, written: str, value: object, kind: str) -> None:
    check(base, "a.jsonl", rows(written), Kept((value,), kind))


@pytest.mark.parametrize(("written", "values", "kind"), COLUMNS)
def test_a_column_has_one_type_that_loses_nothing(base: Path, written: list[str], values: tuple[object, ...], kind: str) -> None:
    check(base, "a.jsonl", rows(*written), Kept(values, kind))


@pytest.mark.parametrize(("line", "what"), BAD, ids=[ascii(each[0][:60]) for each in BAD])
def test_a_bad_line_is_named_and_the_rest_kept(base: Path, line: bytes, what: str) -> None:
    check(base, "a.jsonl", bad(line), Bad(2, what))


@pytest.mark.parametrize(("name", "data", "outcome"), [each[1:] for each in FILES], ids=[each[0] for each in FILES])
def test_a_file_is_kept_or_refused(base: Path, name: str, data: bytes, outcome: Outcome) -> None:
    check(base, name, data, outcome)
