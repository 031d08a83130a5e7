"""ONNX models on the real runtime: inputs by name and as a matrix, every way of saying an answer, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from regrade.candidates import Pool, is_trusted
from regrade.errors import CandidateError
from regrade.log.content import Content

from .conftest import SCHEMAS, Workspace, contents

FRAME = pd.DataFrame({"x": np.arange(60) / 10, "n": np.arange(60), "s": [f"s{i}" for i in range(60)]})
LABELS = np.where(FRAME["n"] % 3 == 0, "late", "on_time")
MATRIX = [("float_input", FloatTensorType([None, 2]))]
BY_NAME = [("s", StringTensorType([None, 1])), ("n", Int64TensorType([None, 1])), ("x", FloatTensorType([None, 1]))]
CLASSIFIER = LogisticRegression().fit(FRAME[["x", "n"]].to_numpy(), LABELS)
NUMBERED = LogisticRegression().fit(FRAME[["x", "n"]].to_numpy(), (LABELS == "late").astype(int))
PIPELINE = make_pipeline(
    make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["s"]), ("passthrough", ["n", "x"])), LogisticRegression(max_iter=500)
).fit(FRAME[["s", "n", "x"]], LABELS)
REGRESSOR = RandomForestRegressor(3, random_state=0).fit(FRAME[["n", "x"]].to_numpy(), FRAME["x"])


def graph(outputs: list[tuple[str, int, list[Any]]], nodes: list[Any], weights: list[Any], width: int = 2) -> Any:
    """Return a model with one matrix as its input, the way that PyTorch writes them."""
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info(*each) for each in outputs],
        weights,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


WEIGHTS = numpy_helper.from_array(np.array([[1.0, -1.0], [0.0, 0.0]], "float32"), "W")
NARROW = numpy_helper.from_array(np.array([[0.1], [0.0]], "float32"), "W")
SOFTMAX = [helper.make_node("MatMul", ["X", "W"], ["L"]), helper.make_node("Softmax", ["L"], ["P"])]
SIGMOID = [helper.make_node("MatMul", ["X", "W"], ["L"]), helper.make_node("Sigmoid", ["L"], ["P"])]
CUBE = [helper.make_node("MatMul", ["X", "W"], ["L"]), helper.make_node("Unsqueeze", ["L", "A"], ["P"])]
FLOAT = TensorProto.FLOAT
NAMES = 'columns = ["x", "n"]\n'
MODELS: dict[str, tuple[Any, str]] = {
    "zipmap": (to_onnx(CLASSIFIER, initial_types=MATRIX), NAMES),
    "tensor": (to_onnx(CLASSIFIER, initial_types=MATRIX, options={"zipmap": False}), NAMES + 'classes = ["late", "on_time"]\n'),
    "unnamed": (to_onnx(CLASSIFIER, initial_types=MATRIX, options={"zipmap": False}), ""),
    "numbered": (to_onnx(NUMBERED, initial_types=MATRIX, options={"zipmap": False}), ""),
    "pipeline": (to_onnx(PIPELINE, initial_types=BY_NAME), ""),
    "regressor": (to_onnx(REGRESSOR, initial_types=MATRIX), 'columns = ["n", "x"]\n'),
    "softmax": (graph([("P", FLOAT, [None, 2])], SOFTMAX, [WEIGHTS]), NAMES + 'classes = ["late", "on_time"]\n'),
    "sigmoid": (graph([("P", FLOAT, [None, 1])], SIGMOID, [NARROW]), NAMES + 'classes = ["on_time", "late"]\n'),
    "wide": (graph([("L", FLOAT, [None, 2])], SOFTMAX[:1], [numpy_helper.from_array(np.ones((5, 2), "float32"), "W")], 5), ""),
    "logits": (graph([("P", FLOAT, [None, 2]), ("L", FLOAT, [None, 2])], SOFTMAX, [WEIGHTS]), NAMES),
    "cube": (graph([("P", FLOAT, [None, 2, 1])], CUBE, [WEIGHTS, numpy_helper.from_array(np.array([2]), "A")]), NAMES),
    "elsewhere": (to_onnx(CLASSIFIER, initial_types=MATRIX), 'columns = ["x", "altitude"]\n'),
    "needless": (to_onnx(PIPELINE, initial_types=BY_NAME), NAMES),
    "texts": (to_onnx(CLASSIFIER, initial_types=MATRIX), 'columns = ["x", "s"]\n'),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path_factory.mktemp("onnx"))
    for name, (model, settings) in MODELS.items():
        (workspace.root / f"{name}.onnx").write_bytes(model.SerializeToString())
        workspace.toml += f'[candidates.{name}]\nmodel = "{name}.onnx"\n{settings}'
    split = deepcopy(MODELS["softmax"][0])  # saving takes the weights out of what is saved
    onnx.save(split, workspace.root / "split.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    (workspace.root / "broken.onnx").write_bytes(MODELS["zipmap"][0].SerializeToString()[:-40])
    (workspace.root / "rubbish.onnx").write_bytes(b"\x80\x04cos\nsystem\n" * 50)
    for name in ("split", "broken", "rubbish"):
        workspace.toml += f'[candidates.{name}]\nmodel = "{name}.onnx"\n'
    workspace.pool(allow_code=False)
    yield workspace
    workspace.close()


@pytest.fixture
def pool(models: Workspace) -> Pool:
    return models.pools[0]


def scores(outputs: Any, name: str) -> list[float]:
    return [each[name] for each in outputs.scores]


def test_it_needs_no_trust(models: Workspace) -> None:
    assert is_trusted(models.root, "zipmap", models.config())


@pytest.mark.parametrize("name", ["zipmap", "tensor"])
def test_a_matrix_of_named_columns(pool: Pool, name: str) -> None:
    outputs = pool.predict(name, contents(60), SCHEMAS)

    assert outputs.errors == [None] * 60
    assert outputs.predictions == CLASSIFIER.predict(FRAME[["x", "n"]].to_numpy()).tolist()
    expected = CLASSIFIER.predict_proba(FRAME[["x", "n"]].to_numpy())[:, 0]
    np.testing.assert_allclose(scores(outputs, "late"), expected, atol=1e-6)
    assert outputs.calls == 2  # of 32 and of 28


def test_inputs_by_name_each_of_its_own_type(pool: Pool) -> None:
    outputs = pool.predict("pipeline", contents(60), SCHEMAS)

    assert outputs.predictions == PIPELINE.predict(FRAME[["s", "n", "x"]]).tolist()
    np.testing.assert_allclose(scores(outputs, "late"), PIPELINE.predict_proba(FRAME[["s", "n", "x"]])[:, 0], atol=1e-5)


def test_all_numbers_are_the_matrix_where_they_are_as_many(pool: Pool) -> None:
    outputs = pool.predict("numbered", contents(60), SCHEMAS)

    assert outputs.predictions == NUMBERED.predict(FRAME[["x", "n"]].to_numpy()).tolist()
    assert set(outputs.scores[0]) == {"0", "1"}


def test_numbers(pool: Pool) -> None:
    outputs = pool.predict("regressor", contents(20), SCHEMAS)

    np.testing.assert_allclose(outputs.predictions, REGRESSOR.predict(FRAME[["n", "x"]].to_numpy()[:20]), rtol=1e-5)


def test_a_network_of_probabilities_alone(pool: Pool) -> None:
    outputs = pool.predict("softmax", contents(3), SCHEMAS)
    assert outputs.predictions == ["late"] * 3
    np.testing.assert_allclose(scores(outputs, "late"), 1 / (1 + np.exp(-2 * np.array([0.0, 0.1, 0.2]))), atol=1e-6)

    outputs = pool.predict("sigmoid", contents(3, start=10), SCHEMAS)
    assert outputs.predictions == ["late"] * 3
    np.testing.assert_allclose(scores(outputs, "late"), 1 / (1 + np.exp(-0.1 * np.array([1.0, 1.1, 1.2]))), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unnamed", 'probabilities of 2 classes, and it does not name them: classes = ["…"], in its order'),
        ("wide", "takes 5 columns, and there are 2 that may be meant ('x', 'n'): say which, in order, with columns"),
        ("logits", "which of its outputs is the answer? It has 'P', 'L'"),
        ("cube", "'P' is an array of shape (1, 2, 1)"),
        ("needless", "it takes its inputs by name ('s', 'n', 'x'): leave `columns` out"),
        ("texts", "its input 's' takes numbers, and the column holds str"),
        ("split", "weights stand in other files"),
        ("broken", "cannot be loaded"),
        ("rubbish", "INVALID_PROTOBUF"),
    ],
)
def test_what_cannot_be_mapped_or_loaded_says_why(pool: Pool, name: str, said: str) -> None:
    with pytest.raises(CandidateError, match=r"^candidate " + name) as raised:
        pool.predict(name, contents(1), SCHEMAS)
    assert said in raised.value.what


def test_an_input_that_examples_lack_is_an_error_of_each(pool: Pool) -> None:
    assert "lack the input 'altitude'" in str(pool.predict("elsewhere", contents(2), SCHEMAS).errors[0])


def test_a_missing_value_is_nan_for_floats_and_an_error_of_its_row_elsewhere(pool: Pool) -> None:
    examples = contents(4)
    for at, name in ((1, "s"), (2, "x")):
        key, content = examples[at]
        examples[at] = key, Content(inputs={**content.inputs, name: None}, schema=content.schema)
    outputs = pool.predict("pipeline", examples, SCHEMAS)

    assert outputs.errors[1] == "its input 's' is missing, and the model takes none such"
    assert outputs.errors[0] is None
    assert outputs.errors[2] is not None  # what the model makes of NaN is no probability
    assert 1 not in outputs.transient
    assert outputs.calls == 1


def test_another_file_is_another_candidate(models: Workspace) -> None:
    path: Path = models.root / "zipmap.onnx"
    before, kept = models.pools[0].fingerprint("zipmap"), path.read_bytes()
    assert before.parts["distributions"]["onnxruntime"]
    path.write_bytes((models.root / "regressor.onnx").read_bytes())

    assert models.pools[0].fingerprint("zipmap").hash != before.hash
    path.write_bytes(kept)
    assert models.pools[0].fingerprint("zipmap").hash == before.hash
