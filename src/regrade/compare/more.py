"""One candidate's metrics beyond the built-in ones: the team's own, scorers, and scikit-learn's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from regrade.scoring.metric_list import METRICS, Metric, find
from regrade.scoring.values import per_example
from regrade.scoring.whole import Whole

if TYPE_CHECKING:
    from regrade.config import Config
    from regrade.scoring.scored import Scored

Floats = npt.NDArray[np.float64]
_BASIC = frozenset({"accuracy", "log_loss", "brier", "mae", "rmse", "bias"})
"""Means that a comparison computes from columns of its own."""


class More:
    """Values that are looked up when a metric needs them."""

    def __init__(self, scored: Scored, name: str, config: Config) -> None:
        self._scored, self._name, self._config = scored, name, config
        self._found: dict[str, Metric] = {each: find(each, config) for each in config.shown_metrics}

    def means(self) -> dict[str, Floats]:
        """Return metric to value an example, shape (all examples,), for metrics that are means of them."""
        chosen = [each for each in self._found.values() if each.how == "mean" and each.name not in _BASIC]
        return {each.name: per_example(self._scored, self._name, each, self._config) for each in chosen}

    def is_whole(self, metric: str) -> bool:
        """Is it computed from all examples at once?"""
        return metric in self._found and self._found[metric].resampled

    def at_once(self, metric: str) -> bool:
        """Can it be computed for many resamples at once?"""
        return self._found[metric].how == "scorer"

    def is_own(self, metric: str) -> bool:
        """Is it the team's own, or a scorer: where it has no value (NULL), that is no fault of the answer?"""
        return metric in self._found and metric not in METRICS and self._found[metric].how != "scorer"

    def is_root(self, metric: str) -> bool:
        """Is it the root of the mean?"""
        return self._found[metric].root

    def bounds(self, metric: str) -> tuple[float, float]:
        """Return between what it lies."""
        return self._found[metric].bounds

    def whole(self, metric: str) -> Whole:
        """Return what computes it."""
        key = ("whole", metric, self._name)
        if key not in self._scored.remembered:
            self._scored.remembered[key] = Whole(self._scored, self._name, self._found[metric], self._config)
        found: Whole = self._scored.remembered[key]
        return found

    def evaluate(self, metric: str, rows: npt.NDArray[np.intp]) -> Callable[[Floats], Floats]:
        """Return what computes it over these rows, for weights of shape (rows, draws); rows without any weight are left out."""

        def of(weights: Floats) -> Floats:
            used = np.flatnonzero((weights > 0).any(axis=1))
            return self.whole(metric).of(rows[used], weights[used])

        return of
