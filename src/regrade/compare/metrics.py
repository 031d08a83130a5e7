"""The metrics that can be compared: each as a statistic over examples, with the direction in which it is better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from regrade.compare.members import Answers, Members
from regrade.compare.statistics import AT_ONCE, REDRAWN, Auc, Floats, Measured, Ratio, Statistic
from regrade.log.results import label_text, normal

_LOSS = {
    "log_loss": "log_loss",
    "brier": "brier",
    "mae": "abs_error",
    "rmse": "squared_error",
    "r2": "squared_error",
    "bias": "signed_error",
}
_OF_CLASSES = ("balanced_accuracy", "f1_macro")
"""Over all classes, whether one is the positive one or not."""
_BY_CLASS = (*_OF_CLASSES, "f1", "precision", "recall")
BUILT_IN = frozenset(("accuracy", "roc_auc", *_LOSS, *_BY_CLASS))
"""Those that need nothing of an answer but what stands beside it."""


def has_metric(name: str, members: Members, answers: Answers, positive: str | None) -> npt.NDArray[np.bool_]:
    """Return the members on which this candidate has what the metric needs."""
    if name == "roc_auc":
        return np.asarray(np.isfinite(answers.score) & (positive is not None))
    if answers.more is not None and answers.more.is_whole(name):
        return np.asarray(np.isfinite(answers.right) & answers.more.whole(name).has[members.rows])
    loss = _losses(name, answers)
    return np.asarray(np.isfinite(answers.right if loss is None else loss))


def lacking(name: str, members: Members, answers: Answers, positive: str | None) -> Answers:
    """Return the answers with those that lack what the metric needs as errors: who answers only where it is sure looks better.

    They stay right or wrong. Where no class is the positive one, nobody can have what the ROC curve needs, so it is no error.
    """
    if (name == "roc_auc" and positive is None) or (answers.more is not None and answers.more.is_own(name)):
        return answers
    lack = np.isfinite(answers.right) & ~has_metric(name, members, answers, positive)
    if not lack.any():
        return answers
    error = answers.error.copy()
    error[lack] = f"it gave no probability, which {name} needs"
    return replace(answers, failed=answers.failed | lack, error=error, lacks=int(lack.sum()))


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
        is_positive = np.array([label_text(value) == label_text(positive) for value in members.expected], bool)
        return Auc(np.where(inside, answers.score, 0.0), is_positive, weight)
    if name in _BY_CLASS:
        return _by_class(name, members, answers, inside, weight, positive)
    if answers.more is not None and answers.more.is_whole(name):
        draws = AT_ONCE if answers.more.at_once(name) else REDRAWN
        return Measured(answers.more.evaluate(name, members.rows), weight, reach, answers.more.bounds(name), draws)
    loss = np.where(inside, answers.right if (found := _losses(name, answers)) is None else found, 0.0)
    if name in answers.losses and answers.more is not None:
        return mean(loss, weight, reach, answers.more.bounds(name), root=answers.more.is_root(name))
    if name == "r2":
        return _explained(members, inside, loss, weight, reach)
    if name == "bias":
        return mean(loss, weight, reach, (-np.inf, np.inf))
    return mean(loss, weight, reach, (0.0, 1.0 if name == "accuracy" else 2.0 if name == "brier" else np.inf), root=name == "rmse")


def mean(values: Floats, weight: Floats, reach: float, bounds: tuple[float, float], *, root: bool = False) -> Ratio:
    """Return the weighted mean of ``values``, or its square root, as a statistic; of what is never positive, less the root of its size."""
    sign = -1.0 if bounds[1] <= 0 else 1.0

    def combine(sums: Floats) -> Floats:
        ratio = _divide(sums[0], sums[1])
        return np.asarray(sign * np.sqrt(np.maximum(sign * ratio, 0))) if root else ratio

    def gradient(sums: Floats) -> Floats:
        if sums[1] <= 0:
            return np.zeros(2)
        ratio = sums[0] / sums[1]
        slope = np.array([1.0, -ratio]) / sums[1]
        return np.asarray(slope * (0.5 / np.sqrt(sign * ratio) if sign * ratio > 0 else 0.0)) if root else slope

    return Ratio(np.column_stack([values * weight, weight]), combine, gradient, reach, bounds)


def _explained(members: Members, inside: npt.NDArray[np.bool_], squared_error: Floats, weight: Floats, reach: float) -> Ratio:
    """Return R²: one less the squared errors over the squared distances of what was expected from its mean."""
    truth = np.array([normal("regression", value) if use else 0.0 for value, use in zip(members.expected, inside, strict=True)], np.float64)
    total = weight.sum()
    truth -= float(truth @ weight / total) if total > 0 else 0.0  # R² does not change; the sums of squares keep their digits

    def spread(sums: Floats) -> Floats:
        return np.asarray(sums[2] - _divide(sums[1] ** 2, sums[3]))

    def combine(sums: Floats) -> Floats:
        return np.asarray(1.0 - _divide(sums[0], spread(sums)))

    def gradient(sums: Floats) -> Floats:
        around = float(spread(sums))
        if not around > 0:
            return np.zeros(4)
        slope, mean = sums[0] / around**2, sums[1] / sums[3]
        return np.array([-1.0 / around, -2.0 * slope * mean, slope, slope * mean**2])

    columns = np.column_stack([squared_error * weight, truth * weight, truth**2 * weight, weight])
    variance = float(spread(columns.sum(axis=0))) / total if total > 0 else 0.0
    return Ratio(columns, combine, gradient, reach / variance if variance > 0 else reach, (-np.inf, 1.0))


def _losses(name: str, answers: Answers) -> Floats | None:
    """Return the value an example of a metric that is a mean; None of accuracy, and of what is no mean."""
    return answers.losses.get(_LOSS.get(name, name))


def loss_range(name: str, inside: npt.NDArray[np.bool_], *sides: Answers) -> float:
    """Return how far apart two losses of one example may lie: their bound, else the range seen on any side.

    Of an RMSE in units of the RMSE; a Brier score is bounded by 1, with more than two classes by 2.
    """
    losses = [found for each in sides if (found := _losses(name, each)) is not None]
    if not losses or not inside.any():
        return 1.0
    seen = np.concatenate([found[inside] for found in losses])
    spread = float(seen.max() - min(0.0, seen.min()))
    if name == "brier":
        return 1.0 if spread <= 1 else 2.0
    return spread / (2 * np.sqrt(seen.mean())) if name == "rmse" and seen.mean() > 0 else spread


def _by_class(name: str, members: Members, answers: Answers, inside: npt.NDArray[np.bool_], weight: Floats, positive: str | None) -> Ratio:
    """Return F1, precision or recall of the positive class, or their mean over the classes where none is named.

    As in scikit-learn with ``zero_division=nan``: where a class has nothing to divide by, it is left out of the mean. Balanced
    accuracy is the mean recall over the classes that are expected.
    """
    wanted = None if name in _OF_CLASSES else label_text(positive)
    expected, predicted = (np.array([label_text(value) or "" for value in side], object) for side in (members.expected, answers.prediction))
    classes = [wanted] if wanted is not None else sorted({*expected[inside], *predicted[inside]})
    tops, bottoms = [], []
    for each in classes:
        real, said = (expected == each).astype(np.float64), (predicted == each).astype(np.float64)
        tops.append(2 * real * said if name.startswith("f1") else real * said)
        bottoms.append(real + said if name.startswith("f1") else said if name == "precision" else real)
    columns = np.column_stack([each * weight for each in (*tops, *bottoms)]) if classes else np.zeros((len(weight), 2))
    k = max(len(classes), 1)

    def combine(sums: Floats) -> Floats:
        ratios = _divide(sums[:k], sums[k:])
        defined = np.isfinite(ratios)
        return _divide(np.where(defined, ratios, 0.0).sum(axis=0), defined.sum(axis=0))

    def gradient(sums: Floats) -> Floats:
        bottom = np.where(sums[k:] > 0, sums[k:], np.inf)
        return np.asarray(np.concatenate([1 / bottom, -sums[:k] / bottom**2]) / max(1, int((sums[k:] > 0).sum())))

    rarest, top = columns[:, k:].sum(axis=0), 2.0 if name.startswith("f1") else 1.0
    most = 1.0 + inside.sum()  # no number of examples moves a class by more than 1: keeps a class that is never there finite
    reach = np.minimum(most, np.divide(top * weight.sum(), rarest, out=np.full(k, np.inf), where=rarest > 0))
    return Ratio(columns, combine, gradient, float(reach.mean()))


def _divide(top: Floats, bottom: Floats) -> Floats:
    """Return the ratio; NaN where the bottom is not positive."""
    return np.asarray(np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=np.asarray(bottom) > 0))
