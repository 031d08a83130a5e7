"""Right and wrong, losses, and metrics: each equal to scikit-learn's on the same numbers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st

from regrade.config import parse
from regrade.errors import ConfigError
from regrade.evalset import Example
from regrade.log.content import Content
from regrade.scoring import Output, Scored, is_right
from regrade.scoring.frames import Frames
from regrade.scoring.judge import judge
from regrade.scoring.metrics import metrics, metrics_all

EVERY = '[metrics]\nshow = ["log_loss", "brier", "roc_auc", "f1", "precision", "recall", "balanced_accuracy"]\n'


def build(toml: str, expected: list[Any], outputs: list[Output], weights: list[float] | None = None, **fields: list[Any]) -> Scored:
    """Return examples k0, k1, … with these expected values, answered by candidate ``m``; all sampled unless told."""
    config = parse(toml)
    members = []
    for at, value in enumerate(expected):
        own = {name: values[at] for name, values in fields.items()}
        known = () if value is None else value if isinstance(value, tuple) else (value,)
        members.append(
            Example(
                key=f"k{at}",
                content=Content(inputs={}, schema=""),
                content_hash=str(at),
                expected=known,
                origin="sampled",
                origins=own.get("origins", frozenset({"sampled"})),
                weight=1.0 if weights is None else weights[at],
                partition=own.get("partition", "eval"),
                pinned=False,
                mode=None,
                disputed=len(known) > 1,
            )
        )
    frames = Frames(config)
    scored = Scored("v", frames.examples(members), members=members, schemas={})
    columns = frames.columns("m", members, outputs)
    scored.outputs["m"], scored.labels["m"] = frames.frame(columns, scored.examples.index), columns["label"]
    return scored


@pytest.mark.parametrize(
    ("kind", "tolerance", "expected", "prediction", "right"),
    [
        ("classification", 0, "late", "late", True),
        ("classification", 0, "late", "Late", False),
        ("classification", 0, 1, 1.0, True),
        ("classification", 0, 1, "1", True),
        ("classification", 0, True, "true", True),
        ("classification", 0, True, 1, False),
        ("classification", 0, None, "late", None),
        ("classification", 0, "late", None, None),
        ("regression", 15, 10, 25, True),
        ("regression", 15, 10, 25.5, False),
        ("regression", 0.1, 0.2, 0.3, True),
        ("regression", 0.1, 0.3, 0.2, True),
        ("regression", 0, "12.50", 12.5, True),
        ("regression", 1e308, -1.7e308, 1.7e308, False),
        ("regression", 0, "NaN", 1, None),
        ("text", 0, "a b", "a b", True),
        ("text", 0, "a b", "a  b", True),
        ("json", 0, {"a": 1, "b": [2.0]}, {"b": [2], "a": 1.0}, True),
        ("json", 0, {"a": True}, {"a": 1}, False),
        ("json", 0, [1, 2], [2, 1], False),
    ],
)
def test_what_is_right(kind: str, tolerance: float, expected: Any, prediction: Any, right: bool | None) -> None:
    assert is_right(kind, tolerance, expected, prediction) is right


scores = st.floats(0, 1, allow_subnormal=False)
binary = st.lists(st.tuples(st.sampled_from(["late", "on_time"]), scores, st.floats(0.5, 50)), min_size=2, max_size=40)


@given(binary)
def test_binary_metrics_equal_scikit_learns(rows: list[tuple[str, float, float]]) -> None:
    expected = [label for label, _, _ in rows]
    p = np.array([each for _, each, _ in rows])
    weights = [each for _, _, each in rows]
    predicted = ["late" if each > 0.5 else "on_time" for each in p]
    toml = '[task]\npositive = "late"\n' + EVERY
    outputs = [Output(label, {"late": float(each), "on_time": 1 - float(each)}, None) for label, each in zip(predicted, p, strict=True)]
    found = metrics(build(toml, expected, outputs, weights), "m", parse(toml))

    truth, guess = np.array(expected) == "late", np.array(predicted) == "late"
    one_class = len(set(expected)) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        each = {"sample_weight": weights}
        assert found["accuracy"] == pytest.approx(sk.accuracy_score(truth, guess, **each))
        assert found["log_loss"] == pytest.approx(sk.log_loss(truth, np.c_[1 - p, p], labels=[False, True], **each))
        assert found["brier"] == pytest.approx(sk.brier_score_loss(truth, p, labels=[False, True], pos_label=True, **each))
        assert found["roc_auc"] == (None if one_class else pytest.approx(sk.roc_auc_score(truth, p, **each)))
        assert found["balanced_accuracy"] == (None if one_class else pytest.approx(sk.balanced_accuracy_score(truth, guess, **each)))
        for name, function in {"f1": sk.f1_score, "precision": sk.precision_score, "recall": sk.recall_score}.items():
            value = function(truth, guess, zero_division=np.nan, **each)
            assert found[name] == (None if np.isnan(value) or not (truth | guess).any() else pytest.approx(value))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.tuples(scores, scores, scores), st.floats(0.5, 50)), min_size=3, max_size=30))
def test_metrics_of_many_classes_equal_scikit_learns(rows: list[tuple[str, tuple[float, float, float], float]]) -> None:
    matrix = np.array([each for _, each, _ in rows]) + 1e-3
    matrix /= matrix.sum(axis=1, keepdims=True)
    expected, weights = [label for label, _, _ in rows], [each for _, _, each in rows]
    predicted = ["abc"[at] for at in matrix.argmax(axis=1)]
    outputs = [Output(label, dict(zip("abc", p, strict=True)), None) for label, p in zip(predicted, matrix.tolist(), strict=True)]
    found = metrics(build(EVERY, expected, outputs, weights), "m", parse(EVERY))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        each = {"sample_weight": weights}
        assert found["log_loss"] == pytest.approx(sk.log_loss(expected, matrix, labels=list("abc"), **each))
        assert found["brier"] == pytest.approx(sk.brier_score_loss(expected, matrix, labels=list("abc"), **each))
        assert found["roc_auc"] is None  # no class is the positive one
        for name, function in {"f1": sk.f1_score, "precision": sk.precision_score, "recall": sk.recall_score}.items():
            value = function(expected, predicted, average="macro", zero_division=np.nan, **each)
            assert found[name] == (None if np.isnan(value) else pytest.approx(value))


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.5, 50)), min_size=1, max_size=30))
def test_regression_metrics_equal_scikit_learns(rows: list[tuple[float, float, float]]) -> None:
    toml = '[task]\nkind = "regression"\ntolerance = 10.0\n'
    expected, predicted, weights = (list(column) for column in zip(*rows, strict=True))
    found = metrics(build(toml, expected, [Output(each, None, None) for each in predicted], weights), "m", parse(toml))

    assert found["mae"] == pytest.approx(sk.mean_absolute_error(expected, predicted, sample_weight=weights))
    assert found["rmse"] == pytest.approx(sk.root_mean_squared_error(expected, predicted, sample_weight=weights))
    near = np.abs(np.array(expected) - predicted) <= 10
    assert found["accuracy"] == pytest.approx(np.average(near, weights=weights))


def test_the_positive_classes_probability_alone_is_enough() -> None:
    config = parse('[task]\npositive = "late"\n')
    late, on_time = (judge(config, expected, Output("late", {"late": 0.8}, None)) for expected in ("late", "on_time"))

    assert (late.p_expected, on_time.p_expected) == (0.8, pytest.approx(0.2))
    assert (late.brier, on_time.brier) == (pytest.approx(0.04), pytest.approx(0.64))
    assert (late.score, on_time.score) == (0.8, 0.8)


def test_a_class_that_the_model_does_not_know_has_no_probability() -> None:
    row = judge(parse(""), "c", Output("a", {"a": 0.5, "b": 0.5}, None))

    assert row.p_expected == 0.0
    assert row.log_loss == pytest.approx(-np.log(np.finfo(float).eps))
    assert row.brier == pytest.approx(1.5)


def test_errors_unknowns_and_disputes_are_left_out() -> None:
    right, wrong = Output("a", None, None), Output("b", None, None)
    scored = build("", ["a", "a", None, ("a", "b"), "a"], [right, wrong, right, right, Output(None, None, "it crashed")])

    assert metrics(scored, "m", parse("")) == {"accuracy": 0.5}
    assert scored.outputs["m"]["right"].isna().tolist() == [False, False, True, True, True]


def test_the_estimate_rests_on_the_sampled_part_alone_weighted() -> None:
    right, wrong = Output("a", None, None), Output("b", None, None)
    origins = [frozenset({"sampled"}), frozenset({"sampled", "failure"}), frozenset({"failure"}), frozenset({"sampled"})]
    scored = build(
        "", ["a"] * 4, [right, wrong, wrong, wrong], [3.0, 1.0, 1.0, 1.0], origins=origins, partition=["eval", "eval", "eval", "fix"]
    )

    assert metrics(scored, "m", parse("")) == {"accuracy": 0.75}
    assert metrics_all(scored, "m", parse("")) == {"accuracy": 0.25}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("expected", [[], ["a"], ["a", "a"], [None, None]])
def test_what_is_not_defined_is_none_without_a_warning(expected: list[Any]) -> None:
    toml = '[task]\npositive = "a"\n[metrics]\nshow = ["log_loss", "roc_auc", "balanced_accuracy", "f1"]\n'
    found = metrics(build(toml, expected, [Output("c", None, None)] * len(expected)), "m", parse(toml))

    assert found["log_loss"] is found["roc_auc"] is found["balanced_accuracy"] is None


def test_numbers_and_texts_of_one_class_are_one_class() -> None:
    toml = '[task]\npositive = "1"\n[metrics]\nshow = ["f1"]\n'
    scored = build(toml, [1, "1", True, 0], [Output(each, None, None) for each in ("1", 1.0, "true", 0)])

    assert metrics(scored, "m", parse(toml)) == {"accuracy": 1.0, "f1": 1.0}


def test_an_unknown_metric_is_refused_with_near_names() -> None:
    toml = '[metrics]\nprimary = "acuracy"\n'
    with pytest.raises(ConfigError, match="did you mean 'accuracy'"):
        metrics(build(toml, ["a"], [Output("a", None, None)]), "m", parse(toml))


def test_frames_keep_python_values() -> None:
    frame = build("", ["a", None], [Output("a", None, None), Output(None, None, "x")]).examples

    assert frame["expected"].tolist() == ["a", None]
    assert frame.dtypes.astype(str).to_dict() == {
        "expected": "object", "weight": "float64", "origin": "object", "sampled": "bool", "known": "bool", "pinned": "bool",
        "partition": "object", "mode": "object", "disputed": "bool", "content_hash": "object",
    }  # fmt: skip


def test_text_of_numbers_is_one_class_for_every_metric() -> None:
    toml = '[task]\npositive = "1"\n[metrics]\nshow = ["f1", "log_loss", "roc_auc"]\n'
    wanted = [1, 1, 0, 0]
    as_text = [Output(label, {label: p}, None) for label, p in (("1.0", 0.9), ("0.0", 0.6), ("0.0", 0.8), ("1.0", 0.7))]
    as_numbers = [Output(float(each.prediction), {str(int(float(k))): p for k, p in each.scores.items()}, None) for each in as_text]
    found = metrics(build(toml, wanted, as_text), "m", parse(toml))

    assert found == metrics(build(toml, wanted, as_numbers), "m", parse(toml))
    assert found["accuracy"] == found["f1"] == 0.5
