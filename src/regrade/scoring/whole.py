"""Metrics that are computed from all examples at once: scikit-learn's scorers, as they are, and functions of the workspace."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from regrade.candidates import label_text
from regrade.config import Config
from regrade.scoring.functions import function_table
from regrade.scoring.labels import like, normal
from regrade.scoring.metric_list import NEEDS_PROBABILITIES, ONE_CLASS, Metric

if TYPE_CHECKING:
    from regrade.scoring.scored import Scored


class Whole:
    """One metric of one candidate, to be computed under any weights of the examples.

    Attributes
    ----------
    has : array (n,)
        Examples on which the candidate has what the metric needs.
    """

    def __init__(self, scored: Scored, name: str, metric: Metric, config: Config) -> None:
        self._scored, self._name, self._metric, self._config = scored, name, metric, config
        frame = scored.outputs[name]
        self.has = scored.expected_known & frame["error"].isna().to_numpy(bool) & frame["right"].notna().to_numpy(bool)
        self._prepared: tuple[bytes, Any, np.ndarray] | None = None
        if metric.how == "scorer" and metric.name in NEEDS_PROBABILITIES:
            self.has = self.has & np.array([bool(each.scores) for each in scored.answers[name]], bool)

    def of(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the metric over some examples for each column of ``weights`` (rows, draws); NaN where it is not defined."""
        if not len(rows):
            return np.full(weights.shape[1], np.nan)
        if self._metric.how == "function":
            assert self._scored.functions is not None
            name = f"metric:{self._metric.name}"
            values, trouble = self._scored.functions.ask(name, function_table(self._scored, self._name, rows), weights, self._name)
        else:
            values, trouble = self._by_scorer(rows, weights)
        if trouble and not np.isfinite(values[0]):
            self._scored.troubles.setdefault((self._metric.name, self._name), f"{self._metric.name} of {self._name}: {trouble}")
        return values

    def _by_scorer(self, rows: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, str]:
        from sklearn.metrics import get_scorer

        from regrade.scoring.resampled import WEIGHTED_HERE, resampled

        scorer = get_scorer(self._metric.name)
        values, trouble = np.full(weights.shape[1], np.nan), ""
        try:
            answered, truth = self._answered(rows)
        except ValueError as error:
            return values, str(error)
        if weights.shape[1] > 1 or self._metric.name in WEIGHTED_HERE:
            at_once = resampled(self._metric.name, answered, truth, weights)
            if at_once is not None:
                return at_once, "" if np.isfinite(at_once[0]) else "a class is never expected"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "ill-defined and being set to 0.0" is an answer here
            for draw in range(weights.shape[1]):
                at = np.flatnonzero(weights[:, draw] > 0)
                if len(at):
                    try:
                        values[draw] = scorer(answered, at, truth[at], sample_weight=weights[at, draw])
                    except ValueError as error:  # one class only, negative numbers where none may be, …
                        trouble = trouble or str(error).split("\n")[0]
        return values, trouble

    def _answered(self, rows: np.ndarray) -> tuple[Any, np.ndarray]:
        """Return the answers as a fitted estimator, and what was expected; kept for the next weights of the same rows."""
        if self._prepared is None or self._prepared[0] != rows.tobytes():
            self._prepared = rows.tobytes(), *(self._numbers(rows) if self._config.task.kind == "regression" else self._classes(rows))
        return self._prepared[1:]

    def _numbers(self, rows: np.ndarray) -> tuple[Any, np.ndarray]:
        from regrade.scoring.answered import AnsweredNumbers

        truth, said = (
            np.array([normal("regression", value) for value in column.to_numpy(object)[rows]], np.float64)
            for column in (self._scored.examples["expected"], self._scored.outputs[self._name]["prediction"])
        )
        return AnsweredNumbers(said), truth

    def _classes(self, rows: np.ndarray) -> tuple[Any, np.ndarray]:
        from regrade.scoring.answered import AnsweredClasses

        truth, said = self._scored.expected_labels[rows], self._scored.labels[self._name][rows]
        positive = label_text(self._config.task.positive)
        expected = self._scored.examples["expected"].to_numpy(object)[rows]
        scores = [_spelt(self._scored.answers[self._name][row].scores, value) for row, value in zip(rows.tolist(), expected, strict=True)]
        if self._metric.name in ONE_CLASS:
            truth, said = (np.where(each == positive, "1", "0").astype(object) for each in (truth, said))
            scores = [{"1": each[positive], "0": 1.0 - each[positive]} if positive in each else {} for each in scores]
            positive = "1"
        names = {*truth.tolist(), *said.tolist(), *(each for found in scores for each in found)}
        if len(names) == 1 and positive is not None and names != {positive}:
            names.add(positive)
        # The positive class is scikit-learn's class 1 where there are two.
        classes = sorted(names, key=lambda each: (each == positive, each)) if len(names) == 2 else sorted(names)
        number = {each: at for at, each in enumerate(classes)}
        matrix = np.array([_row(each, number) for each in scores], np.float64).reshape(len(rows), len(classes))
        if self._metric.name in NEEDS_PROBABILITIES and not np.isfinite(matrix).all():
            raise ValueError("some answers have a probability of some classes only")
        codes, guesses = (np.array([number[each] for each in column.tolist()], np.int64) for column in (truth, said))
        return AnsweredClasses(np.arange(len(classes)), guesses, matrix), codes


def _spelt(scores: Mapping[str, float] | None, expected: Any) -> dict[str, float]:
    """Return class probabilities with the classes as they are compared: read as numbers where that is what is expected."""
    return {str(label_text(like(name, expected))): p for name, p in (scores or {}).items()}


def _row(scores: Mapping[str, float], number: Mapping[str, int]) -> list[float]:
    if not scores:
        return [float("nan")] * len(number)
    row = [scores.get(each, 0.0) for each in number]
    if len(scores) == 1 and len(number) == 2:  # the other class has the rest
        row = [scores.get(each, 1.0 - next(iter(scores.values()))) for each in number]
    elif len(scores) == 1 and len(number) > 2:
        return [float("nan")] * len(number)
    total = sum(row)
    return [each / total for each in row] if total > 0 else row
