"""Hostile CSV: each case is kept exactly, or refused with its line, and nothing is left behind."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.unit.log.hostile import Bad, Broken, Kept, Outcome, check


def one(value: str) -> bytes:
    return f"id,said,x\n1,a,{value}\n".encode()


def rows(*values: str) -> bytes:
    return b"id,said,x\n" + "".join(f"{at},a,{value}\n" for at, value in enumerate(values, 1)).encode()


def bad(row: bytes) -> bytes:
    """A row between two good ones; it stands in line 3."""
    return b"id,said,x\n1,a,1\n" + row + b"\n3,c,3\n"


TEXT = [
    "007", "00", "-007", "+1", "NA", "None", "nan", "NaN", "NAN", "-nan", "inf", "-inf", "Infinity", "null", "NULL", "N/A", "#N/A", "n/a",
    "18446744073709551616", "9223372036854775808", "-9223372036854775809", "1e400", "-1e400", "1e-400", "1.5e-310", "1_000", "1 000",
    "0x1F", "1e", ".5", "5.", "--1", "1e5.5", "0.12345678901234567890", "123456789012345678.5", " 1", "1 ", "1\u00a0", "T",
    "yes", "tRuE", "on", "1/2/2013", "2013-7-1", "01.07.2013", "2013-02-30", "2013-13-01", "12:30", "2013-W01-1", "20130701T0515",
    "2013-07-01 05:15:00.123456789", "2013-07-01 25:00", "Jul 1 2013", "١", "½", "=1+1", "@x", "😀", "\u202egnp", "\x1b[2J", "\x07", "\x7f",
    "a\u2028b", "a\x0bb", "a\x0cb", "a\x85b", "é", "e\u0301", "\ufeff1", "a\\nb", "\\", "'", 'a"b', "$1", "{}", "[1]",
]  # fmt: skip
EXACT: list[tuple[str, object, str]] = [
    ("0", 0, "BIGINT"), ("-3", -3, "BIGINT"), ("20130701", 20130701, "BIGINT"), ("9007199254740993", 2**53 + 1, "BIGINT"),
    ("9223372036854775807", 2**63 - 1, "BIGINT"), ("-9223372036854775808", -(2**63), "BIGINT"), ("0.5", 0.5, "DOUBLE"),
    ("-0.0", -0.0, "DOUBLE"), ("-0", -0.0, "DOUBLE"), ("0e-999", 0.0, "DOUBLE"), ("1e5", 1e5, "DOUBLE"), ("1E5", 1e5, "DOUBLE"),
    ("0.1000", 0.1, "DOUBLE"), ("0.30000000000000004", 0.1 + 0.2, "DOUBLE"), ("1.7976931348623157e308", 1.7976931348623157e308, "DOUBLE"),
    ("2.2250738585072014e-308", 2.2250738585072014e-308, "DOUBLE"), ("true", True, "BOOLEAN"), ("False", False, "BOOLEAN"),
    ("TRUE", True, "BOOLEAN"), ("2013-07-01", date(2013, 7, 1), "DATE"), ("2013-07-01 05:15", datetime(2013, 7, 1, 5, 15), "TIMESTAMP"),
    ("2013-07-01T05:15:00.25", datetime(2013, 7, 1, 5, 15, 0, 250000), "TIMESTAMP"),
    ("2013-07-01T05:15:00Z", datetime(2013, 7, 1, 5, 15, tzinfo=UTC), "TIMESTAMP WITH TIME ZONE"),
    ("2013-07-01T05:15:00+02:00", datetime(2013, 7, 1, 3, 15, tzinfo=UTC), "TIMESTAMP WITH TIME ZONE"),
    ("", None, "VARCHAR"), ('""', None, "VARCHAR"), ('"1,000"', "1,000", "VARCHAR"), ('"a ""b"" c"', 'a "b" c', "VARCHAR"),
    ('"a, ""b"" c"', 'a, "b" c', "VARCHAR"), ('"a\nb"', "a\nb", "VARCHAR"), ('"a\r\nb"', "a\r\nb", "VARCHAR"), ('"a\rb"', "a\rb",
        "VARCHAR"),
    ('"\n"', "\n", "VARCHAR"), ('""""', '"', "VARCHAR"), ('" 1"', " 1", "VARCHAR"),
]  # fmt: skip
COLUMNS: list[tuple[list[str], tuple[object, ...], str]] = [
    (["x", "1", "2"], ("x", "1", "2"), "VARCHAR"), (["1", "2", "x"], ("1", "2", "x"), "VARCHAR"), (["1", "0.5"], (1.0, 0.5), "DOUBLE"),
    (["9007199254740993", "0.5"], ("9007199254740993", "0.5"), "VARCHAR"),
    (["9007199254740993.0", "0.5"], ("9007199254740993.0", "0.5"), "VARCHAR"),
    (["9007199254740994.0", "0.5"], (9007199254740994.0, 0.5), "DOUBLE"), (["true", "1"], ("true", "1"), "VARCHAR"),
    (["true", "False", "TRUE"], (True, False, True), "BOOLEAN"), (["2013-07-01", "2013-07-01 05:15"], ("2013-07-01", "2013-07-01 05:15"),
        ""),
    (["2013-07-01 05:15Z", "2013-07-01 05:15"], ("2013-07-01 05:15Z", "2013-07-01 05:15"), "VARCHAR"), (["", "5"], (None, 5), "BIGINT"),
    (["1", "NA"], ("1", "NA"), "VARCHAR"), (["0.5", "nan"], ("0.5", "nan"), "VARCHAR"), (["", ""], (None, None), "VARCHAR"),
]  # fmt: skip
LINES: list[tuple[str, bytes, Outcome]] = [
    ("short row", bad(b"2,b"), Bad(3, "too few values, expected 3")),
    ("long row", bad(b"2,b,2,2"), Bad(3, "too many values, expected 3")),
    ("decimal comma without quotes", bad(b"2,b,1,5"), Bad(3, "too many values, expected 3")),
    ("single quotes are none", bad(b"2,b,'a,b'"), Bad(3, "too many values")),
    ("blanks only", bad(b"   "), Bad(3, "too few values")),
    ("delimiters only", bad(b",,"), Bad(3, "id: is empty")),
    ("id missing", bad(b",b,2"), Bad(3, "id: is empty, expected the id of a prediction")),
    ("id of nothing in quotes", bad(b'"",b,2'), Bad(3, "id: is empty")),
    ("quote not closed at the end", b'id,said,x\n1,a,1\n3,c,3\n2,b,"2\n', Bad(4, "a quote is not closed")),
    ("text after a quote", bad(b'2,b,"a"b'), Bad(3, "x: a quote is not closed or stands inside")),
    ("backslash before a quote", bad(b'2,b,"a\\"b"'), Bad(3, "x: a quote is not closed or stands inside")),
    ("blank before a quote", bad(b'2,b, "b"'), Bad(3, "a blank stands before a quote")),
    ("blank before a quote, first", bad(b' "2",b,2'), Bad(3, "a blank stands before a quote")),
    ("NUL", bad(b"2,b,a\0b"), Bad(3, "holds a NUL byte")),
    ("NUL in quotes over two lines", bad(b'2,b,"a\0\nb"'), Bad(3, "holds a NUL byte", text=b'2,b,"a\0\nb"')),
    ("carriage return inside", bad(b"2,b,0\r1"), Bad(3, "a carriage return stands inside a line")),
    ("two carriage returns at the end", bad(b"2,b,2\r\r"), Bad(3, "a carriage return stands inside a line", text=b"2,b,2\r")),
    ("not UTF-8", bad(b"2,b\xff,2"), Bad(3, "said: is no UTF-8")),
    ("latin-1", bad("2,café,2".encode("latin-1")), Bad(3, "said: is no UTF-8")),
    ("overlong UTF-8", bad(b"2,b,\xc0\x80"), Bad(3, "x: is no UTF-8")),
    ("half a surrogate", bad(b"2,b,\xed\xa0\x80"), Bad(3, "x: is no UTF-8")),
    ("UTF-8 cut off", bad(b"2,b,\xe2\x82"), Bad(3, "x: is no UTF-8")),
    ("short row after a value of two lines", b'id,said,x\n1,"a\nb",1\n2,b\n3,c,3\n', Bad(4, "too few values")),
    ("short row after blank lines", b"id,said,x\n\n1,a,1\n\n\n2,b\n3,c,3\n", Bad(6, "too few values")),
    ("short row with CRLF", b"id,said,x\r\n1,a,1\r\n\r\n2,b\r\n3,c,3\r\n", Bad(4, "too few values")),
    ("short row of one character at the end", b"id,said,x\n1,a,1\n3,c,3\n2", Bad(4, "too few values")),
    ("a line over 16 MB", bad(b"2,b," + b"x" * 17_000_000), Bad(3, "the line is too long, expected at most 16 MB")),
    ("nothing but bad rows", b"id,said,x\n1,a\n", Bad(2, "too few values", rest=())),
]  # fmt: skip
FILES: list[tuple[str, str, bytes, Outcome]] = [
    ("byte order mark", "a.csv", b"\xef\xbb\xbf" + rows("1"), Kept((1,))),
    ("CRLF", "a.csv", rows("1", "2").replace(b"\n", b"\r\n"), Kept((1, 2))),
    ("line ends of two sorts", "a.csv", b"id,said,x\r\n1,a,1\n2,b,2\r\n3,c,3", Kept((1, 2, 3))),
    ("LF in quotes, CRLF outside", "a.csv", b'id,said,x\r\n1,a,"a\nb"\r\n2,b,1\r\n', Kept(("a\nb", "1"))),
    ("line ends of two sorts, and in quotes", "a.csv", b'id,said,x\n1,a,"a\r\nb"\r\n2,b,"c\nd"\n', Kept(("a\r\nb", "c\nd"))),
    ("CR alone", "a.csv", rows("1", "2").replace(b"\n", b"\r"), Broken("lines end in carriage returns alone", "a.csv:1")),
    ("no line end at the end", "a.csv", rows("1")[:-1], Kept((1,))),
    ("blank lines", "a.csv", b"id,said,x\n\n1,a,1\n\n2,b,2\n\n\n", Kept((1, 2))),
    ("delimiter at the end of rows", "a.csv", b"id,said,x\n1,a,1,\n2,b,2,\n", Kept((1, 2))),
    ("delimiter at the end of all lines", "a.csv", b"id,said,\n1,a,\n", Broken("column 3 has no name", "a.csv:1")),
    ("semicolons and decimal commas", "a.csv", b"id;said;x\n1;a;1,5\n2;b;1.234,5\n", Kept(("1,5", "1.234,5"), "VARCHAR")),
    ("tabs", "a.csv", b"id\tsaid\tx\n1\ta\tb,c\n", Kept(("b,c",))),
    ("tabs by name", "a.tsv", b"id\tsaid\tx\n1\ta\tb,c\n", Kept(("b,c",))),
    ("bars", "a.csv", b"id|said|x\n1|a|b;c\n", Kept(("b;c",))),
    ("delimiters in quotes do not count", "a.csv", b'id;said;"x,y,z,v,w"\n1;a;2\n', Kept((2,), column="x,y,z,v,w")),
    ("colons", "a.csv", b"id:said:x\n1:a:b\n", Broken("there is no column 'id'")),
    ("sep=", "a.csv", b"sep=;\nid;said\n1;a\n", Broken("column 2 has no name", "a.csv:1")),
    ("comment", "a.csv", b"# made by hand\nid,said\n1,a\n", Broken("there is no column 'id'")),
    ("a blank line first", "a.csv", b"\nid,said\n1,a\n", Broken("is blank, expected the names of columns", "a.csv:1")),
    ("empty", "a.csv", b"", Broken("is empty")),
    ("byte order mark alone", "a.csv", b"\xef\xbb\xbf", Broken("is blank, expected the names", "a.csv:1")),
    ("header only", "a.csv", b"id,said\n", Broken("has a header and no rows")),
    ("header without line end", "a.csv", b"id,said", Broken("has a header and no rows")),
    ("one column", "a.csv", b"id\n1\n", Broken("there is no column 'said'")),
    ("a name twice", "a.csv", b"id,said,id\n1,a,2\n", Broken("two columns are called 'id'", "a.csv:1")),
    ("names that differ in case", "a.csv", b"id,said,ID\n1,a,2\n", Broken("differ in case only", "a.csv:1")),
    ("a blank name", "a.csv", b"id,said, \n1,a,2\n", Broken("column 3 has no name", "a.csv:1")),
    ("a name with a blank", "a.csv", b"id, said\n1,a\n", Broken("did you mean ' said'")),
    ("names in quotes", "a.csv", b'"id","said","x"\n1,a,2\n', Kept((2,))),
    ("a name of two lines", "a.csv", b'id,said,"x\ny"\n1,a,2\n', Kept((2,), column="x\ny")),
    ("a name with a carriage return", "a.csv", b'id,said,"x\ry"\n1,a,2\n', Kept((2,), column="x\ry")),
    ("a name with an open quote", "a.csv", b'id,said,"x\n1,a,2\n', Broken("is no header", "a.csv:1")),
    ("names that expressions cannot tell apart", "a.csv", b"id,said,status,log.status\n1,a,2,3\n", Broken("could not tell the columns")),
    ("a name that DuckDB needs", "a.csv", b"id,said,file_index\n1,a,2\n", Broken("cannot be called 'file_index'")),
    ("a name that is not UTF-8", "a.csv", b"id,said,\xff\n1,a,2\n", Broken("is no UTF-8: byte 9", "a.csv:1")),
    ("a name with a NUL", "a.csv", b"id,said,x\0\n1,a,2\n", Broken("holds a NUL byte", "a.csv:1")),
    ("UTF-16", "a.csv", "id,said\n1,a\n".encode("utf-16"), Broken("is it UTF-16", "a.csv:1")),
    ("UTF-16 without mark", "a.csv", "id,said\n1,a\n".encode("utf-16-le"), Broken("is it UTF-16", "a.csv:1")),
    ("2,000 columns", "a.csv", b"id,said,x," + b",".join(b"c%d" % n for n in range(1997)) + b"\n1,a,7" + b",5" * 1997, Kept((7,))),
    ("5 MB in a field", "a.csv", rows("x" * 5_000_000, "y"), Kept(("x" * 5_000_000, "y"))),
    ("5 MB in quotes with breaks", "a.csv", rows('"' + "x\n" * 2_500_000 + '"', "y"), Kept(("x\n" * 2_500_000, "y"))),
    ("ids that are numbers and text", "a.csv", b"id,said\n1,a\n01,b\n1.0,c\n", Kept(("1", "01", "1.0"), "VARCHAR", "id")),
    ("ids with digits behind the point", "a.csv", b"id,said\n1.10,a\n1.1,b\n", Kept(("1.10", "1.1"), "VARCHAR", "id")),
    ("ids that are times", "a.csv", b"id,said\n2013-07-01T05:15,a\n2013-07-01 05:15,b\n", Kept(("2013-07-01T05:15", "2013-07-01 05:15"),
        "", "id")),
    ("ids that are truths", "a.csv", b"id,said\ntrue,a\nTrue,b\n", Kept(("true", "True"), "VARCHAR", "id")),
    ("an id twice", "a.csv", b'id,said\n1,"a\nb"\n1,b\n', Broken("the key '1' occurs 2 times (a.csv:2, a.csv:4)", "a.csv: id")),
    ("gzip", "a.csv.gz", gzip.compress(rows("1")), Kept((1,))),
    ("gzip of two members", "a.csv.gz", gzip.compress(rows("1")) + gzip.compress(b"2,b,2\n"), Kept((1, 2))),
    ("gzip cut off", "a.csv.gz", gzip.compress(rows(*map(str, range(3_000))))[:-20], Broken("cannot be read: Truncated")),
    ("gzip with more behind it", "a.csv.gz", gzip.compress(rows("1")) + b"more", Broken("cannot be read")),
    ("gzip of nothing", "a.csv.gz", gzip.compress(b""), Broken("is empty")),
    ("zlib by the name of gzip", "a.csv.gz", zlib.compress(rows("1")), Broken("it is no gzip")),
    ("no gzip", "a.csv.gz", rows("1"), Broken("is the file whole, and what its name says?")),
    ("gzip by another name", "a.csv", gzip.compress(rows("1")), Broken("is gzip, whatever its name says")),
    ("Zstandard", "a.csv.zst", pa.compress(rows("1"), "zstd", asbytes=True), Kept((1,))),
    ("Zstandard cut off", "a.csv.zst", pa.compress(rows(*map(str, range(3_000))), "zstd", asbytes=True)[:-20], Broken("cannot be read")),
    ("no Zstandard", "a.csv.zst", rows("1"), Broken("cannot be read")),
    ("Zstandard by another name", "a.csv", pa.compress(rows("1"), "zstd", asbytes=True), Broken("is Zstandard, whatever its name says")),
    ("Parquet by another name", "a.csv", b"PAR1\x15\x04", Broken("is Parquet, whatever its name says")),
    ("a spreadsheet by another name", "a.csv", b"PK\x03\x04\x14", Broken("a spreadsheet, whatever its name says")),
    ("JSON by another name", "a.csv", b'{"id":1,"said":"a"}\n', Broken("is no header", "a.csv:1")),
    ("a web page", "a.csv", b"<html>\n<body>\n", Broken("there is no column 'id'")),
    ("no kind", "a.xlsx", b"x", Broken("is of no kind that can be read")),
]  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


@pytest.mark.parametrize("value", TEXT, ids=ascii)
def test_text_stays_text(base: Path, value: str) -> None:
    check(base, "a.csv", one(value), Kept((value,), "VARCHAR"))


@pytest.mark.parametrize(("written", "value", "kind"), EXACT, ids=[ascii(each[0]) for each in EXACT])
def test_a_value_is_what_it_was(base: Path, written: str, value: object, kind: str) -> None:
    check(base, "a.csv", one(written), Kept((value,), kind))


@pytest.mark.parametrize(("written", "values", "kind"), COLUMNS)
def test_a_column_has_one_type_that_loses_nothing(base: Path, written: list[str], values: tuple[object, ...], kind: str) -> None:
    check(base, "a.csv", rows(*written), Kept(values, kind))


@pytest.mark.parametrize(("data", "outcome"), [each[1:] for each in LINES], ids=[each[0] for each in LINES])
def test_a_bad_line_is_named_and_the_rest_kept(base: Path, data: bytes, outcome: Outcome) -> None:
    check(base, "a.csv", data, outcome)


@pytest.mark.parametrize(("name", "data", "outcome"), [each[1:] for each in FILES], ids=[each[0] for each in FILES])
def test_a_file_is_kept_or_refused(base: Path, name: str, data: bytes, outcome: Outcome) -> None:
    check(base, name, data, outcome)
