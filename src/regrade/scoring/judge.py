"""One answer beside what was expected: right or not, and by how much it misses."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from regrade.candidates import label_text
from regrade.config import Config
from regrade.log.scorers import Right, right_rule, value
from regrade.scoring.labels import like, normal
from regrade.scoring.outputs import Output
from regrade.scoring.repeats import Repeated, combine

if TYPE_CHECKING:
    from regrade.evalset import Example

_NAN = float("nan")
_SMALLEST = sys.float_info.epsilon
"""What a probability is clipped to before its logarithm, as :func:`sklearn.metrics.log_loss` does for float64."""


class Row(NamedTuple):
    """One candidate's answer on one example; NaN and None where there is no such thing."""

    prediction: Any = None
    right: bool | None = None
    p_expected: float = _NAN
    score: float = _NAN
    error: str | None = None
    log_loss: float = _NAN
    brier: float = _NAN
    abs_error: float = _NAN
    squared_error: float = _NAN
    signed_error: float = _NAN
    """Prediction less expected."""


def expected_of(example: Example) -> Any:
    """Return what should have been answered; None where it is not known, or people disagree."""
    return example.expected[0] if len(example.expected) == 1 else None


def judge_all(config: Config, expected: Any, given: Output | Repeated, rule: Right) -> tuple[Row, tuple[float, ...]]:
    """Return one answer, or the repeated ones of a candidate as one, and what each scorer of the task makes of it (NaN: nothing)."""
    scorers = [each for each in config.task_scorers.values() if each.kind != "function"] if config.task.scorers else []
    outputs = given.outputs if isinstance(given, Repeated) else (given,)
    rows = [judge(config, expected, each, rule) for each in outputs]
    row = combine(config.task.kind, rows) if isinstance(given, Repeated) else rows[0]
    worth = []
    for scorer in scorers:
        found = [value(scorer, expected, each.prediction) for each in rows if each.error is None] if row.error is None else []
        known = [each for each in found if each is not None]
        worth.append(sum(known) / len(known) if known else _NAN)
    return row, tuple(worth)


def judge(config: Config, expected: Any, output: Output, rule: Right | None = None) -> Row:
    """Return one answer beside what was expected.

    ``log_loss`` is −log p(expected), p clipped at the smallest float64 step. ``brier`` is Σ (p(class) − [class is expected])²
    over the classes, halved where there are two (Brier 1950, and what scikit-learn gives); with the positive class's
    probability alone, its squared distance from 1 or 0. Classes that are text ("1.0", from a file of text) are read as
    numbers or booleans where that is what is expected, for every metric alike. ``rule`` decides what is right; default: that of the task.
    """
    if output.error is not None:
        return Row(error=output.error)
    kind = config.task.kind
    prediction = like(output.prediction, expected) if kind == "classification" else output.prediction
    row = Row(prediction, (rule or right_rule(config))(expected, prediction))
    if kind == "regression":
        wanted, got = normal(kind, expected), normal(kind, output.prediction)
        if wanted is None or got is None:
            return row
        miss = got - wanted
        return row._replace(abs_error=abs(miss), squared_error=miss * miss, signed_error=miss)
    if kind != "classification" or not output.scores:
        return row
    scores, positive, wanted = output.scores, label_text(config.task.positive), label_text(expected)
    if wanted not in scores and expected is not None:
        scores = {str(label_text(like(name, expected))): p for name, p in scores.items()}
    score = scores.get(positive, _NAN) if positive is not None else _NAN
    if wanted is None:
        return row._replace(score=score)
    if len(scores) == 1:
        only, p = next(iter(scores.items()))
        p_expected = p if only == wanted else 1.0 - p
        brier = (1.0 - p_expected) ** 2
    else:
        p_expected = scores.get(wanted, 0.0)
        brier = sum((p - (name == wanted)) ** 2 for name, p in scores.items()) + (wanted not in scores)
        brier *= 0.5 if len(scores) == 2 and wanted in scores else 1.0
    return row._replace(p_expected=p_expected, score=score, log_loss=-math.log(max(p_expected, _SMALLEST)), brier=brier)
