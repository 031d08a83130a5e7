"""An import is all or nothing, whatever it is made of; what is there already is not doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regrade.config import parse
from regrade.errors import DataError
from regrade.log import PredictionLog, add
from regrade.paths import Paths
from tests.unit.log.imports import CONFIG, bring, left, put, types, values
from tests.unit.log.logs import write


def test_a_segment_is_named_by_its_content_and_cannot_be_written(tmp_path: Path) -> None:
    import hashlib

    added = bring(tmp_path, "a.csv", "id,said\n1,a\n2,b\n")
    assert added.segment is not None
    assert added.segment.stem == hashlib.sha256(added.segment.read_bytes()).hexdigest()
    assert added.segment.stat().st_mode & 0o222 == 0
    assert left(tmp_path) == [added.segment.name]


def test_segments_are_zstd_in_row_groups_that_suit_scattered_reads(tmp_path: Path) -> None:
    added = bring(tmp_path, "a.csv", "id,said\n" + "".join(f"{n},a\n" for n in range(40_000)))
    with duckdb.connect() as connection:
        groups = connection.execute(f"SELECT DISTINCT row_group_num_rows, compression FROM parquet_metadata('{added.segment}')").fetchall()
    assert sorted(groups) == [(7_232, "ZSTD"), (16_384, "ZSTD")]
    assert values(tmp_path, "id") == [(n,) for n in range(40_000)]


def test_the_same_file_twice_is_said_and_not_doubled(tmp_path: Path) -> None:
    bring(tmp_path, "a.csv", "id,said\n1,a\n")
    again = bring(tmp_path, "copy.csv", "id,said\n1,a\n")
    assert (again.rows, again.segment, again.already) == (0, None, ("copy.csv",))
    both = add([put(tmp_path, "copy.csv", "id,said\n1,a\n"), put(tmp_path, "b.csv", "id,said\n2,b\n")], Paths(tmp_path), CONFIG)
    assert (both.rows, both.already) == (1, ("copy.csv",))
    assert sorted(values(tmp_path, "id")) == [(1,), (2,)]


def test_a_key_that_is_there_is_refused(tmp_path: Path) -> None:
    bring(tmp_path, "a.csv", "id,said\n1,a\n2,b\n")
    before = left(tmp_path)
    with pytest.raises(DataError, match=r"1 keys are in the log already, such as '2' \(b.csv:3\)"):
        bring(tmp_path, "b.csv", "id,said\n3,a\n2,b\n")
    assert left(tmp_path) == before


def test_keys_are_compared_with_those_of_files_in_place(tmp_path: Path) -> None:
    write(tmp_path / "there.parquet", "SELECT 'k1' AS id, 'a' AS said")
    config = parse('[log]\npaths = ["there.parquet"]\nid = "id"\nprediction = "said"\n')
    with pytest.raises(DataError, match="such as 'k1'"):
        bring(tmp_path, "b.csv", "id,said\nk1,a\n", config=config)
    bring(tmp_path, "b.csv", "id,said\nk2,a\n", config=config)
    assert values(tmp_path, "id", config=config) == [("k1",), ("k2",)]


def test_keys_of_two_columns(tmp_path: Path) -> None:
    config = parse('[log]\nid = "id"\nkey = ["id", "model"]\nmodel = "model"\nprediction = "said"\n')
    bring(tmp_path, "a.csv", "id,model,said\n1,x,a\n1,y,a\n", config=config)
    with pytest.raises(DataError, match=r"occurs 2 times \(b.csv:2, b.csv:3\)"):
        bring(tmp_path, "b.csv", "id,model,said\n2,x,a\n2,x,b\n", config=config)


@pytest.mark.parametrize(
    ("later", "where", "what"),
    [
        (("b.csv", "id,said,x\n2,b,q\n"), "b.csv:2", "x: q, expected a whole number"),
        (("b.csv", "id,said,x\n2,b,1\n3,b,1e400\n"), "b.csv:3", "x: 1e400, expected a whole number"),
        (("b.jsonl", '{"id":2,"said":"b","x":"5"}\n'), "b.jsonl:1", 'x: "5", expected a whole number'),
        (("b.jsonl", '{"id":2,"said":"b","x":null}\n{"id":3.5,"said":"b","x":1}\n'), "b.jsonl:2", "id: 3.5, expected a whole number"),
        (("b.csv", "id,said,X\n2,b,1\n"), "b.csv", "column 'X' and column 'x' of the log differ in case only"),
    ],
)
def test_a_later_file_agrees_with_the_types_that_are_there(tmp_path: Path, later: tuple[str, str], where: str, what: str) -> None:
    bring(tmp_path, "a.csv", "id,said,x\n1,a,5\n")
    before = left(tmp_path)
    with pytest.raises(DataError) as caught:
        bring(tmp_path, *later)
    assert caught.value.where == where
    assert what in str(caught.value)
    assert left(tmp_path) == before


def test_whole_numbers_become_numbers_where_nothing_is_lost_and_that_is_said(tmp_path: Path) -> None:
    bring(tmp_path, "a.csv", "id,said,x,y\n1,a,5,9007199254740993\n")
    added = bring(tmp_path, "b.jsonl", '{"id":2,"said":"b","x":0.5,"y":1}\n')
    assert added.notes == ("column 'x' held whole numbers only: all of it is read as DOUBLE now",)
    assert types(tmp_path)["x"] == "DOUBLE"
    add([write(tmp_path / "c.parquet", "SELECT 3 AS id, 'c' AS said, 7::TINYINT AS x, 1::SMALLINT AS y")], Paths(tmp_path), CONFIG)
    assert values(tmp_path, "id", "x", "y") == [(1, 5.0, 9007199254740993), (2, 0.5, 1), (3, 7.0, 1)]
    with pytest.raises(DataError, match=r"d.csv:2: y: 0.5, expected a whole number"):
        bring(tmp_path, "d.csv", "id,said,y\n4,b,0.5\n")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_that_was_empty_gets_the_type_of_its_first_value(tmp_path: Path, kind: str) -> None:
    if kind == "csv":
        bring(tmp_path, "a.csv", "id,said,x,y\n1,a,,\n2,b,,\n")
    else:
        table = pa.table({"id": [1, 2], "said": ["a", "b"], "x": pa.nulls(2), "y": pa.nulls(2)})
        pq.write_table(table, tmp_path / "a.parquet")
        add([tmp_path / "a.parquet"], Paths(tmp_path), CONFIG)
    assert types(tmp_path)["x"] == "VARCHAR"
    bring(tmp_path, "b.csv", "id,said,x,y\n3,c,5,\n")
    assert (types(tmp_path)["x"], types(tmp_path)["y"]) == ("BIGINT", "VARCHAR")
    bring(tmp_path, "c.jsonl", '{"id":4,"said":"d","y":"text"}\n')
    bring(tmp_path, "d.csv", "id,said,x,y\n5,c,,5\n")
    assert values(tmp_path, "id", "x", "y") == [(1, None, None), (2, None, None), (3, 5, None), (4, None, "text"), (5, None, "5")]


def test_files_in_place_may_differ_in_how_wide_numbers_are(tmp_path: Path) -> None:
    columns = {"x": ([5, 6], [0.5, None]), "y": (pa.nulls(2), ["a", "b"]), "z": (pa.array([1, 2], pa.int32()), [2**40, 3])}
    for at in range(2):
        table = pa.table({"id": [2 * at, 2 * at + 1], "said": ["a", "b"], **{name: values[at] for name, values in columns.items()}})
        pq.write_table(table, tmp_path / f"{at}.parquet")
    config = parse('[log]\npaths = ["*.parquet"]\nid = "id"\nprediction = "said"\n')
    assert {**types(tmp_path, config), "id": ""} == {"id": "", "said": "VARCHAR", "x": "DOUBLE", "y": "VARCHAR", "z": "BIGINT"}
    assert values(tmp_path, "x", "y", "z", config=config) == [(5.0, None, 1), (6.0, None, 2), (0.5, "a", 2**40), (None, "b", 3)]
    with PredictionLog.open(Paths(tmp_path), config) as log, log.reader() as reader:
        view = reader.view("x > 0.4 and z > 1", "-x")
        assert [each.inputs["x"] for each in reader.contents(view.addresses)] == [6.0, 0.5]
    pq.write_table(pa.table({"id": [9], "said": ["a"], "x": [2**53 + 1]}), tmp_path / "2.parquet")
    with pytest.raises(DataError, match="beyond what a double holds"):
        PredictionLog.open(Paths(tmp_path), config)


def test_text_stays_text_in_later_files(tmp_path: Path) -> None:
    bring(tmp_path, "a.csv", "id,said,zip,x\n1,a,007,0.5\n")
    bring(tmp_path, "b.csv", "id,said,zip,x\n2,b,12,3\n")
    bring(tmp_path, "c.jsonl", '{"id":3,"said":"c","zip":"5","x":4}\n')
    assert sorted(values(tmp_path, "id", "zip", "x")) == [(1, "007", 0.5), (2, "12", 3.0), (3, "5", 4.0)]


def test_columns_may_come_and_go_and_that_is_said(tmp_path: Path) -> None:
    bring(tmp_path, "a.csv", "id,said,x\n1,a,5\n")
    added = bring(tmp_path, "b.csv", "id,said,y\n2,b,7\n")
    assert added.notes == ("column 'y' is new: empty in what was there before", "column 'x' is missing here: empty in these rows")
    assert sorted(values(tmp_path, "id", "x", "y")) == [(1, 5, None), (2, None, 7)]


def test_an_outcome_that_has_not_come_yet_is_of_the_predictions_type(tmp_path: Path) -> None:
    config = parse('[log]\nid = "id"\nprediction = "said"\noutcome = "truth"\n')
    bring(tmp_path, "a.csv", "id,said,truth\n1,0,\n", config=config)
    bring(tmp_path, "b.csv", "id,said,truth\n2,1,1\n", config=config)
    assert types(tmp_path, config)["truth"] == "BIGINT"


def test_parquet_is_copied_with_its_types(tmp_path: Path) -> None:
    query = "SELECT 1::SMALLINT AS id, 'a' AS said, [1, 2] AS list, TIMESTAMP_NS '2013-07-01 00:00:00' AS t, 0.5::FLOAT AS f"
    path = write(tmp_path / "a.parquet", query)
    add([path], Paths(tmp_path), CONFIG)
    assert types(tmp_path) == {"id": "SMALLINT", "said": "VARCHAR", "list": "INTEGER[]", "t": "TIMESTAMP_NS", "f": "FLOAT"}
    bring(tmp_path, "b.csv", "id,said,f,t\n2,b,1.5,2013-07-02 00:00\n")
    assert sorted(values(tmp_path, "id", "f")) == [(1, 0.5), (2, 1.5)]
    with pytest.raises(DataError, match=r"c.csv:2: id: 70000, expected a whole number"):
        bring(tmp_path, "c.csv", "id,said\n70000,b\n")
    with pytest.raises(DataError, match="list: 5, expected"):
        bring(tmp_path, "d.csv", "id,said,list\n9,b,5\n")


def test_parquet_of_another_type_is_refused(tmp_path: Path) -> None:
    bring(tmp_path, "a.csv", "id,said\n1,a\n")
    with pytest.raises(DataError, match=r"b.parquet: id: is VARCHAR, and the log has BIGINT"):
        add([write(tmp_path / "b.parquet", "SELECT 'x' AS id, 'a' AS said")], Paths(tmp_path), CONFIG)
    add([write(tmp_path / "c.parquet", "SELECT 2::SMALLINT AS id, 'a' AS said")], Paths(tmp_path), CONFIG)
    assert types(tmp_path)["id"] == "BIGINT"


def test_all_kinds_in_one_import(tmp_path: Path) -> None:
    files = [
        put(tmp_path, "a.csv", "id,said,x\n1,a,0.5\n"),
        put(tmp_path, "b.jsonl", '{"id":2,"said":"b","x":3}\n'),
        write(tmp_path / "c.parquet", "SELECT 3 AS id, 'c' AS said, 7.5::DOUBLE AS x"),
    ]
    added = add(files, Paths(tmp_path), CONFIG)
    assert added.rows == 3
    assert values(tmp_path, "id", "said", "x") == [(1, "a", 0.5), (2, "b", 3.0), (3, "c", 7.5)]
    assert len(left(tmp_path)) == 1


def test_patterns(tmp_path: Path) -> None:
    put(tmp_path, "a1.csv", "id,said\n1,a\n")
    put(tmp_path, "a2.csv", "id,said\n2,b\n")
    assert add([tmp_path / "a*.csv"], Paths(tmp_path), CONFIG).rows == 2
    with pytest.raises(DataError, match="no file matches"):
        add([tmp_path / "z*.csv"], Paths(tmp_path), CONFIG)


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.csv", None, "there is no such file"), (".", None, "no file in this folder can be read"),
        ("a.xlsx", b"x", "is of no kind that can be read"),
        ("a.parquet", b"", "is empty"), ("a.parquet", b"nonsense", "a.parquet"), ("a.csv.gz", b"nonsense", "a.csv.gz"),
        ("a.jsonl.zst", b"nonsense", "a.jsonl.zst"), ("noname", b"x", "is of no kind"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(tmp_path: Path, name: str, data: bytes | None, what: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=what):
        add([tmp_path / name], Paths(tmp_path), CONFIG)
    assert left(tmp_path) == []


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, "id,said\n1,a\n" if name == "a.csv" else '{"id":1,"said":"a"}\n')

    def write_on(done: int, total: int | None) -> None:
        with path.open("a") as file:
            file.write("2")

    with pytest.raises(DataError, match="was changed while it was read"):
        add([path], Paths(tmp_path), CONFIG, progress=write_on)
    assert left(tmp_path) == []


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "endless.jsonl").symlink_to("/dev/zero")
    for name in ("pipe.csv", "endless.jsonl"):
        with pytest.raises(DataError, match="is a pipe or a device"):
            add([tmp_path / name], Paths(tmp_path), CONFIG)
    odd = tmp_path / os.fsdecode(b"a\xff.csv")
    odd.write_text("id,said\n1,a\n")
    with pytest.raises(DataError, match="the name is no UTF-8"):
        add([odd], Paths(tmp_path), CONFIG)
    assert left(tmp_path) == []


def test_a_path_that_differs_from_a_column_in_case_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "X=7").mkdir()
    path = put(tmp_path / "X=7", "a.csv", "id,said,x\n1,a,5\n")
    with pytest.raises(DataError, match="the path says 'X', and a column is called 'x'"):
        add([path], Paths(tmp_path), CONFIG)
    assert left(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".regrade").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        bring(tmp_path, "a.csv", "id,said\n1,a\n")
    (tmp_path / ".regrade").unlink()
    with pytest.raises(DataError, match="nowhere/bad: cannot be written"):
        bring(tmp_path, "a.csv", "id,said\n1,a\n2\n", quarantine=tmp_path / "nowhere/bad")
    assert left(tmp_path) == []


def test_progress_grows_to_all_rows(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    rows = "".join(f"{n},a\n" for n in range(3_000))
    bring(tmp_path, "a.csv", "id,said\n" + rows, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (3_000, 3_000)


def test_what_a_killed_import_left_is_swept_up(tmp_path: Path) -> None:
    dead = Paths(tmp_path).log / ".importing-999999999"
    dead.mkdir(parents=True)
    (dead / "segment.parquet").write_bytes(b"half")
    bring(tmp_path, "a.csv", "id,said\n1,a\n")
    assert len(left(tmp_path)) == 1


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_ctrl_c_leaves_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"big.{kind}"
    with path.open("w") as file:
        if kind == "csv":
            file.write("id,said,x\n")
        for n in range(200_000):
            file.write(f"{n},a,{n}.5\n" if kind == "csv" else json.dumps({"id": n, "said": "a", "x": n + 0.5}) + "\n")
    script = f"""
import time
from pathlib import Path
from regrade.log import add
from regrade.paths import Paths
from tests.unit.log.imports import CONFIG
def tell(done, total):
    print(done, flush=True)
    time.sleep(5)  # it is far from done when the signal comes, however busy the machine
try:
    add([Path({str(path)!r})], Paths(Path({str(tmp_path)!r})), CONFIG, progress=tell)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()  # it is at work
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[0].split("\n")
    assert said[-2] == "interrupted"
    assert left(tmp_path) == []
    assert [each.name for each in (tmp_path / ".regrade").iterdir()] == ["log"]


def test_there_must_be_a_log(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no prediction log") as caught:
        PredictionLog.open(Paths(tmp_path), CONFIG)
    assert "log add" in caught.value.hint
