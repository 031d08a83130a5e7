"""What a candidate goes through on the way to its answers: a real pipeline, a function, a program, a file."""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from regrade.candidates.stages import LONGEST, Sparse, Stage, Staged, put
from regrade.candidates.worker.stages import WIDEST, _rows, pipeline_of
from regrade.compare.stages import Parted, Steps, same
from tests.unit.candidates.conftest import SCHEMAS, Workspace, contents

DECLARED = {"tokens_seen": "seen", "best": "docs"}


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pipelines that differ in what the first scales by."""
    import pandas as pd
    import skops.io
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    folder = tmp_path_factory.mktemp("pipelines")
    frame = pd.DataFrame({"x": np.arange(40) / 10, "n": np.arange(40), "s": [f"s{each % 5}" for each in range(40)]})
    late = np.where(frame["n"] % 2 == 0, "late", "on_time")

    def numbers() -> object:
        return make_column_transformer((SimpleImputer(), ["x"]), ("passthrough", ["n"]))

    def pipeline(scale: bool) -> Pipeline:
        return Pipeline([("clean", numbers()), ("scale", StandardScaler(with_std=scale)), ("model", LogisticRegression())])

    for name, made in {"a": pipeline(True), "b": pipeline(False)}.items():
        skops.io.dump(made.fit(frame, late), folder / f"{name}.skops")
    return folder


def test_the_steps_of_pipelines_are_asked_of_their_processes_and_compared(workspace: Workspace, pipelines: Path) -> None:
    for name in ("a", "b"):
        shutil.copy(pipelines / f"{name}.skops", workspace.root)
        workspace.toml += f'[candidates.{name}]\nmodel = "{name}.skops"\n'
    pool, examples = workspace.pool(), contents(3)
    assert all(pool.has_stages(name, {}) for name in ("a", "b")) and not pool.has_stages("logged", {})
    a, b = (pool.stages(name, examples, SCHEMAS, {}) for name in ("a", "b"))
    assert a.names == ["clean", "scale"] and a.stages[0].columns == ("simpleimputer__x", "passthrough__n")
    assert a.stages[0].values["k2"] == [0.2, 2.0] and a.predictions == dict(
        zip(a.predictions, pool.predict("a", examples, SCHEMAS).predictions, strict=True)
    )
    parted = Steps(a, b).parted("k0")
    assert parted.stage == "scale" and "2 of 2 columns: simpleimputer__x" in parted.why
    assert Steps(a, a).parted("k0") == Parted("model", "every output before it is the same")


def test_a_function_and_a_program_say_declared_stages_beside_their_answers(workspace: Workspace) -> None:
    code = """
    import pandas as pd
    def predict(frame, bad=0):
        docs = [["a", "b"] if n != bad else ["a", "c"] for n in frame["n"]]
        return pd.DataFrame({"prediction": "late", "seen": frame["n"] + 0.5, "docs": docs, "p_late": 0.9})
    """
    workspace.python("one", code)
    (workspace.root / "program.py").write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n"
        "    n = asked['inputs']['n']\n"
        "    print(json.dumps({'id': asked['id'], 'prediction': 'late', 'seen': n + 0.5, 'docs': ['a', 'c' if n == 1 else 'b']}))\n"
    )
    workspace.toml += f'[candidates.two]\ncommand = ["{sys.executable}", "program.py"]\n'
    pool, examples = workspace.pool(), contents(3)
    one, two = (pool.stages(name, examples, SCHEMAS, DECLARED) for name in ("one", "two"))
    assert one.names == two.names == list(DECLARED) and not pool.has_stages("one", {})
    assert [Steps(one, two).parted(f"k{at}").stage for at in range(3)] == ["best", "best", "model"]
    lacks = pool.stages("one", examples, SCHEMAS, {"x": "nowhere"})
    assert lacks.stages[0].errors["k0"] == "its answer has no field 'nowhere'"


def test_a_file_of_answers_has_stages_in_columns(workspace: Workspace) -> None:
    (workspace.root / "out.csv").write_text('key,prediction,seen,docs\nk0,late,0.5,"[""a"", ""b""]"\nk1,late,,x\n')
    workspace.toml += '[candidates.file]\npredictions = "out.csv"\n'
    found = workspace.pool().stages("file", contents(3), SCHEMAS, DECLARED)
    assert found.stages[0].values == {"k0": 0.5, "k1": None} and found.stages[1].values == {"k0": ["a", "b"], "k1": "x"}
    assert found.stages[0].errors == {"k2": "out.csv has no 'seen' for it"}


def test_a_candidate_that_fails_is_told_and_raises_nothing(workspace: Workspace) -> None:
    workspace.python("broken", "def predict(frame):\n    raise ValueError('no \\x1b[2J weather')")
    found = workspace.pool().stages("broken", contents(2), SCHEMAS, DECLARED)
    assert not found.stages and "weather" in found.trouble and "\x1b" not in found.trouble


@pytest.mark.parametrize(
    ("value", "why"), [(math.inf, "inf"), ("x" * (LONGEST + 1), "too long"), ([[math.nan]], "not finite"), ("\ud800", "surrogate")]
)
def test_what_is_no_output_is_an_error_of_its_example(value: object, why: str) -> None:
    stage = Stage("s")
    put(stage, "k", value)
    assert why in stage.errors["k"] and not stage.values


@pytest.mark.parametrize("row", [{"too_wide": 9}, {"width": 3, "at": [0], "values": []}, {"width": 3, "at": ["x"], "values": [1]}, {}])
def test_a_sparse_row_that_is_none_is_refused(row: dict[str, object]) -> None:
    stage = Stage("s")
    put(stage, "k", row, of_pipeline=True)
    assert "k" in stage.errors


def test_outputs_are_data_when_they_leave_the_process() -> None:
    assert list(_rows(np.array([[1.0, np.nan, np.inf], [0.0, -np.inf, 2.0]]))) == [[1.0, None, "Infinity"], [0.0, "-Infinity", 2.0]]
    assert list(_rows(np.zeros((1, WIDEST + 1)))) == [{"too_wide": WIDEST + 1}]
    assert list(_rows(np.array(["a", None], object))) == ["a", None] and pipeline_of(object()) is None


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1.0, 1.0 + 1e-12, True), (1.0, 1.0 + 1e-6, False), (0.0, 1e-300, False), (1, 1.0, True), (True, 1, False), ("1", 1, False),
        ({"a": [1.0]}, {"a": [1.0 + 1e-15]}, True), ([1], [1, 2], False), (None, None, True), (None, 0, False),
    ],
)  # fmt: skip
def test_numbers_are_the_same_within_a_tolerance(a: object, b: object, equal: bool) -> None:
    assert same(a, b) is equal


def test_sparse_rows_say_what_is_not_zero_and_compare_with_dense_ones() -> None:
    from scipy.sparse import csr_matrix

    told = list(_rows(csr_matrix(np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]))))
    assert told == [{"width": 3, "at": [1], "values": [2.0]}, {"width": 3, "at": [], "values": []}]
    sparse, dense = Stage("hot"), Stage("hot", ("a", "b", "c"), {"k0": [0, 2.0, 0], "k1": [0, 0, 1.0]})
    for at, row in enumerate(told):
        put(sparse, f"k{at}", row, of_pipeline=True)
    steps = Steps(Staged([sparse]), Staged([dense]))
    assert isinstance(sparse.values["k0"], Sparse) and steps.parted("k0").stage == "model"
    assert steps.parted("k1") == Parted("hot", "1 of 3 columns: c")
    assert Steps(staged(("a", 1), ("b", 1)), Staged([dense])).other == "different stages: a → b → model against hot → model"


def staged(*stages: tuple[str, object]) -> Staged:
    return Staged([Stage(name, values={"k": value}) for name, value in stages])


@pytest.mark.parametrize(
    ("before", "after", "stage"),
    [
        ([("a", [1e6, 1e-18])], [("a", [1e6, 0.0])], "a"),
        ([("a", 1)], [("a", 1), ("b", 1)], "b"),
        ([("a", 1), ("b", 1)], [("a", 1)], "b"),
        ([("a", 1), ("b", 1)], [("b", 1)], "a"),
        ([("a", 1), ("b", 1)], [("b", 1), ("a", 1)], "b"),
        ([("a", [1, 2])], [("a", [1, 2, 3])], "a"),
        ([], [("a", 1)], None),
    ],
)
def test_where_stages_part(before: list[tuple[str, object]], after: list[tuple[str, object]], stage: str | None) -> None:
    assert Steps(staged(*before), staged(*after)).parted("k").stage == stage


def test_rounding_around_zero_is_no_difference() -> None:
    a = Staged([Stage("pca", values={"k": [1e-17, 5.0], "l": [3.0, 5.0]})])
    b = Staged([Stage("pca", values={"k": [-1e-17, 5.0], "l": [3.0, 5.0]})])
    assert Steps(a, b).parted("k").stage == "model"


def test_rules_on_top_of_equal_models_are_where_they_part() -> None:
    sides = [Staged([Stage("a", values={"k": 1})], {"k": "late"}) for _ in range(2)]
    assert Steps(*sides).parted("k", ("late", "on_time")).stage == "rules"
