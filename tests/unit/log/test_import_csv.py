"""CSV comes in as what it says: text stays text, numbers lose nothing, bad lines are named."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.errors import DataError
from regrade.log import add
from regrade.paths import Paths
from tests.unit.log.imports import CONFIG, bring, left, put, types, values


@pytest.mark.parametrize(
    ("texts", "kind", "expected"),
    [
        (["1", "-2", ""], "BIGINT", [1, -2, None]),
        (["9007199254740993"], "BIGINT", [9007199254740993]),
        (["9223372036854775808"], "VARCHAR", ["9223372036854775808"]),
        (["007", "12"], "VARCHAR", ["007", "12"]),
        (["+1"], "VARCHAR", ["+1"]),
        (["1 "], "VARCHAR", ["1 "]),
        (["1_000"], "VARCHAR", ["1_000"]),
        (["0x10"], "VARCHAR", ["0x10"]),
        (["-0"], "DOUBLE", [0.0]),
        (["1", "2.5", "1e-3"], "DOUBLE", [1.0, 2.5, 0.001]),
        (["0.1", "0.30000000000000004"], "DOUBLE", [0.1, 0.30000000000000004]),
        (["0.123456789012345678901"], "VARCHAR", ["0.123456789012345678901"]),
        (["9007199254740993", "0.5"], "VARCHAR", ["9007199254740993", "0.5"]),
        (["1e400"], "VARCHAR", ["1e400"]),
        ([".5", "5."], "VARCHAR", [".5", "5."]),
        (["00.5"], "VARCHAR", ["00.5"]),
        (["1", "NA"], "VARCHAR", ["1", "NA"]),
        (["1", "None"], "VARCHAR", ["1", "None"]),
        (["nan", "inf"], "VARCHAR", ["nan", "inf"]),
        (["NULL", "null"], "VARCHAR", ["NULL", "null"]),
        (["true", "false", ""], "BOOLEAN", [True, False, None]),
        (["True", "False"], "BOOLEAN", [True, False]),
        (["yes", "no"], "VARCHAR", ["yes", "no"]),
        (["t", "f"], "VARCHAR", ["t", "f"]),
        (["2013-07-01", ""], "DATE", [date(2013, 7, 1), None]),
        (["2013-02-30"], "VARCHAR", ["2013-02-30"]),
        (["01/07/2013"], "VARCHAR", ["01/07/2013"]),
        (["2013-07-01 05:15", "2013-07-01T05:15:30.25"], "TIMESTAMP",
         [datetime(2013, 7, 1, 5, 15), datetime(2013, 7, 1, 5, 15, 30, 250_000)]),
        (["2013-07-01T05:15:00Z", "2013-07-01T05:15:00+02:00"], "TIMESTAMP WITH TIME ZONE",
         [datetime(2013, 7, 1, 5, 15, tzinfo=UTC), datetime(2013, 7, 1, 3, 15, tzinfo=UTC)]),
        (["2013-07-01T05:15:00Z", "2013-07-01T05:15:00"], "VARCHAR", ["2013-07-01T05:15:00Z", "2013-07-01T05:15:00"]),
        (["2013-07-01 05:15:00.123456789"], "VARCHAR", ["2013-07-01 05:15:00.123456789"]),
        (["", ""], "VARCHAR", [None, None]),
        ([" a ", "ü€😀"], "VARCHAR", [" a ", "ü€😀"]),
    ],
)  # fmt: skip
def test_what_a_column_becomes(tmp_path: Path, texts: list[str], kind: str, expected: list[object]) -> None:
    bring(tmp_path, "a.csv", "id,said,x\n" + "".join(f"k{at},a,{text}\n" for at, text in enumerate(texts)))
    assert types(tmp_path)["x"] == kind
    assert [row[0] for row in values(tmp_path, "x")] == expected


def test_a_late_row_decides_too(tmp_path: Path) -> None:
    lines = [f"k{n},a,{n},{n},\n" for n in range(5_000)]
    lines[4_900] = "k4900,a,0.5,x,7\n"
    bring(tmp_path, "a.csv", "id,said,number,text,sparse\n" + "".join(lines))
    assert types(tmp_path) == {"id": "VARCHAR", "said": "VARCHAR", "number": "DOUBLE", "text": "VARCHAR", "sparse": "BIGINT"}
    assert values(tmp_path, "number", "text", "sparse")[4_899:4_901] == [(4_899.0, "4899", None), (0.5, "x", 7)]


_cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.sampled_from(
    ["", "1", "-3", "007", "0.5", "1e5", "NA", "true", "2013-07-01", 'a"b', "a,b", "a\nb", "a\r\nb", " ", "9007199254740993"]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(_cells, _cells), min_size=1, max_size=8))
def test_every_text_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    folder = tmp_path_factory.mktemp("import")
    text = io.StringIO()
    returns = any("\r" in each for row in rows for each in row)  # the csv module quotes those only where it quotes everything
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL)
    writer.writerows([("id", "said", "x", "y"), *((f"k{at}", "a", *row) for at, row in enumerate(rows))])
    bring(folder, "a.csv", text.getvalue())
    kinds = types(folder)
    for at, name in enumerate(("x", "y")):
        written = [row[at] for row in rows]
        read = [row[0] for row in values(folder, name)]
        if kinds[name] == "VARCHAR":
            assert read == [each or None for each in written]
        elif kinds[name] in ("BIGINT", "DOUBLE"):
            assert read == [(int(each) if kinds[name] == "BIGINT" else float(each)) if each else None for each in written]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_line_ends_marks_and_compression(tmp_path: Path, name: str, end: str) -> None:
    bring(tmp_path, name, b"\xef\xbb\xbf" + end.join(["id,said", "1,a", '2,"b ""q"", c"', "3,d"]).encode())
    assert values(tmp_path, "id", "said") == [(1, "a"), (2, 'b "q", c'), (3, "d")]


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.csv", "|"), ("a.tsv", "\t")])
def test_delimiters(tmp_path: Path, name: str, mark: str) -> None:
    bring(tmp_path, name, f"id{mark}said{mark}x\n1{mark}a{mark}2\n")
    assert values(tmp_path, "id", "said", "x") == [(1, "a", 2)]


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"", "a.csv", "is empty"),
        (b"id,said\n", "a.csv", "has a header and no rows"),
        (b"id,said", "a.csv", "has a header and no rows"),
        (b"id,id\n1,2\n", "a.csv:1", "two columns are called 'id'"),
        (b"id,ID\n1,2\n", "a.csv:1", "differ in case only"),
        (b"id,,said\n1,2,3\n", "a.csv:1", "column 2 has no name"),
        (b"i\xffd,said\n1,2\n", "a.csv:1", "is no UTF-8"),
        (b"id,said\n1,a\n2,b\x00c\n", "a.csv:3", "holds a NUL byte"),
        ("id,said\n1,a\n".encode("utf-16"), "a.csv:1", "holds a NUL byte"),
        (b"id,said\n1,a\n2,b\xff\n", "a.csv:3", "said: is no UTF-8"),
        (b"id,said\n1,a\n2\n", "a.csv:3", "too few values, expected 2"),
        (b"id,said\n1,a\n2,b,c\n", "a.csv:3", "too many values, expected 2"),
        (b'id,said\n1,"a\nb"\n2\n', "a.csv:4", "too few values"),
        (b'id,said\n1,"a\n2,b\n', "a.csv:2", "a quote is not closed"),
        (b'id,said\n1,"a"x\n2,b\n', "a.csv:2", "a quote is not closed"),
        (b"id,said,x\n1,a,b\n2,c,0\rd\n3,e,f\n", "a.csv:3", "carriage return"),
        (b"id,said\n1,a\n,b\n", "a.csv:3", "id: is empty, expected the id of a prediction"),
        (b"identity,said\n1,a\n", "a.csv", "there is no column 'id'"),
        (b"id,sayd\n1,a\n", "a.csv", "did you mean 'sayd'"),
    ],
)
def test_bad_input_is_named_and_nothing_comes_in(tmp_path: Path, data: bytes, where: str, what: str) -> None:
    with pytest.raises(DataError) as caught:
        bring(tmp_path, "a.csv", data)
    assert caught.value.where.endswith(where)
    assert what in str(caught.value)
    assert left(tmp_path) == []


def test_the_lines_of_a_compressed_file_are_counted_too(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a.csv.gz:6: too few"):
        bring(tmp_path, "a.csv.gz", 'id,said\n1,"a\nb\nc"\n2,d\n3\n')


def test_several_bad_lines_are_listed(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        bring(tmp_path, "a.csv", "id,said\n1,a\n2\n" + "3\n" * 9)
    assert caught.value.where == "a.csv:3"
    assert "a.csv:4: too few values" in caught.value.hint
    assert "and 5 more" in caught.value.hint
    assert "--quarantine" in caught.value.hint


def test_quarantine_takes_the_bad_lines_as_they_are(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    data = b'id,said,x\n1,a,1\n2,"b\nc"\n3,d\xff,3\n4,e,4,4\n,f,5\n6,g,6\n'
    added = bring(tmp_path, "a.csv", data, quarantine=bad)
    assert (added.rows, added.rejected) == (2, 4)
    assert bad.read_bytes() == b'2,"b\nc"\n3,d\xff,3\n4,e,4,4\n,f,5\n'
    assert values(tmp_path, "id", "said", "x") == [(1, "a", 1), (6, "g", 6)]


def test_quarantine_of_everything_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not one good line"):
        bring(tmp_path, "a.csv", "id,said\n1\n2\n", quarantine=tmp_path / "bad")
    assert not (tmp_path / "bad").exists()


def test_duplicate_keys_are_named_with_their_lines(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the key '7' occurs 3 times \(a.csv:2, a.csv:5, a.csv:6\)"):
        bring(tmp_path, "a.csv", 'id,said\n7,a\n8,"b\nc"\n7,b\n7,c\n')
    assert left(tmp_path) == []


def test_a_name_full_of_signs(tmp_path: Path) -> None:
    folder = tmp_path / "it's [a] *log*"
    folder.mkdir()
    bring(folder, "a [b]'*?.csv", 'id,said,"a ""b"", c",x\'y\n1,a,2,3\n')
    assert values(folder, "id", 'a "b", c', "x'y") == [(1, 2, 3)]
    with pytest.raises(DataError, match=":3: too few"):
        bring(folder, "b [b]'*?.csv", "id,said\n2,a\n3\n")


def test_files_of_one_import_agree_on_types(tmp_path: Path) -> None:
    files = [put(tmp_path, "a.csv", "id,said,x,y,z\n1,a,1,1,\n"), put(tmp_path, "b.csv", "id,said,x,y,z\n2,b,0.5,q,2013-07-01\n")]
    assert add(files, Paths(tmp_path), CONFIG).rows == 2
    assert types(tmp_path) == {"id": "BIGINT", "said": "VARCHAR", "x": "DOUBLE", "y": "VARCHAR", "z": "DATE"}
    assert values(tmp_path, "x", "y", "z") == [(1.0, "1", None), (0.5, "q", date(2013, 7, 1))]


def test_a_number_too_long_for_the_type_that_files_agree_on_stays_exact(tmp_path: Path) -> None:
    files = [put(tmp_path, "a.csv", "id,said,x\n1,a,9007199254740993\n"), put(tmp_path, "b.csv", "id,said,x\n2,b,0.5\n")]
    add(files, Paths(tmp_path), CONFIG)
    assert values(tmp_path, "x") == [("9007199254740993",), ("0.5",)]
