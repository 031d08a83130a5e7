"""Answers that are known already in the shape of a fitted estimator, so that scikit-learn's scorers take them as they are."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin


class AnsweredClasses(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A classifier that "predicts" by place: X is an array of places."""

    def __init__(self, classes: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray) -> None:
        self.classes_, self._predicted, self._probabilities = classes, predicted, probabilities

    def predict(self, places: np.ndarray) -> np.ndarray:
        """Return the class that was answered in each place."""
        return np.asarray(self._predicted[places])

    def predict_proba(self, places: np.ndarray) -> np.ndarray:
        """Return the probabilities that were answered, shape (places, classes)."""
        return np.asarray(self._probabilities[places])


class AnsweredNumbers(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A regressor that "predicts" by place."""

    def __init__(self, predicted: np.ndarray) -> None:
        self._predicted = predicted

    def predict(self, places: np.ndarray) -> np.ndarray:
        """Return the number that was answered in each place."""
        return np.asarray(self._predicted[places])
