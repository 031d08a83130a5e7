"""What counts as a prediction and as a probability: checked for every answer, wherever it came from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regrade.log.content import DEEPEST, too_deep
from regrade.safe_text import safe_text

if TYPE_CHECKING:
    import numpy as np

LONGEST = 1_000_000
"""Characters of one prediction."""
_SLACK = 1e-6
"""What rounding may do to a probability in float32."""


class BadValue(ValueError):
    """An answer is no prediction, or no probability."""


def check_prediction(kind: str, value: Any) -> Any:
    """Return ``value`` as a prediction of a task of this kind.

    Raises
    ------
    BadValue
        It is none: missing, not finite, of another type, too long.
    """
    if isinstance(value, str):
        return _check_text(kind, value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise BadValue("no prediction (missing or NaN)")
    if isinstance(value, float) and math.isinf(value):
        raise BadValue(f"the prediction is {value}")
    if isinstance(value, (list, dict)):
        if kind != "json":
            raise BadValue(f"the prediction is a {'list' if isinstance(value, list) else 'JSON object'}; a single value was expected")
        try:
            text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        except ValueError:
            raise BadValue("the prediction holds a number that is not finite") from None
        except RecursionError:
            raise BadValue("the prediction is nested too deeply") from None
        if too_deep(text.encode("utf-8", "replace")):
            raise BadValue(f"the prediction is nested more than {DEEPEST} levels deep")
        _check_text("json", text)
    elif kind == "regression" and isinstance(value, bool):
        raise BadValue(f"the prediction is {value}; a number was expected")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise BadValue("the prediction is an integer beyond 64 bits")
    return value


def _check_text(kind: str, value: str) -> Any:
    if len(value) > LONGEST:
        raise BadValue(f"the prediction is {len(value):,} characters long; {LONGEST:,} is the most")
    if not value.isascii() and not is_text(value):
        raise BadValue("the prediction is no text: it holds a lone surrogate")
    if kind == "regression":
        try:
            return check_prediction(kind, float(value))
        except ValueError as error:
            if isinstance(error, BadValue):
                raise
            raise BadValue(f"the prediction is {safe_text(value, 40)!r}; a number was expected") from None
    return value


def is_text(text: str) -> bool:
    """Can it be written down: does it hold no lone surrogate?"""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_scores(scores: Mapping[str, float] | None) -> dict[str, float] | None:
    """Return class probabilities, clipped by what rounding may have done; None where there are none. Raises BadValue."""
    if scores is None:
        return None
    for name, value in scores.items():
        if not is_text(name):
            raise BadValue(f"the class {safe_text(name, 40)!r} is no text: it holds a lone surrogate")
        if not -_SLACK <= value <= 1 + _SLACK:  # NaN fails too
            raise BadValue(f"the probability of {safe_text(name, 40)!r} is {value}")
    total = sum(scores.values())
    if total > 1.01:
        raise BadValue(f"the probabilities add up to {total:.3g}")
    return {name: min(max(float(value), 0.0), 1.0) for name, value in scores.items()}


def bad_rows(matrix: np.ndarray, classes: Sequence[str]) -> dict[int, str]:
    """Return row to reason for an (n, classes) array of probabilities: what :func:`check_scores` would refuse, at array speed."""
    import numpy as np

    with np.errstate(invalid="ignore", over="ignore"):
        good = (matrix >= -_SLACK) & (matrix <= 1 + _SLACK)
        suspicious = ~good.all(axis=1) | (matrix.sum(axis=1) > 1.01)
    found = {}
    for row in np.flatnonzero(suspicious).tolist():
        try:
            check_scores(dict(zip(classes, matrix[row].tolist(), strict=True)))
        except BadValue as error:
            found[row] = str(error)
    return found
