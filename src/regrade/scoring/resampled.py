"""Scorers of scikit-learn under many weights at once: as sums over examples, or over sorted probabilities, instead of one call a resample.

The value that is shown comes from scikit-learn itself, wherever it takes weights; here are the same definitions for whole matrices of
weights, held to the library by a test. A draw in which a class is absent has a value here wherever the definition gives one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from regrade.scoring.answered import AnsweredClasses, AnsweredNumbers

WEIGHTED_HERE = frozenset({"roc_auc_ovo", "roc_auc_ovo_weighted"})
"""Scorers that scikit-learn computes without weights alone where there are more than two classes: their value comes from here as well."""
_BLOCK = 4_000_000
"""Numbers of one temporary matrix of examples × draws."""
_EPS = float(np.finfo(np.float64).eps)


def resampled(name: str, answered: AnsweredClasses | AnsweredNumbers, truth: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
    """Return a scorer for each column of ``weights`` (n, draws), NaN where it is not defined; None where it must be called for each.

    Parameters
    ----------
    truth : array (n,)
        Numbers, or places in ``answered.classes_``.
    """
    compute = _of_numbers(name, answered, truth) if not hasattr(answered, "classes_") else _of_classes(name, answered, truth)
    if compute is None:
        return None
    step = max(1, _BLOCK // max(len(truth), 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        blocks = [compute(weights[:, start : start + step]) for start in range(0, weights.shape[1], step)]
    values = np.concatenate(blocks) if blocks else np.zeros(0)
    values[~np.isfinite(values)] = np.nan
    return values


Compute = Callable[[np.ndarray], np.ndarray]


def _of_classes(name: str, answered: AnsweredClasses, truth: np.ndarray) -> Compute | None:
    places, k = np.arange(len(truth)), len(answered.classes_)
    said, p = answered.predict(places), answered.predict_proba(places)
    kind, _, average = name.partition("_")
    if name == "matthews_corrcoef":
        return lambda weights: _matthews(*_confusion(truth, said, k, weights))
    if kind in ("f1", "jaccard", "precision", "recall"):
        return lambda weights: _averaged(kind, average, *_confusion(truth, said, k, weights))
    if name == "average_precision" and k == 2:
        return lambda weights: _average_precision(truth == 1, p[:, 1], weights)
    if name.startswith("roc_auc_ov") and k == 2:
        return lambda weights: _area(truth == 1, p[:, 1], weights)
    if name in ("roc_auc_ovo", "roc_auc_ovo_weighted"):
        return lambda weights: _one_against_one(truth, p, k, weights, by_size=name.endswith("weighted"))
    if name in ("roc_auc_ovr", "roc_auc_ovr_weighted"):
        return lambda weights: _one_against_the_rest(truth, p, k, weights, by_size=name.endswith("weighted"))
    if name in ("d2_log_loss_score", "d2_brier_score"):
        return _explained_by_classes(name, truth, p, k)
    if name == "top_k_accuracy":
        return _mean(_among_the_first_two(truth, p))
    return None


def _of_numbers(name: str, answered: AnsweredNumbers, truth: np.ndarray) -> Compute | None:
    said = answered.predict(np.arange(len(truth)))
    with np.errstate(divide="ignore", invalid="ignore"):
        if name == "neg_mean_absolute_percentage_error":
            return _mean(-np.abs(said - truth) / np.maximum(np.abs(truth), _EPS))
        if name == "neg_mean_poisson_deviance":
            return _mean(-2 * (np.where(truth > 0, truth * np.log(truth / said), 0.0) - truth + said))
        if name == "neg_mean_gamma_deviance":
            return _mean(-2 * (np.log(said / truth) + truth / said - 1))
        if name in ("neg_mean_squared_log_error", "neg_root_mean_squared_log_error"):
            mean = _mean((np.log1p(said) - np.log1p(truth)) ** 2)
            return (lambda weights: -np.sqrt(mean(weights))) if "root" in name else (lambda weights: -mean(weights))
        if name == "neg_median_absolute_error":
            return lambda weights: -_median(np.abs(said - truth), weights)
        if name == "d2_absolute_error_score":
            return _explained_absolute_error(truth, said)
    return _explained_variance(truth, said) if name == "explained_variance" else None


def _mean(values: np.ndarray) -> Compute:
    return lambda weights: np.asarray(values @ weights / weights.sum(axis=0))


def _explained_variance(truth: np.ndarray, said: np.ndarray) -> Compute:
    """One less the variance of the errors over that of what was expected; where neither varies 1, where only the errors do 0."""
    columns = [each - each.mean() for each in (truth - said, truth)]  # centred, so that the sums of squares keep their digits
    least = [1e-12 * max(float(np.max(each**2, initial=0.0)), 1e-300) for each in columns]

    def compute(weights: np.ndarray) -> np.ndarray:
        total = weights.sum(axis=0)
        left, around = (each**2 @ weights / total - (each @ weights / total) ** 2 for each in columns)
        flat = np.where(left < least[0], 1.0, 0.0)
        return np.where(total > 0, np.where(around < least[1], flat, 1 - left / around), np.nan)

    return compute


def _median(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted median for each column of weights, NaN where there is none.

    The least value up to which half of the weight lies; where that is exactly half, the mean of it and the next (Hyndman and Fan 1996,
    The American Statistician 50:361–365, definition 2; as scikit-learn takes it).
    """
    order = np.argsort(values, kind="stable")
    ordered, reached = values[order], np.cumsum(weights[order], axis=0)
    half, columns = reached[-1] / 2, np.arange(weights.shape[1])
    at = np.minimum((reached < half).sum(axis=0), len(ordered) - 1)
    there = reached[at, columns]
    after = (reached <= there).sum(axis=0)
    after = np.where(after < len(ordered), after, at)
    median = np.where(there - half > _EPS, ordered[at], (ordered[at] + ordered[after]) / 2)
    return np.where(half > 0, median, np.nan)


def _explained_absolute_error(truth: np.ndarray, said: np.ndarray) -> Compute:
    """One less the absolute errors over those of always saying the median; without the latter 1 where there are no errors, else 0."""
    errors = np.abs(truth - said)

    def compute(weights: np.ndarray) -> np.ndarray:
        around = np.einsum("ij,ij->j", np.abs(truth[:, None] - _median(truth, weights)), weights)
        left = errors @ weights
        flat = np.where(left > 0, 0.0, 1.0)
        return np.where((weights > 0).sum(axis=0) > 1, np.where(around > 0, 1 - left / around, flat), np.nan)

    return compute


Confusion = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Weights of what is right, of what is expected, of what is said: each (classes, draws)."""


def _confusion(truth: np.ndarray, said: np.ndarray, k: int, weights: np.ndarray) -> Confusion:
    return (
        _by_class(np.where(truth == said, truth, k), k + 1, weights)[:k],
        _by_class(truth, k, weights),
        _by_class(said, k, weights),
    )


def _by_class(codes: np.ndarray, k: int, weights: np.ndarray) -> np.ndarray:
    """Return the sums of the weights (n, draws) by class, shape (k, draws)."""
    return np.asarray((codes == np.arange(k)[:, None]).astype(np.float64) @ weights)


def _averaged(kind: str, average: str, right: np.ndarray, expected: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return F1, Jaccard, precision or recall: of the second class (no average), or averaged; nothing to divide by counts 0."""
    bottom = {"f1": expected + said, "jaccard": expected + said - right, "precision": said, "recall": expected}[kind]
    top = 2 * right if kind == "f1" else right
    total = expected.sum(axis=0)
    if average == "micro":
        return np.asarray(top.sum(axis=0) / bottom.sum(axis=0))
    each = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), 0.0)
    if average == "weighted":
        return np.asarray((each * expected).sum(axis=0) / total)
    if average == "macro":
        there = (expected + said) > 0
        return np.asarray((each * there).sum(axis=0) / there.sum(axis=0))
    return np.asarray(np.where(total > 0, each[-1], np.nan))


def _matthews(right: np.ndarray, expected: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Matthews' correlation of K classes (Gorodkin 2004, Computational Biology and Chemistry 28:367–374, equation 8); 0 of one class."""
    total = expected.sum(axis=0)
    covariance = right.sum(axis=0) * total - (expected * said).sum(axis=0)
    spread = (total**2 - (expected**2).sum(axis=0)) * (total**2 - (said**2).sum(axis=0))
    flat = spread <= 1e-12 * total**4
    return np.where(total > 0, np.where(flat, 0.0, covariance / np.sqrt(np.where(flat, 1.0, spread))), np.nan)


def _area(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Area under the ROC curve, ties counted half: won pairs over all, from cumulative weights over sorted scores."""
    negatives = np.flatnonzero(~positive)
    negatives = negatives[np.argsort(score[negatives], kind="stable")]
    ordered, won = score[negatives], weights[positive]
    lost = np.concatenate([np.zeros((1, weights.shape[1])), np.cumsum(weights[negatives], axis=0)])
    below, not_above = (np.searchsorted(ordered, score[positive], side) for side in ("left", "right"))
    pairs = won.sum(axis=0) * lost[-1]
    return np.asarray(np.einsum("ij,ij->j", won, lost[below] + lost[not_above]) / 2 / pairs)


def _one_against_the_rest(truth: np.ndarray, p: np.ndarray, k: int, weights: np.ndarray, *, by_size: bool) -> np.ndarray:
    areas = np.array([_area(truth == each, p[:, each], weights) for each in range(k)])
    sizes = _by_class(truth, k, weights) if by_size else np.ones_like(areas)
    return np.asarray((areas * sizes).sum(axis=0) / sizes.sum(axis=0))


def _one_against_one(truth: np.ndarray, p: np.ndarray, k: int, weights: np.ndarray, *, by_size: bool) -> np.ndarray:
    """Mean area over pairs of classes, either as the positive one of the two (Hand and Till 2001, Machine Learning 45:171–186).

    scikit-learn takes no weights here; under whole ones this is what it says of rows that are repeated so often.
    """
    areas, sizes = [], []
    for a in range(k):
        for b in range(a + 1, k):
            rows = np.flatnonzero((truth == a) | (truth == b))
            mine = weights[rows]
            areas.append((_area(truth[rows] == a, p[rows, a], mine) + _area(truth[rows] == b, p[rows, b], mine)) / 2)
            sizes.append(mine.sum(axis=0) if by_size else np.ones(weights.shape[1]))
    return np.asarray((np.array(areas) * np.array(sizes)).sum(axis=0) / np.array(sizes).sum(axis=0))


def _among_the_first_two(truth: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Is what is expected among the two most probable classes, of equal ones the later? Always, where there are but two."""
    first = np.argsort(p, axis=1, kind="stable")[:, ::-1][:, :2]
    return np.asarray((first == truth[:, None]).any(axis=1), np.float64)


def _average_precision(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sum of precision × gain in recall over falling thresholds; equal scores are one threshold."""
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    there = np.cumsum(weights[order], axis=0)[last]
    found = np.cumsum(np.where(positive[order, None], weights[order], 0.0), axis=0)[last]
    gained = np.diff(found, axis=0, prepend=0.0)
    precision = np.where(there > 0, found / np.where(there > 0, there, 1.0), 0.0)
    return np.where(there[-1] > 0, (precision * gained).sum(axis=0) / np.where(found[-1] > 0, found[-1], 1.0), np.nan)


def _explained_by_classes(name: str, truth: np.ndarray, p: np.ndarray, k: int) -> Compute:
    """One less the loss over that of always saying the shares of the classes."""
    own = p[np.arange(len(truth)), truth]
    if name == "d2_log_loss_score":
        loss = -np.log(np.clip(own, _EPS, 1 - _EPS))
    else:
        loss = 1 - 2 * own + (p**2).sum(axis=1)

    def compute(weights: np.ndarray) -> np.ndarray:
        sizes, total = _by_class(truth, k, weights), weights.sum(axis=0)
        shares = sizes / total
        if name == "d2_log_loss_score":
            nothing = -(sizes * np.log(np.clip(shares, _EPS, 1 - _EPS))).sum(axis=0)
        else:
            nothing = total - (sizes * shares).sum(axis=0)
        alone = (shares > 1 - 1e-12).any(axis=0)
        return np.where(alone, np.nan, 1 - loss @ weights / nothing)

    return compute
