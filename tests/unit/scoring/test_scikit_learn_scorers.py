"""Scorers of scikit-learn: each equals the library's own on the same numbers, weighted."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.compare import scoreboard
from regrade.config import parse
from regrade.scoring import Output
from regrade.scoring.answered import AnsweredClasses, AnsweredNumbers
from regrade.scoring.metric_list import _MULTILABEL, _UNWEIGHTED, METRICS, OF_NUMBERS, SCORERS
from regrade.scoring.metrics import metrics
from regrade.scoring.resampled import WEIGHTED_HERE, resampled

from .test_metrics import build

FUNCTIONS = {
    "d2_absolute_error_score": sk.d2_absolute_error_score,
    "explained_variance": sk.explained_variance_score,
    "neg_mean_absolute_percentage_error": lambda *x, **w: -sk.mean_absolute_percentage_error(*x, **w),
    "neg_mean_gamma_deviance": lambda *x, **w: -sk.mean_gamma_deviance(*x, **w),
    "neg_mean_poisson_deviance": lambda *x, **w: -sk.mean_poisson_deviance(*x, **w),
    "neg_mean_squared_log_error": lambda *x, **w: -sk.mean_squared_log_error(*x, **w),
    "neg_median_absolute_error": lambda *x, **w: -sk.median_absolute_error(*x, **w),
    "neg_root_mean_squared_log_error": lambda *x, **w: -sk.root_mean_squared_log_error(*x, **w),
    "neg_mean_absolute_error": lambda *x, **w: -sk.mean_absolute_error(*x, **w),
    "neg_mean_squared_error": lambda *x, **w: -sk.mean_squared_error(*x, **w),
    "neg_root_mean_squared_error": lambda *x, **w: -sk.root_mean_squared_error(*x, **w),
}
CLASSES: dict[str, tuple[Any, dict[str, Any]]] = {
    f"{name}_{kind}": (getattr(sk, f"{name}_score"), {"average": kind, "zero_division": 0.0})
    for name in ("f1", "jaccard", "precision", "recall")
    for kind in ("macro", "micro", "weighted")
    if f"{name}_{kind}" in SCORERS
} | {"matthews_corrcoef": (sk.matthews_corrcoef, {})}
PROBABILITIES = {
    "roc_auc_ovo": {"multi_class": "ovo"},
    "roc_auc_ovo_weighted": {"multi_class": "ovo", "average": "weighted"},
    "roc_auc_ovr": {"multi_class": "ovr"},
    "roc_auc_ovr_weighted": {"multi_class": "ovr", "average": "weighted"},
}


def same(found: float | None, wanted: float) -> bool:
    return found is None if math.isnan(wanted) else found == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def value(function: Any, *columns: Any, **how: Any) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return float(function(*columns, **how))
        except ValueError:
            return math.nan


def area(truth: np.ndarray, matrix: np.ndarray, weights: np.ndarray, *, repeated: bool = False, **how: Any) -> float:
    """Return the library's area; where it takes no weights, of rows repeated twice as often."""
    if not repeated:
        return value(sk.roc_auc_score, truth, matrix, sample_weight=weights, **how)
    often = (2 * weights).astype(int)
    return value(sk.roc_auc_score, np.repeat(truth, often), np.repeat(matrix, often, axis=0), **how)


def test_every_scorer_of_scikit_learn_is_a_metric_or_is_refused_with_a_reason() -> None:
    assert set(sk.get_scorer_names()) <= {*METRICS, *SCORERS, *_UNWEIGHTED, *_MULTILABEL}


numbers = st.floats(0.1, 100)


@settings(deadline=None, max_examples=8)
@given(st.lists(st.tuples(numbers, numbers, st.floats(0.5, 50)), min_size=2, max_size=30))
def test_of_numbers(rows: list[tuple[float, float, float]]) -> None:
    truth, said, weights = (list(each) for each in zip(*rows, strict=True))
    toml = f'[task]\nkind = "regression"\n[metrics]\nshow = {list(FUNCTIONS)!r}\n'
    found = metrics(build(toml, truth, [Output(each, None, None) for each in said], weights), "m", parse(toml))
    for name, function in FUNCTIONS.items():
        assert same(found[name], value(function, truth, said, sample_weight=weights)), name


scores = st.floats(0.01, 1)
halves = st.integers(1, 20).map(lambda n: n / 2)


@settings(deadline=None, max_examples=8)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.tuples(scores, scores, scores), halves), min_size=4, max_size=30))
def test_of_classes(rows: list[tuple[str, tuple[float, float, float], float]]) -> None:
    truth, weights = np.array([each for each, _, _ in rows]), np.array([each for _, _, each in rows])
    matrix = np.array([each for _, each, _ in rows])
    matrix /= matrix.sum(axis=1, keepdims=True)
    said = np.array(list("abc"))[matrix.argmax(axis=1)]
    names = [*CLASSES, *PROBABILITIES, "top_k_accuracy", "d2_log_loss_score", "d2_brier_score", "jaccard", "average_precision"]
    toml = f'[task]\npositive = "a"\n[metrics]\nshow = {names!r}\n'
    outputs = [Output(each, dict(zip("abc", row, strict=True)), None) for each, row in zip(said.tolist(), matrix.tolist(), strict=True)]
    found = metrics(build_with_answers(toml, truth.tolist(), outputs, weights.tolist()), "m", parse(toml))
    for name, (function, how) in CLASSES.items():
        assert same(found[name], value(function, truth, said, sample_weight=weights, **how)), name
    for name, how in PROBABILITIES.items():
        how = how if "ovr" in name else how | {"repeated": True}
        wanted = area(truth, matrix, weights, **how) if len(set(truth)) == 3 else math.nan
        assert same(found[name], wanted), name
    each = {"sample_weight": weights, "labels": list("abc")}
    if len(set(truth)) == 3:  # a scorer is not told which classes there are
        assert same(found["top_k_accuracy"], value(sk.top_k_accuracy_score, truth, matrix, **each))
        assert same(found["d2_log_loss_score"], value(sk.d2_log_loss_score, truth, matrix, **each))
    assert same(found["jaccard"], value(sk.jaccard_score, truth == "a", said == "a", sample_weight=weights, zero_division=0.0))
    assert same(found["average_precision"], value(sk.average_precision_score, truth == "a", matrix[:, 0], sample_weight=weights))


def alone(name: str, answered: Any, truth: np.ndarray, weights: np.ndarray) -> list[float]:
    """Return what scikit-learn's scorer says of each column of weights by itself; of repeated rows, where it takes no weights."""
    places = np.arange(len(truth))
    scorer = sk.get_scorer(name)
    if name in WEIGHTED_HERE:
        often = [np.repeat(places, (2 * each).astype(int)) for each in weights.T]
        return [value(scorer, answered, at, truth[at]) for at in often]
    chosen = [places[each > 0] for each in weights.T]
    return [value(scorer, answered, at, truth[at], sample_weight=each[at]) for at, each in zip(chosen, weights.T, strict=True)]


OF_ONE = {"jaccard", "average_precision"}
AT_ONCE = {
    "numbers": sorted(OF_NUMBERS),
    "two": sorted({*SCORERS} - OF_NUMBERS),
    "three": sorted({*SCORERS} - OF_NUMBERS - OF_ONE),
}


@pytest.mark.parametrize("kind", AT_ONCE)
def test_all_resamples_at_once_are_what_the_library_says_of_each(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regrade.scoring.resampled._BLOCK", 200)  # several blocks
    random = np.random.default_rng(len(kind))
    for n in (3, 40):
        weights = random.poisson(1, (n, 9)) * random.choice([1.0, 5.5], (n, 1))
        weights[:, 0] = 0
        weights[:, 1], weights[:, 2] = 1.0, np.eye(n)[0]
        if kind == "numbers":
            truth = random.choice([1.0, 2.5, 30.0, 0.2], n)
            answered: Any = AnsweredNumbers(np.where(random.random(n) < 0.3, truth, random.gamma(2, 3, n) + 0.01))
        else:
            k = 2 if kind == "two" else 3
            truth, p = random.integers(0, k, n), random.choice([0.1, 0.3, 0.3, 0.9, 0.5], (n, k))
            p /= p.sum(axis=1, keepdims=True)
            answered = AnsweredClasses(np.arange(k), p.argmax(axis=1), p)
        for name in AT_ONCE[kind]:
            found = resampled(name, answered, truth, weights)
            assert found is not None, name
            compared = 0
            for mine, theirs in zip(found.tolist(), alone(name, answered, truth, weights), strict=True):
                # The library says nothing where a class is absent, or where there is one example; of one class it says anything.
                if not math.isnan(theirs) and not (math.isnan(mine) and name.startswith("d2_")):
                    assert mine == pytest.approx(theirs, rel=1e-7, abs=1e-9), (name, n)
                    compared += 1
            assert compared >= 3 or n < 40, name
            assert math.isnan(found[0])


@pytest.mark.parametrize(("kind", "name"), [("classification", "top_k_accuracy"), ("regression", "neg_median_absolute_error")])
def test_an_interval_costs_no_call_of_the_library_beyond_those_for_the_value(kind: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    scorer = sk.get_scorer(name)
    monkeypatch.setattr(sk, "get_scorer", lambda _: lambda *given, **more: calls.append(1) or scorer(*given, **more))
    random = np.random.default_rng(3)
    toml = f'[task]\nkind = "{kind}"\ntolerance = 0.5\n[metrics]\nprimary = "{name}"\n'.replace("tolerance = 0.5\n" * (kind[0] == "c"), "")
    expected = random.choice(list("abc"), 60).tolist() if kind == "classification" else random.normal(0, 1, 60).tolist()
    scores = [{"a": each, "b": 0.6 - each, "c": 0.4} for each in random.uniform(0, 0.6, 60).tolist()]
    outputs = [Output("c" if kind == "classification" else 0.1, each if kind == "classification" else None, None) for each in scores]
    scored = build_with_answers(toml, expected, outputs, [2.0] * 60)
    (row,) = scoreboard(scored, parse(toml))
    assert row.estimate.low is not None and row.estimate.high is not None and row.estimate.value is not None
    assert row.estimate.low < row.estimate.value < row.estimate.high
    assert len(calls) == 1


def build_with_answers(toml: str, expected: list[Any], outputs: list[Output], weights: list[float]) -> Any:
    scored = build(toml, expected, outputs, weights)
    scored.answers["m"] = outputs
    return scored
