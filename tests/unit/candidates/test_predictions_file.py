"""Files of answers: keys stay text, what is missing or double is said."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regrade.candidates import Outputs
from regrade.errors import CandidateError

from .conftest import SCHEMAS, Workspace, contents


def ask(workspace: Workspace, name: str, keys: list[str], extra: str = "") -> Outputs:
    workspace.toml = f'[candidates.file]\npredictions = "{name}"\n' + (extra or '[task]\npositive = "late"\n')
    content = contents(1)[0][1]
    return workspace.pool().predict("file", [(key, content) for key in keys], SCHEMAS)


def test_the_three_formats_say_the_same(workspace: Workspace) -> None:
    rows = [{"id": "007", "prediction": "late", "p_late": 0.8}, {"id": "NA", "prediction": "on_time", "p_late": 0.1}]
    (workspace.root / "a.csv").write_text("id,prediction,p_late\n007,late,0.8\nNA,on_time,0.1\n")
    (workspace.root / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pq.write_table(pa.Table.from_pylist(rows), workspace.root / "a.parquet")

    for name in ("a.csv", "a.jsonl", "a.parquet"):
        outputs = ask(workspace, name, ["NA", "007", "7"])
        assert outputs.predictions == ["on_time", "late", None], name
        assert outputs.scores == [{"late": 0.1}, {"late": 0.8}, None], name
        assert outputs.errors == [None, None, f"{name} has no answer for this key"]


def test_the_key_is_the_logs_column_and_may_have_several(workspace: Workspace) -> None:
    (workspace.root / "a.csv").write_text("flight,model,id,prediction\n12,m1,x,late\n12,m2,y,on_time\n")

    assert ask(workspace, "a.csv", ["12|m2"], '[log]\nkey = ["flight", "model"]\n').predictions == ["on_time"]
    assert ask(workspace, "a.csv", ["x"], '[log]\nid = "number"\n').predictions == ["late"]


def test_numbers_as_keys_are_spelt_as_the_log_does(workspace: Workspace) -> None:
    pq.write_table(pa.table({"key": [7, 9007199254740993], "prediction": ["a", "b"]}), workspace.root / "a.parquet")

    assert ask(workspace, "a.parquet", ["7", "9007199254740993"]).predictions == ["a", "b"]


def test_numbers_are_read_where_numbers_are_asked(workspace: Workspace) -> None:
    (workspace.root / "a.csv").write_text("key,prediction\na,12.5\nb,soon\nc,\nd,nan\n")
    outputs = ask(workspace, "a.csv", ["a", "b", "c", "d"], '[task]\nkind = "regression"\n')

    assert outputs.predictions == [12.5, None, None, None]
    assert outputs.errors[1:] == [
        "the prediction is 'soon'; a number was expected",
        "no prediction (missing or NaN)",
        "no prediction (missing or NaN)",
    ]


def test_json_in_cells(workspace: Workspace) -> None:
    (workspace.root / "a.csv").write_text('key,prediction\na,"{""x"": 1}"\nb,{\n')
    outputs = ask(workspace, "a.csv", ["a", "b"], '[task]\nkind = "json"\n')

    assert outputs.predictions == [{"x": 1}, None]
    assert outputs.errors[1] == "the prediction is no JSON"


@pytest.mark.parametrize("p", ["1.5", "-0.1", "nan", "x"])
def test_what_is_no_probability_is_an_error_of_its_example(workspace: Workspace, p: str) -> None:
    (workspace.root / "a.csv").write_text(f"key,prediction,score\na,late,{p}\nb,late,0.5\n")
    outputs = ask(workspace, "a.csv", ["a", "b"])

    assert "probability of 'late'" in str(outputs.errors[0])
    assert outputs.scores[1] == {"late": 0.5}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"key,prediction\na,late\na,late\n", r"a.csv:3: key 'a' a second time; the first was at .*a.csv:2"),
        ("a.csv", b"key,prediction\na,late,1\n", r"a.csv:2: 3 cells, expected 2"),
        ("a.csv", b"key,key\na,late\n", "a column twice"),
        ("a.csv", b"flight,prediction\na,late\n", "no column 'key'"),
        ("a.csv", b"key,predicted\na,late\n", "did you mean"),
        ("a.csv", b"key,prediction\n,late\n", "no 'key'"),
        ("a.csv", b"key,prediction\n\xff,late\n", "UTF-8"),
        ("a.jsonl", b'{"key": "a", "prediction": 1}\n{"key"\n', r"a.jsonl:2: is no JSON"),
        ("a.jsonl", b"[1]\n", "a.jsonl:1"),
        ("a.parquet", b"PAR1", "is no Parquet"),
        ("a.xlsx", b"", "no format of answers"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_place(workspace: Workspace, name: str, content: bytes, said: str) -> None:
    (workspace.root / name).write_bytes(content)

    with pytest.raises(CandidateError, match=said) as raised:
        ask(workspace, name, ["a"])
    assert raised.value.exit_code == 3


def test_logged_is_what_production_answered(workspace: Workspace) -> None:
    asked = contents(1, prediction="late", scores={"late": 0.7}) + contents(1, start=1)
    outputs = workspace.pool().predict("logged", asked, SCHEMAS)

    assert outputs.predictions == ["late", None]
    assert outputs.scores == [{"late": 0.7}, None]
    assert outputs.errors == [None, "the log holds no answer"]
