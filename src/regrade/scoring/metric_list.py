"""Every metric by name: which way is better, and how it is computed; scikit-learn's scorers are metrics as they are named there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regrade.config import Config
from regrade.errors import ConfigError, near_names

How = Literal["mean", "r2", "auc", "classes", "scorer", "function"]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes
    ----------
    better : bool or None
        True: higher; False: lower; None: neither, as of a bias, which is best at 0.
    how : str
        ``mean`` of a value an example (``column``; its ``root``; times ``sign``), or of another kind: see ``metrics.py``.
    bounds : tuple
        Between which it lies.
    """

    name: str
    better: bool | None
    how: How
    column: str = ""
    root: bool = False
    sign: int = 1
    bounds: tuple[float, float] = (float("-inf"), float("inf"))

    @property
    def resampled(self) -> bool:
        """Must it be computed anew for each resample, because it is no function of sums over examples?"""
        return self.how in ("scorer", "function")


_ANY = float("inf")
_OWN = (
    Metric("accuracy", True, "mean", "right", bounds=(0.0, 1.0)),
    Metric("log_loss", False, "mean", "log_loss", bounds=(0.0, _ANY)),
    Metric("brier", False, "mean", "brier", bounds=(0.0, 2.0)),
    Metric("mae", False, "mean", "abs_error", bounds=(0.0, _ANY)),
    Metric("rmse", False, "mean", "squared_error", root=True, bounds=(0.0, _ANY)),
    Metric("bias", None, "mean", "signed_error"),
    Metric("r2", True, "r2", "squared_error", bounds=(-_ANY, 1.0)),
    Metric("roc_auc", True, "auc", bounds=(0.0, 1.0)),
    *(Metric(name, True, "classes", bounds=(0.0, 1.0)) for name in ("balanced_accuracy", "f1", "f1_macro", "precision", "recall")),
    Metric("neg_log_loss", True, "mean", "log_loss", sign=-1, bounds=(-_ANY, 0.0)),
    Metric("neg_brier_score", True, "mean", "brier", sign=-1, bounds=(-2.0, 0.0)),
    Metric("neg_mean_absolute_error", True, "mean", "abs_error", sign=-1, bounds=(-_ANY, 0.0)),
    Metric("neg_mean_squared_error", True, "mean", "squared_error", sign=-1, bounds=(-_ANY, 0.0)),
    Metric("neg_root_mean_squared_error", True, "mean", "squared_error", root=True, sign=-1, bounds=(-_ANY, 0.0)),
)
METRICS = {each.name: each for each in _OWN}
"""Those that are a mean, or another function of sums over examples: all resamples of them are one matrix product."""
_CLASSES = (
    *("f1_micro", "f1_weighted", "jaccard", "jaccard_macro", "jaccard_micro", "jaccard_weighted", "matthews_corrcoef"),
    *("precision_macro", "precision_micro", "precision_weighted", "recall_macro", "recall_micro", "recall_weighted"),
)
_PROBABILITIES = (
    *("average_precision", "d2_brier_score", "d2_log_loss_score", "top_k_accuracy"),
    *("roc_auc_ovo", "roc_auc_ovo_weighted", "roc_auc_ovr", "roc_auc_ovr_weighted"),
)
_NUMBERS = (
    *("d2_absolute_error_score", "explained_variance", "neg_mean_absolute_percentage_error", "neg_mean_gamma_deviance"),
    *("neg_mean_poisson_deviance", "neg_mean_squared_log_error", "neg_median_absolute_error", "neg_root_mean_squared_log_error"),
)
SCORERS = {
    name: Metric(name, True, "scorer", bounds=(-_ANY, 0.0 if name.startswith("neg_") else 1.0))
    for name in (*_CLASSES, *_PROBABILITIES, *_NUMBERS)
}
"""Scorers of scikit-learn that are called as they are."""
NEEDS_PROBABILITIES, OF_NUMBERS = frozenset(_PROBABILITIES), frozenset(_NUMBERS)
ONE_CLASS = frozenset({"jaccard", "average_precision"})
"""Of the positive class against the rest."""
_UNWEIGHTED = (
    *("adjusted_mutual_info_score", "adjusted_rand_score", "completeness_score", "fowlkes_mallows_score", "homogeneity_score"),
    *("mutual_info_score", "neg_max_error", "neg_negative_likelihood_ratio", "normalized_mutual_info_score", "positive_likelihood_ratio"),
    *("rand_score", "v_measure_score"),
)
_MULTILABEL = ("f1_samples", "jaccard_samples", "precision_samples", "recall_samples")


def find(name: str, config: Config) -> Metric:
    """Return a metric.

    Raises
    ------
    ConfigError
        There is none of that name, or it cannot be computed here; says why, and names the nearest.
    """
    if name in config.metrics.custom:
        said = config.metrics.custom[name]
        return Metric(name, said.better == "higher", "mean" if said.expression is not None else "function", f"metric {name}")
    if name in config.task_scorers:
        return Metric(name, True, "mean", f"scorer {name}", bounds=(0.0, 1.0))
    known = METRICS.get(name) or SCORERS.get(name)
    where, names = "regrade.toml: metrics", (*METRICS, *SCORERS, *config.metrics.custom, *config.task_scorers)
    if known is not None:
        if known.how == "scorer" and not _fits(name, config.task.kind):
            hint = near_names(name, [*METRICS, *(each for each in SCORERS if _fits(each, config.task.kind))])
            raise ConfigError(f"{name} is no metric of a {config.task.kind} task", where=where, hint=hint)
        if name in ONE_CLASS and config.task.positive is None:
            raise ConfigError(f"{name} is of the positive class, and none is named", where=where, hint='[task] positive = "…"')
        return known
    hint = near_names(name, names)
    if name in _UNWEIGHTED:
        what = f"scikit-learn's {name} takes no weights, so it is no estimate of what production does"
        raise ConfigError(what, where=where, hint=hint)
    if name in _MULTILABEL:
        raise ConfigError(f"scikit-learn's {name} needs several labels an example; here one has one", where=where, hint=hint)
    raise ConfigError(f"there is no metric {name!r}", where=where, hint=hint or "`[metrics.custom]` defines one of your own")


def _fits(scorer: str, kind: str) -> bool:
    return kind == ("regression" if scorer in OF_NUMBERS else "classification")


def clashes(config: Config) -> str | None:
    """Return a custom metric, or a scorer of the task, that is called like another metric; None where none is."""
    custom, scorers = set(config.metrics.custom), set(config.task_scorers)
    built_in = {*METRICS, *SCORERS, *_UNWEIGHTED, *_MULTILABEL}
    return next(iter(sorted((custom | scorers) & built_in | (custom & scorers))), None)
