"""skops models: loaded by an exact list of types, asked for classes and probabilities."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from regrade.candidates import Pool
from regrade.candidates.worker.estimator import MOST_PROBABLE, Estimator
from regrade.config import parse
from regrade.errors import CandidateError, ConfigError

from .conftest import SCHEMAS, Workspace, contents

FRAME = pd.DataFrame({"x": np.arange(60) / 10, "n": np.arange(60), "s": [f"s{i}" for i in range(60)]})
LABELS = np.where(FRAME["n"] % 3 == 0, "late", "on_time")
PICK = make_column_transformer((StandardScaler(), ["x", "n"]))


class NotOnTheList(ClassifierMixin, BaseEstimator):
    """A type of the user's own."""

    def fit(self, frame: Any, labels: Any) -> NotOnTheList:
        self.classes_ = np.unique(labels)
        return self

    def predict(self, frame: Any) -> Any:
        return np.full(len(frame), self.classes_[0])


MODELS = {
    "logistic": make_pipeline(PICK, LogisticRegression()),
    "boosted": make_pipeline(make_column_transformer((OrdinalEncoder(), ["s"]), ("passthrough", ["x"])), HistGradientBoostingClassifier()),
    "calibrated": make_pipeline(PICK, CalibratedClassifierCV(RidgeClassifier(), cv=2)),
    "neighbours": make_pipeline(PICK, KNeighborsClassifier()),
    "margin": make_pipeline(PICK, RidgeClassifier()),
    "numbers": make_pipeline(PICK, RandomForestRegressor(5)),
    "bare": LogisticRegression(),
    "forest": make_pipeline(PICK, RandomForestClassifier(5, random_state=0)),
    "custom": NotOnTheList(),
    "scaler": StandardScaler(),
    "elsewhere": LogisticRegression(),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path_factory.mktemp("models"))
    for name, model in MODELS.items():
        frame = FRAME[["n", "x"]] if name in ("bare", "custom", "scaler") else FRAME
        if name == "elsewhere":
            frame = pd.DataFrame({"altitude": FRAME["x"]})
        model.fit(frame, FRAME["x"] if name == "numbers" else LABELS)
        skops.io.dump(model, workspace.root / f"{name}.skops")
        workspace.toml += f'[candidates.{name}]\nmodel = "{name}.skops"\n'
    workspace.pool(allow_code=False)
    yield workspace
    workspace.close()


def test_every_type_that_is_asked_once_exists() -> None:
    for name in MOST_PROBABLE:
        module, _, kind = name.rpartition(".")
        assert hasattr(importlib.import_module(module), kind)
        assert getattr(importlib.import_module(module), kind).__module__ == module


@pytest.mark.parametrize("name", ["logistic", "boosted", "calibrated", "neighbours", "forest"])
def test_a_classifier_answers_as_it_does_in_this_process(models: Workspace, name: str) -> None:
    outputs = models.pools[0].predict(name, contents(60), SCHEMAS)

    assert outputs.errors == [None] * 60
    assert outputs.predictions == MODELS[name].predict(FRAME).tolist()
    expected = MODELS[name].predict_proba(FRAME)
    assert [[row["late"], row["on_time"]] for row in outputs.scores] == expected.tolist()
    assert outputs.calls == 2  # of 32 and of 28


class Counted:
    """A model whose predict and predict_proba agree, ties apart."""

    classes_ = np.array(["a", "b"])

    def __init__(self, matrix: list[list[float]]) -> None:
        self.matrix, self.asked = np.array(matrix), 0

    def predict_proba(self, frame: Any) -> Any:
        return self.matrix

    def predict(self, frame: Any) -> Any:
        self.asked += 1
        return np.array(["b"] * len(self.matrix))


@pytest.mark.parametrize(
    ("matrix", "asked", "values"), [([[0.4, 0.6], [0.9, 0.1]], 0, ["b", "a"]), ([[0.5, 0.5]], 1, ["b"]), ([[np.nan, 0.5]], 1, ["b"])]
)
def test_a_model_that_predicts_the_most_probable_is_asked_once_unless_two_are(matrix: Any, asked: int, values: list[str]) -> None:
    candidate = Estimator.__new__(Estimator)
    candidate.columns, candidate.predicts_most_probable = None, True
    candidate.model = Counted(matrix)

    assert candidate.answer(FRAME[: len(matrix)]).values == values
    assert candidate.model.asked == asked


def test_without_probabilities_there_are_none(models: Workspace) -> None:
    outputs = models.pools[0].predict("margin", contents(5), SCHEMAS)

    assert outputs.predictions == MODELS["margin"].predict(FRAME[:5]).tolist()
    assert outputs.scores == [None] * 5


def test_a_regressor_gives_numbers(models: Workspace) -> None:
    assert models.pools[0].predict("numbers", contents(5), SCHEMAS).predictions == MODELS["numbers"].predict(FRAME[:5]).tolist()


def test_a_bare_estimator_is_given_its_columns_in_its_order(models: Workspace) -> None:
    outputs = models.pools[0].predict("bare", contents(5), SCHEMAS)

    assert outputs.predictions == MODELS["bare"].predict(FRAME[["n", "x"]][:5]).tolist()


def test_an_input_that_examples_lack_is_an_error_of_each(models: Workspace) -> None:
    outputs = models.pools[0].predict("elsewhere", contents(30), SCHEMAS)

    assert set(outputs.errors) == {"these examples lack the input 'altitude': `regrade evalset backfill` takes it from a log that has it"}
    assert outputs.transient == set()
    assert outputs.calls == 1


def test_a_column_with_a_role_is_lacked_for_ever(models: Workspace) -> None:
    config = parse(models.toml + '[log]\noutcome = "altitude"\n')
    with Pool(models.root, config) as pool:
        assert set(pool.predict("elsewhere", contents(2), SCHEMAS).errors) == {"these examples lack the input 'altitude'"}


def test_a_type_that_is_not_on_the_list_is_refused_by_name(models: Workspace) -> None:
    with pytest.raises(CandidateError, match=r"not trusted: .*NotOnTheList"):
        models.pools[0].fingerprint("custom")


def test_what_cannot_predict_is_refused(models: Workspace) -> None:
    with pytest.raises(CandidateError, match="StandardScaler has no predict"):
        models.pools[0].predict("scaler", contents(1), SCHEMAS)


def test_one_that_cannot_be_loaded_is_reported_beside_the_others(models: Workspace) -> None:
    failed = models.pools[0].warm(["logistic", "custom", "logged"])

    assert list(failed) == ["custom"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        (b"", "cannot be loaded"),
        (b"not a zip", "cannot be loaded"),
        (b"version https://git-lfs.github.com/spec/v1\n", "lfs"),
    ],
)
def test_a_file_that_is_no_model(workspace: Workspace, content: bytes | None, said: str) -> None:
    if content is not None:
        (workspace.root / "m.skops").write_bytes(content)
    workspace.toml += '[candidates.m]\nmodel = "m.skops"\n'

    with pytest.raises(CandidateError, match=said):
        workspace.pool().predict("m", contents(1), SCHEMAS)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('model = "m.bin"', r"none of \.skops"),
        ('python = "nowhere:predict"', "no module 'nowhere'"),
        ('python = "a-b:predict"', "is no module"),
        ('python = "m:predict"\nfiles = ["*.txt"]', "matches no file"),
        ('python = "m:predict"\nparameters = { since = 2013-01-01 }', "parameters"),
    ],
)
def test_a_setting_that_cannot_be(workspace: Workspace, settings: str, said: str) -> None:
    (workspace.root / "m.pkl").write_bytes(b"")
    Path(workspace.root / "m.py").write_text("def predict(frame): ...")
    workspace.toml += f"[candidates.m]\n{settings}\n"

    with pytest.raises(ConfigError, match=said) as raised:
        workspace.pool().fingerprint("m")
    assert "candidates.m" in raised.value.where
