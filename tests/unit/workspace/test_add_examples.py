"""A file of examples: which column is what, which values are kept, and what is refused, with file, line and field."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regrade.errors import ConfigError, DataError, UsageError
from regrade.log import Schema
from regrade.workspace import Workspace
from tests.unit.log.keyed import expected_check

from .worlds import TASK, fill, workspace

KEY = "0123456789abcdef0123"
SET = pa.table({"hour": [5, 6], "code": ["007", None], "temp": [1.5, None]})


def _csv(folder: Path, text: str, name: str = "golden.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _jsonl(folder: Path, *rows: dict[str, Any]) -> Path:
    return _csv(folder, "".join(json.dumps(row) + "\n" for row in rows), "golden.jsonl")


def _inputs(made: Workspace, key: str) -> dict[str, Any]:
    return made.evalset.state.example(key).content.inputs


# --- without a log ---


def test_a_golden_set_is_all_that_a_workspace_needs(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        path = _csv(tmp_path, "id;hour;code;day;late;expected;mode\n1;5;007;2013-07-01;true;late;Storm\n2;6;;2013-07-02;false;on_time;\n")
        brought = made.add_examples(path, origin="synthetic", pinned=True)
        state = made.evalset.state
        assert brought.inputs == ("hour", "code", "day", "late") and brought.columns["key"] == "id" and brought.left_out == ()
        assert _inputs(made, "1") == {"hour": 5, "code": "007", "day": 15_887, "late": True}
        one = state.example("1")
        assert (one.expected, one.origin, one.pinned, one.mode, one.content.source) == (("late",), "synthetic", True, "storm", "golden.csv")
        schema = Schema.decode(made.evalset.schemas[one.content.schema])
        assert [str(kind) for kind in schema.arrow.types] == ["int64", "string", "date32[day]", "bool"]
        assert made.undo() and made.evalset.state.members() == []


def test_without_ids_the_content_is_the_key(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        made.add_examples(_jsonl(tmp_path, {"text": "a", "expected": "x"}, {"text": "b", "expected": "y"}))
        state = made.evalset.state
        assert sorted(state.members()) == sorted(f"x-{each.content_hash}" for each in state.examples())
        assert made.add_examples(tmp_path / "golden.jsonl").already == 2
        path = _csv(tmp_path, '{"text": "c"}\n{"text": "d"}\n{"text": "c"}\n', "twice.jsonl")
        with pytest.raises(DataError, match=r"twice.jsonl:3: the same example stands in line 1 already"):
            made.add_examples(path)


def test_types_of_json_lines_are_those_of_the_log_import(tmp_path: Path) -> None:
    rows = [{"id": "a", "big": 2**53 + 1, "nested": {"a": [1, "é"]}, "at": "2013-07-01T05:15:00+02:00", "n": 1, "t": ""}]
    with workspace(tmp_path) as made:
        made.add_examples(_jsonl(tmp_path, *rows, {**rows[0], "id": "b", "n": 1.5, "t": "007"}))
        assert _inputs(made, "a") == {
            "big": "9007199254740993", "nested": '{"a":[1,"é"]}', "at": 1_372_648_500_000_000, "n": 1.0, "t": "",
        }  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv.gz", "tsv", "parquet", "ndjson"])
def test_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"golden.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table({"id": ["a"], "hour": pa.array([5], pa.int32()), "tags": [["x"]], "expected": ["late"]}), path)
    else:
        text = '{"id": "a", "hour": 5, "expected": "late"}\n' if suffix == "ndjson" else "id\thour\texpected\na\t5\tlate\n"
        data = text.encode()
        path.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    with workspace(tmp_path) as made:
        made.add_examples(path)
        assert _inputs(made, "a")["hour"] == 5 and made.evalset.state.expected("a") == ["late"]


# --- types of the examples that are there ---


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("a,late,x,1.5", r"golden.csv:2: hour: late, expected a whole number"),
        ("a,007,x,1.5", r"golden.csv:2: hour: 007, expected a whole number"),
        ("a,,x,1.5", r"golden.csv:2: hour: is empty, expected a whole number"),
        ("a,5,x,1.5\nb,6,x,NA", r"golden.csv:3: temp: NA, expected a plain number"),
        ("a,5,x,1.5\na,6,x,2", r"golden.csv:3: the key 'a' occurs in line 2 already"),
        ("a,5,x", r"golden.csv:2: too few values, expected 4"),
        (",5,x,1.5", r"golden.csv:2: key: is empty, expected the key"),
        ("k0,9,007,1.5", r"golden.csv:2: k0 is in the eval set with other content: hour is 5 there, 9 here"),
    ],
)
def test_a_bad_row_is_named_and_nothing_comes_in(tmp_path: Path, rows: str, says: str) -> None:
    with workspace(tmp_path) as made:
        fill(made, SET)
        version = made.evalset.version
        with pytest.raises(DataError, match=says) as raised:
            made.add_examples(_csv(tmp_path, f"key,hour,code,temp\n{rows}\n"))
        assert "nothing was brought in" in raised.value.hint
        assert made.evalset.version == version and made.evalset.state.n_events == 1


def test_all_bad_lines_are_counted(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        fill(made, SET)
        with pytest.raises(DataError, match=r"golden.csv:2: hour") as raised:
            made.add_examples(_csv(tmp_path, "key,hour,code,temp\n" + "".join(f"n{at},x,y,1\n" for at in range(9))))
        assert "golden.csv:6" in raised.value.hint and "and 4 more" in raised.value.hint
        with pytest.raises(DataError, match=r"golden.csv:2: key: is empty") as raised:
            made.add_examples(_csv(tmp_path, "key,hour,code,temp\n,5,y,1\n,6,z,1\n"))
        assert raised.value.hint.startswith("golden.csv:3: key: is empty") and "occurs" not in raised.value.hint


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"key": "a", "hour": "5", "code": "x", "temp": 1}', "hour: 5, expected a whole number"),
        ('{"key": "a", "hour": 5.5, "code": "x", "temp": 1}', "hour: 5.5, expected a whole number"),
        ('{"key": "a", "hour": 5, "code": 7, "temp": 1}', "code: 7, expected text"),
        ('{"key": "a", "hour": 5, "hour": 6, "code": "", "temp": 1}', "hour: occurs twice in one object"),
        ('{"key": "a", "hour": 5, "code": "\\ud800", "temp": 1}', "code: holds half a character"),
        ('{"key": "a", "hour": 5', "broken JSON"),
        ('{"key": 1.5, "hour": 5, "code": "", "temp": 1}', "key: 1.5, expected a key"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "origin": "nowhere"}', "origin: nowhere, expected failure, important"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "origin": "sampled"}', "weight: is empty, expected the weight"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "weight": 3}', "weight: 3.0, expected none, or 1"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "weight": 0.5, "origin": "sampled"}', "weight: 0.5, expected a number, 1 or more"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "pinned": "perhaps"}', "pinned: perhaps, expected true or false"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "partition": "train"}', "partition: train, expected eval or fix"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "mode": "???"}', "mode: \\?\\?\\?, expected the name of a failure mode"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "expected": ["late"]}', "expected: \\['late'\\], expected a class"),
        ('{"key": "a", "hour": 5, "code": "", "temp": 1, "expected": 36893488147419103232}', "expected: 36893488147419103232, expected"),
    ],
)  # fmt: skip
def test_a_bad_line_of_json(tmp_path: Path, line: str, says: str) -> None:
    with workspace(tmp_path) as made:
        fill(made, SET)
        with pytest.raises(DataError, match=f"golden.jsonl:2: {says}"):
            made.add_examples(_csv(tmp_path, '{"key": "ok", "hour": 5, "code": "", "temp": 1}\n' + line + "\n", "golden.jsonl"))
        assert made.evalset.state.n_events == 1


def test_a_column_of_another_sort_in_parquet(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        fill(made, SET)
        path = tmp_path / "golden.parquet"
        pq.write_table(pa.table({"key": ["a"], "hour": ["5"], "code": ["x"], "temp": [1.0]}), path)
        with pytest.raises(DataError, match=r"golden.parquet: hour: is string, expected int64"):
            made.add_examples(path)
        pq.write_table(pa.table({"key": ["a", "b"], "hour": [1, 2], "code": ["x", "y"], "temp": [5, 2**53 + 1]}), path)
        with pytest.raises(DataError, match=r"golden.parquet: row 2: temp: 9007199254740993"):
            made.add_examples(path)
        pq.write_table(
            pa.table({"key": [7], "hour": pa.array([1], pa.int8()), "code": pa.array(["x"]).dictionary_encode(), "temp": [2]}), path
        )
        made.add_examples(path)
        assert _inputs(made, "7") == {"hour": 1, "code": "x", "temp": 2.0}


def test_missing_inputs_are_listed(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        fill(made, SET)
        path = _csv(tmp_path, "key,hour,colour\na,5,red\n")
        with pytest.raises(DataError, match=r"golden.csv: has no column 'code', 'temp'") as raised:
            made.add_examples(path)
        assert "--allow-missing" in raised.value.hint
        assert made.add_examples(path, allow_missing=True).left_out == ("colour",)
        assert _inputs(made, "a") == {"hour": 5, "code": None, "temp": None}
        with pytest.raises(DataError, match="has no column 'hour'") as raised:
            made.add_examples(_csv(tmp_path, "key,code\nb,x\n"), allow_missing=True)
        assert "no row of the log lacks 'hour'" in raised.value.hint


def test_options_name_columns(tmp_path: Path) -> None:
    path = _csv(tmp_path, "nr,hour,truth,family\na,5,late,Storm\n")
    with workspace(tmp_path) as made:
        with pytest.raises(UsageError, match="truht"):
            made.add_examples(path, id="nr", expected="truht")
        brought = made.add_examples(path, id="nr", expected="truth", mode="family")
        assert brought.inputs == ("hour",) and made.evalset.state.expected("a") == ["late"] and made.evalset.state.mode("a") == "storm"
        made.add_examples(_csv(tmp_path, "key,hour,family\nb,7,x\n"), mode="short hop")
        assert made.evalset.state.mode("b") == "short-hop"


def test_an_input_of_our_name_is_told_by_a_prefix(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        made.add_examples(_csv(tmp_path, "id,log.mode,mode,log.key\na,car,Storm,7\n"))
        assert _inputs(made, "a") == {"mode": "car", "key": 7} and made.evalset.state.mode("a") == "storm"
        # Known now: a column called `mode` is the input, unless the file has both.
        made.add_examples(_csv(tmp_path, "id,mode,key\nb,bus,8\n"), id="id")
        assert _inputs(made, "b") == {"mode": "bus", "key": 8} and made.evalset.state.mode("b") is None


def test_content_that_is_there_already(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        fill(made, SET, outcome=["late", None])
        made.evalset.retire(["k1"], "too old")
        path = _jsonl(
            tmp_path,
            {"key": "k0", "hour": 5, "code": "007", "temp": 1.5, "expected": "late"},
            {"key": "k1", "hour": 6, "code": None, "temp": None, "expected": "late"},
            {"key": "new", "hour": 7, "code": None, "temp": None},
        )
        brought = made.add_examples(path)
        assert (brought.already, brought.retired, [each.key for each in brought.items]) == (1, ["k1"], ["new"])
        assert made.evalset.state.members() == ["k0", "new"]
        again = made.add_examples(path)
        assert again.event is None and again.already == 2
        path = _jsonl(tmp_path, {"key": "k0", "hour": 5, "code": "007", "temp": 1.5, "expected": "on_time"})
        with pytest.raises(DataError, match="expected is late there, on_time here") as raised:
            made.add_examples(path)
        assert "regrade evalset relabel" in raised.value.hint


def test_near_ones_and_contradictions_are_pointed_out(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        fill(made, pa.table({"text": ["Where is my order?", "Hello"]}), outcome=["shipping", "greeting"])
        brought = made.add_examples(
            _jsonl(
                tmp_path,
                {"key": "a", "text": "where is  MY order?", "expected": "refund"},
                {"key": "b", "text": "Hello", "expected": "greeting"},
                {"key": "c", "text": "Bye", "expected": "greeting"},
            )
        )
        assert [(each.line, each.key, each.other, each.same, each.contradicts) for each in brought.near] == [
            (1, "a", "k0", False, True), (2, "b", "k1", True, False),
        ]  # fmt: skip
        assert len(made.evalset.state.members()) == 5, "a warning, no refusal"


# --- [privacy] ---

PRIVATE = TASK + f'[privacy]\ndrop = ["name"]\nhash = ["customer"]\ncheck = "{expected_check(KEY)}"\n'


def _bytes(made: Workspace) -> bytes:
    made.evalset.seal()
    return b"".join(path.read_bytes() for path in made.paths.evalset.rglob("*") if path.is_file())


def test_what_is_hidden_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _csv(tmp_path, "id,name,customer,hour\na,Ann Example,4711,5\nb,Bob Example,4711,6\n")
    with workspace(tmp_path / "w", PRIVATE) as made:
        with pytest.raises(ConfigError, match="REGRADE_PRIVACY_KEY"):
            made.add_examples(path)
        monkeypatch.setenv("REGRADE_PRIVACY_KEY", KEY)
        brought = made.add_examples(path)
        assert brought.left_out == ("name",)
        assert _inputs(made, "a").keys() == {"customer", "hour"} and _inputs(made, "a")["customer"] == _inputs(made, "b")["customer"]
        written = _bytes(made)
        assert b"Example" not in written and b"4711" not in written and b'"name"' not in written
        for suffix in ("csv", "jsonl", "parquet"):
            made.export(tmp_path / f"set.{suffix}")
            with workspace(tmp_path / suffix, PRIVATE) as other:
                other.add_examples(tmp_path / f"set.{suffix}")
                assert other.evalset.version == made.evalset.version, "a hash is not hashed again"
        more = _csv(tmp_path, "id,name,customer,hour\nc,Cy,4711,7\n", "more.csv")
        made.add_examples(more)
        assert _inputs(made, "c")["customer"] == _inputs(made, "a")["customer"], "numbers, though the examples have text there now"


def test_a_header_that_was_changed_is_refused(tmp_path: Path) -> None:
    with workspace(tmp_path / "one") as made:
        fill(made, SET)
        made.export(tmp_path / "set.jsonl")
    lines = (tmp_path / "set.jsonl").read_text().splitlines()
    row = json.loads(lines[0])
    ((name, encoded),) = row["regrade"]["schemas"].items()
    other = Schema.decode(encoded)
    row["regrade"]["schemas"] = {name: Schema(other.arrow.remove(0)).encoded}
    (tmp_path / "set.jsonl").write_text(json.dumps(row) + "\n" + lines[1] + "\n")
    with workspace(tmp_path / "two") as made, pytest.raises(DataError, match="was changed"):
        made.add_examples(tmp_path / "set.jsonl")


def test_the_eval_set_of_another_task_is_refused(tmp_path: Path) -> None:
    with workspace(tmp_path / "one") as made:
        fill(made, SET)
        made.export(tmp_path / "set.jsonl")
    with workspace(tmp_path / "two") as made:
        fill(made, pa.table({"text": ["a"]}), prefix="t")
        with pytest.raises(DataError, match=r"its inputs \(hour, code, temp\) are none of those here \(text\)"):
            made.add_examples(tmp_path / "set.jsonl")
        assert made.evalset.state.members() == ["t0"]
        assert len(made.add_examples(tmp_path / "set.jsonl", allow_missing=True).items) == 2


@pytest.mark.parametrize("cell", [{"version": "x"}, {}, {"version": 1, "by": "me"}])
def test_a_foreign_column_called_regrade_means_nothing(tmp_path: Path, cell: dict[str, Any]) -> None:
    with workspace(tmp_path) as made:
        made.add_examples(_jsonl(tmp_path, {"id": "a", "regrade": cell, "hour": 5}))
        assert msgspec.json.decode(_inputs(made, "a")["regrade"]) == cell


def test_an_export_that_another_tool_wrote_anew(tmp_path: Path) -> None:
    with workspace(tmp_path / "one") as made:
        fill(made, SET, outcome=["late", "on_time"])
        made.evalset.label(["k0"], "Storm")
        made.export(tmp_path / "set.parquet")
        frame = pq.read_table(tmp_path / "set.parquet").to_pandas()
        frame.assign(comment="checked").to_parquet(tmp_path / "set.parquet")
        assert made.add_examples(tmp_path / "set.parquet").already == 2, "typed as the examples are"
        with workspace(tmp_path / "two") as other:
            brought = other.add_examples(tmp_path / "set.parquet")
            assert "comment" in brought.inputs and other.evalset.state.mode("k0") == "storm"
            assert _inputs(other, "k0") == {"hour": 5, "code": "007", "temp": 1.5, "comment": "checked"}


def test_names_that_msgspec_has_no_fields_for(tmp_path: Path) -> None:
    with workspace(tmp_path) as made:
        made.add_examples(_jsonl(tmp_path, {"id": "a", 'q"q': 5, "b\\c": "x"}, {"id": "b", 'q"q': 6, "b\\c": None}))
        assert _inputs(made, "b") == {'q"q': 6, "b\\c": None}
