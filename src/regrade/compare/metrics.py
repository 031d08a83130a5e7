"""The metrics that can be compared: each as a statistic over examples, with the direction in which it is better."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from regrade.compare.members import Answers, Members
from regrade.compare.statistics import Auc, Floats, Ratio, Statistic
from regrade.errors import ConfigError, near_names

HIGHER_IS_BETTER = {
    "accuracy": True,
    "roc_auc": True,
    "f1": True,
    "precision": True,
    "recall": True,
    "log_loss": False,
    "brier": False,
    "mae": False,
    "rmse": False,
}
"""Every metric by name."""

_LOSS = {"log_loss": "log_loss", "brier": "brier", "mae": "abs_error", "rmse": "squared_error"}
_BOUNDED = {"accuracy": 1.0, "brier": 1.0}


def check_metric(name: str) -> None:
    """Refuse a metric that does not exist. Raises ConfigError, naming the nearest."""
    if name not in HIGHER_IS_BETTER:
        raise ConfigError(f"there is no metric {name!r}", where="regrade.toml: metrics", hint=near_names(name, HIGHER_IS_BETTER))


def has_metric(name: str, members: Members, answers: Answers, positive: str | None) -> npt.NDArray[np.bool_]:
    """Return the members on which this candidate has what the metric needs."""
    if name == "roc_auc":
        return np.asarray(np.isfinite(answers.score) & (positive is not None))
    return np.asarray(np.isfinite(answers.losses[_LOSS[name]] if name in _LOSS else answers.right))


def statistic(
    name: str, members: Members, answers: Answers, inside: npt.NDArray[np.bool_], positive: str | None, reach: float
) -> Statistic:
    """Return the metric over the members ``inside`` as a statistic.

    Parameters
    ----------
    inside : array (members,)
        Members that count; each has what the metric needs.
    reach : float
        Of a loss without a bound: the range that was seen, see :func:`loss_range`.
    """
    weight = np.where(inside, members.weight, 0.0)
    if name == "roc_auc":
        is_positive = np.array([_same(value, positive) for value in members.expected], bool)
        return Auc(np.where(inside, answers.score, 0.0), is_positive, weight)
    if name in ("f1", "precision", "recall"):
        return _by_class(name, members, answers, inside, weight, positive)
    loss = np.where(inside, answers.losses[_LOSS[name]] if name in _LOSS else answers.right, 0.0)
    return mean(loss, weight, _BOUNDED.get(name, reach), (0.0, _BOUNDED.get(name, np.inf)), root=name == "rmse")


def mean(values: Floats, weight: Floats, reach: float, bounds: tuple[float, float], *, root: bool = False) -> Ratio:
    """Return the weighted mean of ``values``, or its square root, as a statistic."""

    def combine(sums: Floats) -> Floats:
        ratio = _divide(sums[0], sums[1])
        return np.asarray(np.sqrt(np.maximum(ratio, 0))) if root else ratio

    def gradient(sums: Floats) -> Floats:
        if sums[1] <= 0:
            return np.zeros(2)
        ratio = sums[0] / sums[1]
        slope = np.array([1.0, -ratio]) / sums[1]
        return np.asarray(slope * (0.5 / np.sqrt(ratio) if ratio > 0 else 0.0)) if root else slope

    return Ratio(np.column_stack([values * weight, weight]), combine, gradient, reach, bounds)


def loss_range(name: str, inside: npt.NDArray[np.bool_], *sides: Answers) -> float:
    """Return how far apart two losses of one example may lie: the range seen on any side; of an RMSE in units of the RMSE."""
    if name not in _LOSS or name in _BOUNDED or not inside.any():
        return 1.0
    seen = np.concatenate([each.losses[_LOSS[name]][inside] for each in sides])
    spread = float(seen.max() - min(0.0, seen.min()))
    return spread / (2 * np.sqrt(seen.mean())) if name == "rmse" and seen.mean() > 0 else spread


def _by_class(name: str, members: Members, answers: Answers, inside: npt.NDArray[np.bool_], weight: Floats, positive: str | None) -> Ratio:
    """Return F1, precision or recall of the positive class, or their mean over the classes where none is named.

    A class that is never predicted has precision 0, as in scikit-learn's ``zero_division=0``.
    """
    expected = np.array([_text(value) for value in members.expected], object)
    predicted = np.array([_text(value) for value in answers.prediction], object)
    classes = [positive] if positive is not None else sorted({*expected[inside], *predicted[inside]})
    hit = [(expected == each) & (predicted == each) for each in classes]
    real, said = [expected == each for each in classes], [predicted == each for each in classes]
    tops = [2.0 * each for each in hit] if name == "f1" else hit
    pairs = list(zip(real, said, strict=True))
    bottoms = [1.0 * a + b if name == "f1" else b if name == "precision" else a for a, b in pairs]
    columns = np.column_stack([each * weight for each in (*tops, *bottoms)]) if classes else np.zeros((len(weight), 2))
    k = max(len(classes), 1)

    def combine(sums: Floats) -> Floats:
        return np.asarray(np.nan_to_num(_divide(sums[:k], sums[k:])).mean(axis=0))

    def gradient(sums: Floats) -> Floats:
        bottom = np.where(sums[k:] > 0, sums[k:], np.inf)
        return np.asarray(np.concatenate([1 / bottom, -sums[:k] / bottom**2]) / k)

    rarest, top = columns[:, k:].sum(axis=0), 2.0 if name == "f1" else 1.0
    most = 1.0 + inside.sum()  # no number of examples moves a class by more than 1: keeps a class that is never there finite
    reach = np.minimum(most, np.divide(top * weight.sum(), rarest, out=np.full(k, np.inf), where=rarest > 0))
    return Ratio(columns, combine, gradient, float(reach.mean()))


def _divide(top: Floats, bottom: Floats) -> Floats:
    """Return the ratio; NaN where the bottom is not positive."""
    return np.asarray(np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=np.asarray(bottom) > 0))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _same(value: Any, positive: str | None) -> bool:
    return value is not None and _text(value) == positive
