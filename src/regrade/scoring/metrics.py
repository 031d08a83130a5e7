"""Metrics of one candidate: weighted on the sampled part (the estimate for production), or plain over all members."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from regrade.candidates import label_text
from regrade.config import Config
from regrade.errors import ConfigError
from regrade.log.results import normal
from regrade.scoring.metric_list import Metric, clashes, find
from regrade.scoring.scored import Scored
from regrade.scoring.values import per_example
from regrade.scoring.whole import Whole

if TYPE_CHECKING:
    import numpy as np


def metrics(scored: Scored, name: str, config: Config, *, sampled: bool = True) -> dict[str, float | None]:
    """Return every shown metric of a candidate, the primary one first.

    Parameters
    ----------
    name : str
        The candidate.
    sampled : bool, default True
        On the sampled examples of partition ``eval``, weighted by inverse sampling probability: the estimate for production.
        False: over all members, unweighted; an estimate of nothing.

    Returns
    -------
    dict
        Metric to value; None where it is not defined: no example with an expected value and an answer, one class only, no
        probabilities on some answers. Examples with an error, without an expected value, or disputed are left out.

    Raises
    ------
    ConfigError
        There is no metric of that name.
    """
    import numpy as np

    check_metrics(config)
    examples, answers = scored.examples, scored.outputs[name]
    known = _answered(scored, name, sampled=sampled)
    weights = scored.weights if sampled else np.ones(len(examples))
    told = known & answers["right"].notna().to_numpy(bool)
    found = {}
    for metric in config.shown_metrics:
        how = find(metric, config)
        if how.how == "mean":
            values = per_example(scored, name, how, config)
            # Of who gives probabilities only where it is sure, the mean over these would be flattering; of one's own metric NULL is none.
            partial = bool((told & ~np.isfinite(values)).any()) and metric not in config.metrics.custom
            found[metric] = None if partial else _mean(how, values[known], weights[known])
            continue
        if how.resampled:
            found[metric] = _whole(scored, name, how, config, known, weights)
            continue
        if metric == "r2":
            errors = answers["squared_error"].to_numpy(np.float64)[told]
            found[metric] = _r2(examples["expected"].to_numpy(object)[told], errors, weights[told])
            continue
        truth, positive = scored.expected_labels[told], label_text(config.task.positive)
        if metric == "roc_auc":
            found[metric] = _roc_auc(truth, answers["score"].to_numpy(np.float64)[told], weights[told], positive)
        else:
            found[metric] = _by_class(metric, truth, scored.labels[name][told], weights[told], positive)
    return found


def metrics_all(scored: Scored, name: str, config: Config) -> dict[str, float | None]:
    """Return :func:`metrics` over all members, unweighted."""
    return metrics(scored, name, config, sampled=False)


def judged(scored: Scored, name: str) -> dict[str, int]:
    """Return over how many examples :func:`metrics` are, ``sampled`` and ``all``: those with an expected value and an answer."""
    right = scored.outputs[name]["right"].notna().to_numpy(bool)
    return {part: int((_answered(scored, name, sampled=part == "sampled") & right).sum()) for part in ("sampled", "all")}


def _answered(scored: Scored, name: str, *, sampled: bool) -> np.ndarray:
    examples = scored.examples
    known: np.ndarray = scored.expected_known & scored.outputs[name]["error"].isna().to_numpy(bool)
    if sampled:
        known &= examples["sampled"].to_numpy(bool) & (examples["partition"].to_numpy(object) == "eval")
    return known


def counts(scored: Scored, name: str, part: str) -> dict[str, int]:
    """Return ``passed``, ``total`` and ``unanswered`` of the examples for which the column ``part`` (``known``, ``pinned``) holds.

    As on the scoreboard: of partition ``eval``, with an expected value that is known and undisputed.
    """
    examples, answers = scored.examples, scored.outputs[name]
    chosen = examples[part].to_numpy(bool) & scored.expected_known & (examples["partition"].to_numpy(object) == "eval")
    return passed(chosen, answers["right"].to_numpy(float, na_value=math.nan))


def passed(part: np.ndarray, right: np.ndarray) -> dict[str, int]:
    """Return how many of a part of the examples are answered right (``passed``), of how many (``total``), and how many not at all.

    An example that nobody can call right or wrong (``right`` is 1, 0 or NaN) is in ``total`` and in ``unanswered``, and ``passed`` is to
    be read as of the others. An answer without the probability that a metric needs is an answer here, as it is among flips.
    """
    return {"passed": int((part & (right == 1)).sum()), "total": int(part.sum()), "unanswered": int((part & (right != right)).sum())}


def check_metrics(config: Config) -> None:
    """Refuse a metric that does not exist, or cannot say which side is better. Raises ConfigError, naming the nearest."""
    if config.primary_metric == "bias":
        what = "bias cannot be the primary metric: it is best at 0, and neither more nor less of it is better"
        raise ConfigError(what, where="regrade.toml: metrics.primary", hint="mae, rmse, r2 or accuracy can; show bias beside it")
    clash = clashes(config)
    if clash is not None:
        raise ConfigError(f"{clash!r} is the name of another metric", where="regrade.toml: metrics", hint="give yours another name")
    for metric in config.shown_metrics:
        find(metric, config)


def _whole(scored: Scored, name: str, metric: Metric, config: Config, known: np.ndarray, weights: np.ndarray) -> float | None:
    """Return a metric that is computed from all examples at once; None where an answer lacks what it needs."""
    import numpy as np

    rows = np.flatnonzero(known & scored.outputs[name]["right"].notna().to_numpy(bool))
    remembered = (metric.name, name, rows.tobytes(), weights[rows].tobytes())
    if remembered not in scored.remembered:
        whole = Whole(scored, name, metric, config)
        value = whole.of(rows, weights[rows, None])[0] if whole.has[rows].all() else np.nan
        scored.remembered[remembered] = float(value) if np.isfinite(value) else None
    found: float | None = scored.remembered[remembered]
    return found


def _mean(metric: Metric, values: np.ndarray, weights: np.ndarray) -> float | None:
    import numpy as np

    known = np.isfinite(values)
    if not weights[known].sum() > 0:
        return None
    mean = float(np.average(values[known], weights=weights[known]))
    return metric.sign * math.sqrt(metric.sign * mean) if metric.root else mean


def _r2(expected: np.ndarray, squared_errors: np.ndarray, weights: np.ndarray) -> float | None:
    """One less the squared errors over the squared distances of what was expected from its mean, as scikit-learn's r2_score."""
    import numpy as np

    if not np.isfinite(squared_errors).all() or not weights.sum() > 0:
        return None
    truth = np.array([normal("regression", value) for value in expected], np.float64)
    spread = float(weights @ (truth - np.average(truth, weights=weights)) ** 2)
    return 1.0 - float(weights @ squared_errors) / spread if spread > 0 else None


def _roc_auc(truth: np.ndarray, score: np.ndarray, weights: np.ndarray, positive: str | None) -> float | None:
    """Area under the ROC curve of the positive class against the rest."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    is_positive = truth == positive if len(truth) else np.zeros(0, bool)
    if positive is None or not np.isfinite(score).all() or not is_positive.any() or is_positive.all():
        return None
    return float(roc_auc_score(is_positive, score, sample_weight=weights))


def _by_class(metric: str, truth: np.ndarray, predicted: np.ndarray, weights: np.ndarray, positive: str | None) -> float | None:
    """Metrics that need the confusion of classes: of the positive class where one is named, else the mean over classes."""
    import numpy as np
    import sklearn.metrics as sk

    if not len(truth) or not weights.sum() > 0:
        return None
    number = {each: at for at, each in enumerate(sorted(set(truth.tolist()) | set(predicted.tolist()), key=str))}
    codes, guesses = (np.array(list(map(number.__getitem__, column)), np.int64) for column in (truth, predicted))
    if metric == "balanced_accuracy":
        if len(set(truth.tolist())) < 2:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "y_pred contains classes not in y_true" is an answer here, not a mistake
            return float(sk.balanced_accuracy_score(codes, guesses, sample_weight=weights))
    function: Callable[..., Any] = {"f1": sk.f1_score, "f1_macro": sk.f1_score, "precision": sk.precision_score, "recall": sk.recall_score}[
        metric
    ]
    if positive is None or metric == "f1_macro":
        value = function(codes, guesses, average="macro", sample_weight=weights, zero_division=np.nan)
    elif positive not in number:
        return None
    else:
        value = function(codes == number[positive], guesses == number[positive], sample_weight=weights, zero_division=np.nan)
    return None if math.isnan(value) else float(value)
