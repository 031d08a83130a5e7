"""A value an example: what a metric that is a mean is the mean of, expressions and scorers that are functions included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regrade.config import Config
from regrade.errors import ConfigError, ExpressionError
from regrade.log.scorers import reaches
from regrade.scoring.functions import function_table
from regrade.scoring.metric_list import Metric

if TYPE_CHECKING:
    from regrade.scoring.scored import Scored

Floats = np.ndarray


def per_example(scored: Scored, name: str, metric: Metric, config: Config) -> Floats:
    """Return the value of each example under a metric that is a mean, shape (n,); NaN where it has none.

    Raises
    ------
    ConfigError
        An expression does not fit the examples.
    """
    frame = scored.outputs[name]
    if metric.column in frame:
        return metric.sign * frame[metric.column].to_numpy(np.float64, na_value=np.nan)
    made = scored.remembered.get((metric.column, name))
    if made is None:
        made = scored.remembered[metric.column, name] = _by_expression(scored, name, metric.name, config)
    found: Floats = made
    return found


def _by_expression(scored: Scored, name: str, metric: str, config: Config) -> Floats:
    from regrade.expressions import parse
    from regrade.log.evaluate import evaluate, sql_types

    text, where = str(config.metrics.custom[metric].expression), f"regrade.toml: metrics.custom.{metric}.expression"
    table = function_table(scored, name, np.arange(len(scored.examples)))
    try:
        values = evaluate(parse(text, sql_types(table), where=where), table)
    except ExpressionError as error:
        raise ConfigError(error.what, where=where, hint=error.hint) from None
    return np.array([_number(value, where) for value in values], np.float64)


def _number(value: Any, where: str) -> float:
    if value is None:
        return float("nan")
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise ConfigError(f"gives {value!r}, which is no number", where=where) from None
    return found if abs(found) < float("inf") else float("nan")


def apply_function_scorers(scored: Scored, name: str, config: Config) -> None:
    """Put what scorers that are functions make of the answers into their frame; the first scorer of the task decides what is right."""
    for at, (scorer, said) in enumerate(config.task_scorers.items()):
        if said.kind != "function":
            continue
        frame = scored.outputs[name]
        rows = np.flatnonzero(scored.expected_known & frame["error"].isna().to_numpy(bool))
        worth = np.full(len(frame), np.nan)
        if scored.functions is not None and len(rows):
            worth[rows], trouble = scored.functions.ask(f"scorer:{scorer}", function_table(scored, name, rows), None)
            if trouble:
                scored.troubles.setdefault(scorer, f"scorer {scorer}: {trouble}")
        frame = frame.assign(**{f"scorer {scorer}": worth})
        if at == 0:
            right = [None if np.isnan(each) else reaches(said, each) for each in worth.tolist()]
            frame["right"] = frame["right"].copy()
            frame.loc[:, "right"] = right
            frame["right"] = frame["right"].astype("boolean")
        scored.outputs[name] = frame
        scored.columns.pop(name, None)
